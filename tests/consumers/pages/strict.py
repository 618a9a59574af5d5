"""Whether a page is well formed, and keeps to what its policy allows: nothing inline, nothing of others."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "br", "hr", "img", "source", "wbr", "area", "base", "col", "embed", "track"}
_SHAPES = {"rect", "path", "line"}
_ADDRESSES = {"src", "href", "action", "formaction", "hx-get", "hx-post", "sse-connect"}


class Page(HTMLParser):
    """``faults`` says in words what is wrong. ``text`` is all that is read, ``forms`` what each form is sent with."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.links: list[str] = []
        self._open: list[str] = []
        self._pointing: list[tuple[str, str]] = []
        self._texts: list[str] = []
        self.headings = 0
        self.following = ""
        self.feed(html)
        self.close()
        self._conclude()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element(tag, dict(attrs), [name for name, _ in attrs])
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID | _SHAPES:
            self.faults.append(f"<{tag}/> is no element that ends itself")
        self._element(tag, dict(attrs), [name for name, _ in attrs])

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> within {self._open[-3:]} at {self.getpos()}")
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in {"script", "style"} and data.strip():
            self.faults.append(f"inline {self._open[-1]}")
        self._texts.append(data)

    def _element(self, tag: str, attributes: dict[str, str | None], names: list[str]) -> None:
        if len(attributes) < len(names):
            self.faults.append(f"an attribute twice on <{tag}>")
        self.faults += [f"{name} on <{tag}>" for name in names if name == "style" or name.startswith("on")]
        self.headings += tag == "h1"
        if attributes.get("rel") == "next":
            self.following = attributes.get("href") or ""
        if tag == "script" and not (attributes.get("src") or "").startswith("/static/"):
            self.faults.append("a script of nobody's")
        for name in _ADDRESSES & set(names):
            value = attributes[name] or ""
            self.links.append(value)
            if not value.startswith(("/", "#")) or value.startswith("//"):
                self.faults.append(f"{name}={value!r} leads elsewhere")
        if "id" in attributes:
            self.ids.append(attributes["id"] or "")
        for name in ("for", "aria-labelledby", "aria-describedby", "hx-select"):
            self._pointing += [(name, each.removeprefix("#")) for each in (attributes.get(name) or "").split()]
        if tag == "form":
            self.forms.append({"": attributes.get("method") or "get", "/": attributes.get("action") or ""})
        if tag in {"input", "button"} and self.forms and attributes.get("name"):
            self.forms[-1][attributes["name"] or ""] = attributes.get("value") or ""

    def _conclude(self) -> None:
        self.faults += [f"<{tag}> is not closed" for tag in self._open]
        self.faults += [f"the id {one} stands {count} times" for one, count in Counter(self.ids).items() if count > 1]
        self.faults += [
            f"{name} points to {one}, which is nowhere" for name, one in self._pointing if one not in self.ids
        ]
        self.faults += ["a form without the session's token" for form in self.forms
                        if form[""] == "post" and form["/"] != "/login" and "csrf_token" not in form]  # fmt: skip
        if self.headings != 1:
            self.faults.append(f"{self.headings} headings of the first rank")

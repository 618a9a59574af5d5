"use strict";

// Every page works without this file. It adds: "/" for the search, light and dark without a reload, what the live
// connection says, and care for what somebody is reading or writing while a page brings itself up to date.

(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    byId("find")?.select();
  });

  // The server keeps the choice in the same cookie for whoever has no script.
  byId("theme")?.addEventListener("click", (event) => {
    event.preventDefault();
    const isDark = root.dataset.theme === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : root.dataset.theme === "dark";
    root.dataset.theme = isDark ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => form.querySelectorAll("button").forEach((button) => (button.disabled = true)));
    if ("download" in form.dataset) setTimeout(() => free(form), 3000);
  });
  const free = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((button) => (button.disabled = false));
  };
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(free));

  // After a form came back: to what is wrong with it, else to what came of it.
  document.querySelector("[aria-invalid=true], [data-outcome]:not(:has(~ * [aria-invalid=true]))")?.focus();

  // What the connection said last; a part that shows less than is known is said first.
  let told = ["", ""];
  const isBehind = () => document.querySelector(".live-part[data-stale]") !== null;
  const say = () => {
    const place = byId("live");
    if (!place) return;
    const [state, words] = told[0] === "live" && isBehind() ? ["behind", "Not up to date"] : told;
    if (place.dataset.state !== state) place.dataset.state = state;
    if (place.textContent !== words) place.textContent = words;
  };
  // A browser has six connections to a server that speaks HTTP/1.1: a page that nobody sees holds none. Seen again, it
  // is told at once what it missed, as its address says what it shows.
  class SeenStream extends EventTarget {
    constructor(url) {
      super();
      this.url = url;
      this.kinds = new Set();
      this.turn = () => (document.hidden ? this.drop() : this.open());
      document.addEventListener("visibilitychange", this.turn);
      this.turn();
    }
    get readyState() {
      return this.source ? this.source.readyState : EventSource.CONNECTING;
    }
    open() {
      if (this.source) return;
      this.source = new EventSource(this.url);
      this.source.onopen = (event) => this.onopen?.(event);
      this.source.onerror = (event) => {
        if (this.readyState === EventSource.CLOSED) this.forget();
        this.onerror?.(event);
      };
      this.kinds.forEach((kind) => this.listen(kind));
    }
    drop() {
      this.source?.close();
      this.source = null;
    }
    listen(kind) {
      this.source?.addEventListener(kind, (event) => this.dispatchEvent(new MessageEvent(kind, { data: event.data })));
    }
    addEventListener(kind, listener) {
      super.addEventListener(kind, listener);
      if (this.kinds.has(kind)) return;
      this.kinds.add(kind);
      this.listen(kind);
    }
    forget() {
      document.removeEventListener("visibilitychange", this.turn);
    }
    close() {
      this.forget();
      this.source?.close();
    }
  }
  htmx.createEventSource = (url) => new SeenStream(url);

  document.addEventListener("htmx:sseError", () => {
    told = ["away", "Not live"];
    say();
  });
  document.addEventListener("htmx:sseMessage", (event) => {
    if (event.target.id !== "live") return;
    told = [event.detail.data === "Live" ? "live" : "away", event.detail.data];
    say();
  });

  // Text that is selected, and a part that somebody writes in or is at with the keyboard, stay as they are until that is
  // over: whoever goes by links and buttons would otherwise begin at the top of the page with every change.
  const isBusy = (part) => {
    const selected = getSelection();
    if (selected && !selected.isCollapsed && part.contains(selected.anchorNode)) return true;
    const focused = document.activeElement;
    return part.contains(focused) && focused.matches("input, textarea, select, :focus-visible");
  };
  const isPart = (element) => element?.classList?.contains("live-part");
  const fallBehind = (part) => {
    part.dataset.stale = "yes";
    say();
  };
  const isLeftAlone = (part) => {
    if (!isBusy(part)) return false;
    fallBehind(part);
    return true;
  };
  const look = () => document.querySelectorAll(".live-part[data-stale]").forEach((part) => {
    if (!isBusy(part)) htmx.trigger(part, "refresh");
  });
  document.addEventListener("focusout", () => setTimeout(look));
  document.addEventListener("selectionchange", look);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isPart(event.target) && isLeftAlone(event.target)) event.preventDefault();
  });
  // What could not be asked, or was answered with a fault of ours, is asked again.
  const PATIENCE = 3000;
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt: part, xhr } = event.detail;
    if (!isPart(part) || (xhr.status >= 200 && xhr.status < 500)) return;
    fallBehind(part);
    setTimeout(look, PATIENCE);
  });
  // What was opened by hand stays open, and what was written stays written.
  const kept = new Map();
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target: part, xhr } = event.detail;
    if (!isPart(part)) return;
    event.detail.shouldSwap = false;
    if (xhr.status >= 500 || isLeftAlone(part)) return;
    // The page has become another one: it is known now, was erased, or is not for this person any more.
    if (!xhr.responseText.includes(`id="${part.id}"`)) return location.reload();
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    kept.clear();
    part.querySelectorAll("details[id]").forEach((each) => kept.set(each.id, each.open));
    part.querySelectorAll("input[id], textarea[id], select[id]").forEach((each) => {
      if (each.type !== "file" && each.type !== "hidden") kept.set(each.id, each.value);
    });
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    for (const [id, value] of kept) {
      const element = byId(id);
      if (!element) continue;
      if (element.tagName === "DETAILS") element.open = value;
      else element.value = value;
    }
    kept.clear();
    if (event.target.id !== "live") say();
  });
})();

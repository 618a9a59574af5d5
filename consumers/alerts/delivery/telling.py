"""An alert in the words in which a channel is told of it: references only, and a link to what is known of it.

Vendors' words and ids stand in messages, and a chat makes links, mentions of everyone and markup of what looks like it.
Texts are for reading: such characters are replaced there by others that look alike. A webhook's data are as they are.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from schemas.alert import Alert, AlertScope
from schemas.codec import alert_to_record

TYPE = "hookline.alert"

_LOOK_ALIKE = str.maketrans({"<": "\u2039", ">": "\u203a", "@": "\uff20", "[": "(", "]": ")", "*": "\u2217", "`": "'"})


def link_of(alert: Alert, console: str | None) -> str | None:
    """Where the console shows what the alert is about; ``None`` where nobody said how browsers reach it."""
    if console is None:
        return None
    if alert.scope is not AlertScope.VERIFICATION:
        return f"{console.rstrip('/')}/alerts"
    provider, verification = quote(alert.provider, safe=""), quote(alert.verification_id, safe="")
    return f"{console.rstrip('/')}/verifications/{provider}/{verification}"


def document_of(alert: Alert, console: str | None) -> dict[str, Any]:
    """The body of a webhook: the envelope of Standard Webhooks around the alert's fields and its link."""
    data = alert_to_record(alert) | {"url": link_of(alert, console)}
    return {"type": TYPE, "timestamp": alert.raised_at, "data": data}


def plain(text: str) -> str:
    """One line that no channel reads as more than text."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    return line.translate(_LOOK_ALIKE).replace("://", ": //")


def title_of(alert: Alert) -> str:
    """One short line: how soon, of which rule, about what."""
    about = {
        AlertScope.VERIFICATION: f"{alert.provider} {alert.verification_id}",
        AlertScope.SOURCE: alert.source,
        AlertScope.SYSTEM: "Hookline",
    }.get(alert.scope, alert.key)
    return f"{'TEST ' if alert.test else ''}{alert.severity}: {alert.rule}, {plain(about)}"


def text_of(alert: Alert, console: str | None) -> str:
    """Plain text of a few lines."""
    lines = [plain(alert.message)]
    if alert.count > 1:
        lines.append(f"Findings: {alert.count}")
    if alert.source:
        lines.append(f"Account: {alert.source}")
    lines += [f"Raised: {alert.raised_at:%Y-%m-%d %H:%M:%S} UTC", f"Alert: {alert.alert_id}"]
    if alert.test:
        lines.append("This is about a test account; nobody has to act on it.")
    link = link_of(alert, console)
    return "\n".join(lines if link is None else [*lines, link])

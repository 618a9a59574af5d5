"""The settings' section ``[[alert.channel]]``: where alerts are delivered, and how patiently."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, model_validator

from runtime.sections_base import Section

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Where nobody listens in, so that TLS may be missing."""
_REFERENCES = ("env:", "file:")


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def is_reference(text: str) -> bool:
    """Whether the setting names a secret instead of being it."""
    return text.startswith(_REFERENCES)


def check_webhook_url(url: str) -> None:
    """Raises ``ValueError``, which does not quote it, for an address that no alert may be posted to."""
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
        (parts.hostname or "").encode("idna")  # what no resolver can be asked about is no address
        usable = secure and bool(parts.hostname) and not parts.fragment and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(
            'url: write it as "https://host/path", without user and fragment (http only for this very machine)'
        )


class ChannelSettings(Section):
    """Somebody who is told of alerts: through Apprise, or by a signed webhook in the Standard Webhooks format.

    ``url`` may be a reference, as tokens stand in it: an Apprise URL, or where webhooks are posted. Each of ``secrets``
    (``whsec_…``, or references) signs every webhook. Alerts below ``min_severity`` are not for it, and those of test
    accounts only with ``test``. Times are in seconds: ``timeout`` bounds an attempt; after ``horizon`` what was not
    taken becomes a dead letter; until then it is tried again after ``first_pause``, then after twice as long each time,
    but never longer than ``longest_pause``. ``parallel``: attempts at once.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    kind: Literal["apprise", "webhook"]
    url: str = Field(min_length=1, repr=False)
    secrets: tuple[Annotated[str, Field(min_length=1)], ...] = Field((), repr=False)
    min_severity: Annotated[Literal["INFO", "WARNING", "CRITICAL"], BeforeValidator(_upper)] = "INFO"
    test: bool = False
    timeout: float = Field(10.0, gt=0, le=300)
    horizon: float = Field(86_400.0, gt=0)
    first_pause: float = Field(1.0, gt=0)
    longest_pause: float = Field(300.0, gt=0)
    parallel: int = Field(4, ge=1, le=100)

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.kind == "webhook":
            self._check_webhook()
        elif self.secrets:
            raise ValueError("secrets: only a webhook is signed; what Apprise needs stands in its url")
        elif not is_reference(self.url) and "://" not in self.url:
            raise ValueError('url: write an Apprise URL, for example "slack://…" or "mailto://…", or "env:NAME"')
        if self.longest_pause < self.first_pause:
            raise ValueError("longest_pause: shorter than first_pause; raise it")
        return self

    def _check_webhook(self) -> None:
        if not self.secrets:
            raise ValueError("secrets: a webhook must be signed; add one, 24 random bytes at least as whsec_<base64>")
        if not is_reference(self.url):
            check_webhook_url(self.url)

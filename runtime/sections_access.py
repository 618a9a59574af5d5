"""The settings' sections about people and services: who may come in, what they may do, and where."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from runtime.sections_base import Address
from runtime.sections_base import Section as _Section

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Where nobody listens in, so that TLS may be missing."""

Rights = tuple[Annotated[str, Field(pattern=r"^[a-z0-9*-]+\.[a-z0-9*-]+$")], ...]
"""What is allowed beside a role, as ``vendor.action``; a star stands for anything: ``credas.*``, ``*.status``."""


class OperatorSettings(_Section):
    """Somebody, or some service, that may look and act. ``token`` may be a reference, and proves who it is.

    ``role`` says what may be looked at and handled, ``may`` which actions at vendors; ``documents.open`` allows to open
    bodies without being an admin.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$")
    token: str
    role: Literal["viewer", "operator", "admin"] = "operator"
    may: Rights = ()


class OidcRole(_Section):
    """Who has ``value`` among the values of the roles' claim has this role and these rights."""

    value: str
    role: Literal["viewer", "operator", "admin"]
    may: Rights = ()


class OidcSettings(_Section):
    """People who are known to an OpenID Connect issuer. ``client_secret`` may be a reference; without one the client is
    public, with PKCE alone.

    ``audience``: what a bearer token must be for, by default ``client_id``. ``name_claim`` becomes the name on the log;
    ``roles_claim``, with dots for members of members, holds a text or a list of texts.
    """

    issuer: str
    client_id: str
    client_secret: str | None = None
    audience: str | None = None
    scope: str = "openid profile"
    name_claim: str = "preferred_username"
    roles_claim: str = "roles"
    role: tuple[OidcRole, ...] = ()
    timeout: float = Field(10.0, gt=0, le=60)

    @model_validator(mode="after")
    def _checked(self) -> Self:
        try:
            parts = urlsplit(self.issuer)
            usable = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
            usable = usable and bool(parts.hostname) and not parts.query and not parts.fragment
        except ValueError:
            usable = False
        if not usable:
            raise ValueError('issuer: write it as "https://host/path", exactly as the issuer calls itself')
        if not self.role:
            raise ValueError("role: nobody could do anything; add [[oidc.role]] with a value and a role")
        return self


class ActSettings(_Section):
    """``two_persons`` are actions, written as in ``operator.may``, that a second operator must confirm within
    ``confirm_within`` seconds.
    """

    two_persons: Rights = ()
    confirm_within: float = Field(3600.0, gt=0, le=7 * 86_400.0)


class ConsoleSettings(_Section):
    """Where people and services look and act, over HTTP.

    ``url`` is how browsers reach it, where that is not ``listen``: behind a proxy with TLS, and for an issuer's answer.
    ``session_key`` may be a reference: 32 random bytes at least, the same for all processes; without it sessions end
    with the process. ``session_hours`` is how long one lasts.
    """

    listen: Address = "127.0.0.1:8088"
    url: str | None = None
    session_key: str | None = None
    session_hours: float = Field(8.0, gt=0, le=168)

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.url is not None and not _is_ours(self.url):
            raise ValueError('url: write it as "https://host", without a path; http is for this machine alone')
        return self


def _is_ours(url: str) -> bool:
    """Whether browsers can send a session there that nobody else reads."""
    try:
        parts = urlsplit(url)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
        is_bare = url == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
        return is_safe and is_bare and bool(parts.hostname)
    except ValueError:
        return False

"""What keeps somebody out, named by what they must do about it."""

from __future__ import annotations

from runtime.errors import HooklineError


class NotAuthenticated(HooklineError):
    """Say who you are: sign in, or send a token that is somebody's."""


class NotAllowed(HooklineError):
    """Ask somebody who may, or have your role or your rights changed."""


class FromElsewhere(HooklineError):
    """Ask from a page of ours: a browser sent this for somebody else's page, or its session is over."""


class IssuerUnavailable(HooklineError):
    """Ask again later: the issuer that knows people cannot be asked now."""


class TooManyTries(HooklineError):
    """Wait for ``seconds``, then try again."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds

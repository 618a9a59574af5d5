"""Who the partner is at Solaris, and how this Solaris behaves."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.pace import check


@dataclass(frozen=True, slots=True)
class Account:
    """A partner: its credentials and its limits.

    ``esigning`` says whether its identifications carry a qualified electronic signature; the scenario HOLDCERTIFICATE
    needs one and FRAUDIDENT must not have one (video identification guide, "Test scenarios"). ``countries`` are the
    residency countries that its branch allows; empty allows every one. ``parallel`` is how many calls may be under
    way at once (facts 7, conventions). ``token_lifetime`` is in seconds.
    ``webhook_secret``, where it is given, is every subscription's secret, for a receiver that must know it ahead.
    ``plain_http`` are the hosts beside this machine to which webhooks may go without TLS.
    """

    client_id: str = "sandbox-client"
    client_secret: str = field(default="sandbox-client-secret", repr=False)
    token_lifetime: int = 3600
    webhook_secret: str | None = field(default=None, repr=False)
    plain_http: tuple[str, ...] = ()
    parallel: int = 255
    countries: tuple[str, ...] = ()
    esigning: bool = False


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the vendor behaves. Times are in its own seconds; one of them lasts ``time_scale`` real seconds.

    With a ``seed``, ids, secrets and lost webhooks follow from it and from the order of the calls.
    A webhook is tried ``attempts`` times; the first wait is ``first_retry`` and each further one ``growth`` times as
    long: 25 attempts of factor 1.561 over 5 days (facts 4; the first wait is derived there). ``time_limit`` bounds
    one attempt. ``call`` is how long a robot's call takes, ``review`` how long its review (the guide: 1 to 2 minutes).
    ``duplicates`` is how often each notification is sent, ``reorder`` how many are held and then sent in another order
    (0: none), ``drop`` the share that is never sent.
    ``keep`` bounds what is remembered: delivery attempts, and webhooks under way.
    """

    seed: str | int | None = None
    time_scale: float = 1.0
    attempts: int = 25
    first_retry: float = 5.5
    growth: float = 1.561
    time_limit: float = 30.0
    call: int = 60
    review: int = 90
    duplicates: int = 1
    reorder: int = 0
    drop: float = 0.0
    keep: int = 10_000

    def __post_init__(self) -> None:
        check(self, {"attempts must be at least 1": self.attempts < 1})

    @property
    def retries(self) -> tuple[float, ...]:
        """The vendor's seconds before each attempt after the first."""
        return tuple(self.first_retry * self.growth**n for n in range(self.attempts - 1))

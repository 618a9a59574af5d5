"""The settings' sections: every key, its bounds, and what must hold between them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, model_validator

from runtime.sections_access import ActSettings, ConsoleSettings, OidcSettings, OperatorSettings
from runtime.sections_alerts import AlertSettings
from runtime.sections_base import Address
from runtime.sections_base import Section as _Section

_ROOM_FOR_HEADERS = 64 * 1024


def host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def sqlite_path(url: str) -> Path | None:
    """The file that a SQLite URL names; ``None`` for any other URL."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


class LogSettings(_Section):
    """``deadline`` bounds each write, in seconds."""

    url: str = "sqlite:///hookline.db"
    deadline: float = Field(5.0, gt=0, le=60)
    max_record_bytes: int = Field(4 * 1024 * 1024, ge=1024)

    @property
    def sqlite_path(self) -> Path | None:
        return sqlite_path(self.url)


class KafkaSettings(_Section):
    """How the brokers are reached and what is asked of the topics; only for a ``kafka://`` log. Times are in seconds.

    ``member`` is this process's name within its groups: the same after a restart, and no other process's. With it a
    restart within ``session_timeout`` moves no partition. ``strict`` refuses topics that a broker's loss would empty.
    """

    tls: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    sasl: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None = None
    username: str | None = None
    password: str | None = None
    token_url: str | None = None
    token_scope: str | None = None
    member: str | None = Field(None, pattern=r"^[A-Za-z0-9._-]{1,100}$")
    session_timeout: float = Field(30.0, ge=6, le=300)
    partitions: int = Field(6, ge=1, le=1000)
    replication: int = Field(3, ge=1, le=10)
    min_insync: int = Field(2, ge=1, le=10)
    strict: bool = False

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.sasl is not None and (self.username is None or self.password is None):
            raise ValueError(f"sasl: {self.sasl} needs username and password; add them")
        if self.sasl == "OAUTHBEARER" and self.token_url is None:
            raise ValueError("token_url: OAUTHBEARER needs the address that gives tokens; add it")
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file: a client's certificate and its key_file come together; give both or neither")
        if self.min_insync > self.replication:
            raise ValueError(f"min_insync: {self.min_insync} copies of {self.replication} can never be there; lower it")
        return self


class RegistrySettings(_Section):
    """A Confluent-compatible schema registry. Without ``url`` the ids of ``schemas/history/`` are used."""

    url: str | None = None
    username: str | None = None
    password: str | None = None
    ca_file: Path | None = None


class ReceiverSettings(_Section):
    """Times are in seconds. ``keepalive_timeout`` also bounds how long a client may take over a request's headers,
    ``shutdown_timeout`` how long callbacks in flight may take after SIGTERM.
    """

    listen: Address = "127.0.0.1:8080"
    max_body_bytes: int = Field(2 * 1024 * 1024, ge=1024)
    body_timeout: float = Field(10.0, gt=0)
    keepalive_timeout: float = Field(30.0, gt=0)
    shutdown_timeout: float = Field(10.0, gt=0)
    max_in_flight: int = Field(1000, ge=1)


class ApiSettings(_Section):
    """How an account's vendor is asked. ``secret`` and ``client_id`` may be references, times are in seconds.

    The budget: calls a second, at once, an hour, a day (hour and day slide); where one is not given it is the vendor's
    own. ``reconcile_share`` of hour and day at most goes to verifications that no callback came for. ``call_timeout``
    bounds a call, ``max_answer_bytes`` what it brings. ``again`` are the seconds after its callback at which something
    is read that is not settled yet, ``reconcile_after`` those after a verification's last event at which it is asked
    about.
    """

    base_url: str
    secret: str
    token_url: str | None = None
    client_id: str | None = None
    scope: str | None = None
    per_second: float | None = Field(None, gt=0)
    parallel: int | None = Field(None, ge=1, le=1000)
    per_hour: int | None = Field(None, ge=1)
    per_day: int | None = Field(None, ge=1)
    reconcile_share: float | None = Field(None, ge=0, le=1)
    call_timeout: float = Field(10.0, gt=0, le=300)
    max_answer_bytes: int = Field(2 * 1024 * 1024, ge=1024)
    again: tuple[Annotated[float, Field(ge=0)], ...] | None = None
    reconcile_after: tuple[Annotated[float, Field(gt=0)], ...] | None = None


class SourceSettings(_Section):
    """One account at one vendor: ``POST /callbacks/<name>``.

    ``environment = "test"`` marks every event of it as a test. ``max_per_second`` is the limit behind the answer 429.
    A source ``awaiting_secrets`` answers handshakes and accepts nothing. ``options`` are the vendor's own.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    vendor: str
    secrets: tuple[str, ...] = ()
    unsigned: bool = False
    awaiting_secrets: bool = False
    environment: Literal["production", "test"] = "production"
    max_per_second: float | None = Field(None, gt=0)
    options: dict[str, str] = Field(default_factory=dict)
    api: ApiSettings | None = None

    @model_validator(mode="after")
    def _checked(self, info: ValidationInfo) -> Self:
        vendors = (info.context or {}).get("vendors", ())
        if vendors and self.vendor not in vendors:
            raise ValueError(f"vendor: no such vendor; write one of: {', '.join(sorted(vendors))}")
        if not self.secrets and not self.unsigned and not self.awaiting_secrets:
            raise ValueError('secrets: none given; write secrets = ["env:NAME"], or unsigned = true to accept anything')
        if self.secrets and self.unsigned:
            raise ValueError("unsigned: true beside secrets; remove one of the two")
        if self.awaiting_secrets and (self.secrets or self.unsigned):
            raise ValueError("awaiting_secrets: true, though there is something to check or to accept; remove it")
        if self.api is not None:
            self._check_addresses(self.api)
        return self

    def _check_addresses(self, api: ApiSettings) -> None:
        """What is fetched in clear can be read and changed on its way, so only a test account may do it."""
        for name, address in (("base_url", api.base_url), ("token_url", api.token_url)):
            if address is None:
                continue
            try:
                parts = urlsplit(address)
                usable = parts.scheme in {"https", "http"} and parts.hostname and not parts.query and not parts.fragment
            except ValueError:
                usable = False
            if not usable or "@" in parts.netloc:
                raise ValueError(f'api.{name}: write it as "https://host/path", without user, query and fragment')
            if parts.scheme == "http" and self.environment != "test":
                raise ValueError(f'api.{name}: not https; only a source with environment = "test" may do without')


class FetchSettings(_Section):
    """Seconds: after ``horizon`` what cannot be fetched becomes a dead letter; until then it is tried again after
    ``first_pause``, then after twice as long each time, but never longer than ``longest_pause``.
    """

    horizon: float = Field(3 * 86_400.0, gt=0)
    first_pause: float = Field(1.0, gt=0)
    longest_pause: float = Field(300.0, gt=0)


class ReconcileSettings(_Section):
    """``every``: seconds between two looks at the verifications that have not ended."""

    every: float = Field(60.0, gt=0)


class ProjectionSettings(_Section):
    """Where the read model lies. Without ``url`` it is a file beside the embedded log."""

    url: str | None = None


class ObservabilitySettings(_Section):
    """Where /live, /ready and /metrics answer (without ``listen``: on a free port), and how log lines look."""

    listen: Address | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "console", "json"] = "auto"


class Settings(_Section):
    log: LogSettings = LogSettings()
    kafka: KafkaSettings = KafkaSettings()
    registry: RegistrySettings = RegistrySettings()
    receiver: ReceiverSettings = ReceiverSettings()
    source: tuple[SourceSettings, ...] = ()
    fetch: FetchSettings = FetchSettings()
    reconcile: ReconcileSettings = ReconcileSettings()
    operator: tuple[OperatorSettings, ...] = ()
    oidc: OidcSettings | None = None
    act: ActSettings = ActSettings()
    console: ConsoleSettings = ConsoleSettings()
    projections: ProjectionSettings = ProjectionSettings()
    alert: AlertSettings = AlertSettings()
    observability: ObservabilitySettings = ObservabilitySettings()

    @model_validator(mode="after")
    def _checked(self, info: ValidationInfo) -> Self:
        for what, named in (("source", self.source), ("operator", self.operator)):
            names = [each.name for each in named]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what}: the name {', '.join(twice)} is given twice; each {what} needs its own")
        if self.act.two_persons and self.oidc is None and len(self.operator) < 2:  # noqa: PLR2004 - one asks, one confirms
            raise ValueError("act.two_persons: needs two operators at least; add [[operator]]")
        if self.receiver.max_body_bytes + _ROOM_FOR_HEADERS > self.log.max_record_bytes:
            least = self.receiver.max_body_bytes + _ROOM_FOR_HEADERS
            raise ValueError(f"log.max_record_bytes: a body and its headers must fit; write at least {least}")
        for source in self.source:
            if source.api is not None and source.api.max_answer_bytes + _ROOM_FOR_HEADERS > self.log.max_record_bytes:
                most = self.log.max_record_bytes - _ROOM_FOR_HEADERS
                raise ValueError(f"source ({source.name}).api.max_answer_bytes: must fit on the log; at most {most}")
        if self.source:
            self.alert.check_accounts([each.name for each in self.source], (info.context or {}).get("vendors", ()))
        if self.projections.url is None and self.log.sqlite_path is None:
            raise ValueError("projections.url: needed, as there is no embedded log to put the projections beside")
        return self

    @property
    def projections_url(self) -> str:
        if self.projections.url is not None:
            return self.projections.url
        path = self.log.sqlite_path
        assert path is not None, "validated above"  # noqa: S101 - the validator's promise, for the type checker
        return f"sqlite:///{path.with_name(path.stem + '-views' + path.suffix)}"

    @property
    def projections_path(self) -> Path | None:
        return sqlite_path(self.projections_url)

    @property
    def vendors(self) -> tuple[str, ...]:
        return tuple(sorted({source.vendor for source in self.source}))

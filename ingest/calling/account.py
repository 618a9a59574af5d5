"""An account at a vendor, as far as asking it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from ingest.api import Budget, Credentials, VendorApi
from ingest.options import carried_options
from ingest.vendors import DOORS
from runtime.errors import SettingsInvalid
from runtime.secrets import secret_of
from runtime.settings import ApiSettings, SourceSettings


@dataclass(frozen=True, slots=True)
class Account:
    """One source whose vendor can be asked. ``options`` travel on each document, as they do on its callbacks.

    ``timeout`` (seconds) and ``max_bytes`` bound each call. ``again`` are the seconds after its callback at which
    something is read that is not settled, ``since_last`` and ``since_first`` when an open verification is asked about.
    """

    name: str
    vendor: str
    api: VendorApi
    credentials: Credentials
    budget: Budget
    timeout: float
    max_bytes: int
    again: tuple[float, ...]
    since_last: tuple[timedelta, ...]
    since_first: tuple[timedelta, ...]
    test: bool
    options: tuple[tuple[str, str], ...]


def accounts_of(settings: Iterable[SourceSettings]) -> dict[str, Account]:
    """The sources that can be asked, by name. Raises ``SettingsInvalid`` with every secret that cannot be read."""
    accounts, mistakes = {}, []
    for entry in settings:
        try:
            if entry.api is not None:
                accounts[entry.name] = _account(entry, entry.api)
        except SettingsInvalid as error:
            mistakes.append(str(error))
    if mistakes:
        raise SettingsInvalid("\n".join(mistakes))
    return accounts


def _account(entry: SourceSettings, settings: ApiSettings) -> Account:
    door = DOORS[entry.vendor]
    if door.api is None:
        raise SettingsInvalid(f"source ({entry.name}).api: {entry.vendor} cannot be asked; remove it")
    credentials = _credentials(entry.name, settings)
    if door.api.token_request is not None and credentials.token_url is None:
        raise SettingsInvalid(f"source ({entry.name}).api.token_url: missing; {entry.vendor} gives its tokens there")
    if door.api.needs_client_id and credentials.client_id is None:
        raise SettingsInvalid(
            f"source ({entry.name}).api.client_id: missing; {entry.vendor} needs it beside the secret"
        )
    after = settings.reconcile_after
    return Account(
        name=entry.name,
        vendor=entry.vendor,
        api=door.api,
        credentials=credentials,
        budget=_budget(settings, door.api.budget),
        timeout=settings.call_timeout,
        max_bytes=settings.max_answer_bytes,
        again=door.api.again if settings.again is None else settings.again,
        since_last=door.api.ticks_since_last if after is None else tuple(timedelta(seconds=each) for each in after),
        since_first=door.api.ticks_since_first if after is None else (),
        test=entry.environment == "test",
        options=carried_options(entry, door),
    )


def _credentials(name: str, settings: ApiSettings) -> Credentials:
    place = f"source ({name}).api"
    client_id = settings.client_id
    return Credentials(
        base_url=settings.base_url.rstrip("/"),
        secret=secret_of(f"{place}.secret", settings.secret),
        token_url=settings.token_url,
        client_id=None if client_id is None else secret_of(f"{place}.client_id", client_id).value.decode(),
        scope=settings.scope,
    )


def _budget(settings: ApiSettings, vendors: Budget) -> Budget:
    """The settings' where they say something, else the vendor's own."""
    return Budget(
        per_second=settings.per_second or vendors.per_second,
        parallel=settings.parallel or vendors.parallel,
        per_hour=settings.per_hour or vendors.per_hour,
        per_day=settings.per_day or vendors.per_day,
        reconcile_share=vendors.reconcile_share if settings.reconcile_share is None else settings.reconcile_share,
    )

"""Channels out of the settings, their addresses and secrets resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from consumers.alerts.delivery.channel import Channel
from consumers.alerts.delivery.notifying import Notifier, service_of
from consumers.alerts.delivery.webhook import Address, signer_of
from runtime.errands.pauses import Patience
from runtime.errors import SettingsInvalid
from runtime.secrets import secret_of
from runtime.sections_channels import ChannelSettings, check_webhook_url
from schemas.alert import Severity


def channels_of(
    settings: Iterable[ChannelSettings], console: str | None = None, environ: Mapping[str, str] | None = None
) -> dict[str, Channel]:
    """By name. ``console`` is how browsers reach the console.

    Raises ``SettingsInvalid`` that lists every mistake of every channel, and quotes no address.
    """
    channels: dict[str, Channel] = {}
    mistakes = []
    for each in settings:
        try:
            channels[each.name] = channel_of(each, console, environ)
        except SettingsInvalid as error:
            mistakes.append(str(error))
    if mistakes:
        raise SettingsInvalid("\n".join(mistakes))
    return channels


def channel_of(
    settings: ChannelSettings, console: str | None = None, environ: Mapping[str, str] | None = None
) -> Channel:
    """One of them. Raises ``SettingsInvalid``."""
    made = _address(settings, console, environ) if settings.kind == "webhook" else _notifier(settings, console, environ)
    return Channel(
        name=settings.name,
        least=Severity(settings.min_severity),
        test=settings.test,
        horizon=settings.horizon,
        patience=Patience(settings.first_pause, settings.longest_pause),
        parallel=settings.parallel,
        opened=made.opened,
    )


def _address(settings: ChannelSettings, console: str | None, environ: Mapping[str, str] | None) -> Address:
    url = _resolved(settings, "url", settings.url, environ)
    try:
        check_webhook_url(url)
    except ValueError as error:
        raise SettingsInvalid(f"{_place(settings)}.{error}") from None
    signers = []
    for index, reference in enumerate(settings.secrets):
        try:
            signers.append(signer_of(_resolved(settings, f"secrets[{index}]", reference, environ)))
        except ValueError as error:
            raise SettingsInvalid(f"{_place(settings)}.secrets[{index}]: {error}") from None
    return Address(url, signers, settings.timeout, settings.parallel, console)


def _notifier(settings: ChannelSettings, console: str | None, environ: Mapping[str, str] | None) -> Notifier:
    url = _resolved(settings, "url", settings.url, environ)
    if service_of(url, settings.timeout) is None:
        raise SettingsInvalid(
            f"{_place(settings)}.url: no URL that Apprise can read; see docs/alert-channels.md for how one is written"
        )
    return Notifier(url, settings.timeout, settings.parallel, console)


def _resolved(settings: ChannelSettings, key: str, reference: str, environ: Mapping[str, str] | None) -> str:
    return secret_of(f"{_place(settings)}.{key}", reference, environ).value.decode()


def _place(settings: ChannelSettings) -> str:
    return f"alert.channel ({settings.name})"

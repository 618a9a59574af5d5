"""Subscriptions as actions: facts, section 2. A secret is shown once, to whoever subscribes, and kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from ingest.action import Done, Effect, Field, Order, Plan, VendorAction
from ingest.api import Call, VendorRefused, VendorUnavailable
from ingest.vendors.checks import written_as
from ingest.vendors.solaris import subscriptions as at_solaris
from ingest.vendors.solaris.checks import url
from ingest.vendors.solaris.fields import id_of
from ingest.vendors.solaris.subscriptions import Subscription

_SUBSCRIBE_HELP = """Subscribe a URL to one type of event. Its secret is shown once, here, and stored nowhere.

While this runs Solaris asks the URL whether it is there: `hookline receive` must run, its source with the live
secrets, or with awaiting_secrets = true ahead of the first one. Until the new secret stands among them, callbacks get
401 and Solaris sends them again, for days.

To replace a subscription without a gap: subscribe again, add the new secret beside the old one, restart the receivers,
then unsubscribe the old one, which drops what it has not sent yet."""

_LIST_HELP = """List all subscriptions: id, type of event, URL.

Without their secrets, which Solaris tells once. `subscribe` makes one."""

_UNSUBSCRIBE_HELP = """Delete a subscription; what it has not sent yet is lost.

Make its replacement first, if it has one."""

_REFUSED = "is {event} a type of event, and does {url} answer from outside, over https? hookline receive must run there"
_TOLD = "the secret is shown this once: add it to the source's secrets and restart the receivers"
_NOT_TOLD = "Solaris told no secret: delete it and subscribe again"

_EVENT_TYPE = Field("event_type", "For example IDENTIFICATION.", required=True)
_URL = Field("url", "Where Solaris sends to: https, /callbacks/<source>.", required=True)
_SUBSCRIPTION_ID = Field("subscription_id", "As `subscriptions` shows it.", required=True)

_check_event_type = written_as("[A-Z][A-Z0-9_]{0,99}", "write it as Solaris does, for example IDENTIFICATION")


def _plan_subscribe(order: Order) -> Plan:
    """Those that there are already are listed first: once there is a secret nothing may fail any more."""
    event_type, to = order.text(_EVENT_TYPE.name).strip().upper(), order.text(_URL.name)
    _check_event_type(_EVENT_TYPE.name, event_type)
    url(_URL.name, to, plain_http=order.test)

    async def carry_out(call: Call) -> Done:
        known = await _listed_before(call)
        try:
            made = await at_solaris.subscribe(call, event_type, to)
        except VendorRefused as error:
            raise VendorRefused(f"{error}; {_REFUSED.format(event=event_type, url=to)}", error.answer) from None
        return _subscribed(made, [each.id for each in known if each.event_type == made.event_type])

    return Plan((at_solaris.LIST, at_solaris.subscribe_request(event_type, to)), carry_out)


async def _listed_before(call: Call) -> Sequence[Subscription]:
    """Where that fails, nothing was changed."""
    try:
        return await at_solaris.subscriptions(call)
    except VendorUnavailable as error:
        error.was_sent = False
        raise


def _subscribed(made: Subscription, older: Sequence[str]) -> Done:
    kept = {**_row(made), "replaces": older}
    secret = made.secret.value.decode() if made.secret is not None else None
    steps = [_TOLD if secret else _NOT_TOLD]
    steps += [f"then delete the older one: hookline vendor solaris unsubscribe {each}" for each in older]
    return Done(shown={**kept, "secret": secret, "next": steps}, kept=orjson.dumps(kept))


def _plan_list(_order: Order) -> Plan:
    async def carry_out(call: Call) -> Done:
        rows = [_row(each) for each in await at_solaris.subscriptions(call)]
        return Done(shown=rows, kept=orjson.dumps(rows))

    return Plan((at_solaris.LIST,), carry_out)


def _plan_unsubscribe(order: Order) -> Plan:
    name = id_of(order, _SUBSCRIPTION_ID)

    async def carry_out(call: Call) -> Done:
        await at_solaris.unsubscribe(call, name)
        return Done(shown={"unsubscribed": name})

    return Plan((at_solaris.unsubscribe_request(name),), carry_out)


def _row(subscription: Subscription) -> dict[str, object]:
    return {"id": subscription.id, "event_type": subscription.event_type, "url": subscription.url}


ACTIONS = (
    VendorAction(
        name="subscribe",
        help=_SUBSCRIBE_HELP,
        example="IDENTIFICATION https://hooks.example.com/callbacks/solaris",
        fields=(_EVENT_TYPE, _URL),
        plan=_plan_subscribe,
        effect=Effect.CHANGES,
    ),
    VendorAction("subscriptions", _LIST_HELP, "--json", (), _plan_list),
    VendorAction(
        name="unsubscribe",
        help=_UNSUBSCRIBE_HELP,
        example="4c6f93d4c8d427927257e2ce734a5a10",
        fields=(_SUBSCRIPTION_ID,),
        plan=_plan_unsubscribe,
        effect=Effect.CHANGES,
    ),
)

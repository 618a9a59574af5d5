"""The stories, told: each vendor's one after the other, the vendors beside each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from aiohttp import ClientSession

from hookline.demo.quiet import is_all_done, is_quiet, until
from hookline.demo.show import Told
from hookline.demo.stories import STORIES
from hookline.demo.tellers import CredasTeller, IdenfyTeller, IdverseTeller, Sandbox, SolarisTeller, Teller
from hookline.everything import Everything
from ingest.act.acting import acting
from ingest.act.operators import Operator
from ingest.act.planning import Asking
from schemas import topics
from schemas.codec import event_from_record

_OPERATOR = Operator("demo")
_ABOUT_NOBODY = {"final": True, "status": {"overall": "APPROVED"}}
"""A signed result that names no verification: it must end as a dead letter."""


class Telling:
    """One run. ``told`` is how far each story has been told, always all of them; ``show`` is called as that changes."""

    def __init__(self, all_of_it: Everything, client: ClientSession, show: Callable[[], None]) -> None:
        self.told: Sequence[Told] = [Told(story) for story in STORIES]
        self.sandboxes: Mapping[str, Sandbox] = {
            vendor: Sandbox(client, url) for vendor, url in all_of_it.sandboxes.items()
        }
        self._all_of_it = all_of_it
        self._show = show
        self._tellers: Mapping[str, Teller] = {
            "idenfy": IdenfyTeller(self.sandboxes["idenfy"]),
            "idverse": IdverseTeller(self.sandboxes["idverse"], self._act),
            "solaris": SolarisTeller(self.sandboxes["solaris"]),
            "credas": CredasTeller(self.sandboxes["credas"], self._act),
        }

    async def tell_all(self) -> None:
        """Every story came to its events, and every callback to all that it could. Raises ``DemoFailed``."""
        async with asyncio.TaskGroup() as tasks:
            for vendor in self.sandboxes:
                tasks.create_task(self._tell_all_of(vendor), name=f"stories of {vendor}")
        for vendor in self.sandboxes:
            await self._settled(vendor)
        await until(lambda: is_all_done(self._all_of_it.process), "the stages did not finish")
        await self._look()

    async def _tell_all_of(self, vendor: str) -> None:
        for number, one in enumerate(self.told, start=1):
            if one.story.vendor == vendor:
                await self._tell(self._tellers[vendor], one, number)
        if vendor == "idenfy":
            body = {"event": "IDENTIFICATION_AUTO_FINISHED", "body": _ABOUT_NOBODY}
            await self.sandboxes[vendor].play("webhooks", body)

    async def _tell(self, teller: Teller, one: Told, number: int) -> None:
        """Each play comes to all that it can before the next one happens."""
        one.ids = await teller.begin(one.story, number)
        await self._settled(one.story.vendor)
        for play in one.story.plays:
            await teller.play(one.ids, play)
            await self._settled(one.story.vendor)
            await self._look()

        async def complete() -> bool:
            await self._look()
            return one.complete

        await until(complete, f"{one.story.title!r} of {one.story.vendor} did not end as it must")

    async def _settled(self, vendor: str) -> None:
        process, sandbox = self._all_of_it.process, self.sandboxes[vendor]
        await until(lambda: is_quiet(process, sandbox, vendor), f"the stages did not finish {vendor}'s callbacks")

    async def _look(self) -> None:
        books = {vendor: (await sandbox.deliveries())["attempts"] for vendor, sandbox in self.sandboxes.items()}
        log = self._all_of_it.process.log
        events = [event_from_record(record) async for record in log.scan(topics.VERIFICATION_EVENTS)]
        for one in self.told:
            about, vendor = self._tellers[one.story.vendor].about, one.story.vendor
            one.answers = [attempt["status"] for attempt in books[vendor] if _named(attempt[about]) & {*one.ids}]
            one.events = [event for event in events if event.verification_id in one.ids]
        self._show()

    async def _act(self, vendor: str, action: str, arguments: Mapping[str, object], reason: str) -> None:
        """As ``hookline vendor`` does."""
        settings = self._all_of_it.settings
        async with acting(settings.source, settings.act, self._all_of_it.process.log) as desk:
            await desk.perform(Asking(vendor, action, arguments, _OPERATOR, reason=reason))


def _named(about: object) -> set[str]:
    """The ids in what a vendor's books say of a delivery: one, several or none."""
    ids = about if isinstance(about, list) else [about]
    return {each for each in ids if isinstance(each, str)}

"""What Credas' webhooks and documents mean. Facts: docs/vendors/credas.md ("the facts"); a section number is one of it.

Who speaks. Section 1: a webhook is a hint, never evidence, so it says nothing here, whatever it claims; one that tells
that no invitation arrived is noted while nothing else is known. What is read afterwards decides. No document says which
resource it is: its members tell, and of data checks the kind of the target that it was fetched for (``documents``).

Who decides what. A verification is a process. Its status decides where it is under way, over or thrown away; where it
is complete, its results in the entity's summary decide (``summary``). A process that waits for an approval or was
rejected overrules its results, so its status is kept as an event of kind SIGNAL, and read back beside the summary that
is fetched together with it. One that is not there any more was deleted (``gone``). A submission or a data check is a
component: an event of its own kind about a subject of its own, ``<process>.<what it is>.<its id>``, which never decides
a process.

What makes a decision. The ids, the time and the results of the newest submission, or the process' status: nothing else.
Every document is a snapshot of what holds when it is read. Credas and its customers may review anything at any time,
and no answer says when that was. So each decision takes back the one before (``reopens``), documents count in the
order in which they were read, and ``occurred_at`` stays empty: the time of a submission would put a review before it.

Credas' results are numbers, and the same number means another thing in each list. They are told by their names.
"""

from __future__ import annotations

from datetime import timedelta

from normalizers.reading import VendorMapping
from normalizers.vendors.credas.read import read

MAPPING = VendorMapping(
    vendor="credas",
    version=2,
    # Section 4: the same result may be told anew after another one, so only what equals the last decision is repeated.
    retry_horizon=timedelta(0),
    # Section 6.2: an archived process keeps its outcome, and no page says how long after its end one is archived.
    remember_for=timedelta(days=365),
    read=read,
)

__all__ = ["MAPPING"]

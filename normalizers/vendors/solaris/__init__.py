"""What Solaris' webhooks and documents mean, IDnow's results among them.

Facts: providers/solaris.md ("the facts"); a section number names a section of it.

Who speaks. Section 1: a webhook is information only, the resource that is read afterwards decides. So a webhook whose
resource can be read says nothing here (``webhooks.THIN``), its status included, and a decision is told once, by the
document. An old webhook that Solaris retries for days can then never step back from a newer state. A webhook whose
resource nobody can read speaks by itself (``webhooks.WEBHOOKS``).

What makes a decision. Of a document: its id, its status and what explains it, null and absent being the same, so the
resource read alone and the same read out of a list are one decision, with its papers listed or without. Of a webhook
with a status: the same. Of a signal, which decides nothing: the notification, ``Solaris-Webhook-Id``; without that
header its type, entity and body (section 4). ``Solaris-Webhook-Attempt`` is part of none.

Solaris knows no reference of the customer's, so ``subject_ref`` is its id of the person or business, which the customer
stored when creating it; by that id an ERASED event is told too.
"""

from __future__ import annotations

from datetime import timedelta

from normalizers.reading import VendorMapping
from normalizers.vendors.solaris.read import read

MAPPING = VendorMapping(
    vendor="solaris",
    version=2,
    # Section 6.1: one identification goes aborted, pending, aborted within minutes, and each of them is news. So only
    # what equals the last decision is a repetition, and time makes none. That is of documents; of webhooks: ``read``.
    retry_horizon=timedelta(0),
    # Section 5: a person who never became a customer is erased after 90 days; until then a resource may be read again.
    remember_for=timedelta(days=90),
    read=read,
)

__all__ = ["MAPPING"]

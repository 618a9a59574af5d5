"""What IDVerse's notifications and transactions mean. Facts: docs/vendors/idverse.md; a section number is one of it.

Who speaks. IDKit's notification is a hint that anybody may have sent, so it says nothing here, whatever it claims; the
transaction that is fetched decides. Enterprise's events decide by themselves: their source is never unsigned.

What makes a decision. The status and the results of a transaction; never what the checks found, nor anything that a
redaction takes away. A transaction goes one way (section 6.1), so whatever equals an older decision of it is an answer
out of some cache, or the same end told through the other channel.
"""

from __future__ import annotations

from datetime import timedelta

from normalizers.reading import VendorMapping
from normalizers.vendors.idverse.read import read

MAPPING = VendorMapping(
    vendor="idverse",
    version=2,
    # Section 2.1: a link lives 7 days, and what it leads to does not come twice within its life.
    retry_horizon=timedelta(days=8),
    # Section 4: a closed transaction may be redacted at any time; the outcome that was given is to be kept.
    remember_for=timedelta(days=90),
    read=read,
)

__all__ = ["MAPPING"]

"""What iDenfy's webhooks and its API's answers mean.

Facts: providers/idenfy.md ("the facts"); a section number names a section of it.
"""

from __future__ import annotations

from datetime import timedelta

from normalizers.reading import VendorMapping
from normalizers.vendors.idenfy.read import read

MAPPING = VendorMapping(
    vendor="idenfy",
    version=2,
    # Section 4.1: retries bridge about 100 s at best.
    retry_horizon=timedelta(seconds=120),
    # Section 12: signatures never expire, and a token lives up to 30 days.
    remember_for=timedelta(days=90),
    read=read,
)

__all__ = ["MAPPING"]

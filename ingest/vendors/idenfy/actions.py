"""What can be done at iDenfy, in the order in which people are shown it."""

from __future__ import annotations

from ingest.vendors.idenfy.changing import DELETE, UPLOAD_ADDITIONAL_STEP
from ingest.vendors.idenfy.dummies import ADD_DUMMY_STATUS
from ingest.vendors.idenfy.reading import DATA, FILES, FULL_STATUS, LIST, STATUS
from ingest.vendors.idenfy.tokens import CREATE_TOKEN

ACTIONS = (CREATE_TOKEN, ADD_DUMMY_STATUS, UPLOAD_ADDITIONAL_STEP, STATUS, DATA, FILES, FULL_STATUS, LIST, DELETE)

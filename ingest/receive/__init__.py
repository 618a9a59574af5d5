"""The first door: vendors POST their callbacks; each is checked, stored, and only then answered with 200."""

from ingest.receive.receiver import Receiver
from ingest.receive.server import serve
from ingest.receive.source import Source, sources_of

__all__ = ["Receiver", "Source", "serve", "sources_of"]

"""Actions over HTTP, for services (``api``) and for people (``page``)."""

from ingest.act.web.app import make_app

__all__ = ["make_app"]

"""Actions over HTTP, for services (``api``) and for people (``page``)."""

from ingest.act.web.app import make_app, make_runner

__all__ = ["make_app", "make_runner"]

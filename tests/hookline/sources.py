"""Sources in a settings file, each of which asks a sandbox."""

from __future__ import annotations

from hookline.sandboxes import VENDORS


def source(vendor: str, url: str, *lines: str, api: str = "") -> str:
    """The ``[[source]]`` of a test account whose vendor is played at ``url``, with further lines of it and its API."""
    asked = "\n".join(f'{name} = "{value}"' for name, value in VENDORS[vendor].api(url).items())
    own = "\n".join((f'name = "{vendor}"', f'vendor = "{vendor}"', 'environment = "test"', *lines))
    return f"[[source]]\n{own}\n[source.api]\n{asked}\n{api}\n"

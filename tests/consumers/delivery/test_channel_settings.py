"""Channels in the settings: every mistake in words, and no address or token in any of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from consumers.alerts.delivery.building import channels_of
from runtime.errors import SettingsInvalid
from runtime.settings import parse_settings
from schemas.alert import Severity
from tests.consumers.delivery.receivers import SECRET

CANARY = "canary-5e1f-token"
HOOK = {"name": "ops", "kind": "webhook", "url": "https://ops.example/hooks", "secrets": ["env:SECRET"]}
CHAT = {"name": "chat", "kind": "apprise", "url": "env:CHAT_URL"}
NOT_USABLE = 'url: write it as "https://host/path", without user and fragment (http only for this very machine)'
ROOT = Path(__file__).parents[3]


def parsed(*channels: dict[str, Any], **environ: str) -> Any:  # noqa: ANN401 - settings, or what they make
    settings = parse_settings({"alert": {"channel": list(channels)}}, "hookline.toml", environ={})
    return channels_of(settings.alert.channel, environ=environ)


def test_a_channel_has_defaults_and_its_references_are_resolved() -> None:
    found = parsed(HOOK, CHAT, SECRET=SECRET, CHAT_URL=f"json://127.0.0.1/{CANARY}")
    assert ["ops", "chat"] == list(found)
    ops = found["ops"]
    assert (Severity.INFO, False, 86_400.0, 4) == (ops.least, ops.test, ops.horizon, ops.parallel)
    assert (1.0, 300.0) == (ops.patience.first, ops.patience.longest)
    assert CANARY not in repr(found)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Ops Team"}, "name: String should match pattern"),
        ({"kind": "carrier-pigeon"}, "kind: Input should be 'apprise' or 'webhook'"),
        ({"url": ""}, "url: String should have at least 1 character"),
        ({"url": f"http://ops.example/{CANARY}"}, 'url: write it as "https://host/path"'),
        ({"url": f"https://user:{CANARY}@ops.example/"}, 'url: write it as "https://host/path"'),
        ({"url": f"https://ops.example/#{CANARY}"}, 'url: write it as "https://host/path"'),
        ({"url": f"https://[{CANARY}/"}, 'url: write it as "https://host/path"'),
        ({"url": f"https://ops..example/{CANARY}"}, 'url: write it as "https://host/path"'),
        ({"secrets": []}, "secrets: a webhook must be signed; add one, 24 random bytes at least as whsec_<base64>"),
        ({"min_severity": "loud"}, "min_severity: Input should be 'INFO', 'WARNING' or 'CRITICAL'"),
        ({"timeout": 0}, "timeout: Input should be greater than 0"),
        ({"parallel": 0}, "parallel: Input should be greater than or equal to 1"),
        ({"first_pause": 10, "longest_pause": 5}, "longest_pause: shorter than first_pause; raise it"),
        ({"adress": "x"}, "adress: no such setting; remove it or see docs/settings.md"),
        ({"kind": "apprise"}, "secrets: only a webhook is signed; what Apprise needs stands in its url"),
        ({"kind": "apprise", "secrets": [], "url": CANARY}, "url: write an Apprise URL"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_write(change: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        parsed(HOOK | change, SECRET=SECRET)
    assert "hookline.toml: alert.channel[0]" in str(caught.value)
    assert words in str(caught.value)
    assert CANARY not in str(caught.value)


def test_what_references_refer_to_is_checked_too_and_told_together() -> None:
    plain = HOOK | {"name": "plain", "url": "env:HOOK_URL"}
    missing = HOOK | {"name": "missing", "secrets": ["env:MISSING"]}
    with pytest.raises(SettingsInvalid) as caught:
        parsed(plain, missing, CHAT, HOOK, HOOK_URL=f"http://x/{CANARY}", SECRET=CANARY, CHAT_URL=f"what://{CANARY}")
    lines = str(caught.value).split("\n")
    assert [
        f"alert.channel (plain).{NOT_USABLE}",
        "alert.channel (missing).secrets[0]: the environment variable MISSING is not set; set it to the secret",
        "alert.channel (chat).url: no URL that Apprise can read; see docs/alert-channels.md for how one is written",
        "alert.channel (ops).secrets[0]: write it as whsec_ and 24 to 64 random bytes in base64",
    ] == lines


def test_the_examples_of_the_documentation_are_settings() -> None:
    text = (ROOT / "docs" / "alert-channels.md").read_text(encoding="utf-8")
    examples = [block.partition("```")[0] for block in text.split("```toml\n")[1:]]
    assert examples
    for example in examples:
        parse_settings(tomllib.loads(example), "docs/alert-channels.md", environ={})

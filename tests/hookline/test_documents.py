"""What the documents say is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from hookline.everything import dev_settings
from hookline.sandboxes import VENDORS
from ingest.vendors import DOORS
from normalizers.vendors import MAPPINGS
from runtime.sections_access import OidcRole, OidcSettings
from runtime.settings import (
    AlertRuleSettings,
    ApiSettings,
    ChannelSettings,
    EventMatch,
    OperatorSettings,
    Settings,
    SourceSettings,
    StatusMatch,
    load_settings,
)

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def commands_of(text: str) -> list[str]:
    """The lines of a page's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def test_the_two_commands_of_the_readme_are_those_that_ci_runs() -> None:
    """A newcomer does what CI did, in a fresh clone, with nothing before it."""
    readme = [line for line in commands_of((ROOT / "README.md").read_text()) if line.startswith("make ")]
    ci = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("make ")]
    assert ["make demo", "make test"] == readme
    assert set(readme) <= set(ci)


def test_every_target_of_make_that_is_named_exists() -> None:
    """In the documents and in CI."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    texts = [path.read_text() for path in [*DOCUMENTS, ROOT / ".ci" / "run"]]
    named = {name for text in texts for name in re.findall(r"(?:^|`)make ([a-z]+)", text, flags=re.MULTILINE)}
    assert named <= targets


@pytest.mark.parametrize("path", sorted(ROOT.glob("deploy/*.toml")), ids=lambda path: path.name)
def test_the_examples_of_settings_are_valid(path: Path) -> None:
    """They are read as the program reads them."""
    assert load_settings(path, vendors=DOORS.keys(), environ={}).source


def keys_of(model: type[BaseModel], prefix: str) -> set[str]:
    return {f"{prefix}.{name}" for name in model.model_fields}


def test_the_settings_beside_dev_are_those_that_it_runs_without_any() -> None:
    """Else a command with them would ask other sandboxes, or look at another log."""
    urls = {vendor: f"http://127.0.0.1:{8090 + number}" for number, vendor in enumerate(VENDORS)}
    assert dev_settings(urls) == load_settings(ROOT / "deploy" / "dev.toml", vendors=DOORS.keys(), environ={})


def test_every_setting_is_documented_and_no_other() -> None:
    """docs/settings.md has a row for each key."""
    written = set(re.findall(r"^\| `([a-z_\[\].]+)` ", (ROOT / "docs" / "settings.md").read_text(), flags=re.MULTILINE))
    known = keys_of(SourceSettings, "source[]") | keys_of(ApiSettings, "source[].api")
    known |= keys_of(OperatorSettings, "operator[]")
    known |= keys_of(AlertRuleSettings, "alert.rule[]") | keys_of(ChannelSettings, "alert.channel[]")
    known |= keys_of(EventMatch, "alert.rule[].event") | keys_of(StatusMatch, "alert.rule[].status")
    known |= keys_of(OidcSettings, "oidc") | keys_of(OidcRole, "oidc.role[]")
    for name, model in sections().items():
        known |= keys_of(model, name)
    assert known == written


def test_the_full_example_names_every_setting() -> None:
    """Whoever starts from it finds all there is."""
    text = (ROOT / "deploy" / "full.toml").read_text()
    named = set(re.findall(r"^([a-z_]+) =", text, flags=re.MULTILINE))
    named |= {name.rpartition(".")[2] for name in re.findall(r"^\[+([a-z_.]+)\]", text, flags=re.MULTILINE)}
    models: list[type[BaseModel]] = [SourceSettings, ApiSettings, OperatorSettings, OidcSettings, OidcRole]
    models += [AlertRuleSettings, EventMatch, StatusMatch, ChannelSettings]
    models += sections().values()
    fields = {name for model in models for name in model.model_fields}
    options = {name for door in DOORS.values() for name in (*door.words, door.header_option) if name}
    assert fields | options | sections().keys() | {"oidc", "source", "operator"} == named


def sections() -> dict[str, type[BaseModel]]:
    """The settings' sections that stand once, by name."""
    annotations = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {name: it for name, it in annotations.items() if isinstance(it, type) and issubclass(it, BaseModel)}


def test_every_command_in_the_documents_exists() -> None:
    """``hookline <command>`` as written in a shell block or between backticks."""
    shown = subprocess.run([sys.executable, "-m", "hookline", "--help"], capture_output=True, text=True, check=True)
    known = set(re.findall(r"^  ([a-z-]+)  ", shown.stdout, flags=re.MULTILINE))
    named: set[str] = set()
    for path in DOCUMENTS:
        text = path.read_text()
        pieces = commands_of(text) + re.findall(r"`([^`\n]+)`", text)
        named |= {match for piece in pieces for match in re.findall(r"^(?:\S*/)?hookline ([a-z-]+)", piece)}
    assert named
    assert named <= known


def test_links_between_documents_lead_somewhere() -> None:
    """Relative links name files that are there."""
    for path in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_vendor_has_a_door_a_mapping_and_a_page() -> None:
    """Two lists that must not drift apart, since neither room may import the other."""
    assert DOORS.keys() == MAPPINGS.keys()
    assert {path.stem for path in ROOT.glob("docs/vendors/*.md")} == DOORS.keys()


def test_lock_files_name_no_place() -> None:
    """Hashes say what is meant; where it comes from is the machine's business."""
    for path in ROOT.glob("requirements*.lock"):
        text = path.read_text()
        assert ("://" in text, "--hash=sha256:" in text) == (False, True), path.name

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.errors import SettingsInvalid
from runtime.secrets import secrets_of
from runtime.settings import Settings, SourceSettings, load_settings, parse_settings

MINIMAL = """
[log]
url = "sqlite:///hookline.db"
[receiver]
listen = "127.0.0.1:8080"
[[source]]
name = "idenfy"
vendor = "idenfy"
secrets = ["env:IDENFY_SIGNING_KEY"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "hookline.toml"
    path.write_text(text)
    return path


def load(folder: Path, text: str, **environ: str) -> Settings:
    return load_settings(written(folder, text), vendors=["idenfy"], environ=environ)


def mistakes(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        load(folder, text, **environ)
    return [line.removeprefix(f"{folder}/hookline.toml: ") for line in str(caught.value).splitlines()]


def test_the_smallest_file_is_enough(tmp_path: Path) -> None:
    """Everything that is not written has a default."""
    settings = load(tmp_path, MINIMAL)
    assert ("idenfy",) == settings.vendors
    assert settings.receiver.max_body_bytes == 2 * 1024 * 1024


def test_the_projections_lie_beside_the_embedded_log(tmp_path: Path) -> None:
    """A newcomer need not say where."""
    assert load(tmp_path, '[log]\nurl = "sqlite:////data/x.db"').projections_url == "sqlite:////data/x-views.db"


def test_every_mistake_is_reported_at_once_with_its_place(tmp_path: Path) -> None:
    """One run of the program shows all that is to be mended."""
    text = """
    [log]
    url = 5
    colour = "blue"
    [receiver]
    listen = "8080"
    [[source]]
    name = "a"
    vendor = "nobody"
    [[source]]
    name = "b"
    vendor = "idenfy"
    """
    assert mistakes(tmp_path, text) == [
        "log.url: Input should be a valid string",
        "log.colour: no such setting; remove it or see docs/settings.md",
        'receiver.listen: write it as "host:port", for example "127.0.0.1:8080" (port 0: any free one)',
        "source[0] (a): vendor: no such vendor; write one of: idenfy",
        'source[1] (b): secrets: none given; write secrets = ["env:NAME"], or unsigned = true to accept anything',
    ]


def test_two_sources_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    """A path leads to one account."""
    source = '[[source]]\nname = "a"\nvendor = "idenfy"\nunsigned = true\n'
    assert mistakes(tmp_path, source * 2) == ["source: the name a is given twice; each source needs its own"]


def test_a_body_that_is_taken_fits_on_the_log(tmp_path: Path) -> None:
    """Otherwise it would be refused after it was received."""
    text = "[receiver]\nmax_body_bytes = 5_000_000"
    assert mistakes(tmp_path, text) == ["log.max_record_bytes: a body and its headers must fit; write at least 5065536"]


def test_unsigned_must_be_said_aloud_and_alone(tmp_path: Path) -> None:
    """An open door beside a key is a misunderstanding."""
    text = '[[source]]\nname = "a"\nvendor = "idenfy"\nunsigned = true\nsecrets = ["x"]'
    assert mistakes(tmp_path, text) == ["source[0] (a): unsigned: true beside secrets; remove one of the two"]


def test_a_value_that_is_wrong_is_not_repeated(tmp_path: Path) -> None:
    """It may be a secret in the wrong place."""
    text = '[[source]]\nname = "CANARY-name"\nvendor = "idenfy"\nsecrets = "CANARY-secret"'
    assert "CANARY-secret" not in "\n".join(mistakes(tmp_path, text))


def test_a_file_that_is_not_toml_says_where(tmp_path: Path) -> None:
    """The line is in the message."""
    assert "line 2" in mistakes(tmp_path, "[log]\nurl = nope\n")[0]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """Defaults are for those who named no file."""
    with pytest.raises(SettingsInvalid, match="cannot be read"):
        load_settings(tmp_path / "nowhere.toml", environ={})


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    """HOOKLINE_SETTINGS stands in for --settings."""
    path = written(tmp_path, '[log]\nurl = "sqlite:///named.db"')
    assert load_settings(environ={"HOOKLINE_SETTINGS": str(path)}).log.url == "sqlite:///named.db"


def test_any_key_can_be_overridden_by_the_environment(tmp_path: Path) -> None:
    """Sections by name, sources by their name, values as TOML or as text."""
    settings = load(
        tmp_path,
        MINIMAL,
        HOOKLINE_LOG__URL="sqlite:////elsewhere.db",
        HOOKLINE_RECEIVER__MAX_BODY_BYTES="4096",
        HOOKLINE_SOURCE__IDENFY__SECRETS='["env:A", "env:B"]',
        HOOKLINE_SOURCE__IDENFY__ENVIRONMENT="test",
    )
    assert settings.log.url == "sqlite:////elsewhere.db"
    assert settings.receiver.max_body_bytes == 4096
    assert [("env:A", "env:B", "test")] == [(*source.secrets, source.environment) for source in settings.source]


def test_a_source_can_come_from_the_environment_alone() -> None:
    """A container needs no file."""
    environ = {"HOOKLINE_SOURCE__MY_EU__VENDOR": "idenfy", "HOOKLINE_SOURCE__MY_EU__UNSIGNED": "true"}
    assert [source.name for source in parse_settings({}, "settings", environ=environ).source] == ["my-eu"]


def test_an_override_of_no_such_key_is_a_mistake(tmp_path: Path) -> None:
    """A misspelt variable does not silently do nothing."""
    assert mistakes(tmp_path, MINIMAL, HOOKLINE_LOG__URI="x") == [
        "log.uri: no such setting; remove it or see docs/settings.md"
    ]


def test_secrets_come_from_the_environment_from_files_or_from_the_settings(tmp_path: Path) -> None:
    """A file's last line break is not part of the key."""
    key = tmp_path / "key"
    key.write_text("from a file\n")
    source = SourceSettings(name="a", vendor="idenfy", secrets=("env:KEY", f"file:{key}", "plain"))
    assert [(secret.name, secret.value) for secret in secrets_of(source, {"KEY": "from env"})] == [
        ("env:KEY", b"from env"),
        (f"file:{key}", b"from a file"),
        ("secrets[2]", b"plain"),
    ]


def test_every_missing_secret_is_named() -> None:
    """A source without its key stops the start, and says which."""
    source = SourceSettings(name="a", vendor="idenfy", secrets=("env:NOPE", "file:/nowhere/key"))
    with pytest.raises(SettingsInvalid) as caught:
        secrets_of(source, {})
    assert str(caught.value).splitlines() == [
        "source (a).secrets[0]: the environment variable NOPE is not set; set it to the secret",
        "source (a).secrets[1]: the file /nowhere/key is missing or empty; put the secret into it",
    ]


def test_a_secret_is_not_shown_by_its_repr() -> None:
    """It would end in a log line."""
    source = SourceSettings(name="a", vendor="idenfy", secrets=("CANARY",))
    assert "CANARY" not in repr(secrets_of(source, {}))


API = """
[[source]]
name = "acme"
vendor = "idenfy"
secrets = ["k"]
environment = "{environment}"
[source.api]
base_url = "{base}"
secret = "s"
"""


@pytest.mark.parametrize(
    "base",
    ["http://api.example", "ftp://api.example", "api.example", "https://user@api.example", "https://api.example/?a=b"],
)
def test_a_vendor_is_asked_over_https_and_at_an_address_that_is_one(tmp_path: Path, base: str) -> None:
    """No user, query or fragment, as paths go behind it; the message does not repeat it."""
    (said,) = mistakes(tmp_path, API.format(environment="production", base=base))
    assert "api.base_url: " in said
    assert "user@" not in said


def test_a_test_account_may_be_asked_in_clear(tmp_path: Path) -> None:
    """The sandbox has no certificate."""
    settings = load(tmp_path, API.format(environment="test", base="http://127.0.0.1:8091/v1"))
    assert settings.source[0].api is not None


def test_a_table_of_a_source_can_be_overridden_by_the_environment(tmp_path: Path) -> None:
    """A key of it, beside those of the file."""
    text = API.format(environment="test", base="http://127.0.0.1:8091")
    changed = {"HOOKLINE_SOURCE__ACME__API__PER_DAY": "7", "HOOKLINE_SOURCE__ACME__OPTIONS__PRODUCT": "idkit"}
    (source,) = load(tmp_path, text, **changed).source
    assert source.api is not None
    assert (7, "s", {"product": "idkit"}) == (source.api.per_day, source.api.secret, source.options)


def test_an_answer_that_is_taken_fits_on_the_log(tmp_path: Path) -> None:
    text = API.format(environment="test", base="http://127.0.0.1:8091") + "max_answer_bytes = 8000000"
    (said,) = mistakes(tmp_path, text)
    assert "source (acme).api.max_answer_bytes: must fit on the log" in said


def test_a_source_that_awaits_its_secrets_has_none_and_accepts_nothing(tmp_path: Path) -> None:
    """Said aloud, and alone."""
    head = '[[source]]\nname = "acme"\nvendor = "idenfy"\nawaiting_secrets = true\n'
    assert load(tmp_path, head).source[0].awaiting_secrets
    for more in ('secrets = ["k"]', "unsigned = true"):
        (said,) = mistakes(tmp_path, head + more)
        assert "awaiting_secrets: true, though" in said


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("https://kyc.example", True),
        ("https://kyc.example:8443", True),
        ("http://127.0.0.1:8088", True),
        ("http://kyc.example", False),
        ("https://kyc.example/", False),
        ("https://kyc.example/console", False),
        ("https://ann@kyc.example", False),
        ("https://", False),
        ("kyc.example", False),
        ("https://[", False),
    ],
)
def test_the_consoles_address_is_one_where_nobody_reads_along(url: str, *, is_good: bool) -> None:
    """Its pages lie at the root of it."""
    if is_good:
        assert url == parse_settings({"console": {"url": url}}, "hookline.toml", environ={}).console.url
        return
    with pytest.raises(SettingsInvalid, match=r'console: url: write it as "https://host"'):
        parse_settings({"console": {"url": url}}, "hookline.toml", environ={})


def test_two_persons_may_come_from_an_issuer() -> None:
    """Nobody can count them."""
    oidc = {"issuer": "https://x.example", "client_id": "h", "role": [{"value": "a", "role": "operator"}]}
    content = {"act": {"two_persons": ["credas.*"]}, "oidc": oidc}
    assert ("credas.*",) == parse_settings(content, "hookline.toml", environ={}).act.two_persons

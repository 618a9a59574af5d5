"""From the log's URL and the settings to what the clients of the brokers are given."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import LogRefused, SettingsInvalid
from runtime.eventlog.kafka.connection import connection
from runtime.settings import KafkaSettings

PLAIN = KafkaSettings()
HOSTS = st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?", fullmatch=True) | st.ip_addresses(v=6).map(
    lambda address: f"[{address}]"
)


@given(
    st.lists(st.tuples(HOSTS, st.none() | st.integers(1, 65535)), min_size=1, max_size=5), st.sampled_from(["", " "])
)
def test_each_broker_of_the_url_is_given_with_its_port(brokers: list[tuple[str, int | None]], space: str) -> None:
    """In the URL's order; a port that is not said is 9092, and spaces after commas are no part of a name."""
    parts = [host if port is None else f"{host}:{port}" for host, port in brokers]
    made = connection("kafka://" + f",{space}".join(parts), PLAIN)
    assert [f"{host}:{port or 9092}" for host, port in brokers] == made.options["bootstrap_servers"]
    assert "" == made.prefix


def test_a_path_is_the_prefix_of_every_name() -> None:
    """Logs that share a cluster stay apart."""
    made = connection("kafka://a:1/blue", PLAIN)
    assert ("kafka://a:1/blue", "blue.callbacks") == (made.name, made.full("callbacks"))
    assert "callbacks" == made.ours("blue.callbacks")


@pytest.mark.parametrize(
    "url",
    [
        "kafka://",
        "kafka:///prefix",
        "kafka://a,,b",
        "kafka://a,",
        "kafka://a:",
        "kafka://a:port",
        "kafka://a:0",
        "kafka://a:65536",
        "kafka://a:²",
        "kafka://::1",
        "kafka://[::1",
        "kafka://a b:1",
        "kafka://a?acks=1",
        "kafka://a/b/c",
        "kafka://a/with space",
        "http://a:1",
    ],
)
def test_a_url_that_names_no_brokers_is_refused(url: str) -> None:
    """The message shows it, and how to write one."""
    with pytest.raises(LogRefused) as refused:
        connection(url, PLAIN)
    assert f"log url {url!r}: not Kafka's; write kafka://host:9092" in str(refused.value)


def test_a_password_in_the_url_is_refused_and_not_shown() -> None:
    """Users and passwords are settings; whoever writes one into the URL finds it in no log."""
    with pytest.raises(LogRefused) as refused:
        connection("kafka://hookline:the-password@a:9092", PLAIN)
    assert "the-password" not in str(refused.value)


@pytest.mark.parametrize(
    ("tls", "sasl", "protocol"),
    [
        (False, None, "PLAINTEXT"),
        (True, None, "SSL"),
        (False, "PLAIN", "SASL_PLAINTEXT"),
        (True, "SCRAM-SHA-512", "SASL_SSL"),
    ],
)
def test_tls_and_sasl_choose_the_protocol(tls: bool, sasl: str | None, protocol: str) -> None:  # noqa: FBT001 - a row
    """One of Kafka's four security protocols."""
    settings = KafkaSettings.model_validate({"tls": tls, "sasl": sasl, "username": "u", "password": "p"})
    assert protocol == connection("kafka://a", settings).options["security_protocol"]


def test_a_password_may_lie_in_a_file_and_is_not_shown(tmp_path: Path) -> None:
    """``file:`` names where it is; the connection's repr does not hold it."""
    (tmp_path / "password").write_text("the-password\n")
    settings = KafkaSettings(sasl="PLAIN", username="u", password=f"file:{tmp_path / 'password'}")
    made = connection("kafka://a", settings)
    assert "the-password" == made.options["sasl_plain_password"]
    assert "the-password" not in repr(made)


def test_a_password_that_is_not_there_names_its_setting(tmp_path: Path) -> None:
    """Before anything connects."""
    settings = KafkaSettings(sasl="PLAIN", username="u", password=f"file:{tmp_path / 'none'}")
    with pytest.raises(SettingsInvalid, match=r"kafka\.password: the file .*/none is missing or empty"):
        connection("kafka://a", settings)


def test_certificates_that_cannot_be_read_name_their_settings(tmp_path: Path) -> None:
    """A file that is missing, and one that is no certificate."""
    (tmp_path / "text.pem").write_text("not a certificate")
    for name in ("none.pem", "text.pem"):
        with pytest.raises(LogRefused, match=r"kafka\.ca_file, cert_file, key_file: cannot be used"):
            connection("kafka://a", KafkaSettings(tls=True, ca_file=tmp_path / name))

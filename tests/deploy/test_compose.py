"""deploy/compose.yaml: every key, command, setting, file and address in it is one that there is."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer
from jsonschema import Draft202012Validator

from hookline.app import app
from hookline.sandboxes import VENDORS
from ingest.calling import accounts_of
from ingest.vendors import DOORS
from runtime.settings import Settings, parse_settings
from tests.deploy.reading import DEPLOY, Service, compose, final, ours, services

SETTINGS = DEPLOY / "compose" / "hookline.toml"
STAGES = {"receive", "fetch", "reconcile", "normalize", "project", "alert"}
SANDBOXES = {
    "sandbox": "idenfy",
    "sandbox-idverse": "idverse",
    "sandbox-solaris": "solaris",
    "sandbox-credas": "credas",
}


def schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads((Path(__file__).parent / "compose.schema.json").read_text()))


def environment_of(service: Service) -> dict[str, str]:
    return dict(service.get("environment", {}))


def settings_of(service: Service) -> Settings:
    """The mounted settings with the service's environment over them, as the program reads them."""
    content = tomllib.loads(SETTINGS.read_text())
    return parse_settings(content, str(SETTINGS), vendors=DOORS.keys(), environ=environment_of(service))


def mounts(service: Service) -> dict[str, str]:
    """Targets and sources of the service's long-form mounts."""
    return {mount["target"]: mount["source"] for mount in service.get("volumes", []) if isinstance(mount, dict)}


def reads_settings(service: Service) -> bool:
    return "HOOKLINE_SETTINGS" in environment_of(service)


def test_it_is_a_compose_file() -> None:
    """By the specification's schema, as far as the file uses it."""
    assert [] == [f"{list(error.absolute_path)}: {error.message}" for error in schema().iter_errors(compose())]


@pytest.mark.parametrize(
    "wrong",
    [
        {"comand": ["receive"]},
        {"stop_grace_period": "30 seconds"},
        {"depends_on": {"kafka": {"condition": "healthy"}}},
        {"healthcheck": {"test": "hookline health"}},
        {"environment": {"HOOKLINE_KAFKA__REPLICATION": 1}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_the_schema_refuses_what_compose_would_not_understand(wrong: dict[str, Any]) -> None:
    """A misspelt key, a duration that is none, an unknown condition, a check that is no command, a bare number."""
    file = compose()
    file["services"]["receive"] |= wrong
    assert not schema().is_valid(file)


def test_every_stage_runs_and_beside_them_log_registry_database_and_every_vendor() -> None:
    """Nothing of the way is left out."""
    assert {"kafka", "registry", "postgres"} == services().keys() - ours().keys()
    assert {*STAGES, *SANDBOXES, "topics", "schemas", "console"} == ours().keys()
    assert {*SANDBOXES.values()} == DOORS.keys()
    assert STAGES == {service["command"][0] for name, service in ours().items() if name in STAGES}


@pytest.mark.parametrize("name", ours())
def test_every_command_is_one_of_hookline(name: str) -> None:
    """The command line takes its name, its options and their values."""
    command: Any = typer.main.get_command(app)
    words = list(ours()[name]["command"])
    while words and hasattr(command, "get_command"):  # a group may run by itself
        found = command.get_command(None, words[0])
        assert found is not None, f"hookline has no command {words[0]!r}"
        command, words = found, words[1:]
    assert command.make_context(name, words).params is not None


@pytest.mark.parametrize("name", [name for name, service in ours().items() if reads_settings(service)])
def test_every_setting_is_known(name: str) -> None:
    """The mounted file and each variable of the service are settings, and stand where the program looks for them."""
    service = ours()[name]
    settings = settings_of(service)
    assert settings.source
    assert {environment_of(service)["HOOKLINE_SETTINGS"]: f"./compose/{SETTINGS.name}"} == mounts(service)
    plain = {variable for variable in environment_of(service) if "__" not in variable}
    assert plain <= {"HOOKLINE_SETTINGS", "PGPASSWORD"}


def test_the_sandboxes_alone_read_no_settings() -> None:
    """Whoever runs a stage or sets something up is given them."""
    assert [*SANDBOXES] == [name for name, service in ours().items() if not reads_settings(service)]


@pytest.mark.parametrize("name", services())
def test_what_a_service_waits_for_can_happen(name: str) -> None:
    """Healthy needs a health check that is not switched off; completed needs a service that is not restarted."""
    for other, wanted in services()[name].get("depends_on", {}).items():
        awaited = services()[other]
        checked = "test" in awaited.get("healthcheck", {}) or (other in ours() and bool(final("HEALTHCHECK")))
        ends = awaited.get("restart") == "no"
        switched_off = awaited.get("healthcheck", {}).get("disable", False)
        possible = {"service_healthy": checked and not switched_off, "service_completed_successfully": ends}
        assert possible[wanted["condition"]], f"{name} waits for {other}"


def test_stages_start_once_topics_schemas_and_tables_can_be_there() -> None:
    """No stage meets a log without topics or a registry without schemas; who needs the database finds it."""
    for name in STAGES:
        assert {"topics", "schemas"} <= services()[name]["depends_on"].keys()
    for name in ("project", "reconcile"):
        assert "postgres" in services()[name]["depends_on"], name


def test_the_settings_name_services_and_the_ports_they_listen_on() -> None:
    """Kafka's inner listener, the registry and the database, each by its service's name."""
    settings = settings_of(services()["project"])
    kafka = services()["kafka"]["environment"]
    assert settings.registry.url is not None
    names = {urlsplit(url).hostname for url in (settings.registry.url, settings.projections_url)}
    assert {"registry", "postgres"} == names
    assert settings.log.url.removeprefix("kafka://") in kafka["KAFKA_ADVERTISED_LISTENERS"].replace("//", ",").split(
        ","
    )
    database = urlsplit(settings.projections_url)
    postgres = services()["postgres"]["environment"]
    assert (postgres["POSTGRES_USER"], f"/{postgres['POSTGRES_DB']}") == (database.username, database.path)
    for name in ("project", "reconcile"):
        assert postgres["POSTGRES_PASSWORD"] == services()[name]["environment"]["PGPASSWORD"], name


def test_one_broker_can_keep_what_the_settings_ask_for() -> None:
    """Copies and acknowledgements for the one broker that there is; nothing is created by accident."""
    settings = settings_of(services()["topics"])
    kafka = services()["kafka"]["environment"]
    assert (1, 1) == (settings.kafka.replication, settings.kafka.min_insync)
    copies = [key for key in kafka if key.endswith(("REPLICATION_FACTOR", "MIN_ISR"))]
    assert {"1"} == {kafka[key] for key in copies}
    assert kafka["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_kafka_tells_the_host_an_address_that_it_can_reach() -> None:
    """The outer listener is published under the very port that it advertises."""
    kafka = services()["kafka"]
    advertised = dict(each.split("://") for each in kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"].split(","))
    listening = dict(each.split("://") for each in kafka["environment"]["KAFKA_LISTENERS"].split(","))
    assert [f"{advertised['OUTSIDE']}{listening['OUTSIDE']}"] == kafka["ports"]


def test_receivers_are_published_where_they_listen_one_port_each() -> None:
    """As many ports on the host as there are receivers, all on the loopback address."""
    receive = services()["receive"]
    [published] = receive["ports"]
    host, ports, inside = published.split(":")
    first, last = ports.split("-")
    assert (host, receive["deploy"]["replicas"]) == ("127.0.0.1", int(last) - int(first) + 1)
    assert settings_of(receive).receiver.listen == f"0.0.0.0:{inside}"


def test_a_service_is_given_the_secrets_that_it_reads_and_no_other() -> None:
    """Only receivers check signatures; the files that the settings name are the ones that are mounted."""
    receive = services()["receive"]
    read = [secret for source in settings_of(receive).source for secret in source.secrets]
    assert [f"file:/run/secrets/{name}" for name in receive["secrets"]] == read
    assert ["receive"] == [name for name, service in services().items() if "secrets" in service]
    assert {*receive["secrets"]} == compose()["secrets"].keys()


@pytest.mark.parametrize(("name", "vendor"), SANDBOXES.items())
def test_a_sandbox_proves_itself_with_the_secret_that_receivers_know(name: str, vendor: str) -> None:
    """The one for trying is marked as such, and its source's events as tests; nobody chose another for the sandbox."""
    [source] = [each for each in settings_of(services()["receive"]).source if each.vendor == vendor]
    [secret] = source.secrets
    file = DEPLOY / compose()["secrets"][secret.removeprefix("file:/run/secrets/")]["file"]
    assert (VENDORS[vendor].secret, True) == (file.read_text().strip(), file.name.startswith("dev-only-"))
    command = services()[name]["command"]
    assert ["sandbox", vendor, "--host", "0.0.0.0", "--send-to"] == command[:5]  # noqa: S104 - within its network
    assert f"http://receive:8080/callbacks/{source.name}" == command[5]
    assert {"--signing-key", "--header-value", "--webhook-secret"}.isdisjoint(command)
    assert source.environment == "test"


@pytest.mark.parametrize(("name", "vendor"), SANDBOXES.items())
def test_a_source_asks_the_sandbox_of_its_vendor(name: str, vendor: str) -> None:
    """At its service's name and port, with its account, which the program takes; each has a port of its own outside."""
    sources = settings_of(services()["fetch"]).source
    [source] = [each for each in sources if each.vendor == vendor]
    assert source.api is not None
    wanted = {key: value for key, value in VENDORS[vendor].api(f"http://{name}:8090").items() if key != "scope"}
    assert wanted.items() <= source.api.model_dump().items()
    assert source.name in accounts_of(sources)
    outside = [services()[each]["ports"] for each in SANDBOXES]
    assert [[f"127.0.0.1:{port}:8090"] for port in (8090, 8091, 8092, 8093)] == outside


def test_every_file_that_is_mounted_is_there() -> None:
    """Else Docker would make a folder of that name."""
    every = [mount for service in services().values() for mount in service.get("volumes", [])]
    short = [mount.split(":")[0] for mount in every if isinstance(mount, str)]
    long = [source for service in services().values() for source in mounts(service).values()]
    files = [source for source in [*short, *long] if source.startswith(".")]
    assert files
    assert [] == [file for file in files if not (DEPLOY / file).is_file()]
    named = {source for source in short if not source.startswith(".")}
    assert compose()["volumes"].keys() == named


@pytest.mark.parametrize("name", ours())
def test_our_containers_may_do_next_to_nothing(name: str) -> None:
    """A read-only root, a small /tmp, no capability, no way to new ones, bounded memory and processes."""
    service = ours()[name]
    assert service["read_only"]
    assert ["/tmp:size=64m,mode=1777"] == service["tmpfs"]  # noqa: S108 - the container's own
    assert ["ALL"] == service["cap_drop"]
    assert ["no-new-privileges:true"] == service["security_opt"]
    assert {"mem_limit", "pids_limit"} <= service.keys()


@pytest.mark.parametrize("name", sorted(STAGES))
def test_a_stage_is_started_again_and_given_the_time_to_stop(name: str) -> None:
    """Callbacks in flight, then the batch in hand, then the log's close."""
    service = services()[name]
    settings = settings_of(service)
    assert service["restart"] == "unless-stopped"
    grace = float(service["stop_grace_period"].removesuffix("s"))
    assert grace > settings.receiver.shutdown_timeout + 2 * settings.log.deadline


def test_images_are_pinned_by_a_tag() -> None:
    """No latest, no bare name."""
    images = {service["image"] for service in services().values()}
    assert [] == [image for image in images if ":" not in image or image.endswith(":latest")]

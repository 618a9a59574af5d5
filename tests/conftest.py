from __future__ import annotations

pytest_plugins = ["tests.servers.kafka", "tests.servers.registry", "tests.servers.postgres"]

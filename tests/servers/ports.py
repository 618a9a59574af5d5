from __future__ import annotations

import random
import socket
from contextlib import ExitStack

HOST = "127.0.0.1"
# Below the ports that the kernel gives to clients, so that none takes one of these while its server is down.
_RANGE = range(20000, 32000)
# Of no seed: two runs at once must not ask for the same ones.
_chance = random.SystemRandom()


def free_ports(count: int) -> list[int]:
    """So many ports of 127.0.0.1 that nobody listens on."""
    with ExitStack() as held:
        ports: list[int] = []
        while len(ports) < count:
            port = _chance.choice(_RANGE)
            try:
                held.enter_context(socket.socket()).bind((HOST, port))
            except OSError:
                continue
            ports.append(port)
        return ports

"""How the containers of a job with several hosts find each other by name."""

from __future__ import annotations

from skylift.emulator.engine import RUN_LABEL, Engine, EngineRefused
from skylift.emulator.execution import Container
from skylift.emulator.views import address_of

_PREFIX = "skylift-"
_THERE = "already exists"
_MACHINES_OWN = "host"
_NOBODYS = "none"


def for_container(container: Container, said: str | None) -> str:
    """The network that a container is on; empty for the engine's default one.

    :param said: the one that was chosen for all jobs, if any. On the engine's default one there are no
        names, so a job with several hosts has a network of its own. So have the hosts of an isolated job,
        who reach each other and nobody else.
    """
    if container.isolated and len(container.peers) == 1:
        return _NOBODYS
    if len(container.peers) > 1 and (said is None or container.isolated):
        return _PREFIX + container.name
    return said or ""


def is_ours(network: str) -> bool:
    return network.startswith(_PREFIX)


def make(engine: Engine, network: str, run: str, *, internal: bool = False) -> None:
    """Make a job's own network; the first of its hosts does.

    :param internal: nobody else is reached from it.
    """
    if not is_ours(network):
        return
    try:
        label = f"{RUN_LABEL}={run}"
        closed = ("--internal",) if internal else ()
        engine.run("network", "create", "--label", label, *closed, network)
    except EngineRefused as error:
        if _THERE not in error.said:
            raise


def remove(engine: Engine, network: str) -> None:
    """Remove a job's own network; refused, and left to the last of its hosts, while another is on it."""
    if not is_ours(network):
        return
    try:
        engine.run("network", "rm", network)
    except EngineRefused as error:
        if "active endpoints" not in error.said and "not found" not in error.said:
            raise


def arguments(container: Container, network: str) -> tuple[str, ...]:
    """Options of ``docker create``: the network, and the names of the job's hosts on it."""
    chosen = ("--network", network) if network else ()
    if network == _MACHINES_OWN or len(container.peers) == 1:
        # On the machine's own network each has a loopback address to itself; and one alone needs no other.
        names = [f"{host}:{address_of(rank)}" for rank, host in enumerate(container.peers)]
        return (*chosen, *(word for name in names for word in ("--add-host", name)))
    return (*chosen, "--network-alias", container.host)

"""Ends what is left of a job whose owner died."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skylift.emulator.around import Around
from skylift.emulator.engine import Engine
from skylift.emulator.pipes import remove_pipes
from skylift.emulator.place import JobPlace
from skylift.emulator.processes import end_group, end_marked
from skylift.errors import NotReady, RemoteError
from skylift.host.files import read_json, remove_tree
from skylift.host.processes import ProcessIdentity, identify, this_process
from skylift_runtime.contract import JOB_NAME_VARIABLE


def end(place: JobPlace, environment: Mapping[str, str]) -> bool:
    """End the process groups or containers that were noted at ``place.owned``, and forget them.

    Only when it still is the same. False when nothing was left. To be called when the job's owner is
    known to be dead. ``environment`` is the docker client's.

    :raises NotReady: when it was a container and no engine answers.
    """
    found = read_json(place.owned)
    if found is None:
        return False
    hosts = found.get("hosts")
    # All of them, whatever the first one says.
    ended = [_end(host, environment) for host in (hosts if isinstance(hosts, list) else ())]
    remove_pipes(place.root)
    for scratch in (place.scratch, *place.root.glob(".algo-*.scratch")):
        remove_tree(scratch)
    place.owned.unlink(missing_ok=True)
    return any(ended)


def end_named(name: str, environment: Mapping[str, str], *, docker: bool) -> None:
    """End whatever bears a job's name, where nothing was noted. Under the same condition."""
    end_marked(f"{JOB_NAME_VARIABLE}={name}")
    if docker:
        # An engine that is away runs nothing that could be ended now.
        with contextlib.suppress(NotReady, RemoteError):
            Engine("docker", environment).remove_run(name)


def at_work() -> dict[str, int]:
    """The jobs of which something is at work as a process here, each with one of its processes.

    Only where there is a /proc, and only what we may look at.
    """
    found: dict[str, int] = {}
    mark = f"{JOB_NAME_VARIABLE}=".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for word in (entry / "environ").read_bytes().split(b"\0"):
                if word.startswith(mark) and int(entry.name) != os.getpid():
                    found[word.removeprefix(mark).decode(errors="replace")] = int(entry.name)
    return found


def _end(found: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    if "process" in found:
        ended = _end_process(ProcessIdentity(**found["process"]))
        return end_marked(str(found["marker"])) or ended if found.get("marker") else ended
    if "container" in found:
        engine = Engine(found["docker"], environment)
        ended = _end_container(engine, found["container"])
        Around(found.get("network", ""), found.get("disk", ""), tuple(found.get("copies", ()))).remove(engine)
        return ended
    return False


def _end_process(identity: ProcessIdentity) -> bool:
    if identity.elsewhere:
        # Here that number is somebody else's, and so is its group.
        return False
    now = identify(identity.pid)
    if now is None:
        # The leader has gone. Its number stays taken as long as its group has members, and after a
        # restart of the machine there are none.
        return identity.boot == this_process().boot and end_group(identity.pid)
    return now == identity and end_group(identity.pid)


def _end_container(engine: Engine, name: str) -> bool:
    if not engine.has(name):
        engine.check()
        return False
    engine.remove(name)
    return True

"""A container's tree on a disk of limited size: a volume in memory.

The engine keeps such a volume only while a container uses it, so a second container, which does nothing,
holds it until what the job has left was taken from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skylift.emulator.engine import RUN_LABEL, Engine, EngineRefused, mount_option
from skylift.emulator.execution import Container
from skylift.emulator.job_fault import JobFault
from skylift_runtime.contract import ML_ROOT

_INPUTS = "input"
"""Not on the disk: they take no room there."""


def for_container(container: Container) -> str:
    """The name of a container's own disk, and of the one that holds it; empty where it has none."""
    return f"{container.label}-disk" if container.disk_bytes is not None else ""


def make(engine: Engine, container: Container, image: str, disk: str) -> None:
    """Make the disk, with what is in the container's tree on it.

    :raises JobFault: when that does not fit, or the image can hold none.
    """
    if not disk:
        return
    options = ("type=tmpfs", "device=tmpfs", f"o=size={container.disk_bytes},mode=0755")
    label = ("--label", f"{RUN_LABEL}={container.name}")
    engine.run("volume", "create", *label, *(word for option in options for word in ("--opt", option)), disk)
    try:
        engine.run(
            *("run", "--detach", *label, "--name", disk, "--network", "none", *_mounted(disk)),
            *("--entrypoint", "/bin/sh", image, "-c", "while :; do sleep 3600; done"),
        )
        for entry in container.place.root.iterdir():
            if entry.name != _INPUTS:
                engine.run("cp", str(entry), f"{disk}:{ML_ROOT}/")
    except EngineRefused as error:
        remove(engine, disk)
        raise JobFault(f"ClientError: the job's disk can not be made: {error.said}") from error


def arguments(container: Container, disk: str) -> Sequence[str]:
    """Options of ``docker create`` that put the tree where the job looks for it."""
    root = container.place.root
    if not disk:
        return ("--mount", mount_option(root, ML_ROOT, writable=True))
    inputs = mount_option(root / _INPUTS, f"{ML_ROOT}/{_INPUTS}", writable=True)
    return (*_mounted(disk), "--mount", inputs)


def save(engine: Engine, disk: str, into: Path) -> tuple[str, ...]:
    """Take from the disk what the job has left there; a warning when that can not be done."""
    if not disk:
        return ()
    try:
        engine.run("cp", f"{disk}:{ML_ROOT}/.", str(into))
    except EngineRefused as error:
        return (f"what the job left on its disk is lost: {error.said}",)
    return ()


def remove(engine: Engine, disk: str) -> None:
    if not disk:
        return
    engine.remove(disk)
    engine.run("volume", "rm", "--force", disk)


def _mounted(disk: str) -> tuple[str, str]:
    return ("--mount", f"type=volume,source={disk},target={ML_ROOT}")

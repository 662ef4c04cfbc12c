"""Channels that a container may write to without changing what lies outside: volumes that are overlays.

The engine's ``local`` driver mounts one for us where its kernel takes an overlay of the folder; elsewhere
(a rootless engine, one in a virtual machine) the channel is shown read-only. As for processes, see ``views``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from skylift.emulator.engine import RUN_LABEL, Engine, EngineRefused
from skylift.emulator.execution import Container
from skylift.emulator.storage import Mount

_SPECIAL = ("\\", ",", ":")
"""They separate options and layers; overlayfs takes them with a backslash in front."""
_NOWHERE = "/.skylift-nowhere"


def for_container(container: Container, label: str) -> tuple[str, ...]:
    """The names of a container's own volumes, one for each channel that is to be a copy."""
    return tuple(f"{label}-copy-{number}" for number, _ in _copied(container))


def make(engine: Engine, container: Container, copies: tuple[str, ...], run: str) -> None:
    for volume, (number, mount) in zip(copies, _copied(container), strict=False):
        upper, work = (container.scratch / str(number) / part for part in ("upper", "work"))
        for folder in (upper, work):
            folder.mkdir(parents=True, exist_ok=True)
        layers = f"lowerdir={_escaped(mount.source)},upperdir={_escaped(upper)},workdir={_escaped(work)}"
        options = ("type=overlay", "device=overlay", f"o={layers}")
        label = ("--label", f"{RUN_LABEL}={run}")
        engine.run(
            "volume", "create", *label, *(word for option in options for word in ("--opt", option)), volume
        )


def arguments(container: Container, copies: tuple[str, ...], targets: dict[Path, str]) -> Iterator[str]:
    """Options of ``docker create`` for the channels that are copies."""
    for volume, (_, mount) in zip(copies, _copied(container), strict=False):
        yield from ("--mount", f"type=volume,source={volume},target={targets[mount.at]},volume-nocopy")


def can_be_mounted(engine: Engine, name: str) -> bool:
    """Whether a container that was created can have its volumes: the engine mounts them to look into it."""
    try:
        engine.run("cp", f"{name}:{_NOWHERE}", "-")
    except EngineRefused as error:
        return "mount" not in error.said
    return True


def remove(engine: Engine, copies: tuple[str, ...]) -> None:
    if copies:
        engine.run("volume", "rm", "--force", *copies)


def is_copied(mount: Mount) -> bool:
    return not mount.writable and not mount.read_only and mount.source.is_dir()


def _copied(container: Container) -> Iterator[tuple[int, Mount]]:
    return ((number, mount) for number, mount in enumerate(container.mounts) if is_copied(mount))


def _escaped(path: Path) -> str:
    text = str(path)
    for character in _SPECIAL:
        text = text.replace(character, "\\" + character)
    return text

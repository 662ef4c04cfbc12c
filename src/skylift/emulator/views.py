"""What a job as a process sees of the file system: an ``/opt/ml`` of its own, and its inputs protected.

On Linux a job gets a mount namespace (see ``enter_program``): the tree stands at ``/opt/ml``, as in a
container, and a channel is an overlay of the user's folder, which the job may write to without changing it.
Where the kernel allows none, :class:`~skylift.emulator.processes.ProcessExecutor` falls back to links.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from skylift.emulator.execution import Container
from skylift.emulator.storage import Mount
from skylift_runtime.contract import ML_ROOT

NAMES = "hosts"
"""In the scratch folder: ``/etc/hosts`` as the job sees it."""


@dataclass(frozen=True)
class View:
    """Where the tree stands for the job, and what has to be mounted for that, in order."""

    root: str
    mounts: tuple[Mapping[str, object], ...]
    scratch: tuple[Path, ...] = ()
    """Folders that have to be there: an overlay keeps in them what the job writes."""


def view_of(container: Container, seen: Sequence[str]) -> View:
    """The view of one job.

    :param seen: paths that the job must still see: its interpreter, its project. Where one of them lies
        below ``/opt/ml`` the tree stays where it is.
    """
    place = container.place
    root = str(place.root) if any(_is_below(path, ML_ROOT) for path in seen) else ML_ROOT
    tree: dict[str, object] = {"kind": "bind", "source": str(place.root), "target": root}
    inputs: tuple[dict[str, object], ...] = ()
    if container.disk_bytes is not None:
        tree |= {"kind": "disk", "size": container.disk_bytes}
        # The inputs stay where they are: what fills a job's pipes does so outside of its view.
        inputs = ({"kind": "bind", "source": place.tree.data, "target": f"{root}/input/data"},)
    laid = [_laid(mount, root, container, number) for number, mount in enumerate(container.mounts)]
    scratch = tuple(Path(str(item[key])) for item in laid for key in ("upper", "work") if key in item)
    names = {"kind": "read-only", "source": str(container.scratch / NAMES), "target": "/etc/hosts"}
    return View(root, (tree, *inputs, *laid, names), scratch)


def _laid(mount: Mount, root: str, container: Container, number: int) -> dict[str, object]:
    relative = PurePosixPath(mount.at.relative_to(container.place.root).as_posix())
    laid: dict[str, object] = {"source": str(mount.source), "target": str(root / relative)}
    if mount.writable:
        return {"kind": "bind", **laid}
    if mount.read_only:
        return {"kind": "read-only", **laid}
    scratch = container.scratch / str(number)
    return {"kind": "copy", **laid, "upper": str(scratch / "upper"), "work": str(scratch / "work")}


def names_file(peers: Sequence[str], before: str) -> str:
    """``/etc/hosts`` of a job on this machine: each of its hosts has a loopback address of its own.

    >>> names_file(["algo-1", "algo-2"], "127.0.0.1 localhost")
    '127.0.0.1 localhost\\n127.0.1.1 algo-1\\n127.0.1.2 algo-2\\n'
    """
    rows = [f"{address_of(rank)} {host}\n" for rank, host in enumerate(peers)]
    return "".join([before.rstrip("\n") + "\n", *rows])


def address_of(rank: int) -> str:
    """The loopback address of a host; all of 127.0.0.0/8 is this machine (RFC 1122, 3.2.1.3)."""
    return f"127.0.{1 + rank // 250}.{1 + rank % 250}"


def _is_below(path: str, folder: str) -> bool:
    return any(PurePosixPath(way).is_relative_to(folder) for way in (path, os.path.realpath(path)))

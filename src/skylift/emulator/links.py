"""Some files of a folder, shown as if they were all: what a host gets of a local channel."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from skylift.emulator.objects import Found, layout
from skylift.emulator.snapshot import facts_of
from skylift.emulator.storage import Mount

_SHOWN = ".shown"


def lay_links(found: Sequence[Found[Path]], into: Path, *, read_only: bool) -> Mount | None:
    """Make ``into`` a folder of links, and say what to mount where they lead.

    They lead to a place in the job's own tree, ``input/.shown/<channel>``, where the common folder of the
    files is mounted: so they hold in a container as well, nothing is copied, and how the files may be
    used is the mount's affair. The folders that hold the links are the job's own in any case.
    """
    places = layout(found)
    into.mkdir(parents=True, exist_ok=True)
    if not places:
        return None
    common = Path(os.path.commonpath({one.where.parent for one in found}))
    names = {path: one.where.relative_to(common).as_posix() for path, one in places.items()}
    made: set[PurePosixPath] = set()
    for path, name in names.items():
        if path.parent not in made:
            (into / path.parent).mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        # Of the links there may be very many: texts, not paths.
        up = "../" * (len(path.parts) + 1)
        _link(f"{up}{_SHOWN}/{into.name}/{name}", f"{into}/{path}")
    at = into.parents[1] / _SHOWN / into.name
    return Mount(common, at, read_only=read_only, before=facts_of(common, names.values()), in_part=True)


def _link(way: str, path: str) -> None:
    try:
        os.symlink(way, path)  # noqa: PTH211
    except FileExistsError:
        # A tree that a run has left, and that somebody looks into.
        if os.readlink(path) != way:  # noqa: PTH115
            raise

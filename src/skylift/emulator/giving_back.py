"""What a container's root made becomes ours again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from skylift.emulator.engine import Engine, EngineRefused, mount_option
from skylift.emulator.execution import Container


class GivingBack:
    """Files that the container's root made become ours, so that they can be read and removed."""

    def __init__(self, image: str, owner: tuple[int, int]) -> None:
        self._image = image
        self._owner = owner

    def run(self, engine: Engine, container: Container) -> tuple[str, ...]:
        user, group = self._owner
        lent = [mount.source for mount in container.mounts if mount.writable]
        folders = [container.place.root, container.scratch, *lent]
        foreign = [folder for folder in folders if _has_foreign(folder, user)]
        if not foreign:
            return ()
        # Whatever else is mounted in the tree is not in this container: the user's data stays as it is.
        mounts = [
            f"--mount={mount_option(path, f'/given/{i}', writable=True)}" for i, path in enumerate(foreign)
        ]
        try:
            engine.run(
                *("run", "--rm", "--network", "none", "--user", "0", *mounts),
                *("--entrypoint", "chown", self._image, "-hR", f"{user}:{group}", "/given"),
            )
        except EngineRefused as error:
            return (f"files of the job still belong to root, its image has no working chown: {error.said}",)
        return ()


def _has_foreign(folder: Path, user: int) -> bool:
    # In a rootless engine the container's root is us: there nothing is foreign, and chown would harm.
    for parent, folders, files in os.walk(folder):
        paths: Sequence[str] = [parent, *(os.path.join(parent, name) for name in (*folders, *files))]  # noqa: PTH118
        if any(os.lstat(path).st_uid != user for path in paths):
            return True
    return False

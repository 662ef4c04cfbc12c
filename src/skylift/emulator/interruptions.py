"""Faults on demand: a spot interruption or a stop request that comes at a chosen time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skylift.emulator.faults import JobFault
from skylift.emulator.place import JobPlace
from skylift.emulator.tree import checkpoint_path
from skylift.host.files import remove_tree


@dataclass(frozen=True)
class Faults:
    """What shall happen to a job. Times are seconds that it has spent in Training. None: never."""

    interrupt_after_s: float | None = None
    """The instance is taken away, once, without a warning; the job starts again on a new one."""
    stop_after_s: float | None = None
    """Somebody stops the job."""
    disk_bytes: int | None = None
    """The tree of each host holds only so much."""

    def missed(self, *, interrupted: bool, stopped: bool) -> tuple[str, ...]:
        """A warning for each fault that the job did not live to see.

        >>> Faults(interrupt_after_s=20).missed(interrupted=False, stopped=False)
        ('the job ended before --interrupt-after 20s',)
        """
        wanted = (
            ("--interrupt-after", self.interrupt_after_s, interrupted),
            ("--stop-after", self.stop_after_s, stopped),
        )
        return tuple(
            f"the job ended before {option} {seconds:g}s"
            for option, seconds, happened in wanted
            if seconds is not None and not happened
        )


NO_FAULTS = Faults()


def lose_instance(request: Mapping[str, Any], place: JobPlace) -> None:
    """Leave of the tree what a new instance has too: the checkpoints, and nothing else.

    :raises JobFault: when something can not be removed.
    """
    kept = checkpoint_path(request).split("/")[0]
    try:
        for entry in place.root.iterdir():
            if entry.name == kept:
                continue
            if entry.is_dir() and not entry.is_symlink():
                remove_tree(entry)
            else:
                entry.unlink()
    except OSError as error:
        # Files of a container's root may be out of our reach; to go on with them would be a lie.
        raise JobFault(f"InternalServerError: the interrupted attempt can not be cleared: {error}") from error

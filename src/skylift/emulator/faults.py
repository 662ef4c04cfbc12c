"""Faults on demand: a spot interruption or a stop request at a chosen time, a disk that is soon full."""

from __future__ import annotations

from dataclasses import dataclass


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

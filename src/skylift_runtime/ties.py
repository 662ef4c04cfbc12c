"""What Linux does for a family of processes: end a child with its parent, and hand orphans on to us."""

from __future__ import annotations

import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

# From linux/prctl.h.
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def end_with_us() -> Optional[Callable[[], None]]:
    """What a child is to call before it becomes another program; None where there is no such thing.

    Nobody else could end it, after a SIGKILL to us alone.
    """
    prctl = _linux_prctl()
    if prctl is None:
        return None

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL.value, 0, 0, 0)

    return tie


def adopt_orphans() -> None:
    """What our child leaves behind becomes our child, so that we see it end."""
    prctl = _linux_prctl()
    if prctl is not None:
        prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _linux_prctl() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    try:
        import ctypes
    except ImportError:  # an interpreter that was built without libffi
        return None
    return ctypes.CDLL(None).prctl

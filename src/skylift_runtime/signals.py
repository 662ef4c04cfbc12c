"""A request to stop reaches the user's code; the platform only ever tells us."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from types import FrameType

from skylift_runtime.contract import STOP_GRACE_S

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List, Optional

    Pause = Callable[[float], bool]
    """Waits; False when the job is to stop, and nobody should go on waiting. See :meth:`Relay.pause`."""

_FORWARDED = (signal.SIGTERM, signal.SIGINT)


class Relay:
    """Passes the first SIGTERM or SIGINT on to the user's process; the next one ends its whole group.

    A signal that comes before there is such a process is kept for it.
    """

    def __init__(self) -> None:
        self.received: List[int] = []
        self.stopped_at = 0.0
        """Monotonic time of the first one."""
        self._passed_on = 0
        self._pid = 0

    def install(self) -> None:
        for number in _FORWARDED:
            signal.signal(number, self._receive)

    def attach(self, pid: int) -> None:
        """From now on ``pid`` hears what we hear; it leads a group of its own."""
        self._pid = pid
        self._pass_on()

    def detach(self) -> None:
        self._pid = 0

    def pause(self, seconds: float) -> bool:
        """Wait before the user's code is started; False when a signal came, and nobody should wait on."""
        until = time.monotonic() + seconds
        while not self.received:
            left = until - time.monotonic()
            if left <= 0:
                return True
            time.sleep(min(left, 0.2))
        return False

    def leftover_deadline(self, grace_s: Optional[float]) -> float:
        """Until when processes that the user's own has left behind may go on.

        When the job was asked to stop they have the rest of its grace, less what packing up takes.
        """
        if not self.received:
            return time.monotonic() + 5
        return self.stopped_at + 0.9 * (STOP_GRACE_S if grace_s is None else grace_s)

    def _receive(self, number: int, _frame: Optional[FrameType]) -> None:
        if not self.received:
            self.stopped_at = time.monotonic()
        self.received.append(number)
        self._pass_on()

    def _pass_on(self) -> None:
        while self._pid and self._passed_on < len(self.received):
            turn = self._passed_on
            self._passed_on = turn + 1
            with contextlib.suppress(ProcessLookupError):
                if turn == 0:
                    os.kill(self._pid, self.received[turn])
                else:
                    os.killpg(self._pid, signal.SIGKILL)

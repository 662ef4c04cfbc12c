"""A request to stop reaches the user's code; the platform only ever tells us. See decision 0013."""

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
_OURS = 0.1
_OURS_AT_MOST_S = 2.0
"""The part of the grace that we need to say why, and to gather results; the rest is the user's."""
_LEFTOVER_GRACE_S = 5.0


class Relay:
    """Passes the first SIGTERM or SIGINT on to the user's process; the next one, or time, ends all of it.

    A signal that comes before there is such a process is kept for it.

    :param grace_s: seconds from the first signal to the platform's SIGKILL.
    """

    def __init__(self, grace_s: Optional[float] = None) -> None:
        self.received: List[int] = []
        self.told: List[int] = []
        """Processes that the first signal was passed on to."""
        grace_s = STOP_GRACE_S if grace_s is None else grace_s
        self._patience_s = grace_s - min(_OURS * grace_s, _OURS_AT_MOST_S)
        self._deadline = 0.0
        self._passed_on = 0
        self._pid = 0

    def install(self) -> None:
        for number in _FORWARDED:
            signal.signal(number, self._receive)
        signal.signal(signal.SIGALRM, self._time_is_up)

    def attach(self, pid: int) -> None:
        """From now on ``pid`` hears what we hear; it leads a group of its own."""
        self._pid = pid
        self._pass_on()

    def detach(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
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

    def leftover_deadline(self) -> float:
        """Until when processes that the user's own has left behind may go on.

        When the job was asked to stop they have the rest of its grace, less what packing up takes.
        """
        if len(self.received) > 1:
            return time.monotonic()
        return self._deadline or time.monotonic() + _LEFTOVER_GRACE_S

    def _receive(self, number: int, _frame: Optional[FrameType]) -> None:
        if not self.received:
            self._deadline = time.monotonic() + self._patience_s
            # Zero would be no alarm at all.
            signal.setitimer(signal.ITIMER_REAL, max(self._patience_s, 0.001))
        self.received.append(number)
        self._pass_on()

    def _time_is_up(self, _number: int, _frame: Optional[FrameType]) -> None:
        self._kill()

    def _pass_on(self) -> None:
        while self._pid and self._passed_on < len(self.received):
            turn = self._passed_on
            self._passed_on = turn + 1
            if turn == 0:
                self._tell(self.received[turn])
            else:
                self._kill()

    def _tell(self, number: int) -> None:
        from skylift_runtime.kin import waited_for

        # Found before a shell dies of it and they are nobody's children any more.
        self.told = [self._pid, *waited_for(self._pid)]
        for pid in self.told:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _kill(self) -> None:
        if self._pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)

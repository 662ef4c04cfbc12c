"""Waiting that does not wait in silence: for so long, and not on a supervisor that is suspended or hangs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from skylift.errors import NotReady
from skylift.flow.recover import Settler, owner_of
from skylift.flow.running import Run
from skylift.host.processes import ProcessIdentity, is_suspended
from skylift.values.ports import Clock
from skylift.values.record import Record

_LOOK_S = 1.0
_SILENT_S = 5.0
"""Supervisors give a sign of life a second."""
_GIVE_S = 3.0
"""How long one that is asked to kill its job may take to begin with it."""


class NotEnded(NotReady):
    """A run goes on, and whoever waited for it wanted to wait no longer."""


@dataclass(frozen=True)
class Owner:
    """The supervisor of a run that has not ended, as it is now."""

    identity: ProcessIdentity
    silent_s: float

    @property
    def is_frozen(self) -> bool:
        """It lives and does nothing."""
        return self.is_suspended or self.silent_s >= _SILENT_S

    @property
    def is_suspended(self) -> bool:
        return not self.identity.elsewhere and is_suspended(self.identity.pid)


def owner(run: Run, clock: Clock) -> Owner | None:
    """None for a run on the service, and for one whose supervisor has not come up, or has gone."""
    if not run.backend.here:
        return None
    identity = owner_of(run.folder)
    try:
        heard = run.folder.supervisor.stat().st_mtime
    except FileNotFoundError:
        return None
    if identity is None or not identity.alive():
        return None
    return Owner(identity, max(0.0, clock.now().timestamp() - heard))


def patient(run: Run, tell: Callable[[str], None], timeout_s: float | None = None) -> Run:
    """The same run; whoever waits for it is told when that may be in vain, and waits no longer than so long.

    Waiting then raises :class:`NotEnded`.
    """
    clock = _Attentive(run, tell, timeout_s)
    return replace(run, backend=replace(run.backend, clock=clock))


class _Attentive:
    """A clock that looks after a run while somebody sleeps."""

    def __init__(self, run: Run, tell: Callable[[str], None], timeout_s: float | None) -> None:
        self._run, self._tell, self._clock = run, tell, run.backend.clock
        self._until = None if timeout_s is None else self._clock.monotonic() + timeout_s
        self._looked_s = self._clock.monotonic()
        self._is_told = False

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        now = self._clock.monotonic()
        if self._until is not None:
            if now >= self._until:
                raise NotEnded(
                    f"run {self._run.name} has not ended in the time that was given to it",
                    hints=(f"see what it does: skylift logs -f {self._run.name[-4:]}",),
                )
            seconds = min(seconds, self._until - now)
        if now - self._looked_s >= _LOOK_S:
            self._looked_s = now
            self._look()
        self._clock.sleep(seconds)

    def _look(self) -> None:
        found = owner(self._run, self._clock)
        if found is None or not found.is_frozen:
            self._is_told = False
        elif not self._is_told:
            self._is_told = True
            self._tell(complaint(self._run.name, found))


def complaint(name: str, found: Owner) -> str:
    """What is wrong with a supervisor that does nothing, and what to do."""
    pid, tag = found.identity.pid, name[-4:]
    if found.identity.elsewhere:
        what = f"on {found.identity.place.partition(' ')[0]} or in a container: not heard of for {found.silent_s:.0f} s"
        return f"run {name}: its supervisor is {what}\n  where it is: skylift stop --kill {tag}"
    what = "is suspended" if found.is_suspended else f"has given no sign of life for {found.silent_s:.0f} s"
    lines = [f"run {name}: its supervisor, process {pid}, {what}; until it goes on the run does not end"]
    lines += [f"  let it go on: kill -CONT {pid}"] if found.is_suspended else []
    return "\n".join([*lines, f"  end the run: skylift stop --kill {tag}"])


def kill(run: Run, environment: Mapping[str, str], tell: Callable[[str], None]) -> Record:
    """Have a run's supervisor kill the job; where it does nothing, do that in its place. The final record.

    :raises NotReady: when the supervisor does nothing and is on another machine or in another container.
    """
    run.stop(kill=True)
    clock = run.backend.clock
    try:
        return patient(run, lambda _: None, _GIVE_S).wait()
    except NotEnded:
        found = owner(run, clock)
    while found is not None:
        if found.is_frozen:
            _end(run, found, environment)
            tell(
                f"run {run.name}: its supervisor did nothing any more, and was ended with the job; nothing was packed"
            )
            break
        # It is at it: what the job has left is packed.
        with suppress(NotEnded):
            return patient(run, lambda _: None, _GIVE_S).wait()
        found = owner(run, clock)
    return run.wait()


def _end(run: Run, found: Owner, environment: Mapping[str, str]) -> None:
    if found.identity.elsewhere:
        raise NotReady(complaint(run.name, found))
    with suppress(ProcessLookupError):
        os.kill(found.identity.pid, signal.SIGKILL)
    clock = run.backend.clock
    until = clock.monotonic() + _SILENT_S
    while found.identity.alive() and clock.monotonic() < until:
        clock.sleep(0.05)
    Settler(run.store, clock, environment).settle(run.folder, on_request=True)

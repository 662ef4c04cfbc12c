"""A backend is a service that creates, describes and stops jobs, and the pace at which it is asked."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from skylift.errors import NotReady
from skylift.flow.recover import Settler
from skylift.flow.sources import Sources
from skylift.flow.world import Cloud, World
from skylift.host.processes import identify, spawn_detached
from skylift.host.redaction import redact_url
from skylift.jobs.here import HereService
from skylift.jobs.watch import HERE, SERVICE, Pace
from skylift.runs.store import RunStore
from skylift.values.handed import NOTHING, Handed
from skylift.values.ports import Clock, TrainingService
from skylift.values.run_folder import RunFolder

ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"
_START_S = 30.0
# Not `-m`: that would look for modules in the current folder first, which is the user's.
_SUPERVISE = (
    "import sys; sys.path[:] = filter(None, sys.path); from skylift.flow.supervise import main; main()"
)


@dataclass(frozen=True)
class Backend:
    name: str
    connect: Callable[[], TrainingService]
    pace: Pace
    clock: Clock
    here: bool
    """The job runs on this machine, and lives and dies with its watcher unless it was detached."""

    @cached_property
    def service(self) -> TrainingService:
        """Connected when first needed: what has ended is read from disk, without any account."""
        return self.connect()


def backend_for(
    name: str, sources: Sources, cloud: Cloud, store: RunStore, *, detach: bool, handed: Handed = NOTHING
) -> Backend:
    """The backend of that name; ``detach``: a job here outlives the command that starts it."""
    world = sources.world
    if name == "sagemaker":
        return Backend(name, lambda: cloud.training, SERVICE, world.clock, here=False)
    launcher = Launcher(world, detach=detach, handed=handed)
    settler = Settler(store, world.clock, world.environment)
    service = HereService(store.folder, launcher.launch, settler.settle, world.clock)
    return Backend(name, lambda: service, HERE, world.clock, here=True)


def reachable(backend: Backend, intent: Mapping[str, Any], environment: Mapping[str, str]) -> Backend:
    """The same backend, which refuses to be asked for a run that lives at another endpoint."""
    if backend.here:
        return backend

    def connect() -> TrainingService:
        refuse_elsewhere(intent, environment)
        return backend.connect()

    return replace(backend, connect=connect)


def refuse_elsewhere(intent: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """
    :raises NotReady: when a run was made in a sandbox, and that is not where we are.
    """
    endpoint = str(intent.get("endpoint") or "")
    if endpoint and endpoint != environment.get(ENDPOINT_VARIABLE, ""):
        raise NotReady(
            f"run {intent.get('run')} lives at {redact_url(endpoint)}, and not in the AWS that this command talks to",
            hints=("a sandbox takes its jobs and artifacts along when it ends",),
        )


class Launcher:
    """Starts a supervisor and waits until it has taken the job over."""

    def __init__(self, world: World, *, detach: bool, handed: Handed = NOTHING) -> None:
        self._world, self._detach, self._handed = world, detach, handed
        self._lifelines: list[int] = []

    def launch(self, folder: RunFolder) -> None:
        """
        :raises NotReady: when the supervisor did not come up; its last words are in the message.
        """
        passed: dict[str, int] = {}
        writing: int | None = None
        if not self._detach:
            # We hold one end for as long as we live; the kernel tells the supervisor when we do not.
            passed["--lifeline"], ours = _pipe()
            self._lifelines.append(ours)
        document = self._handed.document()
        if document:
            passed["--handed"], writing = _pipe()
        command = [sys.executable, "-c", _SUPERVISE, str(folder.path)]
        command += [text for option, end in passed.items() for text in (option, str(end))]
        environment, ends = self._world.environment, list(passed.values())
        pid = spawn_detached(command, log=folder.supervisor_log, env=environment, pass_fds=ends)
        for end in ends:
            os.close(end)
        if writing is not None:
            _write(writing, document)
        self._await(folder, pid)

    def _await(self, folder: RunFolder, pid: int) -> None:
        clock = self._world.clock
        until = clock.monotonic() + _START_S
        # A record, and not only an owner: whoever asks for it next is to find one.
        while not folder.record.exists():
            if identify(pid) is None or clock.monotonic() > until:
                said = folder.supervisor_log.read_text(errors="replace")[-2000:].strip()
                raise NotReady(f"the supervisor of the run did not start: {said or 'it said nothing'}")
            clock.sleep(0.02)


def _pipe() -> tuple[int, int]:
    reading, writing = (_above_the_standard_ones(end) for end in os.pipe())
    return reading, writing


def _write(end: int, document: bytes) -> None:
    """Come to an end in any case: the supervisor reads first of all, and when it dies the pipe breaks."""
    with contextlib.suppress(BrokenPipeError), os.fdopen(end, "wb", buffering=0) as stream:
        left = memoryview(document)
        while left:
            left = left[stream.write(left) :]


def _above_the_standard_ones(end: int) -> int:
    """The same end of a pipe at a number from 3 on: where stdin is closed, a pipe could become it."""
    moved = fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 3)
    os.close(end)
    return moved

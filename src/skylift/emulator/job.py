"""One job, driven from its request to its end.

Takes a CreateTrainingJob request and four ports: an executor that runs the container's command, a
storage that its inputs come from and its artifacts go to, an observer, a clock. Gives the
description that DescribeTrainingJob would answer. The way::

    Starting → Downloading → Training → Uploading → Completed
                                │            └────→ Failed
                                ├→ Interrupted → Starting …, where a fault was asked for
                                └→ Stopping → Uploading → Stopped | MaxRuntimeExceeded
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from skylift.emulator.artifacts import upload
from skylift.emulator.attendance import Attendance, End, Limits
from skylift.emulator.channels import folder_channels
from skylift.emulator.checkpoints import CheckpointUploads
from skylift.emulator.crew import Crew
from skylift.emulator.execution import Container, Executor, Running
from skylift.emulator.faults import NO_FAULTS, Faults
from skylift.emulator.history import History, Observer, Outcome
from skylift.emulator.job_fault import JobFault
from skylift.emulator.metrics import FinalMetrics
from skylift.emulator.output import Pump
from skylift.emulator.pipes import Pipes
from skylift.emulator.place import JobPlace
from skylift.emulator.platform import Platform, container_of
from skylift.emulator.request import check_request
from skylift.emulator.storage import Mount, Share, Storage
from skylift.emulator.tree import checkpoint_path, lose_instance, write_tree
from skylift.host.files import write_json
from skylift.values.jobs import hosts_of
from skylift.values.ports import Clock
from skylift.values.printed import Printed
from skylift_runtime.contract import (
    DEFAULT_MAX_RUN_S,
    FAILURE_LIMIT,
    STOP_GRACE_S,
    failure_reason,
)

_STOPPED = Outcome("Stopped", "Stopped")


@dataclass(frozen=True)
class JobOptions:
    """What the request does not say."""

    platform: Platform
    grace_s: float = STOP_GRACE_S
    """Seconds between SIGTERM and SIGKILL."""
    faults: Faults = NO_FAULTS


class EmulatedJob:
    def __init__(
        self,
        request: Mapping[str, Any],
        *,
        place: JobPlace,
        executor: Executor,
        storage: Storage,
        observer: Observer,
        clock: Clock,
        options: JobOptions,
    ) -> None:
        self._request = request
        self._place = place
        self._executor = executor
        self._storage = storage
        self._observer = observer
        self._clock = clock
        self._options = options
        self._history = History(observer, clock)
        self._attendance = Attendance(clock, options.faults)
        self._warnings: list[str] = []
        self._reading = threading.Lock()
        self._mounts: list[Mount] = []
        self._pipes: list[Pipes] = []
        self._hosts = hosts_of(request)
        self._failed_host = self._hosts[0]
        definitions = request.get("AlgorithmSpecification", {}).get("MetricDefinitions")
        self._definitions = tuple(definitions or ())

    def description(self) -> dict[str, Any]:
        """The answer of DescribeTrainingJob now; empty before ``run``. A copy; any thread may ask."""
        return self._history.description

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went well enough, but people should know; complete when ``run`` has returned."""
        return tuple(self._warnings)

    def stop(self, *, kill: bool = False) -> None:
        """StopTrainingJob, from any thread or a signal handler; nothing once the job has ended.

        ``kill`` ends the grace at once.
        """
        self._attendance.stop(kill=kill)

    def run(self) -> None:
        """Drive the job to its end. A job's failure is an end like others.

        What goes wrong on our side ends the job as the service's own errors do, and is then raised.

        :raises UsageError: when the request asks for what is not emulated; nothing has started then.
        """
        check_request(self._request)
        metrics = FinalMetrics(self._definitions)
        location = self._storage.location(self._request, "model")
        name = self._request["TrainingJobName"]
        self._history.begin(self._request, arn=self._options.platform.arn(name), model=location)
        try:
            outcome = self._perform(metrics)
        except JobFault as fault:
            outcome = Outcome("Failed", "Failed", str(fault))
        except BaseException as error:
            self._history.end(Outcome("Failed", "Failed", self._our_failure(error)), metrics.listed())
            raise
        self._warnings += [*self._attendance.missed, *metrics.warnings()]
        self._history.end(outcome, metrics.listed())

    def _perform(self, metrics: FinalMetrics) -> Outcome:
        while (end := self._attempt(metrics)) is not None and end.interrupted:
            self._restart()
        if end is None:
            self._history.enter("Stopping", "Stopping")
            return _STOPPED
        outcome = self._outcome(end)
        try:
            self._upload(outcome)
        except JobFault as fault:
            if outcome.status != "Failed":
                raise
            # Why the script failed is what people need to know; a full disk often is why both did.
            self._warnings.append(str(fault))
        self._warnings += self._storage.changes(self._mounts)
        return outcome

    def _attempt(self, metrics: FinalMetrics) -> End | None:
        """How the containers ended; None when the job was stopped before there were any."""
        for host in self._hosts:
            write_tree(self._request, self._place_of(host), host, self._executor.interface)
        containers = self._download()
        return None if containers is None else self._train(containers, metrics)

    def _restart(self) -> None:
        self._history.enter("Interrupted")
        # The next attempt looks at the data anew: what this one did to it has to be told now.
        self._warnings += self._storage.changes(self._mounts)
        for host in self._hosts:
            lose_instance(self._request, self._place_of(host))
        self._history.enter("Starting")

    def _download(self) -> list[Container] | None:
        """The containers to start, one a host; None when the job was stopped before."""
        if self._attendance.asked():
            return None
        self._history.enter("Downloading")
        self._mounts, self._pipes, containers = [], [], []
        for rank, host in enumerate(self._hosts):
            mounts = self._materialize(self._place_of(host), Share(rank, len(self._hosts)))
            if mounts is None:
                return None
            self._mounts += mounts
            containers.append(self._container(host, mounts))
        self._executor.prepare(containers[0], self._attendance.asked)
        return None if self._attendance.asked() else containers

    def _materialize(self, place: JobPlace, share: Share) -> list[Mount] | None:
        mounts: list[Mount | None] = []
        try:
            for channel in folder_channels(self._request):
                if self._attendance.asked():
                    return None
                into = Path(place.tree.channel(channel["ChannelName"]))
                mounts.append(self._storage.materialize(channel, into, share))
            self._pipes.append(Pipes(self._storage, self._request, Path(place.tree.data), share))
            self._pipes[-1].prepare()
            mounts.append(self._storage.restore(self._request, self._checkpoints(place)))
        except OSError as error:
            raise JobFault(f"ClientError: Data download failed: {error}") from error
        return [mount for mount in mounts if mount is not None]

    def _container(self, host: str, mounts: Sequence[Mount]) -> Container:
        disk_bytes = self._options.faults.disk_bytes
        found = container_of(self._request, self._place, host, tuple(mounts), self._options.platform)
        return replace(found, disk_bytes=disk_bytes)

    def _train(self, containers: Sequence[Container], metrics: FinalMetrics) -> End:
        self._history.enter("Training")
        with ExitStack() as ending:
            for pipes in self._pipes:
                ending.callback(pipes.finish)
                pipes.start(self._attendance.give_up)
            for container in containers:
                uploads = CheckpointUploads(self._storage, self._request, self._checkpoints(container.place))
                uploads.start()
                ending.callback(uploads.finish)
            crew = Crew(partial(self._pump, metrics))
            # Comes first when the block ends: then nothing of the job writes any more.
            ending.callback(self._take_back, crew)
            crew.start(self._executor, containers)
            write_json(self._place.owned, crew.owned)
            end = self._attendance.attend(crew, self._limits, self._on_stopping)
            self._failed_host = crew.failed or self._hosts[0]
            if crew.failed and len(self._hosts) > 1 and not end.stopped_as:
                self._warnings.append(f"the first host that failed was {crew.failed}")
            return end

    def _outcome(self, end: End) -> Outcome:
        if end.stopped_as:
            return Outcome("Stopped", end.stopped_as)
        if end.exit_code == 0:
            return Outcome("Completed", "Completed")
        return Outcome("Failed", "Failed", failure_reason(self._failure_text(), end.exit_code))

    def _pump(self, metrics: FinalMetrics, host: str, running: Running) -> Pump:
        def tell(data: bytes) -> None:
            printed = Printed(self._clock.now(), host, data)
            with self._reading:
                metrics.read(printed)
            self._observer.printed(printed)

        return Pump(running.outputs, tell, partial(self._observer.unfinished, host))

    def _take_back(self, crew: Crew) -> None:
        try:
            self._warnings += crew.close()
        finally:
            self._place.owned.unlink(missing_ok=True)

    def _place_of(self, host: str) -> JobPlace:
        return self._place.of(host, self._hosts)

    @property
    def _limits(self) -> Limits:
        condition = self._request.get("StoppingCondition") or {}
        return Limits(condition.get("MaxRuntimeInSeconds", DEFAULT_MAX_RUN_S), self._options.grace_s)

    def _on_stopping(self) -> None:
        self._history.enter("Stopping", "Stopping")

    def _checkpoints(self, place: JobPlace) -> Path:
        return place.root / checkpoint_path(self._request)

    def _failure_text(self) -> str:
        place = self._place_of(self._failed_host)
        path = Path(place.tree.failure)
        try:
            # The job wrote this path: a link in it could lead to any file of this machine.
            if not path.resolve(strict=True).is_relative_to(place.root.resolve()):
                return ""
            if not path.is_file():
                return ""
            with path.open("rb") as stream:
                return stream.read(4 * FAILURE_LIMIT).decode(errors="replace")
        except (OSError, RuntimeError):
            # No file, or none that can be read (a loop of links is a RuntimeError before Python 3.13):
            # the service then knows the exit code only.
            return ""

    def _our_failure(self, error: BaseException) -> str:
        # What the job had to say itself may well be the reason of it: a full disk, for example.
        said = self._failure_text().strip()
        return f"InternalServerError: {error}" + (f"; the job itself said: {said}" if said else "")

    def _upload(self, outcome: Outcome) -> None:
        self._history.enter("Uploading", "Stopping" if outcome.status == "Stopped" else "InProgress")
        places = [self._place_of(host) for host in self._hosts]
        try:
            self._warnings += upload(self._request, self._storage, places)
        except OSError as error:
            raise JobFault(f"ClientError: Artifact upload failed: {error}") from error

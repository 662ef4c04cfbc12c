"""The sandbox's training jobs: each an emulated one, in a thread of its own."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skylift.emulator.execution import Executor
from skylift.emulator.job import EmulatedJob, JobOptions
from skylift.emulator.place import JobPlace
from skylift.emulator.request import check_request
from skylift.emulator.storage import Storage
from skylift.errors import SkyliftError, UsageError
from skylift.host.files import remove_tree
from skylift.sandbox.log_stream import LogStream
from skylift.values.jobs import LogLine
from skylift.values.ports import Clock
from skylift.values.printed import Printed
from skylift.values.progress import Progress, Report


@dataclass(frozen=True)
class Workshop:
    """What every job of a sandbox is given."""

    folder: Path
    """Where the trees of running jobs are; each goes when its job has ended."""
    executor: Executor
    storage: Storage
    open_log: Callable[[str], LogStream]
    """Makes the stream of that name."""
    options: JobOptions
    clock: Clock
    report: Report


class TrainingJobs:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()

    def create(self, request: Mapping[str, Any]) -> bool:
        """Start a job, which can be described when this returns. False when the name is taken.

        :raises UsageError: when it can not be run; nothing has started then.
        """
        check_request(request)
        if not request.get("AlgorithmSpecification", {}).get("TrainingImage"):
            raise UsageError("AlgorithmSpecification.TrainingImage is missing")
        # Says no to an output path that is none.
        self._workshop.storage.location(request, "model")
        name = request["TrainingJobName"]
        with self._lock:
            if name in self._jobs:
                return False
            job = self._jobs[name] = _Job(request, self._workshop)
            job.start()
        job.begun.wait()
        return True

    def describe(self, name: str) -> Mapping[str, Any] | None:
        job = self._jobs.get(name)
        return (job.emulated.description() or None) if job else None

    def stop(self, name: str) -> None:
        self._jobs[name].emulated.stop()

    def close(self) -> None:
        """End all jobs, without grace, and return when nothing of them is left."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.emulated.stop(kill=True)
        for job in jobs:
            job.join()


class _Job(threading.Thread):
    def __init__(self, request: Mapping[str, Any], workshop: Workshop) -> None:
        self._job_name = str(request["TrainingJobName"])
        super().__init__(name=f"job {self._job_name}", daemon=True)
        self._workshop = workshop
        self._folder = _fresh_folder(workshop.folder, self._job_name)
        self.begun = threading.Event()
        self._logs = _Logs(self._job_name, workshop)
        self.emulated = EmulatedJob(
            request,
            place=JobPlace(self._folder / "ml"),
            executor=workshop.executor,
            storage=workshop.storage,
            observer=self,
            clock=workshop.clock,
            options=workshop.options,
        )

    def run(self) -> None:
        try:
            self.emulated.run()
        except SkyliftError as error:
            # The description says the same to the client; the one who started the sandbox hears it too.
            self._workshop.report(Progress("job", f"{self._job_name}: {error.message}"))
        finally:
            self.begun.set()
            self._logs.close()
            remove_tree(self._folder)

    def changed(self, description: Mapping[str, Any]) -> None:
        self.begun.set()
        if description["SecondaryStatus"] in ("Uploading", "Interrupted"):
            # What the job printed can be read before it is said to have ended. What it prints on other
            # instances, after an interruption, goes to other streams.
            self._logs.close()

    def printed(self, printed: Printed) -> None:
        for text in printed.lines():
            self._logs.add(LogLine(printed.at, printed.host, text))

    def unfinished(self, host: str, data: bytes) -> None:
        """CloudWatch Logs knows whole lines only."""


class _Logs:
    """The streams of a job's hosts, made at their first lines; threads of all hosts add to them."""

    def __init__(self, job: str, workshop: Workshop) -> None:
        self._job, self._workshop = job, workshop
        self._open: dict[str, LogStream] = {}
        self._latest: dict[str, int] = {}
        self._turn = threading.Lock()

    def add(self, line: LogLine) -> None:
        with self._turn:
            if line.host not in self._open:
                self._open[line.host] = self._begin(line.host)
            self._open[line.host].add(line)

    def _begin(self, host: str) -> LogStream:
        # The service's own form: <job>/algo-<n>-<seconds since 1970>. No two have the same second.
        began = max(int(self._workshop.clock.now().timestamp()), self._latest.get(host, 0) + 1)
        self._latest[host] = began
        stream = self._workshop.open_log(f"{self._job}/{host}-{began}")
        stream.start()
        return stream

    def close(self) -> None:
        """Return when all that was added can be read."""
        with self._turn:
            while self._open:
                self._open.popitem()[1].close()


def _fresh_folder(parent: Path, job: str) -> Path:
    # Never that of a job of the same name in an earlier sandbox, of which something may be left.
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=parent, prefix=f"{job}-"))

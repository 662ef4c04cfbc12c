"""Execute what was prepared: the same steps on every backend, and a handle on the run they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from skylift.errors import JobFailed, JobStopped, NotReady, RemoteError
from skylift.flow.backends import Backend, backend_for
from skylift.flow.images import Destination, destination, prepare
from skylift.flow.inputs import Inputs, folder_inputs, service_inputs
from skylift.flow.preparing import LOCAL_ROLE, Prepared
from skylift.flow.recover import adoptable, owner_facts, release
from skylift.flow.world import Cloud
from skylift.host.clock import iso
from skylift.host.files import remove_tree, write_json
from skylift.jobs.request import build_request
from skylift.jobs.watch import watch
from skylift.project.stage import runtime_sources, stage
from skylift.runs.metrics import MetricReader
from skylift.runs.recorder import Recorder, record_of
from skylift.runs.store import RunStore
from skylift.values.jobs import Described, Event, JobSpec, LogLine
from skylift.values.plan import Plan
from skylift.values.progress import Progress
from skylift.values.record import Record
from skylift.values.run_folder import RunFolder


@dataclass(frozen=True)
class Run:
    """One run, wherever it is. What is known of it is on disk; this only knows where."""

    name: str
    store: RunStore
    backend: Backend

    @property
    def folder(self) -> RunFolder:
        return self.store.folder(self.name)

    @property
    def record(self) -> Record:
        """What is known now. Asks the backend, unless the record is final.

        :raises NotReady: when nothing was ever created.
        """
        known = self.store.load(self.name)
        if known is not None and known.terminal:
            return known
        described = self.backend.service.describe(self.name)
        if described is not None and not self.backend.here:
            if Described(described).terminal:
                return self.wait()
            self.store.save(record_of(described, self._ours()))
        known = self.store.load(self.name)
        if known is None:
            raise NotReady(f"run {self.name} was planned, but nothing was started")
        return known

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went well enough, but should be known: data that changed under a job, for example."""
        try:
            return tuple(self.folder.supervisor_log.read_text(errors="replace").splitlines())
        except FileNotFoundError:
            return ()

    def watch(self, *, skip: int = 0) -> Iterator[Event]:
        """Events from the beginning of the log until the run has ended, less the first ``skip`` lines.

        For a run on the service this is also what keeps its record.
        """
        recorder = None if self.backend.here else self._recorder()
        events = watch(self.backend.service, self.name, pace=self.backend.pace, clock=self.backend.clock)
        last: Described | None = None
        for event in events:
            if recorder is not None and not (isinstance(event, Described) and event.terminal):
                recorder.take(event)
            last = event if isinstance(event, Described) else last
            if isinstance(event, Described) or skip <= 0:
                yield event
            else:
                skip -= 1
        if recorder is not None and last is not None:
            # The terminal record is written once, and by then every line has been read.
            recorder.take(last)

    def wait(self) -> Record:
        """Block until the run has ended; its final record."""
        for _ in self.watch():
            pass
        return self.record

    def lines_so_far(self) -> Iterator[LogLine]:
        """The log up to now, without waiting for more."""
        cursor: object = None
        while True:
            page = self.backend.service.logs(self.name, cursor)
            if not page.lines:
                return
            yield from page.lines
            cursor = page.cursor

    def stop(self) -> None:
        self.backend.service.stop(self.name)

    def outcome(self) -> Record:
        """The final record of a run that completed.

        :raises JobFailed: with the reason.
        :raises JobStopped: by request or by a limit.
        """
        record = self.record
        if record.status == "Failed":
            raise JobFailed(
                self.name,
                reason=record.failure_reason,
                hints=(f"the whole log: skylift logs {self.name[-4:]}",),
            )
        if record.status == "Stopped":
            raise JobStopped(self.name, status=record.secondary)
        return record

    def release(self) -> None:
        """The command that started this run is done with it."""
        release(self.folder)

    def _recorder(self) -> Recorder:
        reader = MetricReader(self.store.intent(self.name).get("metrics") or {})
        return Recorder(self.store, self.name, self._ours(), reader, keep_log=True)

    def _ours(self) -> Mapping[str, Any]:
        found = self.store.intent(self.name).get("ours")
        return found if isinstance(found, Mapping) else {}


class Launch:
    """Takes a prepared run to a created job, by way of a plan that can be looked at."""

    def __init__(self, prepared: Prepared, cloud: Cloud, store: RunStore) -> None:
        self._prepared, self._cloud, self._store = prepared, cloud, store
        self._backend = prepared.target.backend

    def plan(self) -> Plan:
        """What would happen. Reads registries and storage, creates nothing."""
        prepared = self._prepared
        if self._backend == "sagemaker":
            self._cloud.require()
        image = prepare(prepared.sources, self._destination()).plan() if self._backend != "local" else None
        inputs = self._inputs()
        reference = f"{image.repository}:{image.tags[0]}" if image is not None else None
        request = build_request(self._spec(inputs, reference))
        notes = () if image is None else ("the job will name the image by its digest, which the build gives",)
        return Plan(
            prepared.name, prepared.options.target, self._backend, request, image, inputs.plans, notes
        )

    def start(self) -> Run:
        """Do it: intent, image, data, request, job. A repeated command adopts what a dead one began."""
        folder, adopted = self._folder()
        prepared = self._prepared
        backend = backend_for(
            self._backend, prepared.sources, self._cloud, self._store, prepared.options.detach
        )
        run = Run(prepared.name, self._store, backend)
        if adopted and backend.service.describe(prepared.name) is not None:
            return run
        try:
            request = self._ready(folder)
        except BaseException:
            # Nothing was created: a run that never was must not stand in anybody's list.
            remove_tree(folder.path)
            raise
        self._create(folder, backend, request)
        return run

    def _folder(self) -> tuple[RunFolder, bool]:
        """The run's folder with its intent, and whether a dead command had begun it."""
        if self._backend == "sagemaker":
            self._cloud.require()
        adopted = adoptable(self._store, self._prepared.inputs) if self._backend == "sagemaker" else None
        if adopted is None:
            return self._store.create(self._prepared.name, self._intent({})), False
        report = self._prepared.sources.world.report
        report(Progress("adopt", f"{adopted}, which an interrupted command began"))
        self._prepared = replace(self._prepared, name=adopted)
        folder = self._store.folder(adopted)
        write_json(folder.intent, {**self._store.intent(adopted), "owner": owner_facts()})
        return folder, True

    def _create(self, folder: RunFolder, backend: Backend, request: Mapping[str, Any]) -> None:
        try:
            backend.service.create(request)
        except RemoteError as error:
            # What may have been accepted all the same is kept, so that the same command finds it again.
            if not error.temporary:
                remove_tree(folder.path)
            raise
        except NotReady:
            remove_tree(folder.path)
            raise

    def _ready(self, folder: RunFolder) -> dict[str, Any]:
        """Image, data and code in place, the request in the intent; the request."""
        prepared = self._prepared
        image = prepare(prepared.sources, self._destination()).push() if self._backend != "local" else None
        reference = str(image.reference) if image is not None else None
        inputs = self._inputs()
        inputs.publish()
        request = build_request(self._spec(inputs, reference))
        facts = {"reference": reference, "digest": image.digest} if image is not None else None
        write_json(folder.intent, self._intent(request, image=facts))
        if self._backend == "local":
            sources = prepared.sources
            stage(sources.root, sources.files, sources.description, runtime_sources(), folder.project)
        return request

    def _destination(self) -> Destination:
        return destination(self._prepared.sources, self._cloud)

    def _inputs(self) -> Inputs:
        if self._backend == "sagemaker":
            return service_inputs(self._prepared, self._cloud)
        return folder_inputs(self._prepared, self._store.folder(self._prepared.name))

    def _spec(self, inputs: Inputs, image: str | None) -> JobSpec:
        return self._prepared.spec(
            channels=inputs.channels,
            output=inputs.output,
            role=self._cloud.role if self._backend == "sagemaker" else LOCAL_ROLE,
            image=image,
            checkpoints=inputs.checkpoints,
        )

    def _intent(self, request: Mapping[str, Any], image: Mapping[str, Any] | None = None) -> dict[str, Any]:
        prepared = self._prepared
        executors = {"local": "process", "docker": "docker", "sagemaker": "service"}
        return {
            "schema": 1,
            "run": prepared.name,
            "created": iso(prepared.sources.world.clock.now()),
            "owner": owner_facts(),
            "inputs": prepared.inputs,
            "executor": executors[self._backend],
            "interpreter": prepared.interpreter.path,
            "grace_s": prepared.target.grace,
            "region": _region(prepared),
            "metrics": dict(prepared.job.metrics),
            "request": dict(request),
            "ours": {**prepared.ours, "image": image},
        }


def _region(prepared: Prepared) -> str:
    sources = prepared.sources
    said = sources.settings.aws.region or sources.world.environment.get("AWS_REGION")
    # A job on this machine sees a region as every job does; which one matters only to its own AWS calls.
    return said or "us-east-1"

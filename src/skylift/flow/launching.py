"""From a prepared run to a created job: the same steps on every backend, by way of a plan."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from skylift.emulator.containers import ContainerExecutor
from skylift.errors import NotReady, RemoteError, UsageError
from skylift.flow.backends import ENDPOINT_VARIABLE, Backend, backend_for
from skylift.flow.emulation import shell
from skylift.flow.explaining import rules_for_intent
from skylift.flow.handing import gather
from skylift.flow.images import ImageWork, MadeImage, destination, prepare
from skylift.flow.inputs import Inputs, folder_inputs, service_inputs
from skylift.flow.keeping import keep
from skylift.flow.preparing import LOCAL_ROLE, Prepared
from skylift.flow.recover import adopt, is_ownerless, owner_facts
from skylift.flow.running import Run
from skylift.flow.world import Cloud
from skylift.host.clock import iso
from skylift.host.files import read_json, remove_tree, write_bytes, write_json
from skylift.jobs.request import build_request
from skylift.project.files.stage import runtime_sources, stage
from skylift.runs.definitions import Definitions, definitions
from skylift.runs.known import known_of
from skylift.runs.recorder import record_of
from skylift.runs.store import RunStore
from skylift.values.jobs import JobSpec
from skylift.values.plan import Plan
from skylift.values.progress import Progress
from skylift.values.run_folder import RunFolder

_RESERVE = 128 << 10
"""Bytes that are kept free for the last record of a run here: several times its size."""
_NAMES = 5
"""How many names are tried: two of one second have the same letters once in half a million."""


@dataclass(frozen=True)
class _Thought:
    """A plan, and the work that carries it out."""

    plan: Plan
    image: ImageWork | MadeImage | None
    inputs: Inputs


class Launch:
    """Takes a prepared run to a created job, by way of a plan that can be looked at."""

    def __init__(
        self,
        prepared: Prepared,
        cloud: Cloud,
        store: RunStore,
        *,
        made: MadeImage | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        """
        :param made: the image, where it is not to be built.
        :param notes: what the plan says besides.
        """
        self._prepared, self._cloud, self._store = prepared, cloud, store
        self._made, self._notes = made, notes
        self._backend = prepared.target.backend

    def plan(self) -> Plan:
        """What would happen. Reads registries and storage, creates nothing."""
        self._check()
        return self._think(self._prepared).plan

    def start(self) -> Run:
        """Carry the plan out: intent, image, data, job. A repeated command adopts what a dead one began."""
        self._check()
        prepared = self._prepared
        sources, detach = prepared.sources, prepared.options.detach
        handed = gather(prepared.job, prepared.target, sources.world.environment, self._cloud)
        named, folder, adopted = self._folder()
        backend = backend_for(self._backend, sources, self._cloud, self._store, detach=detach, handed=handed)
        run = Run(named.name, self._store, backend, self._cloud)
        if adopted and backend.service.describe(named.name) is not None:
            return run
        try:
            keep(named, known_of(self._store))
            request = self._ready(named, folder)
        except BaseException:
            # Nothing was created: a run that never was must not stand in anybody's list.
            remove_tree(folder.path)
            raise
        self._create(folder, backend, request)
        return run

    def shell(self, command: tuple[str, ...]) -> int:
        """A shell, or a command, where the run's own code would have been started; its exit code.

        :raises UsageError: for a target that is not on this machine.
        """
        environment = self._prepared.sources.world.environment
        if self._backend == "sagemaker":
            raise UsageError(
                f"a shell opens on this machine, and {self._prepared.options.target} runs on SageMaker",
                hints=("the same image here: skylift run --on docker --shell",),
            )
        self._check()
        for left in self._store.beside():
            # Whoever opened it was killed, or the terminal was closed.
            if is_ownerless(read_json(left.intent) or {}):
                remove_tree(left.path)
        folder = self._store.create_beside(self._prepared.name, _intent(self._prepared, {}))
        try:
            request = self._ready(self._prepared, folder)
            return shell(folder, _intent(self._prepared, request), command, environment)
        finally:
            remove_tree(folder.path)

    def _check(self) -> None:
        """Whatever can be known to be missing is told before anything is built.

        :raises NotReady: for role and storage that are not set, and for an engine that does not answer.
        :raises UsageError: when the credentials belong to another account than the config names.
        """
        if self._backend == "sagemaker":
            self._cloud.require()
            self._cloud.guard()
        elif self._backend == "docker":
            ContainerExecutor(environment=self._prepared.sources.world.environment).check()

    def _think(self, prepared: Prepared) -> _Thought:
        image: ImageWork | MadeImage | None = None
        if self._backend != "local":
            image = self._made or prepare(prepared.sources, destination(prepared.sources, self._cloud))
        inputs = self._inputs(prepared)
        planned = image.plan() if image is not None else None
        request = build_request(self._spec(prepared, inputs, image.named if image is not None else None))
        notes = [*self._notes, *self._metrics.notes]
        if isinstance(image, ImageWork):
            notes.append("the job will name the image by its digest, which the build gives")
        plan = Plan(
            prepared.name,
            prepared.options.target,
            self._backend,
            request,
            planned,
            inputs.plans,
            tuple(notes),
        )
        plan = replace(plan, command=prepared.ours["command"], filled=prepared.ours["filled"])
        return _Thought(plan, image, inputs)

    def _folder(self) -> tuple[Prepared, RunFolder, bool]:
        """The run by the name it gets, its folder with its intent, and whether a dead command had begun it."""
        adopted = adopt(self._store, self._prepared.inputs) if self._backend == "sagemaker" else None
        if adopted is None:
            return *self._new_folder(self._prepared), False
        report = self._prepared.sources.world.report
        report(Progress("adopt", f"{adopted}, which an interrupted command began"))
        # An adopted run goes by its own name.
        return replace(self._prepared, name=adopted), self._store.folder(adopted), True

    def _new_folder(self, named: Prepared, left: int = _NAMES) -> tuple[Prepared, RunFolder]:
        try:
            return named, self._store.create(named.name, _intent(named, {}))
        except FileExistsError:
            if left == 0:
                raise
        return self._new_folder(named.renamed(), left - 1)

    def _ready(self, prepared: Prepared, folder: RunFolder) -> dict[str, Any]:
        """Image, data and code in place, the request in the intent; the request."""
        thought = self._think(prepared)
        request, facts = dict(thought.plan.request), None
        if thought.image is not None:
            built = thought.image.push()
            facts = {"reference": str(built.reference), "digest": built.digest}
            algorithm = request["AlgorithmSpecification"]
            # An image that the target's own [request] names stays: it is merged last, as it is.
            if algorithm["TrainingImage"] == thought.image.named:
                request["AlgorithmSpecification"] = {**algorithm, "TrainingImage": facts["reference"]}
        thought.inputs.publish()
        write_json(folder.intent, _intent(prepared, request, image=facts))
        if self._backend != "sagemaker":
            # Not zeros, which some file systems keep in no room at all.
            write_bytes(folder.reserve, os.urandom(_RESERVE))
        if self._backend == "local":
            sources = prepared.sources
            stage(sources.root, sources.files, sources.description, runtime_sources(), folder.project)
        return request

    def _create(self, folder: RunFolder, backend: Backend, request: Mapping[str, Any]) -> None:
        try:
            backend.service.create(request)
        except (RemoteError, NotReady) as error:
            # An answer may be lost on its way, and the try after it then finds the name taken: by us.
            if not self._was_created(folder, backend, error):
                raise
        described = None if backend.here else backend.service.describe(folder.name)
        if described is not None:
            # From now on the run is in every list, whatever becomes of this command.
            self._store.save(record_of(described, self._store.intent(folder.name).get("ours") or {}))

    def _was_created(self, folder: RunFolder, backend: Backend, error: RemoteError | NotReady) -> bool:
        if isinstance(error, RemoteError) and not backend.here:
            if error.facts.get("code") == "ResourceInUse":
                return True
            if error.temporary:
                # It may have been accepted all the same: kept, so that the same command finds it again.
                return False
        remove_tree(folder.path)
        return False

    def _inputs(self, prepared: Prepared) -> Inputs:
        if self._backend == "sagemaker":
            return service_inputs(prepared, self._cloud)
        return folder_inputs(prepared, self._store.folder(prepared.name))

    def _spec(self, prepared: Prepared, inputs: Inputs, image: str | None) -> JobSpec:
        spec = prepared.spec(
            channels=inputs.channels,
            output=inputs.output,
            role=self._cloud.role if self._backend == "sagemaker" else LOCAL_ROLE,
            image=image,
            checkpoints=inputs.checkpoints,
        )
        return replace(spec, metrics=self._metrics.patterns)

    @cached_property
    def _metrics(self) -> Definitions:
        """What the service looks for. It follows from the last run, and is nothing that this run is made of."""
        job = self._prepared.job.name
        return definitions(self._prepared.patterns, self._store.last_with_metrics(job))


def _intent(
    prepared: Prepared, request: Mapping[str, Any], image: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    executors = {"local": "process", "docker": "docker", "sagemaker": "service"}
    return {
        "schema": 1,
        "run": prepared.name,
        "created": iso(prepared.sources.world.clock.now()),
        "owner": owner_facts(),
        "inputs": prepared.inputs,
        "executor": executors[prepared.target.backend],
        "interpreter": prepared.interpreter.path,
        "grace_s": prepared.target.grace,
        "faults": prepared.options.demands.faults(),
        "strict_inputs": prepared.options.demands.strict_inputs,
        "region": _region(prepared),
        "endpoint": prepared.sources.world.environment.get(ENDPOINT_VARIABLE, ""),
        "metrics": prepared.patterns,
        "ship": rules_for_intent(prepared.sources.settings, prepared.job),
        "request": dict(request),
        "ours": {**prepared.ours, "image": image},
    }


def _region(prepared: Prepared) -> str:
    sources = prepared.sources
    said = sources.settings.aws.region or sources.world.environment.get("AWS_REGION")
    # A job on this machine sees a region as every job does; which one matters only to its own AWS calls.
    return said or "us-east-1"

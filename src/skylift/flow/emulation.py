"""From the intent of a run on this machine to what the emulator needs for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skylift.emulator.containers import ContainerExecutor
from skylift.emulator.execution import Executor
from skylift.emulator.faults import Faults
from skylift.emulator.here import HereStorage
from skylift.emulator.job import JobOptions
from skylift.emulator.place import JobPlace
from skylift.emulator.platform import Platform
from skylift.emulator.processes import ProcessExecutor
from skylift.emulator.shell import open_shell
from skylift.errors import NotReady
from skylift.values.handed import Handed
from skylift.values.run_folder import RunFolder
from skylift_runtime.contract import LOCAL_ACCOUNT, PROJECT_VARIABLE, RUNTIME_START


def executor_for(
    folder: RunFolder, intent: Mapping[str, Any], environment: Mapping[str, str], handed: bytes = b""
) -> Executor:
    """
    :param handed: what a job reads from its stdin; a shell has its own.
    """
    if intent["executor"] == "docker":
        # A sandbox's AWS listens on the loopback address of this machine, which is not a container's own.
        network = "host" if Handed.read(handed).needs_loopback else None
        return ContainerExecutor(environment=environment, network=network, handed=handed)
    *options, start = RUNTIME_START
    command = [str(intent["interpreter"]), *options, str(folder.project / "runtime" / start)]
    own = {**_for_a_job(environment), PROJECT_VARIABLE: str(folder.project)}
    return ProcessExecutor(command, own, seen=[str(folder.project)], handed=handed)


def storage_for(folder: RunFolder, intent: Mapping[str, Any]) -> HereStorage:
    return HereStorage(folder.artifacts, strict=bool(intent.get("strict_inputs")))


def options_for(intent: Mapping[str, Any]) -> JobOptions:
    return JobOptions(
        _platform(intent), grace_s=float(intent["grace_s"]), faults=Faults(**table(intent, "faults"))
    )


def shell(
    folder: RunFolder, intent: Mapping[str, Any], command: tuple[str, ...], environment: Mapping[str, str]
) -> int:
    """A command, or a shell where there is none, in the environment of a run here; its exit code.

    :raises NotReady: when the code that the run had is no longer there.
    """
    if intent["executor"] == "process" and not folder.project.is_dir():
        raise NotReady(f"the code of run {folder.name} is gone", hints=("skylift run --shell has today's",))
    return open_shell(
        table(intent, "request"),
        command,
        place=JobPlace(folder.tree),
        executor=executor_for(folder, intent, environment),
        storage=storage_for(folder, intent),
        platform=_platform(intent),
    )


def table(intent: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = intent.get(key)
    return dict(found) if isinstance(found, Mapping) else {}


def _platform(intent: Mapping[str, Any]) -> Platform:
    return Platform(str(intent["region"]), LOCAL_ACCOUNT)


def _for_a_job(environment: Mapping[str, str]) -> dict[str, str]:
    """The user's environment without what only another job's contract could have put there."""
    ours = ("SM_", "SAGEMAKER_", "SKYLIFT_", "TRAINING_JOB_")
    return {key: value for key, value in environment.items() if not key.startswith(ours)}

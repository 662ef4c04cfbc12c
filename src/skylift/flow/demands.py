"""What a command demands of one run beside its config: limits of its own, and faults."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from skylift.errors import UsageError
from skylift.project.config.convert import Unfit, byte_count, duration
from skylift.values.settings import TargetSettings
from skylift_runtime.contract import STOP_GRACE_S


@dataclass(frozen=True)
class Demands:
    """None, or false, where nothing was demanded."""

    max_run_s: float | None = None
    """Instead of the target's ``max-run``."""
    grace_s: float | None = None
    """Instead of the target's ``grace``."""
    interrupt_after_s: float | None = None
    """Take the instance away after this time in Training, once; for jobs on this machine, as all that follow."""
    stop_after_s: float | None = None
    """Stop the job after this time in Training."""
    disk_bytes: int | None = None
    """Let the tree of each host hold only so much."""
    strict_inputs: bool = False
    """Channels can not be written to, which on the service they can."""

    def faults(self) -> dict[str, Any]:
        """For the intent: what the supervisor does to the job."""
        return {
            "interrupt_after_s": self.interrupt_after_s,
            "stop_after_s": self.stop_after_s,
            "disk_bytes": self.disk_bytes,
        }


NO_DEMANDS = Demands()


def seconds(option: str, text: str | None) -> float | None:
    """The seconds that an option's text stands for; None where the option is not given.

    :raises UsageError: when it is no duration.
    """
    if text is None:
        return None
    try:
        return duration(text)
    except Unfit as error:
        raise UsageError(f"{option} {error}") from error


def size(option: str, text: str | None) -> int | None:
    """The bytes that an option's text stands for; None where the option is not given.

    :raises UsageError: when it is no size.
    """
    if text is None:
        return None
    try:
        return byte_count(text)
    except Unfit as error:
        raise UsageError(f"{option} {error}") from error


def demanded(target: TargetSettings, demands: Demands) -> TargetSettings:
    """The target with the limits that were demanded.

    :raises UsageError: for times that can not be, and for what this target's backend does not do.
    """
    times = {
        "--interrupt-after": demands.interrupt_after_s,
        "--stop-after": demands.stop_after_s,
        "--max-run": demands.max_run_s,
        "--grace": demands.grace_s,
    }
    for option, value in times.items():
        if value is not None and not 0 < value < math.inf:
            raise UsageError(f"{option} wants a time above zero, not {value:g}")
    if target.backend == "sagemaker":
        _refuse_on_the_service(target.name, demands)
    # The service counts whole seconds, and none is the one that would end a job before it begins.
    return replace(
        target,
        max_run=target.max_run if demands.max_run_s is None else math.ceil(demands.max_run_s),
        grace=target.grace if demands.grace_s is None else math.ceil(demands.grace_s),
    )


def _refuse_on_the_service(target: str, demands: Demands) -> None:
    only_here = {
        "--interrupt-after": demands.interrupt_after_s,
        "--stop-after": demands.stop_after_s,
        "--fail-disk": demands.disk_bytes,
        "--strict-inputs": demands.strict_inputs or None,
    }
    for option, value in only_here.items():
        if value is not None:
            raise UsageError(f"{option} is for local and docker, and {target} runs on SageMaker")
    if demands.grace_s is not None and demands.grace_s != STOP_GRACE_S:
        raise UsageError(f"--grace can not be chosen on SageMaker, where it is {STOP_GRACE_S} seconds")

"""What a command demands of one run beside its config: limits of its own, and faults."""

from __future__ import annotations

import math
from dataclasses import replace

from skylift.errors import UsageError
from skylift.project.convert import Unfit, duration
from skylift.values.settings import TargetSettings
from skylift_runtime.contract import STOP_GRACE_S


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


def demanded(
    target: TargetSettings,
    *,
    interrupt_after_s: float | None,
    stop_after_s: float | None,
    max_run_s: float | None,
    grace_s: float | None,
) -> TargetSettings:
    """The target with the limits that were demanded.

    :raises UsageError: for times that can not be, and for what this target's backend does not do.
    """
    faults = {"--interrupt-after": interrupt_after_s, "--stop-after": stop_after_s}
    times = {**faults, "--max-run": max_run_s, "--grace": grace_s}
    for option, value in times.items():
        if value is not None and not 0 < value < math.inf:
            raise UsageError(f"{option} wants a time above zero, not {value:g}")
    if target.backend == "sagemaker":
        for option, value in faults.items():
            if value is not None:
                raise UsageError(f"{option} is for local and docker, and {target.name} runs on SageMaker")
        if grace_s is not None and grace_s != STOP_GRACE_S:
            raise UsageError(f"--grace can not be chosen on SageMaker, where it is {STOP_GRACE_S} seconds")
    # The service counts whole seconds, and none is the one that would end a job before it begins.
    return replace(
        target,
        max_run=target.max_run if max_run_s is None else math.ceil(max_run_s),
        grace=target.grace if grace_s is None else math.ceil(grace_s),
    )

"""Where the official toolkit's variables and ours differ on purpose.

Two names are ours alone, and hidden from the user: the channel ``skylift`` and the hyperparameter
``skylift_raw_arguments``. Nothing that is compared has them; whatever else differs is in the table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Variables = Mapping[str, str]


@dataclass(frozen=True)
class Difference:
    """Where we differ on purpose: in which variables, why, and where it is written down."""

    variables: str
    because: str
    source: str
    allowed: Callable[[str, Variables, Variables], bool]
    """Of a name, the toolkit's variables and ours."""


def _spelling_for_shells(name: str, theirs: Variables, ours: Variables) -> bool:
    # A shell has dropped what it cannot say, so the names come from the lists of them.
    keys = [f"SM_HP_{key}".upper() for key in json.loads(theirs["SM_HPS"])]
    keys += [f"SM_CHANNEL_{key}".upper() for key in json.loads(theirs["SM_CHANNELS"])]
    same = [key for key in keys if re.sub(r"\W", "_", key, flags=re.ASCII) == name != key]
    values = [theirs[key] for key in same if key in theirs]
    return name not in theirs and bool(same) and (not values or ours[name] in values)


DIFFERENCES = (
    Difference(
        r"SM_\w+",
        "`SM_CHANNEL_MY-DATA.V1` cannot be said in a shell; the same value stands under `SM_CHANNEL_MY_DATA_V1`, too",
        "toolkit mapping.py `to_env_vars`: the name is upper-cased, nothing else",
        _spelling_for_shells,
    ),
    Difference(
        "SAGEMAKER_JOB_NAME",
        "empty there unless the SDK sent the name as a hyperparameter; the platform always says it",
        "toolkit environment.py; developer guide: TRAINING_JOB_NAME",
        lambda name, theirs, ours: not theirs[name] and ours[name] == ours.get("TRAINING_JOB_NAME", ""),
    ),
    Difference(
        "SAGEMAKER_REGION",
        "empty there unless the SDK sent the region: boto3 reads AWS_DEFAULT_REGION, the platform sets AWS_REGION",
        "toolkit environment.py; the environment of an observed job",
        lambda name, theirs, ours: not theirs[name] and ours[name] == ours.get("AWS_REGION", ""),
    ),
    Difference(
        "PYTHONPATH",
        "the code comes first in both; behind it the toolkit puts its own sys.path, which is not the user's",
        "toolkit environment.py `write_env_vars`",
        lambda name, theirs, ours: theirs[name].split(":")[0] == ours[name].split(":")[0],
    ),
    Difference(
        "PATH",
        "programs of the interpreter's own environment, such as torchrun, are found",
        "docs/design.md: the runtime starts what the project's environment has",
        lambda name, theirs, ours: ours[name].endswith(":" + theirs[name]),
    ),
    Difference(
        r"SKYLIFT_\w+",
        "between the runtime and its bootstrap; a program that is no Python script inherits it",
        "docs/design.md: the reason of a failure is the user's exception",
        lambda name, theirs, ours: name in ours and name not in theirs,
    ),
    Difference(
        "PYTHONUNBUFFERED",
        "the log arrives line by line; the toolkit leaves a block-buffered pipe",
        "toolkit process.py: the child's stdout is inherited or a pipe",
        lambda name, theirs, ours: name not in theirs and ours[name] == "1",
    ),
)  # fmt: skip


def unexplained(theirs: Variables, ours: Variables) -> dict[str, tuple[str | None, str | None]]:
    """Variables that differ, but for the reasons in the table."""
    return {
        name: (theirs.get(name), ours.get(name))
        for name in sorted({*theirs, *ours})
        if theirs.get(name) != ours.get(name)
        and not any(
            re.fullmatch(known.variables, name) and name in ours and known.allowed(name, theirs, ours)
            for known in DIFFERENCES
        )
    }

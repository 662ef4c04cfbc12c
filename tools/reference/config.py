"""The page of the config: from the dataclasses of `values/settings.py`, with an example for each key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from skylift.project.config import reference

HEAD = """\
# Config

`[tool.skylift]` in `pyproject.toml`, or the same keys at top level of `skylift.toml`; both is an error. Unknown keys are
errors, with the nearest name; all problems are told at once.

What is said in several places, the first wins:

1. flags: `--set key=value`
2. `SKYLIFT_<TABLE>_<KEY>` in the environment
3. `skylift.local.toml`, which git should ignore
4. the project's file
5. what that `extends`
6. `~/.config/skylift/config.toml`
7. defaults

`skylift config --origin` shows each value and where it comes from.
"""
_ENDS = {
    "seconds": 'seconds, or text such as `"4h"`',
    "gigabytes": 'gigabytes, or text such as `"50GB"`',
}
SECTIONS: Mapping[str, tuple[str, str]] = {
    "project": (
        "What the project is, and what it needs.",
        """\
[tool.skylift]
extends = "../team/skylift-defaults.toml"
name = "flight-delays"
python = "3.11"
requirements = ["requirements.txt"]
dependencies = ["torch>=2"]
extras = ["train"]
groups = ["train"]
""",
    ),
    "job": (
        "The keys at top level are the job `train`. Below `[tool.skylift.jobs.NAME]` stand the same keys for another one.",
        """\
[tool.skylift]
entry-point = "-m flight_delays.train"
objective = "validation:auc"
retry = { max = 2, exit-codes = [75] }

[tool.skylift.hyperparameters]
epochs = 20

[tool.skylift.channels]
validation = "data/validation"

[tool.skylift.channels.train]
local = "data/sample"
cloud = "s3://acme-ml/flights/train/"
mode = "Pipe"
distribution = "ShardedByS3Key"
content-type = "text/csv"
compression = "Gzip"
record-wrapper = "RecordIO"
shuffle-seed = 7

[tool.skylift.arguments]
data-dir = "{channel:train}"
checkpoint-dir = "{checkpoints}"

[tool.skylift.paths]
"data/raw" = "{channel:train}"
"vocab.txt" = "nlp/vocab.txt"

[tool.skylift.collect]
model = ["*.pkl"]
output = ["logs/**"]

[tool.skylift.metrics]
"validation:auc" = "val_auc=([-+0-9.eE]+)"
quality = { pattern = "held-out quality ([0-9.]+)", goal = "max" }

[tool.skylift.secrets]
WANDB_API_KEY = "secretsmanager:team/tracking#wandb"

[tool.skylift.jobs.evaluate]
command = ["python", "-m", "flight_delays.evaluate"]
""",
    ),
    "image": (
        "The image of jobs that do not run on the target `local`.",
        """\
[tool.skylift.image]
base = "python:3.11-slim"
repository = "localhost:5000/flight-delays"
interpreter = "/usr/local/bin/python3.11"
bytecode = true
environment = { OMP_NUM_THREADS = "1" }
""",
    ),
    "ship": (
        "Which files go with the job, beyond what git says.",
        """\
[tool.skylift.ship]
include = ["build/vocab.txt"]
""",
    ),
    "system": (
        "What a job uses of the machine.",
        """\
[tool.skylift.system]
figures = true
interval = "1m"
""",
    ),
    "targets": (
        "Where and how a job runs. `local` and `docker` are always there; a table changes or adds one.",
        """\
[tool.skylift.targets.gpu]
backend = "sagemaker"
instance-type = "ml.g5.xlarge"
instance-count = 2
volume = "100GB"
max-run = "4h"
grace = 120
environment = { NCCL_DEBUG = "WARN" }
output-compression = "NONE"

[tool.skylift.targets.gpu.request]
EnableManagedSpotTraining = true
StoppingCondition = { MaxWaitTimeInSeconds = 43200 }
""",
    ),
    "aws": (
        "The account. What `--on` names decides the rest.",
        """\
[tool.skylift.aws]
region = "eu-central-1"
profile = "acme"
account = "123456789012"
storage = "s3://acme-ml/skylift"
role = "arn:aws:iam::123456789012:role/Training"
assume-role = "arn:aws:iam::123456789012:role/Submit"
""",
    ),
}
_TITLES = {"project": "The project", "job": "A job"}
_OF_THE_PROJECT = frozenset({"extends", "name", "python", "requirements", "dependencies", "extras", "groups"})


def page() -> str:
    sections = "\n".join(_section(name) for name in SECTIONS)
    return f"{HEAD}\n{sections}"


def section_of(key: str) -> str:
    """The section that a key stands in."""
    table = key.partition(".")[0]
    if table in _OF_THE_PROJECT:
        return "project"
    return table if table in SECTIONS else "job"


def _section(name: str) -> str:
    about, example = SECTIONS[name]
    lines = [f"## {_TITLES.get(name, f'`[{name}]`')}", "", about, "", "| key | type | default | what |"]
    lines += ["|---|---|---|---|", *_rows(name)]
    return "\n".join([*lines, "", "```toml", example.rstrip(), "```", ""])


def _rows(section: str) -> Iterator[str]:
    for row in reference.rows():
        key, kind, default, doc = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
        if section_of(key) == section:
            cells = [f"`{key}`", _kind(kind), f"`{default}`" if default else "", doc]
            yield "| " + " | ".join(cells) + " |"


def _kind(kind: str) -> str:
    if '"' in kind:
        return " or ".join(f"`{choice}`" for choice in kind.split(" or "))
    return _ENDS.get(kind, kind)

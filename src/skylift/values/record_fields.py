"""What stands in a record: each field of ours, and those of the service that people ask for. The reference's source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from skylift.values.record import OURS

MOMENT = "moment"
"""ISO-8601 in UTC, with milliseconds: ``2026-11-24T19:44:36.935Z``."""


class Field(NamedTuple):
    """One field: its dotted path, its shape with its unit, and what it says."""

    path: str
    """``[]`` after the name of a list, ``<name>`` for a name that the user chose."""
    shape: str
    what: str


OF_THE_SERVICE = (
    Field("TrainingJobName", "text", "The run's name."),
    Field("TrainingJobArn", "text", "Of a job on this machine with the account `000000000000`."),
    Field("TrainingJobStatus", "text", "`InProgress`, `Stopping`, `Completed`, `Failed` or `Stopped`."),
    Field("SecondaryStatus", "text", "The phase: `Starting`, `Downloading`, `Training`, `Uploading`, …"),
    Field("SecondaryStatusTransitions[]", "list of tables", "Each phase: `Status`, `StartTime`, `EndTime`."),
    Field("FailureReason", "text", "`AlgorithmError: <reason>, exit code: <n>`; of a failed job only."),
    Field("HyperParameters", "table of text", "As they travelled: each value as text."),
    Field("InputDataConfig[]", "list of tables", "The channels, as the request has them."),
    Field("OutputDataConfig.S3OutputPath", "text", "Where artifacts go; `file://…` on this machine."),
    Field("ModelArtifacts.S3ModelArtifacts", "text", "Where the model is: packed, or a folder."),
    Field("ResourceConfig.InstanceType", "text", "The instance; `local` on this machine."),
    Field("ResourceConfig.InstanceCount", "number", "How many hosts."),
    Field("StoppingCondition.MaxRuntimeInSeconds", "seconds", "The limit, `max-run`."),
    Field("RoleArn", "text", "The job's role; `arn:aws:iam::000000000000:role/local` on this machine."),
    Field("CreationTime", MOMENT, "When it was created."),
    Field("TrainingStartTime", MOMENT, "When the first phase after `Starting` began."),
    Field("TrainingEndTime", MOMENT, "When it ended."),
    Field("LastModifiedTime", MOMENT, "When anything of it changed last."),
    Field("TrainingTimeInSeconds", "seconds", "From `TrainingStartTime` to `TrainingEndTime`, whole."),
    Field("BillableTimeInSeconds", "seconds", "What the service bills, whole."),
)
"""What people look at of DescribeTrainingJob's answer; the rest of it is there as well."""

OURS_BY_PATH = (
    Field("schema", "number", "Version of what stands under `Skylift`: 1."),
    Field("project", "text", "The project's name."),
    Field("job", "text", "Which of the project's jobs: `train`, or a name below `[jobs]`."),
    Field("target", "text", "What `--on` said: `local`, `docker`, or a target of the config."),
    Field("backend", "text", "What the target is: `local`, `docker` or `sagemaker`."),
    Field("user", "text", "Who started it, by the name on that machine."),
    Field(
        "arguments",
        "table of any",
        "Parameters in effect, typed: given, from the config, and the script's defaults.",
    ),
    Field("given", "table of any", "Parameters that were given: by the command or by `[hyperparameters]`."),
    Field("raw", "list of text", "What followed `--`, word by word."),
    Field(
        "command",
        "text",
        "The command line that the script was started with; shortened where it is very long.",
    ),
    Field(
        "filled.<name>",
        "text",
        "Arguments that `[arguments]` filled, with their templates: `{channel:train}`.",
    ),
    Field("revision.commit", "text", "Full hash of HEAD; empty outside git."),
    Field("revision.branch", "text", "The branch; empty when detached."),
    Field("revision.dirty", "true or false", "Whether files that ship differed from HEAD."),
    Field(
        "revision.diff",
        "SHA-256, hex",
        "Of that difference; empty when clean. The difference itself stays here.",
    ),
    Field("revision.code", "SHA-256, hex", "Of the files that shipped, with their names."),
    Field("lock", "SHA-256, hex, or null", "Of what the lock asks for and holds; null where there was none."),
    Field("image", "table or null", "Null on the target `local`."),
    Field("image.reference", "text", "The image that ran, with its digest."),
    Field("image.digest", "text", "`sha256:…` of its manifest."),
    Field("interpreter.python", "text", "Version of Python, such as `3.11.7`."),
    Field("interpreter.path", "text", "Where it was."),
    Field(
        "interpreter.freeze",
        "SHA-256, hex",
        "Of the list of installed packages; empty where it is the image's.",
    ),
    Field(
        "interpreter.drift",
        "table of any",
        "How the environment differed from the lock; absent when it did not.",
    ),
    Field("channels.<name>.source", "text", "The channel's folder in the project, or its place on S3."),
    Field(
        "channels.<name>.version",
        "SHA-256, hex, or null",
        "Of the tree: paths and contents. Null where it was not read.",
    ),
    Field("channels.<name>.files", "number", "How many files; absent for what is only on S3."),
    Field("channels.<name>.bytes", "bytes", "Their sizes together; absent for what is only on S3."),
    Field("channels.<name>.fingerprint", "text", "Where there is no version: of names, sizes and times."),
    Field("metrics.last.<name>", "number or null", "The last value; null for what is no number (nan, inf)."),
    Field("metrics.best.<name>.value", "number", "The best value, where the name says which way is better."),
    Field("metrics.best.<name>.step", "number or null", "At which step; null where the line did not say."),
    Field(
        "metrics.forms.<name>",
        "text",
        "What stood in front of the number; for the next request's MetricDefinitions.",
    ),
    Field(
        "metrics.goals.<name>",
        "text",
        "What the config says: `max`, `min` or `none`; absent where it does not.",
    ),
    Field(
        "metrics.objective",
        "text",
        "The metric that the job is about, as the config says; absent where it does not.",
    ),
    Field("like.run", "text", "The run that this one repeats; absent for others, with all of `like`."),
    Field("like.changed", "table of any", "Parameters that were given another value."),
    Field("like.differs", "list of text", "What else could not be the same, in words."),
    Field(
        "system.hosts.<name>.seconds", "seconds", "How long was looked at; `<name>` is the host, `algo-1`."
    ),
    Field("system.hosts.<name>.samples", "number", "How often."),
    Field(
        "system.hosts.<name>.cpu",
        "table of any, in cores",
        "`mean` and `max` of the cores that were busy, `of` how many.",
    ),
    Field("system.hosts.<name>.memory", "table of any, in bytes", "`max` of what was used, `of` the limit."),
    Field(
        "system.hosts.<name>.io-wait",
        "table of any, 0 to 1",
        "`share` of the time that was waited for disks.",
    ),
    Field(
        "system.hosts.<name>.disk",
        "table of any, in bytes, bytes a second",
        "`read` and `written` a second; `free` at the end, `of` the disk, `at` the folder with the least room.",
    ),
    Field("system.hosts.<name>.network", "table of any, in bytes a second", "`received` and `sent`."),
    Field(
        "system.hosts.<name>.gpus[]",
        "list of tables",
        "`gpu`, its number; `busy`, `max`, `idle`, from 0 to 1; `memory`, `of`, in bytes; `watts`; `celsius`.",
    ),
    Field("advice", "list of text", "What of the system figures is worth knowing."),
    Field("hint", "text", "What this side knew of a failure and the job could not; absent without one."),
    Field("cost", "null", "Kept for the price of the job."),
)
"""Below the key ``Skylift``."""


def undocumented(record: Mapping[str, Any]) -> list[str]:
    """Paths below ``Skylift`` that no field is for.

    >>> undocumented({"Skylift": {"schema": 1, "colour": "red", "channels": {"train": {"size": 3}}}})
    ['colour', 'channels.train.size']
    """
    return [
        ".".join(path)
        for path in _leaves(record.get(OURS, {}), ())
        if not any(_is_for(field, path) for field in OURS_BY_PATH)
    ]


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif path and value != {}:
        yield path


def _is_for(field: Field, path: Sequence[str]) -> bool:
    parts = field.path.replace("[]", "").split(".")
    if len(path) != len(parts) and not (len(path) > len(parts) and "table of any" in field.shape):
        return False
    return all(part in (name, "<name>") for part, name in zip(parts, path, strict=False))

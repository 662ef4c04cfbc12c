"""A job as the contract sees it, the same on every backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

InputMode = Literal["File", "FastFile", "Pipe"]
Distribution = Literal["FullyReplicated", "ShardedByS3Key"]
Compression = Literal["None", "Gzip"]
RecordWrapper = Literal["None", "RecordIO"]
OutputCompression = Literal["GZIP", "NONE"]
DataType = Literal["S3Prefix", "ManifestFile"]

TERMINAL = frozenset({"Completed", "Failed", "Stopped"})


@dataclass(frozen=True)
class ChannelSpec:
    """A named input folder. ``uri`` is ``s3://…`` on the service, ``file:///…`` on this machine."""

    name: str
    uri: str
    mode: InputMode = "File"
    distribution: Distribution = "FullyReplicated"
    data_type: DataType = "S3Prefix"
    content_type: str | None = None
    compression: Compression = "None"
    record_wrapper: RecordWrapper = "None"
    shuffle_seed: int | None = None


@dataclass(frozen=True)
class JobSpec:
    """Everything that CreateTrainingJob needs, before it is spelled as a request."""

    name: str
    hyperparameters: Mapping[str, str]
    """On the wire: every value a string (see ``project.wire``)."""
    channels: tuple[ChannelSpec, ...]
    output: str
    """``s3://…`` or ``file:///…``; artifacts land at ``<output>/<name>/output/``."""
    role: str
    image: str | None = None
    """``repository@sha256:…``; None when the job runs beside us without an image."""
    checkpoints: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    instance_type: str = "local"
    instance_count: int = 1
    volume_gb: int = 30
    max_run_s: int = 86400
    input_mode: InputMode = "File"
    output_compression: OutputCompression = "GZIP"
    metrics: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    raw_request: Mapping[str, object] = field(default_factory=dict)
    """``[targets.X.request]``: merged last, as it is."""


_MOST_HOSTS = 10_000
"""More than any service starts for one job."""


def instance_groups(request: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """What a request asks to run on: its instance groups, or the one that all of it is."""
    resources = request.get("ResourceConfig")
    if not isinstance(resources, Mapping):
        return ({},)
    groups = resources.get("InstanceGroups")
    return [one for one in groups if isinstance(one, Mapping)] if isinstance(groups, list) else (resources,)


def hosts_of(request: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of a job's hosts by rank, which is their order as text: ``algo-10`` before ``algo-2``.

    :param request: a CreateTrainingJob request, or the description of its job.
    """
    count = min(sum(map(_instances, instance_groups(request))), _MOST_HOSTS)
    return tuple(sorted(f"algo-{number}" for number in range(1, count + 1)))


def _instances(group: Mapping[str, Any]) -> int:
    said = group.get("InstanceCount")
    # What reads a run must not fail over a file that somebody has damaged.
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else 1


@dataclass(frozen=True)
class LogLine:
    """One line of a job's output."""

    at: datetime
    host: str
    text: str

    def spoken(self, *, several: bool) -> str:
        """As it stands in the log of a run: who said it is told where there are several hosts."""
        return f"[{self.host}] {self.text}" if several else self.text


@dataclass(frozen=True)
class LogPage:
    """Lines since a cursor, and the cursor to go on from. Cursors are opaque to everyone but their maker."""

    lines: tuple[LogLine, ...]
    cursor: object
    more: bool = False
    """Further lines are known to be there: nobody has to wait before the next page."""
    unfinished: str = ""
    """How the line ends that is being written and has no end yet, where that can be known."""


@dataclass(frozen=True)
class Described:
    """The job's description changed: the answer of DescribeTrainingJob, ISO-8601 strings for times."""

    description: Mapping[str, object]

    @property
    def status(self) -> str:
        return str(self.description.get("TrainingJobStatus", ""))

    @property
    def secondary(self) -> str:
        return str(self.description.get("SecondaryStatus", ""))

    @property
    def terminal(self) -> bool:
        return self.status in TERMINAL

    @property
    def failed(self) -> bool:
        return self.status == "Failed"


@dataclass(frozen=True)
class Entered:
    """The job entered a phase: each of ``SecondaryStatusTransitions`` once, however short it was."""

    secondary: str
    number: int
    """Which one it is, from 0: whoever watches anew knows what was told already."""
    since: datetime | None = None
    """When, by the clock of whoever runs the job; None where it does not say."""


@dataclass(frozen=True)
class Unfinished:
    """The line that is being written: a progress bar, or a question. Each takes the place of the one before.

    When the line has its end it comes as a ``LogLine``, and an ``Unfinished`` without text behind it.
    """

    text: str
    """Its end, a few thousand characters at most: of a bar, the last of what was written over itself."""


@dataclass(frozen=True)
class Measured:
    """What was read of what the job printed: name and value, in order."""

    values: tuple[tuple[str, float], ...]
    passing: bool = False
    """Read from a line that has no end yet; its last state comes again."""
    step: int | None = None
    """How far the job was, as far as a line has said it."""


@dataclass(frozen=True)
class Pause:
    """All there is to tell was told; the next look comes after a while."""


Event = Described | Entered | LogLine | Unfinished | Measured | Pause
"""What a backend's watch yields, in order."""


@dataclass(frozen=True)
class DatasetFile:
    """One file of a dataset version."""

    path: str
    """POSIX, relative to the folder."""
    sha256: str
    size: int
    executable: bool = False


@dataclass(frozen=True)
class DatasetVersion:
    """An immutable version of a folder, as it lies on S3."""

    name: str
    version: str
    """SHA-256, in hex, of the canonical sorted list of its files."""
    files: tuple[DatasetFile, ...]
    manifest: str = ""
    """``s3://…`` of the ManifestFile that lists the objects."""

    @property
    def bytes(self) -> int:
        return sum(file.size for file in self.files)

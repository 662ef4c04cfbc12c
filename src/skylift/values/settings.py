"""The config, typed. Each field's docstring is its line in the reference.

Keys in TOML are the field names with ``-`` for ``_``. Loading and checking is ``project.config``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from skylift.values.jobs import Compression, Distribution, InputMode, OutputCompression, RecordWrapper

Backend = Literal["local", "docker", "sagemaker"]
Goal = Literal["max", "min", "none"]
Seconds = Annotated[int, "seconds"]
"""In TOML also ``"4h"``, ``"30m"`` or ``"90s"``."""
Gigabytes = Annotated[int, "gigabytes"]
"""In TOML also ``"50GB"``."""


@dataclass(frozen=True)
class ChannelSettings:
    """A channel: a folder of the project, a place in the cloud, or both."""

    local: str | None = None
    """A folder, relative to the project; ``channels.train = "data/train"`` is short for this."""
    cloud: str | None = None
    """An ``s3://`` prefix that the service reads as it is; local folders travel as datasets without it."""
    mode: InputMode = "File"
    """``File`` (downloaded before the start), ``FastFile`` (read on demand) or ``Pipe``."""
    distribution: Distribution = "FullyReplicated"
    """``ShardedByS3Key`` gives every host its share of the objects."""
    content_type: str | None = None
    """Passed on to the container in inputdataconfig.json."""
    compression: Compression = "None"
    """``Gzip``: the objects are compressed, and a ``Pipe`` gives what is in them."""
    record_wrapper: RecordWrapper = "None"
    """``RecordIO``: a ``Pipe`` gives each object as one record."""
    shuffle_seed: int | None = None
    """A ``Pipe`` gives the objects in another order each epoch."""


@dataclass(frozen=True)
class RetrySettings:
    """Starting the script again, from its checkpoints, when it failed. The job stays one job."""

    max: int = 0
    """How often it is started again, at most."""
    exit_codes: tuple[int, ...] = ()
    """Only after these; 128 and the signal's number where one ended it. Empty: after any failure."""


@dataclass(frozen=True)
class MetricSettings:
    """A metric: how it is read, and which way it improves."""

    pattern: str | None = None
    r"""A regular expression whose first group is the number; none for what is read by itself.
    ``metrics."val:auc" = "auc=(\S+)"`` is short for this."""
    goal: Goal | None = None
    """Which way is better; ``none`` where neither is. Else the name says it: min for a loss or an error, max for
    an accuracy or an AUC."""


@dataclass(frozen=True)
class JobSettings:
    """One job of the project. The keys at top level are the job ``train``; ``[jobs.NAME]`` adds others."""

    name: str = "train"
    entry_point: str | None = None
    """What starts it: a script (``pkg/train.py``), ``-m pkg.train``, ``pkg.mod:function``, or a notebook (``train.ipynb``)."""
    command: tuple[str, ...] = ()
    """Instead of an entry point: ``["torchrun", "-m", "pkg.train"]`` or a shell script."""
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    """Values that are passed to the script; ``skylift run name=value`` overrides them."""
    channels: Mapping[str, ChannelSettings] = field(default_factory=dict)
    """Named input folders, at ``SM_CHANNEL_<NAME>``."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """Options that are filled by the contract: ``data-dir = "{channel:train}"``."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """Relative paths the script has hard-coded: ``"data/raw" = "{channel:train}"``, one level up at most
    (``"../data"``); or a file that ships elsewhere, seen from the path's folder: ``"vocab.txt" = "nlp/vocab.txt"``."""
    collect: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Files the script leaves in its work directory, or below a path that is ``{checkpoints}``: ``model = ["*.pkl"]``,
    ``output = ["logs/**"]``."""
    metrics: Mapping[str, MetricSettings] = field(default_factory=dict)
    r"""What is to be known of metrics beyond what is read by itself: ``"val:auc" = "auc=(\S+)"``, or
    ``{ pattern = "…", goal = "max" }``, or ``{ goal = "max" }`` alone."""
    objective: str | None = None
    """The metric that this job is about: what lists show as its best, and what a comparison decides by."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Variables whose values stay out of config, request and record: ``WANDB_API_KEY = "env:WANDB_API_KEY"``,
    ``"keyring:SERVICE/USER"`` (both for targets on this machine), ``"secretsmanager:ID"``, ``"ssm:NAME"``;
    ``#key`` after an ID or NAME picks one value of a JSON object."""
    retry: RetrySettings = field(default_factory=RetrySettings)
    """``{ max = 2, exit-codes = [75] }``: the runtime starts the script again; only checkpoints are kept."""


@dataclass(frozen=True)
class ImageSettings:
    """The image that jobs run in, away from the local target."""

    base: str = ""
    """The image everything is laid on; ``python:<version>-slim`` when empty."""
    repository: str = ""
    """Where it is pushed. With a host it is taken as it is, else it is a repository in the account's ECR."""
    interpreter: str = ""
    """Absolute path of Python in the base, where it can not be found out."""
    bytecode: bool = True
    """Compile what is installed, so that every start is faster."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables in the image's config. No secrets: anyone who may pull can read them."""


@dataclass(frozen=True)
class AwsSettings:
    """The AWS side."""

    region: str | None = None
    """Region of job, bucket and repository; all three must agree."""
    profile: str | None = None
    """A profile of the AWS config."""
    account: str | None = None
    """A guard: refuse to do anything in another account."""
    storage: str | None = None
    """``s3://bucket/prefix`` for data, output, checkpoints and run records."""
    role: str | None = None
    """ARN of the role that the job runs as."""
    assume_role: str | None = None
    """ARN of a role to assume first."""


@dataclass(frozen=True)
class TargetSettings:
    """Where and how a job runs. ``local`` and ``docker`` are always there."""

    name: str
    backend: Backend = "sagemaker"
    """``local``, ``docker`` or ``sagemaker``."""
    instance_type: str = "ml.m5.large"
    """The service's instance type."""
    instance_count: int = 1
    """How many hosts."""
    volume: Gigabytes = 30
    """Gigabytes of disk for input and output."""
    max_run: Seconds = 86400
    """Seconds after which the job is stopped; ``"4h"`` is understood."""
    grace: Seconds = 120
    """Seconds between SIGTERM and SIGKILL; the service's are 120, ``local`` and ``docker`` may differ."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of the job. No secrets: Describe shows them."""
    output_compression: OutputCompression = "GZIP"
    """``GZIP``: model and output as one archive each; ``NONE``: every file by itself, with no time for packing."""
    request: Mapping[str, Any] = field(default_factory=dict)
    """Merged last into the CreateTrainingJob request, in its own CamelCase."""


@dataclass(frozen=True)
class SystemSettings:
    """System figures: what a job uses of its machine."""

    figures: bool = True
    """Whether the runtime looks at what a job uses of processors, memory, disk and GPUs, for ``skylift show``."""
    interval: Seconds = 30
    """Seconds between two lines of system figures, 5 at least. In CloudWatch they stand in the log."""


@dataclass(frozen=True)
class ShipSettings:
    """Which files go with the job, beyond what git says."""

    include: tuple[str, ...] = ()
    """Patterns of ignored files that ship all the same: ``["build/vocab.txt"]``."""


@dataclass(frozen=True)
class Settings:
    """The whole config of a project."""

    name: str
    """The project's name: run names and storage begin with it."""
    python: str = "3.11"
    """Minor version of Python in isolated environments and images."""
    requirements: tuple[str, ...] = ()
    """Requirement files to lock; the project's own ``dependencies`` when there are none. ``pyproject.toml`` among them
    stands for those."""
    dependencies: tuple[str, ...] = ()
    """Packages beside those, written as in ``[project]``: ``["torch>=2"]``. For what the project declares in a form
    that uv does not read, or not at all."""
    extras: tuple[str, ...] = ()
    """Of ``[project.optional-dependencies]``, locked with the project's own dependencies: ``["train"]``."""
    groups: tuple[str, ...] = ()
    """Of ``[dependency-groups]``: ``["train"]``. ``dev`` is none of them unless it is named."""
    jobs: Mapping[str, JobSettings] = field(default_factory=dict)
    """``train`` and the tables of ``[jobs.*]``."""
    image: ImageSettings = field(default_factory=ImageSettings)
    aws: AwsSettings = field(default_factory=AwsSettings)
    ship: ShipSettings = field(default_factory=ShipSettings)
    system: SystemSettings = field(default_factory=SystemSettings)
    targets: Mapping[str, TargetSettings] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """One value of the config and where it came from."""

    key: str
    """Dotted, as in TOML: ``targets.gpu.max-run``."""
    value: Any
    origin: str
    """``pyproject.toml``, ``SKYLIFT_AWS_REGION``, ``default``, …"""

"""The SageMaker training contract: paths, names, limits, exit codes.

The one copy that the client, the emulator and the runtime inside the job all read.
Sources: the SageMaker developer guide ("How SageMaker runs your training image"), the botocore
service model ``sagemaker/2017-07-24`` for limits, and aws/sagemaker-training-toolkit for ``SM_*``.
"""

from __future__ import annotations

import posixpath

ML_ROOT = "/opt/ml"
"""Where the platform mounts the job's tree. Reserved: an image must not ship files below it."""

SKYLIFT_ROOT = "/opt/skylift"
"""Where an image of ours holds ``runtime/``, ``project.json`` and ``code/``."""

VENV_ROOT = "/opt/venv"

RUNTIME_START = ("-I", "-S", "skylift_runtime/__main__.py")
"""What Python is given to start the runtime, the path below the folder that holds it.

Isolated and without ``site``: what the user's environment puts in the way of an interpreter's start is for the
user's own process, which is started without these options.
"""

# Variables that the platform itself sets in the container.
JOB_NAME_VARIABLE = "TRAINING_JOB_NAME"
JOB_ARN_VARIABLE = "TRAINING_JOB_ARN"
REGION_VARIABLE = "AWS_REGION"

# Variables of the official toolkit that the runtime honours or sets.
BASE_DIR_VARIABLE = "SAGEMAKER_BASE_DIR"
"""Moves the whole ``/opt/ml`` tree (aws/sagemaker-training-toolkit, environment.py)."""

# Variables of ours.
PROJECT_VARIABLE = "SKYLIFT_PROJECT"
"""A folder that holds ``project.json`` and ``code/``; wins over ``/opt/skylift``."""
JOB_VARIABLE = "SKYLIFT_JOB"
"""Which of the project's jobs to run; ``train`` when absent."""
FACTS_VARIABLE = "SKYLIFT_FACTS"
"""The descriptor on which the bootstrap around a Python entry point writes the facts of an uncaught exception."""
SECRET_PREFIX = "SKYLIFT_SECRET_"  # noqa: S105 - the names of variables begin with it
"""``SKYLIFT_SECRET_<NAME>`` holds the reference of a secret, whose value becomes the variable ``<NAME>``."""
HANDED_VARIABLE = "SKYLIFT_HANDED"
"""``stdin`` where the one who started the job writes what only that machine knows: see ``secret_values``."""
GRACE_VARIABLE = "SKYLIFT_GRACE_S"
"""Seconds between SIGTERM and SIGKILL, where they are not the service's 120."""

START_VARIABLE = "SKYLIFT_START"
"""A word that only the processes of one start of one job beside us have, so that none of them lingers."""

FIGURES_VARIABLE = "SKYLIFT_FIGURES"
"""Seconds between two lines of system figures. Without it there are none: nobody may be there to hide them."""
FIGURES_PREFIX = "[skylift:figures] "
"""Begins a line of ours in the job's output, with an object in JSON behind it. Views hide it, readers pass it over."""
FIGURES_JOINT = "\x1e\x1e"
"""Ends what stands before such a line where the job's own line goes on behind it, and no newline was the job's."""

RESERVED_CHANNEL = "skylift"
"""A channel of ours: dataset indexes and whatever else does not fit a request. Hidden from ``SM_CHANNELS``."""
INDEX_FILE = "indexes.json"
"""In the reserved channel: ``{channel: [{"path", "sha256", "size", "executable"}]}``."""

RAW_ARGUMENTS_KEY = "skylift_raw_arguments"
"""Reserved hyperparameter: a JSON list of what followed ``--`` on the command line."""
COMMAND_KEY = "command"
"""The hyperparameter that chooses the sub-command, of a program that has some."""
ARGUMENTS_FILE = "arguments.json"
"""In the reserved channel: ``{name: value}``, the hyperparameters that do not fit a request."""
ARGUMENTS_REFERENCE = "@%s:%s" % (RESERVED_CHANNEL, ARGUMENTS_FILE)
"""A hyperparameter ``@skylift:arguments.json#name`` has its value in that file, under that name."""
ARGUMENTS_KEY = "skylift_arguments"
"""Reserved hyperparameter, ``@skylift:arguments.json``: the file holds more of them than those that refer to it."""

PROJECT_FILE = "project.json"
DEFAULT_JOB = "train"

# Limits (botocore service model, 2017-07-24).
JOB_NAME_PATTERN = r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
JOB_NAME_LIMIT = 63
FAILURE_LIMIT = 1024
"""Characters of ``FailureReason`` that the service keeps."""
FAILURE_TEXT_LIMIT = 900
"""Characters that we write, so that the service's own prefix and suffix still fit."""
HYPERPARAMETER_COUNT_LIMIT = 100
HYPERPARAMETER_KEY_LIMIT = 256
HYPERPARAMETER_VALUE_LIMIT = 2500
ENVIRONMENT_COUNT_LIMIT = 100
ENVIRONMENT_VALUE_LIMIT = 512
CHANNEL_LIMIT = 20
METRIC_DEFINITION_LIMIT = 40
METRIC_NAME_LIMIT = 255
METRIC_PATTERN_LIMIT = 500
ARGUMENT_LIMIT = 128 * 1024
"""Bytes of one argument, or of one variable as ``NAME=value``, with its final zero (MAX_ARG_STRLEN, execve(2))."""
STOP_GRACE_S = 120
DEFAULT_MAX_RUN_S = 86400

LOCAL_ACCOUNT = "000000000000"
"""Stands in ARNs of jobs that run on this machine, where there is no account."""

LOG_GROUP = "/aws/sagemaker/TrainingJobs"

EXIT_RUNTIME_CONFIG = 2
"""The runtime could not start the user's code: its own description or the tree is unusable."""


TREE_NAMES = frozenset({"checkpoints", "code", "config", "input", "model", "output", "processing"})
"""What lies in the tree beside the work directory, and is the contract's own."""
_IN_INPUT = frozenset({"config", "data", ".objects"})


def beside(path: str) -> bool:
    """Whether a path names something beside the project, ``../data``, that a job can have in its tree.

    In ``../input``, where many look for their data, only the platform's own folders are taken.

    >>> beside("../data/raw"), beside("../input/titanic"), beside("../input"), beside("../input/data/x")
    (True, True, False, False)
    >>> beside("../model"), beside("../../data"), beside("data/../../x"), beside("..")
    (False, False, False, False)
    """
    up, *parts = path.split("/")
    if up != ".." or not parts or any(part in ("", ".", "..") for part in parts):
        return False
    if parts[0] == "input":
        return len(parts) > 1 and parts[1] not in _IN_INPUT
    return parts[0] not in TREE_NAMES


class Tree:
    """The paths of one job's tree, wherever it is rooted.

    >>> Tree("/opt/ml").channel("train")
    '/opt/ml/input/data/train'
    """

    def __init__(self, root: str = ML_ROOT) -> None:
        self.root = root

    def _below(self, *parts: str) -> str:
        return posixpath.join(self.root, *parts)

    @property
    def input(self) -> str:
        return self._below("input")

    @property
    def config(self) -> str:
        return self._below("input", "config")

    @property
    def hyperparameters(self) -> str:
        return self._below("input", "config", "hyperparameters.json")

    @property
    def input_data_config(self) -> str:
        return self._below("input", "config", "inputdataconfig.json")

    @property
    def resource_config(self) -> str:
        return self._below("input", "config", "resourceconfig.json")

    @property
    def data(self) -> str:
        return self._below("input", "data")

    def channel(self, name: str) -> str:
        return self._below("input", "data", name)

    @property
    def objects(self) -> str:
        """Where a channel's content-addressed objects go while links show the user's own tree."""
        return self._below("input", ".objects")

    @property
    def model(self) -> str:
        return self._below("model")

    @property
    def output(self) -> str:
        return self._below("output")

    @property
    def output_data(self) -> str:
        return self._below("output", "data")

    @property
    def intermediate(self) -> str:
        return self._below("output", "intermediate")

    @property
    def failure(self) -> str:
        return self._below("output", "failure")

    @property
    def checkpoints(self) -> str:
        return self._below("checkpoints")

    @property
    def code(self) -> str:
        """The work directory: a fresh, writable copy of the files that ship."""
        return self._below("code")

    def folders(self) -> list[str]:
        """The folders that the platform makes before it starts the container."""
        return [self.config, self.data, self.model, self.output_data, self.checkpoints]


def failure_reason(text: str | None, exit_code: int) -> str:
    """The ``FailureReason`` that the service makes of a failure file and an exit code.

    Observed form: ``AlgorithmError: <text>, exit code: <n>``, cut at 1,024 characters.

    >>> failure_reason("ValueError: no rows", 1)
    'AlgorithmError: ValueError: no rows, exit code: 1'
    """
    suffix = ", exit code: %d" % exit_code
    body = "AlgorithmError: " + (text or "").strip()
    return body[: FAILURE_LIMIT - len(suffix)] + suffix

"""The page of the variables: those that a job finds, by making them for a job; those of ours, from the contract."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise

from skylift_runtime import contract
from skylift_runtime.arguments import read_hyperparameters
from skylift_runtime.config import Config, Machine
from skylift_runtime.environment import Launch, variables

_MODE = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
_GROUP = {"instance_group_name": "homogeneousCluster", "instance_type": "ml.g5.xlarge", "hosts": ["algo-1"]}
_RESOURCES = {
    "current_host": "algo-1",
    "current_instance_type": "ml.g5.xlarge",
    "current_group_name": "homogeneousCluster",
    "hosts": ["algo-1"],
    "instance_groups": [_GROUP],
    "network_interface_name": "eth0",
}
_RUN = "flight-delays-261124194433-ayyv"
_LONG = 60

WHAT = {
    "CURRENT_HOST": "The host, as `SM_CURRENT_HOST`.",
    "SAGEMAKER_JOB_NAME": "The run's name.",
    "SAGEMAKER_REGION": "The region.",
    "SM_CHANNELS": "Names of the channels, a JSON list.",
    "SM_CHANNEL_TRAIN": "The folder of the channel `train`; one such variable for each channel.",
    "SM_CURRENT_HOST": "This host.",
    "SM_CURRENT_INSTANCE_GROUP": "The instance group of this host.",
    "SM_CURRENT_INSTANCE_GROUP_HOSTS": "The hosts of that group, a JSON list.",
    "SM_CURRENT_INSTANCE_TYPE": "The instance type of this host.",
    "SM_DISTRIBUTION_INSTANCE_GROUPS": "Groups that train together, a JSON list.",
    "SM_FRAMEWORK_MODULE": "The official images' own module, from `SAGEMAKER_TRAINING_MODULE`.",
    "SM_FRAMEWORK_PARAMS": "Hyperparameters for a framework's image, `sagemaker_*`, a JSON object.",
    "SM_HOSTS": "All hosts, a JSON list.",
    "SM_HPS": "The hyperparameters, a JSON object.",
    "SM_HP_EPOCHS": "The hyperparameter `epochs`; one such variable for each hyperparameter.",
    "SM_INPUT_CONFIG_DIR": "Where the three files of the platform are.",
    "SM_INPUT_DATA_CONFIG": "The channels as the platform describes them, a JSON object.",
    "SM_INPUT_DIR": "The folder that input lies in.",
    "SM_INSTANCE_GROUPS": "Names of the instance groups, a JSON list.",
    "SM_INSTANCE_GROUPS_DICT": "The instance groups by name, a JSON object.",
    "SM_IS_HETERO": "Whether there are several instance groups.",
    "SM_LOG_LEVEL": "A level of Python's logging.",
    "SM_MODEL_DIR": "Where the model goes.",
    "SM_MODULE_DIR": "Where the code came from.",
    "SM_MODULE_NAME": "The entry point without `.py`.",
    "SM_NETWORK_INTERFACE_NAME": "The interface by which hosts talk to each other.",
    "SM_NUM_CPUS": "Processors.",
    "SM_NUM_GPUS": "GPUs.",
    "SM_NUM_NEURONS": "Neuron cores.",
    "SM_OUTPUT_DATA_DIR": "Where other output goes; it is packed at the end.",
    "SM_OUTPUT_DIR": "The folder that the output folder lies in.",
    "SM_OUTPUT_INTERMEDIATE_DIR": "The toolkit's folder for output while a job runs.",
    "SM_RESOURCE_CONFIG": "Hosts and groups as the platform describes them, a JSON object.",
    "SM_TRAINING_ENV": "All of these as one JSON object.",
    "SM_USER_ARGS": "The command-line arguments of the script, a JSON list.",
    "SM_USER_ENTRY_POINT": "The entry point.",
}
_YOURS = (
    (
        "SKYLIFT_<TABLE>_<KEY>",
        "A key of the config that is one value: `SKYLIFT_AWS_REGION`, `SKYLIFT_IMAGE_BASE`.",
    ),
    ("SKYLIFT_CACHE_DIR", "Where caches go, instead of `~/.cache/skylift` (`XDG_CACHE_HOME` is honoured)."),
    ("SKYLIFT_DEBUG", "Anything: a traceback below each error."),
    ("VIRTUAL_ENV, CONDA_PREFIX", "The active environment, in which the target `local` trains."),
    ("NO_COLOR, TERM=dumb", "No colours."),
    ("AWS_*", "As every program that speaks to AWS: profile, credentials, region, `AWS_ENDPOINT_URL`."),
    ("DOCKER_HOST, DOCKER_CONFIG", "Which Docker Engine; where `docker login` left credentials."),
    ("HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "Proxies, for everything that Skylift fetches or sends."),
    ("SSL_CERT_FILE, REQUESTS_CA_BUNDLE", "A private certificate authority."),
    ("UV_*", "uv's own: `UV_DEFAULT_INDEX`, `UV_INDEX_<NAME>_USERNAME`, `UV_INDEX_<NAME>_PASSWORD`."),
)


def page() -> str:
    lines = ["# Variables", "", "## What your script finds", ""]
    lines += [
        "On every target, spelled as SageMaker's training toolkit spells them. The values are those of a job with one",
        "channel, `train`, and `epochs=5`, on one host; what is no text is JSON. A name with `-` or `.` is there as it is,",
        "and a second time with `_`, for shells.",
        "",
        "| variable | what | here |",
        "|---|---|---|",
        *_of_the_job(),
        "",
        "Also there: the variables of the target's `environment`, the values of `[secrets]` under their names,",
        f"`{contract.JOB_NAME_VARIABLE}`, `{contract.JOB_ARN_VARIABLE}` and `{contract.REGION_VARIABLE}`.",
        "",
        "## What Skylift reads in your shell",
        "",
        "| variable | what |",
        "|---|---|",
        *(f"| {_names(names)} | {what} |" for names, what in _YOURS),
        "",
        "## Between Skylift and its runtime",
        "",
        "You see them in requests and images; there is nothing to set, but for the first two in an image of your own.",
        "",
        "| variable | what |",
        "|---|---|",
        *_of_ours(),
    ]
    return "\n".join(lines) + "\n"


def _names(text: str) -> str:
    return ", ".join(f"`{name}`" for name in text.split(", "))


def example() -> dict[str, str]:
    """The variables of a small job, made by the runtime itself."""
    tree, hyperparameters = contract.Tree(), read_hyperparameters({"epochs": "5"})
    config = Config(hyperparameters, {"train": _MODE}, _RESOURCES)
    launch = Launch("flight_delays/train.py", ["--epochs", "5"], {"train": tree.channel("train")})
    return variables(tree, config, launch, Machine(cpus=4, gpus=1), {"TRAINING_JOB_NAME": _RUN, "PATH": ""})


def _of_the_job() -> Iterator[str]:
    for name, value in sorted(example().items()):
        shown = value if len(value) <= _LONG else value[: _LONG - 1] + "…"
        yield f"| `{name}` | {WHAT[name]} | {f'`{shown}`' if shown else ''} |"


def _of_ours() -> Iterator[str]:
    """Each variable of the contract that is ours, with the docstring under it."""
    for node, after in pairwise(ast.parse(inspect.getsource(contract)).body):
        name, doc = _constant(getattr(node, "value", None)), _constant(getattr(after, "value", None))
        if isinstance(node, ast.Assign) and isinstance(after, ast.Expr) and name.startswith("SKYLIFT_"):
            said = " ".join(doc.split()).replace("``", "`")
            yield f"| `{name}{'<NAME>' if name.endswith('_') else ''}` | {said} |"


def _constant(node: object) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""

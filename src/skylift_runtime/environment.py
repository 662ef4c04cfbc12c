"""The variables that a training script finds, spelled as the official toolkit spells them.

Source: aws/sagemaker-training-toolkit, ``environment.py`` and ``mapping.py``.
"""

from __future__ import annotations

import json
import os
import re
import sys

from skylift_runtime.arguments import Hyperparameters
from skylift_runtime.config import Config, Machine, is_installed
from skylift_runtime.contract import ARGUMENT_LIMIT, JOB_NAME_VARIABLE, REGION_VARIABLE, Tree
from skylift_runtime.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Sequence

# Parameters of the service that say something about the job, not about a framework.
_ABOUT_THE_JOB = frozenset(
    {
        "sagemaker_program",
        "sagemaker_submit_directory",
        "sagemaker_enable_cloudwatch_metrics",
        "sagemaker_region",
        "sagemaker_container_log_level",
        "sagemaker_job_name",
        "sagemaker_s3_output",
    }
)
_LAUNCHERS = (
    "sagemaker_mpi_enabled",
    "sagemaker_parameter_server_enabled",
    "sagemaker_distributed_dataparallel_enabled",
    "sagemaker_pytorch_ddp_enabled",
    "sagemaker_pytorch_xla_multi_worker_enabled",
    "sagemaker_multi_worker_mirrored_strategy_enabled",
    "sagemaker_torch_distributed_enabled",
)
_ROOM = 2 << 20
"""Bytes of arguments and variables together that a process can usually be started with (ARG_MAX, execve(2))."""
_SURELY_FITS = 256 * 1024
_POINTER = 8


class Launch(NamedTuple):
    """What is about to be started."""

    entry_point: str
    """As the user names it: ``pkg/train.py``."""
    arguments: Sequence[str]
    channels: Mapping[str, str]
    """Where each channel is."""
    source: str = ""
    """Where the code came from; empty for the work directory itself."""


def variables(
    tree: Tree, config: Config, launch: Launch, machine: Machine, environ: Mapping[str, str]
) -> Dict[str, str]:
    """Everything that the toolkit's contract adds to the platform's own variables.

    Names that a shell cannot say come a second time with ``_`` for what it does not like.
    """
    facts = _facts(tree, config, launch, machine, environ)
    named = {
        **_single_names(facts, launch),
        **{"channel_" + name: path for name, path in launch.channels.items()},
        **{"hp_" + name: value for name, value in config.hyperparameters.user.items()},
    }
    spelled = {"SM_" + name.upper(): encode(value) for name, value in named.items()}
    spelled["CURRENT_HOST"] = config.host
    service = config.hyperparameters.service
    spelled["SAGEMAKER_JOB_NAME"] = encode(service.get("sagemaker_job_name") or facts["job_name"])
    region = environ.get("AWS_DEFAULT_REGION") or environ.get(REGION_VARIABLE)
    spelled["SAGEMAKER_REGION"] = encode(service.get("sagemaker_region") or region)
    return {**_shell_names(spelled), **spelled}


def encode(value: Any) -> str:
    """A value as the toolkit writes it: text as it is, None empty, the rest compact sorted JSON.

    >>> [encode(value) for value in ("a", None, True, [1, "x"])]
    ['a', '', 'true', '[1,"x"]']
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def too_long(environ: Mapping[str, str]) -> List[str]:
    """Names of variables that no process can be started with."""
    return [
        name
        for name, value in environ.items()
        if len(value) > ARGUMENT_LIMIT // 4
        and len(("%s=%s" % (name, value)).encode("utf-8", "replace")) >= ARGUMENT_LIMIT
    ]


def without_room(environ: Mapping[str, str], command: Sequence[str]) -> List[str]:
    """Names of hyperparameters' variables, the longest first, without which the rest can be started with.

    The values stand in hyperparameters.json as well, and in the arguments.
    """
    rows = {name: len(name) + len(value) for name, value in environ.items()}
    if sum(rows.values()) + sum(map(len, command)) < _SURELY_FITS:
        return []
    rows = {name: _bytes(name) + _bytes(value) + 2 + _POINTER for name, value in environ.items()}
    # What a launcher adds for the processes that it starts itself needs room as well.
    left = _room() * 7 // 8 - sum(_bytes(word) + 1 + _POINTER for word in command) - sum(rows.values())
    found = []
    for name in sorted((name for name in rows if name.startswith("SM_HP_")), key=lambda name: -rows[name]):
        if left >= 0:
            break
        found.append(name)
        left += rows[name]
    return found


def _room() -> int:
    try:
        return min(os.sysconf("SC_ARG_MAX"), _ROOM)
    except (OSError, ValueError):
        return _ROOM


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def impossible(environ: Mapping[str, str]) -> List[str]:
    """Names of variables that cannot be: they hold what no variable can, or halves of characters."""
    return [name for name, value in environ.items() if "=" in name or not _can_be(name + value)]


def _can_be(text: str) -> bool:
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def python_path(environ: Mapping[str, str], first: Sequence[str], without: str) -> str:
    """PYTHONPATH with the project's folders in front, and without the folder we came from ourselves."""
    inherited = environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [path for path in inherited if path and os.path.abspath(path) != without]
    return os.pathsep.join([*first, *kept])


def search_path(environ: Mapping[str, str]) -> str:
    """PATH on which programs of our own environment, such as ``torchrun``, are found."""
    ours, known = os.path.dirname(sys.executable), environ.get("PATH", os.defpath)
    return known if ours in known.split(os.pathsep) else os.pathsep.join([ours, known])


def _shell_names(spelled: Mapping[str, str]) -> Dict[str, str]:
    return {re.sub(r"[^A-Za-z0-9_]", "_", name): value for name, value in spelled.items()}


def _single_names(facts: Mapping[str, Any], launch: Launch) -> Dict[str, Any]:
    """The variables that are one fact each, and those that only have another name there."""
    inner = {"additional_framework_parameters", "channel_input_dirs", "distribution_hosts", "hyperparameters"}
    inner |= {"is_master", "is_modelparallel_enabled", "is_smddprun_installed", "is_smddpmprun_installed"}
    inner |= {"job_name", "master_hostname"}
    named = {name: value for name, value in facts.items() if name not in inner}
    if not named["topology"]:
        del named["topology"]
    return {
        **named,
        "hps": facts["hyperparameters"],
        "channels": sorted(launch.channels),
        "framework_params": facts["additional_framework_parameters"],
        "user_args": list(launch.arguments),
        "training_env": facts,
    }


def _facts(
    tree: Tree, config: Config, launch: Launch, machine: Machine, environ: Mapping[str, str]
) -> Dict[str, Any]:
    """What SM_TRAINING_ENV holds, by the toolkit's own names."""
    service, model_parallel = config.hyperparameters.service, environ.get("SM_HP_MP_PARAMETERS")
    return {
        **_places(tree),
        "module_dir": launch.source or tree.code,
        **_cluster(config),
        "additional_framework_parameters": _framework(config.hyperparameters),
        "channel_input_dirs": dict(launch.channels),
        "framework_module": environ.get("SAGEMAKER_TRAINING_MODULE"),
        "hyperparameters": config.hyperparameters.user,
        "input_data_config": config.channels,
        # What the toolkit's expression comes to: nothing, False or True.
        "is_modelparallel_enabled": model_parallel and model_parallel != "{}",
        "is_smddprun_installed": is_installed("smddprun", environ),
        "is_smddpmprun_installed": is_installed("smddpmprun", environ),
        "job_name": environ.get(JOB_NAME_VARIABLE),
        "log_level": service.get("sagemaker_container_log_level", 20),
        "module_name": re.sub(r"\.py\Z", "", launch.entry_point),
        "num_cpus": machine.cpus,
        "num_gpus": machine.gpus,
        "num_neurons": machine.neurons,
        "user_entry_point": launch.entry_point,
    }


def _places(tree: Tree) -> Dict[str, str]:
    return {
        "input_dir": tree.input,
        "input_config_dir": tree.config,
        "model_dir": tree.model,
        "output_dir": tree.output,
        "output_data_dir": tree.output_data,
        "output_intermediate_dir": tree.intermediate,
    }


def _cluster(config: Config) -> Dict[str, Any]:
    resources = config.resources
    groups = resources.get("instance_groups") or []
    by_name = {group["instance_group_name"]: group for group in groups}
    distributed = _distributed_groups(config)
    workers = [host for name, group in by_name.items() if name in distributed for host in group["hosts"]]
    workers = workers if groups else list(config.hosts)
    master = (workers or config.hosts)[0]
    return {
        "current_host": config.host,
        "current_instance_group": config.group,
        "current_instance_group_hosts": by_name.get(config.group, {}).get("hosts", []),
        "current_instance_type": config.instance_type,
        "distribution_hosts": workers,
        "distribution_instance_groups": distributed,
        "hosts": resources["hosts"],
        "instance_groups": list(by_name),
        "instance_groups_dict": by_name,
        "is_hetero": len(by_name) > 1,
        "is_master": config.host == master,
        "master_hostname": master,
        "network_interface_name": resources.get("network_interface_name", "eth0"),
        "resource_config": resources,
        "topology": resources.get("topology", []),
    }


def _framework(hyperparameters: Hyperparameters) -> Dict[str, Any]:
    return {
        name: value
        for name, value in hyperparameters.service.items()
        if name.startswith("sagemaker_") and name not in _ABOUT_THE_JOB
    }


def _distributed_groups(config: Config) -> List[str]:
    parameters = _framework(config.hyperparameters)
    said = parameters.get("sagemaker_distribution_instance_groups")
    if said is not None:
        return [str(name) for name in said]
    return [config.group] if any(parameters.get(launcher) for launcher in _LAUNCHERS) else []

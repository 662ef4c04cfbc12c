"""What the platform tells a job: three files, and what this machine has."""

from __future__ import annotations

import json
import os

from skylift_runtime.arguments import Hyperparameters, read_hyperparameters
from skylift_runtime.contract import ARGUMENTS_REFERENCE, RESERVED_CHANNEL, Tree
from skylift_runtime.description import read_json
from skylift_runtime.failure import Unusable
from skylift_runtime.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping

_DEFAULT_GROUP = "homogeneousCluster"
# There the toolkit does not ask `neuron-ls`, and neither does what was written for it.
_COUNTED_BY_TYPE, _NEURONS_OF_THAT_TYPE = "trn2.48xlarge", 64


class Config(NamedTuple):
    """The three files of ``input/config``, decoded."""

    hyperparameters: Hyperparameters
    channels: Dict[str, Any]
    """inputdataconfig.json, without the channel that is reserved for us."""
    resources: Dict[str, Any]

    @property
    def host(self) -> str:
        return str(self.resources["current_host"])

    @property
    def hosts(self) -> List[str]:
        return [str(host) for host in self.resources["hosts"]]

    @property
    def rank(self) -> int:
        return self.hosts.index(self.host) if self.host in self.hosts else 0

    @property
    def instance_type(self) -> str:
        return str(self.resources.get("current_instance_type", "local"))

    @property
    def group(self) -> str:
        return str(self.resources.get("current_group_name", _DEFAULT_GROUP))


class Machine(NamedTuple):
    """What can be computed with."""

    cpus: int
    gpus: int = 0
    neurons: int = 0


def read_config(tree: Tree) -> Config:
    """Read the platform's files; without them a job is one host's, without channels.

    :raises Unusable: when a file is no JSON object, or names no host.
    """
    channels = _read(tree.input_data_config, {})
    channels.pop(RESERVED_CHANNEL, None)
    return Config(
        hyperparameters=read_hyperparameters(_hyperparameters(tree)),
        channels=channels,
        resources=_resources(tree),
    )


def _hyperparameters(tree: Tree) -> Dict[str, Any]:
    found = _read(tree.hyperparameters, {})
    if not any(str(text).startswith(ARGUMENTS_REFERENCE) for text in found.values()):
        return found
    # Few jobs have values that do not fit a request, and all would wait for what is imported here.
    from skylift_runtime.oversize import completed

    return completed(found, tree)


def _resources(tree: Tree) -> Dict[str, Any]:
    found = _read(tree.resource_config, _one_host("algo-1"))
    # Jobs of before 2022 have just these: what is not in the file is not made up.
    for key in ("current_host", "hosts"):
        if not found.get(key):
            raise Unusable("%s has no `%s`" % (tree.resource_config, key))
    return found


def _read(path: str, default: Dict[str, Any]) -> Dict[str, Any]:
    return read_json(path) if os.path.exists(path) else default


def _one_host(host: str) -> Dict[str, Any]:
    group = {"instance_group_name": _DEFAULT_GROUP, "instance_type": "local", "hosts": [host]}
    return {
        "current_host": host,
        "current_instance_type": "local",
        "current_group_name": _DEFAULT_GROUP,
        "hosts": [host],
        "instance_groups": [group],
        "network_interface_name": "eth0",
    }


def look_at_machine(environ: Mapping[str, str], instance_type: str) -> Machine:
    """Count processors the way the official toolkit does. Starts a program only where it is installed."""
    gpus = sum(
        line.startswith("GPU ") for line in _output(["nvidia-smi", "--list-gpus"], environ).splitlines()
    )
    return Machine(os.cpu_count() or 1, gpus, _neurons(environ, instance_type))


def _neurons(environ: Mapping[str, str], instance_type: str) -> int:
    if _COUNTED_BY_TYPE in instance_type:
        return _NEURONS_OF_THAT_TYPE
    return _count_neurons(_output(["neuron-ls", "-j"], environ))


def _count_neurons(listing: str) -> int:
    try:
        return sum(int(device.get("nc_count", 0)) for device in json.loads(listing))
    except (ValueError, TypeError, AttributeError):
        return 0


def _output(command: List[str], environ: Mapping[str, str]) -> str:
    if not is_installed(command[0], environ):
        return ""
    import subprocess

    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=True,
            env=dict(environ),
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")


def is_installed(program: str, environ: Mapping[str, str]) -> bool:
    folders = environ.get("PATH", os.defpath).split(os.pathsep)
    return any(os.access(os.path.join(folder, program), os.X_OK) for folder in folders if folder)

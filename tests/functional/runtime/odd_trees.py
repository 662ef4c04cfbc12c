"""Trees of jobs as odd as the API allows, and a little odder; the same ones for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VALUES = (
    "1", "-7", "0", "00", "007", "1.10", "1e5", "1e-05", "-0.0", "1E400", "0x10", "1_000", " 3 ", "12345678901234567890",
    "NaN", "Infinity", "-Infinity", "nan", "true", "True", "false", "null", "None", "", '""', '" "', "adam", '"adam"',
    '"7"', '"true"', '"\\"quoted\\""', "'quoted'", "it's", "two words", "tab\there", "line\nbreak", "$HOME; `id` && *",
    "--flag", "-1", "a=b", "ü", '"\\u00fc"', "日本語", "🙂", '"\\ud83d\\ude42"', "02134", "s3://bucket/key?x=%20", "\\", '"\\\\"',
    "[]", "{}", "[1, 2.5, null, true]", '[1, "a"]', '["ü", ["nested", {"k": []}]]', '{"b": 2, "a": 1}', "{'a': 1}",
    '{"a": {"b": [1, {"c": null}]}, "ü": "x"}', '{"2": 1, "10": 2}', "[NaN, Infinity]", '{"x": NaN}', "[1,", '{"a": 1, "a": 2}',
)  # fmt: skip
ODD_VALUES: tuple[object, ...] = (5, 0.1, True, None, [1, "a"], {"a": 1})
"""The API sends text only; a file that somebody wrote by hand may hold anything."""
KEYS = (
    "epochs", "lr", "batch-size", "batch_size", "x", "X", "n", "optimizer.lr", "model/depth", "ü", "naïve key", "a b",
    "UPPER", "Mixed-Case", "-x", "--y", "1", "_", "0.5", "日本", "with:colon", "with'quote", 'with"double', "sagemaker", "sm",
    "model_dir", "output_dir", "num_gpus", "hosts", "s", "+new.key", "~gone", "data@x", "mp_parameters",
)  # fmt: skip
RESERVED: dict[str, tuple[object, ...]] = {
    "sagemaker_region": ('"eu-central-1"', "us-east-1"),
    "sagemaker_job_name": ('"job-1"', "job-ü"),
    "sagemaker_container_log_level": ("10", "20", "40"),
    "sagemaker_enable_cloudwatch_metrics": ("false", "true"),
    "sagemaker_s3_output": ("null",),
    "sagemaker_submit_directory": ('"s3://bucket/prefix/sourcedir.tar.gz"', "/opt/ml/input/data/code"),
    "sagemaker_mpi_enabled": ("true", "false"),
    "sagemaker_mpi_num_of_processes_per_host": ("4",),
    "sagemaker_mpi_custom_mpi_options": ('"-x A=1 --verbose"',),
    "sagemaker_parameter_server_enabled": ("true", "false"),
    "sagemaker_torch_distributed_enabled": ("true",),
    "sagemaker_pytorch_ddp_enabled": ("true",),
    "sagemaker_pytorch_xla_multi_worker_enabled": ("true",),
    "sagemaker_distributed_dataparallel_enabled": ("true", "1", "0"),
    "sagemaker_multi_worker_mirrored_strategy_enabled": ("true",),
    "sagemaker_instance_type": ('"ml.p4d.24xlarge"',),
    "sagemaker_of_tomorrow": ('{"b": [1], "a": null}',),
    "sagemaker_": ("x",),
    "_tuning_objective_metric": ("validation:auc", '"loss"'),
    "default_user_module_name": ("x",),
}
CHANNELS = (
    "train", "Train", "validation", "my-data.v1", "a_b", "a-b", "a.b", "A", "0", "-", "_", "...", "model", "code", "config",
    "x" * 64, "train_0", "test-manifest", "SM", "UPPER-lower.1_2",
)  # fmt: skip
PROGRAMS = (
    "train.py",
    "sub/train.py",
    "run.sh",
    "sub/run.sh",
    "train",
    "a.py.sh",
    "a.sh.py",
    "train.PY",
    ".py",
)
TYPES = ("ml.m5.large", "ml.g5.2xlarge", "ml.trn1.32xlarge", "ml.trn2.48xlarge", "local", "local_gpu")


@dataclass
class OddTree:
    """What a job finds when it starts."""

    hyperparameters: dict[str, object] = field(default_factory=dict)
    channels: dict[str, object] = field(default_factory=dict)
    resources: dict[str, Any] = field(default_factory=dict)
    program: str = "train.py"
    package: bool = False
    environ: dict[str, str] = field(default_factory=dict)

    def lay(self, root: Path) -> None:
        """Write it as the platform does."""
        for folder in ("input/config", "input/data", "model", "output/data", "code"):
            (root / folder).mkdir(parents=True)
        for name, content in {
            "hyperparameters": self.hyperparameters,
            "inputdataconfig": self.channels,
            "resourceconfig": self.resources,
        }.items():
            (root / "input" / "config" / f"{name}.json").write_text(json.dumps(content))
        for path in [self.program, *(["setup.py"] if self.package else [])]:
            (root / "code" / path).parent.mkdir(parents=True, exist_ok=True)
            (root / "code" / path).touch()


def odd_trees(seed: int, count: int) -> Iterator[OddTree]:
    luck = random.Random(seed)
    for _ in range(count):
        hyperparameters = _hyperparameters(luck)
        program, environ = luck.choice(PROGRAMS), {}
        if luck.random() < 0.5:
            environ["SAGEMAKER_PROGRAM"] = program
        if luck.random() < 0.5 or not environ:
            named = program if not environ else "not-this-one.py"
            hyperparameters["sagemaker_program"] = luck.choice([json.dumps(named), named])
        if luck.random() < 0.2:
            environ["AWS_DEFAULT_REGION"] = "ap-south-1"
        if luck.random() < 0.1:
            environ["SM_HP_MP_PARAMETERS"] = luck.choice(["{}", '{"partitions":2}'])
        yield OddTree(
            hyperparameters,
            _channels(luck),
            _resources(luck),
            program,
            luck.random() < 0.2,
            {**environ, **luck.choice([{}, {"TRAINING_JOB_NAME": "job-1"}])},
        )


def _hyperparameters(luck: random.Random) -> dict[str, object]:
    keys = luck.sample(KEYS, luck.choice([0, 1, 3, 8, len(KEYS)]))
    chosen: dict[str, object] = {key: luck.choice(VALUES) for key in keys}
    if keys and luck.random() < 0.2:
        chosen[luck.choice(keys)] = luck.choice(ODD_VALUES)
    for key in luck.sample(sorted(RESERVED), luck.choice([0, 0, 2, 5])):
        chosen[key] = luck.choice(RESERVED[key])
    shuffled = list(chosen.items())
    luck.shuffle(shuffled)
    return dict(shuffled)


def _channels(luck: random.Random) -> dict[str, object]:
    return {
        name: {
            "TrainingInputMode": luck.choice(["File", "FastFile", "Pipe"]),
            "S3DistributionType": luck.choice(["FullyReplicated", "ShardedByS3Key"]),
            "RecordWrapperType": luck.choice(["None", "RecordIO"]),
            **luck.choice([{}, {"ContentType": "text/csv; charset=ü"}]),
        }
        for name in luck.sample(CHANNELS, luck.choice([0, 1, 2, 7, 20]))
    }


def _resources(luck: random.Random) -> dict[str, Any]:
    hosts = [f"algo-{number}" for number in range(1, luck.choice([1, 1, 2, 4, 12]) + 1)]
    if luck.random() < 0.5:
        luck.shuffle(hosts)
    else:
        hosts.sort()
    old = {
        "current_host": luck.choice(hosts),
        "hosts": hosts,
        "network_interface_name": luck.choice(["eth0", "ethwe"]),
    }
    if luck.random() < 0.25:
        del old["network_interface_name"]
    if luck.random() < 0.25:
        return old
    found = {**old, "current_instance_type": luck.choice(TYPES), **_groups(luck, hosts)}
    if luck.random() < 0.1:
        found["topology"] = [{"hostName": host, "capacityUnitId": "u-1"} for host in hosts]
    return found


def _groups(luck: random.Random, hosts: list[str]) -> dict[str, Any]:
    names = luck.choice([["homogeneousCluster"], ["gpu", "cpu"], ["z", "ü group", "a"]])
    shares = [hosts[turn :: len(names)] for turn in range(len(names))]
    for share in shares:
        luck.shuffle(share)
    groups = [
        {"instance_group_name": name, "instance_type": luck.choice(TYPES), "hosts": share}
        for name, share in zip(names, shares, strict=True)
    ]
    found = {"current_group_name": luck.choice([*names, "gone"]), "instance_groups": groups}
    # The official SDK's local mode leaves them out, each in its own way.
    return luck.choice([found, found, {**found, "instance_groups": []}, {"instance_groups": groups}])

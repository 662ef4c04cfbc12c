"""The variables are the official toolkit's, by its own account.

``toolkit_environment.json`` is what ``sagemaker-training`` 5.1.4 (``Environment().to_env_vars()``) made of
the three files below, on a machine with two processors. SM_USER_ARGS is ours on purpose: the toolkit's
command line cannot express flags, lists or empty values.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skylift_runtime.arguments import read_hyperparameters
from skylift_runtime.config import Config, Machine
from skylift_runtime.contract import Tree
from skylift_runtime.environment import (
    Launch,
    encode,
    impossible,
    python_path,
    search_path,
    too_long,
    variables,
)

GOLDEN = json.loads((Path(__file__).parent / "toolkit_environment.json").read_text(encoding="utf-8"))
HYPERPARAMETERS = {
    "epochs": "10", "lr": "1e-05", "optimizer": "adam", "flag": "true", "none": "null", "lst": '[1,"a"]',
    "batch-size": "32", "txt": 'ü "q"', "sagemaker_program": '"pkg/train.py"', "sagemaker_job_name": '"job-1"',
    "sagemaker_region": '"eu-central-1"', "sagemaker_mpi_enabled": "true", "_tuning_objective_metric": "loss",
}  # fmt: skip
PLAIN = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
CHANNELS = {"train": {"ContentType": "text/csv", **PLAIN}, "my-data.v1": PLAIN}
GROUP = {"instance_group_name": "homogeneousCluster", "instance_type": "ml.g5.2xlarge", "hosts": ["algo-1"]}
RESOURCES = {
    "current_host": "algo-1",
    "current_instance_type": "ml.g5.2xlarge",
    "current_group_name": "homogeneousCluster",
    "hosts": ["algo-1"],
    "instance_groups": [GROUP],
    "network_interface_name": "eth0",
}
OURS = {"SM_USER_ARGS"}


def made(config: Config | None = None, **environ: str) -> dict[str, str]:
    tree = Tree()
    config = config or Config(read_hyperparameters(HYPERPARAMETERS), CHANNELS, RESOURCES)
    launch = Launch("pkg/train.py", ["--lr", "1e-05"], {name: tree.channel(name) for name in config.channels})
    return variables(
        tree, config, launch, Machine(cpus=2), {"PATH": "", "TRAINING_JOB_NAME": "job-1", **environ}
    )


@pytest.mark.parametrize("name", sorted(set(GOLDEN) - OURS))
def test_a_variable_is_the_toolkits(name: str) -> None:
    assert made()[name] == GOLDEN[name]


def test_there_are_no_others_but_spellings_for_shells() -> None:
    more = set(made()) - set(GOLDEN)
    assert more == {
        "CURRENT_HOST", "SAGEMAKER_JOB_NAME", "SAGEMAKER_REGION", "SM_CHANNEL_MY_DATA_V1", "SM_HP_BATCH_SIZE",
    }  # fmt: skip


def test_a_name_of_the_users_own_wins_over_a_spelling_for_shells() -> None:
    config = Config(read_hyperparameters({"a_b": "1", "a-b": "2"}), {}, RESOURCES)
    assert made(config)["SM_HP_A_B"] == "1"
    assert made(config)["SM_HP_A-B"] == "2"


def test_our_arguments_are_told_as_they_are() -> None:
    assert made()["SM_USER_ARGS"] == '["--lr","1e-05"]'


def test_without_the_services_parameters_name_and_region_are_the_platforms() -> None:
    found = made(Config(read_hyperparameters({}), {}, RESOURCES), AWS_REGION="eu-west-1")
    assert (found["SAGEMAKER_JOB_NAME"], found["SAGEMAKER_REGION"]) == ("job-1", "eu-west-1")
    assert found["SM_CHANNELS"] == "[]"
    assert found["SM_HPS"] == "{}"
    assert found["SM_DISTRIBUTION_INSTANCE_GROUPS"] == "[]"


def test_of_several_groups_the_first_distributed_host_is_master() -> None:
    groups = [
        {"instance_group_name": "cpu", "instance_type": "ml.c5.large", "hosts": ["algo-3", "algo-1"]},
        {"instance_group_name": "gpu", "instance_type": "ml.g5.xlarge", "hosts": ["algo-2"]},
    ]
    resources = {
        **RESOURCES, "current_host": "algo-2", "current_group_name": "gpu",
        "hosts": ["algo-1", "algo-2", "algo-3"], "instance_groups": groups,
    }  # fmt: skip
    found = made(Config(read_hyperparameters({"sagemaker_torch_distributed_enabled": "true"}), {}, resources))
    training = json.loads(found["SM_TRAINING_ENV"])
    assert (training["master_hostname"], training["is_master"]) == ("algo-2", True)
    assert found["SM_IS_HETERO"] == "true"
    assert found["SM_CURRENT_INSTANCE_GROUP_HOSTS"] == '["algo-2"]'
    assert found["SM_INSTANCE_GROUPS"] == '["cpu","gpu"]'


def test_a_cluster_as_it_was_before_2022_is_enough() -> None:
    config = Config(read_hyperparameters({}), {}, {"current_host": "algo-1", "hosts": ["algo-1", "algo-2"]})
    found = made(config)
    assert found["SM_CURRENT_INSTANCE_TYPE"] == "local"
    assert found["SM_NETWORK_INTERFACE_NAME"] == "eth0"
    assert json.loads(found["SM_TRAINING_ENV"])["master_hostname"] == "algo-1"


def test_rank_is_the_place_among_the_hosts() -> None:
    resources = {**RESOURCES, "current_host": "algo-2", "hosts": ["algo-1", "algo-10", "algo-2"]}
    assert Config(read_hyperparameters({}), {}, resources).rank == 2


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), ({"b": 1, "a": [None]}, '{"a":[null],"b":1}'), ("ü", "ü"), (["ü"], '["\\u00fc"]')]
)  # fmt: skip
def test_values_are_compact_sorted_ascii_json(value: object, text: str) -> None:
    assert encode(value) == text


def test_a_variable_longer_than_linux_takes_is_found() -> None:
    room = 128 * 1024 - len("NAME=") - 1
    assert too_long({"NAME": "x" * room}) == []
    assert too_long({"NAME": "x" * (room + 1)}) == ["NAME"]
    assert too_long({"NAME": "ü" * (room // 2 + 1)}) == ["NAME"]


def test_our_own_folder_is_not_handed_on() -> None:
    environ = {"PYTHONPATH": "/opt/skylift/runtime:/libs::/opt/skylift/runtime/"}
    assert python_path(environ, ["/w/src", "/w"], "/opt/skylift/runtime") == "/w/src:/w:/libs"
    assert python_path({}, ["/w"], "/x") == "/w"


def test_path_gains_our_interpreters_folder_once() -> None:
    once = search_path({"PATH": "/usr/bin:/bin"})
    assert once.endswith(":/usr/bin:/bin") or once == "/usr/bin:/bin"
    assert search_path({"PATH": once}) == once


def test_what_no_variable_can_be_is_found() -> None:
    fine = {"SM_HP_A B-ü": "x=1\n\u65e5", "LATIN": "\udcff", "EMPTY": ""}
    odd = {"SM_HP_A=B": "1", "SM_HP_ZERO": "a\0b", "SM_HP_HALF": "\ud83d"}
    assert impossible({**fine, **odd}) == list(odd)


def test_the_switch_for_model_parallelism_is_the_toolkits() -> None:
    said: tuple[dict[str, str], ...] = (
        {},
        {"SM_HP_MP_PARAMETERS": "{}"},
        {"SM_HP_MP_PARAMETERS": '{"partitions":2}'},
    )
    found = [
        json.loads(made(None, **environ)["SM_TRAINING_ENV"])["is_modelparallel_enabled"] for environ in said
    ]
    assert found == [None, False, True]

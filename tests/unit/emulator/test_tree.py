"""The three config files, against what published logs of real jobs show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from skylift.emulator.tree import checkpoint_path, hyperparameters, input_data_config, resource_config
from skylift.errors import UsageError

# Verbatim from the developer guide and from logs of real jobs; our own emulator must not be their source.
HYPERPARAMETERS = '{"epochs": "10", "lr": "0.1", "optimizer": "adam", "sagemaker_program": "\\"train.py\\""}'
INPUT_DATA_CONFIG = """
{"train": {"ContentType":"text/csv","TrainingInputMode":"File","S3DistributionType":"FullyReplicated","RecordWrapperType":"None"},
 "validation": {"TrainingInputMode":"File","S3DistributionType":"FullyReplicated","RecordWrapperType":"None"}}
"""
RESOURCE_CONFIG = """
{"current_host":"algo-1","current_instance_type":"ml.g5.2xlarge","current_group_name":"homogeneousCluster",
 "hosts":["algo-1"],
 "instance_groups":[{"instance_group_name":"homogeneousCluster","instance_type":"ml.g5.2xlarge","hosts":["algo-1"]}],
 "network_interface_name":"eth0"}
"""


def channel(name: str, **more: Any) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://bucket/{name}/"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **more}


def test_hyperparameters_are_the_requests_strings() -> None:
    request = {
        "HyperParameters": {
            "epochs": "10",
            "lr": "0.1",
            "optimizer": "adam",
            "sagemaker_program": '"train.py"',
        }
    }
    assert hyperparameters(request) == json.loads(HYPERPARAMETERS)


def test_hyperparameters_are_an_empty_object_when_there_are_none() -> None:
    assert hyperparameters({}) == {}


def test_input_data_config_has_every_key_and_no_location() -> None:
    request = {
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "InputDataConfig": [channel("train", ContentType="text/csv"), channel("validation")],
    }
    found = input_data_config(request)
    assert found == json.loads(INPUT_DATA_CONFIG)
    assert list(found["train"]) == list(json.loads(INPUT_DATA_CONFIG)["train"])


def test_a_channels_own_mode_wins() -> None:
    request = {
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "InputDataConfig": [channel("train", InputMode="FastFile")],
    }
    assert input_data_config(request)["train"]["TrainingInputMode"] == "FastFile"


def test_resource_config_is_the_real_one() -> None:
    request = {"ResourceConfig": {"InstanceType": "ml.g5.2xlarge", "InstanceCount": 1}}
    assert resource_config(request, "algo-1") == json.loads(RESOURCE_CONFIG)


def test_resource_config_names_the_instance_group_that_was_asked_for() -> None:
    group = {"InstanceGroupName": "learners", "InstanceType": "ml.c5.xlarge", "InstanceCount": 1}
    found = resource_config({"ResourceConfig": {"InstanceGroups": [group]}}, "algo-1")
    assert found["current_group_name"] == "learners"
    assert found["current_instance_type"] == "ml.c5.xlarge"


@pytest.mark.parametrize("path", ["/etc", "/opt/ml", "/opt/ml/../x", "checkpoints"])
def test_checkpoints_outside_of_the_tree_are_refused(path: str) -> None:
    with pytest.raises(UsageError):
        checkpoint_path({"CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": path}})

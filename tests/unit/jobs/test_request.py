"""JobSpec to CreateTrainingJob."""

from __future__ import annotations

import json
from dataclasses import replace

import botocore.session
import pytest
from botocore.validate import ParamValidator

from skylift.errors import ConfigError
from skylift.jobs.request import build_request
from skylift.values.jobs import ChannelSpec, JobSpec

SPEC = JobSpec(
    name="flights-260102030405-abcd",
    hyperparameters={"epochs": "3"},
    channels=(ChannelSpec("train", "s3://b/m.json", data_type="ManifestFile"),),
    output="s3://b/output",
    role="arn:aws:iam::123456789012:role/Training",
    image="1.dkr.ecr.eu-central-1.amazonaws.com/a@sha256:" + "0" * 64,
    checkpoints="s3://b/checkpoints/x",
    environment={"A": "1"},
    instance_type="ml.m5.large",
    metrics={"loss": "loss=([0-9.]+)"},
    tags={"project": "flights"},
)


def test_the_request_is_one_that_the_service_model_knows() -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model("CreateTrainingJob").input_shape
    assert shape is not None
    request = build_request(SPEC)
    report = ParamValidator().validate(request, shape)
    assert not report.has_errors(), report.generate_report()
    # The validator lets unknown keys pass in some positions; names are compared with the model's.
    assert set(request) <= set(shape.members)


def test_what_is_said_of_channels_and_output_is_in_the_request_and_nothing_else() -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model("CreateTrainingJob").input_shape
    assert shape is not None
    channel = ChannelSpec(
        "train", "s3://b/t/", mode="Pipe", compression="Gzip", record_wrapper="RecordIO", shuffle_seed=0
    )
    request = build_request(replace(SPEC, channels=(channel,), output_compression="NONE"))
    report = ParamValidator().validate(request, shape)
    assert not report.has_errors(), report.generate_report()
    (found,) = request["InputDataConfig"]
    assert (found["CompressionType"], found["RecordWrapperType"]) == ("Gzip", "RecordIO")
    assert found["ShuffleConfig"] == {"Seed": 0}
    assert request["OutputDataConfig"]["CompressionType"] == "NONE"
    plain = build_request(SPEC)
    assert not {"CompressionType", "RecordWrapperType", "ShuffleConfig"} & set(plain["InputDataConfig"][0])
    assert plain["OutputDataConfig"] == {"S3OutputPath": SPEC.output}


def test_lists_that_would_be_empty_are_left_out() -> None:
    request = build_request(replace(SPEC, channels=(), tags={}, metrics={}))
    assert "InputDataConfig" not in request
    assert "Tags" not in request
    assert "MetricDefinitions" not in request["AlgorithmSpecification"]


def test_the_targets_raw_request_is_merged_last_and_deep() -> None:
    raw = {"ResourceConfig": {"VolumeSizeInGB": 99}, "EnableNetworkIsolation": True}
    request = build_request(replace(SPEC, raw_request=raw))
    assert request["ResourceConfig"]["VolumeSizeInGB"] == 99
    assert request["ResourceConfig"]["InstanceType"] == "ml.m5.large"
    assert request["EnableNetworkIsolation"] is True


def test_every_passed_limit_is_told_at_once() -> None:
    channels = tuple(ChannelSpec(f"c{n}", "s3://b/x") for n in range(21))
    wrong = replace(SPEC, name="not_a_name", channels=channels, environment={"LONG": "x" * 513})
    with pytest.raises(ConfigError) as caught:
        build_request(wrong)
    assert [issue.where for issue in caught.value.issues] == [
        "Environment.LONG",
        "InputDataConfig",
        "TrainingJobName",
    ]
    json.dumps(caught.value.facts)

"""Requests that are refused before anything starts."""

from __future__ import annotations

from typing import Any

import pytest

from skylift.emulator.request import check_request
from skylift.errors import UsageError


def request_with(**more: Any) -> dict[str, Any]:
    return {"TrainingJobName": "job-1", "OutputDataConfig": {"S3OutputPath": "s3://b/o"}, **more}


def channel(name: str = "train", **more: Any) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://b/t/"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **more}


def manifest(kind: str = "ManifestFile", **more: Any) -> dict[str, Any]:
    source = {"S3DataType": kind, "S3Uri": "s3://b/m.json"}
    return {"ChannelName": "listed", "DataSource": {"S3DataSource": source}, **more}


@pytest.mark.parametrize(
    "more",
    [
        {"InputDataConfig": [channel(InputMode="FastFile")]},
        {"InputDataConfig": [channel(InputMode="Pipe"), channel("train_x"), channel("train_")]},
        {"InputDataConfig": [channel("a.b", InputMode="Pipe"), channel("a-b_0")]},
        {
            "AlgorithmSpecification": {"TrainingInputMode": "Pipe"},
            "InputDataConfig": [channel(CompressionType="Gzip", RecordWrapperType="RecordIO"), manifest()],
        },
        {"InputDataConfig": [manifest(), channel(CompressionType="None", RecordWrapperType="None")]},
        {"OutputDataConfig": {"S3OutputPath": "s3://b/o", "CompressionType": "NONE"}},
    ],
)
def test_every_way_of_reading_and_writing_passes(more: dict[str, Any]) -> None:
    check_request(request_with(**more))


def test_an_ordinary_request_passes() -> None:
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
    check_request(request_with(ResourceConfig=resources, InputDataConfig=[channel()]))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"ResourceConfig": {"InstanceCount": 21}}, "21 hosts"),
        ({"TrainingJobName": "../../etc"}, "TrainingJobName"),
        ({"InputDataConfig": [channel("..")]}, "not a channel name"),
        ({"InputDataConfig": [channel("a/b")]}, "not a channel name"),
        ({"InputDataConfig": [channel("a\n")]}, "not a channel name"),
        ({"InputDataConfig": [channel(InputMode="Fast")]}, "no InputMode Fast"),
        ({"AlgorithmSpecification": {"TrainingInputMode": "Slow"}}, "no TrainingInputMode Slow"),
        ({"InputDataConfig": [channel(), channel()]}, "train is named 2 times"),
        ({"InputDataConfig": [channel(InputMode="Pipe"), channel("train_7")]}, "has a pipe of that name"),
        ({"InputDataConfig": [channel(CompressionType="Gzip")]}, "InputMode Pipe only"),
        ({"InputDataConfig": [channel(InputMode="FastFile", RecordWrapperType="RecordIO")]}, "Pipe only"),
        ({"InputDataConfig": [manifest(InputMode="FastFile")]}, "FastFile supports S3DataType S3Prefix only"),
        (
            {
                "AlgorithmSpecification": {"TrainingInputMode": "FastFile"},
                "InputDataConfig": [manifest()],
            },
            "FastFile supports",
        ),
        ({"InputDataConfig": [manifest(kind="AugmentedManifestFile")]}, "AugmentedManifestFile is not"),
        ({"InputDataConfig": [manifest(kind="Converse")]}, "Converse is not"),
        ({"InputDataConfig": [{"ChannelName": "t", "DataSource": {}}]}, "only S3DataSource"),
        ({"OutputDataConfig": {"S3OutputPath": "s3://b", "CompressionType": "ZSTD"}}, "GZIP or NONE"),
        ({"CheckpointConfig": {"S3Uri": "s3://b", "LocalPath": "/mnt"}}, "LocalPath"),
        ({"AlgorithmSpecification": {"MetricDefinitions": [{"Name": "m", "Regex": "("}]}}, "regular"),
        ({"AlgorithmSpecification": {"MetricDefinitions": [{"Name": "m", "Regex": "m"}]}}, "no group"),
    ],
)
def test_what_is_not_emulated_is_refused(more: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_request(request_with(**more))


def test_all_reasons_are_given_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        check_request(request_with(ResourceConfig={"InstanceCount": 30}, InputDataConfig=[channel("..")]))
    assert "30 hosts" in str(caught.value)
    assert "channel name" in str(caught.value)

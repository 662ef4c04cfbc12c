"""CreateTrainingJob that really does it, judged by boto3."""

from __future__ import annotations

import gzip
import io
import tarfile
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

pytestmark = [pytest.mark.sandbox, pytest.mark.docker]

Client = Callable[[str], Any]
BUCKET = "skylift-sandbox"
MANIFEST = {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": f"s3://{BUCKET}/m.json"}}


def request(image: str, script: str, **more: Any) -> dict[str, Any]:
    return {
        "TrainingJobName": f"job-{uuid4().hex[:12]}",
        "RoleArn": f"arn:aws:iam::123456789012:role/{BUCKET}",
        "AlgorithmSpecification": {
            "TrainingImage": image,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["sh", "-c", script],
            "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
        },
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/output"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 120},
        **more,
    }


def wait_for(client: Client, name: str, *secondary: str) -> dict[str, Any]:
    sagemaker = client("sagemaker")
    for _ in range(600):
        found: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=name)
        if found["SecondaryStatus"] in secondary:
            return found
        assert found["TrainingJobStatus"] in ("InProgress", "Stopping"), found.get("FailureReason")
        time.sleep(0.1)
    raise AssertionError(f"{name} never was {secondary}")


def lines(client: Client, name: str) -> list[str]:
    logs, group = client("logs"), "/aws/sagemaker/TrainingJobs"
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")["logStreams"]
    assert [stream["logStreamName"].rpartition("-")[0] for stream in streams] == [f"{name}/algo-1"]
    found = logs.get_log_events(
        logGroupName=group, logStreamName=streams[0]["logStreamName"], startFromHead=True
    )
    return [event["message"] for event in found["events"]]


def code_of(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_a_job_reads_s3_prints_to_cloudwatch_and_leaves_its_model_on_s3(client: Client, image: str) -> None:
    client("s3").put_object(Bucket=BUCKET, Key="in/sub/data.csv", Body=b"1,2,3")
    script = (
        "cat /opt/ml/input/data/train/sub/data.csv; echo; printf 'bar\\r\\tend\\n'; echo loss=0.25; "
        'echo "[$GREETING]"; cp /opt/ml/input/data/train/sub/data.csv /opt/ml/model/'
    )
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": f"s3://{BUCKET}/in/",
        "S3DataDistributionType": "FullyReplicated",
    }
    wanted = request(
        image,
        script,
        Environment={"GREETING": "a b"},
        InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
    )
    name = wanted["TrainingJobName"]
    made = client("sagemaker").create_training_job(**wanted)
    found = wait_for(client, name, "Completed")

    assert found["TrainingJobArn"] == made["TrainingJobArn"]
    assert found["TrainingJobArn"] == f"arn:aws:sagemaker:eu-central-1:123456789012:training-job/{name}"
    for key in ("AlgorithmSpecification", "Environment", "InputDataConfig"):
        assert found[key] == wanted[key]
    assert [(metric["MetricName"], metric["Value"]) for metric in found["FinalMetricDataList"]] == [
        ("loss", 0.25)
    ]
    assert [step["Status"] for step in found["SecondaryStatusTransitions"]] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    assert lines(client, name) == ["1,2,3", "bar#015#011end", "loss=0.25", "[a b]"]
    model = found["ModelArtifacts"]["S3ModelArtifacts"]
    assert model == f"s3://{BUCKET}/output/{name}/output/model.tar.gz"
    body = client("s3").get_object(Bucket=BUCKET, Key=model.removeprefix(f"s3://{BUCKET}/"))["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        content = archive.extractfile("data.csv")
        assert content is not None
        assert content.read() == b"1,2,3"


def test_a_job_reads_every_mode_and_leaves_its_files_unpacked(client: Client, image: str) -> None:
    for name in ("a", "b", "sub/c"):
        client("s3").put_object(Bucket=BUCKET, Key=f"modes/{name}", Body=gzip.compress(name.encode()))
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": f"s3://{BUCKET}/modes/",
        "S3DataDistributionType": "FullyReplicated",
    }
    pipe = {"ChannelName": "pipe", "DataSource": {"S3DataSource": source}, "CompressionType": "Gzip"}
    view = {"ChannelName": "view", "DataSource": {"S3DataSource": source}, "InputMode": "FastFile"}
    script = (
        "cat /opt/ml/input/data/pipe_0 /opt/ml/input/data/pipe_1; echo; "
        "cd /opt/ml/input/data/view; echo *; touch new || echo read-only; "
        "mkdir /opt/ml/model/sub; cat sub/c > /opt/ml/model/sub/c"
    )
    output = {"S3OutputPath": f"s3://{BUCKET}/output", "CompressionType": "NONE"}
    wanted = request(image, script, InputDataConfig=[pipe, view], OutputDataConfig=output)
    wanted["AlgorithmSpecification"]["TrainingInputMode"] = "Pipe"
    name = wanted["TrainingJobName"]
    client("sagemaker").create_training_job(**wanted)
    found = wait_for(client, name, "Completed")
    said = [line for line in lines(client, name) if not line.startswith("touch:")]
    assert said == ["absub/cabsub/c", "a b sub", "read-only"]
    assert found["OutputDataConfig"] == output
    prefix = f"output/{name}/output/model/"
    assert found["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{BUCKET}/{prefix}"
    body = client("s3").get_object(Bucket=BUCKET, Key=f"{prefix}sub/c")["Body"].read()
    assert gzip.decompress(body) == b"sub/c"


def test_hosts_have_their_shares_in_every_mode_and_leave_one_model(client: Client, image: str) -> None:
    for name in "abc":
        client("s3").put_object(Bucket=BUCKET, Key=f"shares/{name}", Body=name.encode())
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": f"s3://{BUCKET}/shares/",
        "S3DataDistributionType": "ShardedByS3Key",
    }
    channels = [
        {"ChannelName": mode, "DataSource": {"S3DataSource": source}, "InputMode": mode}
        for mode in ("File", "FastFile", "Pipe")
    ]
    script = (
        'host=$(grep -o \'"current_host": *"[^"]*\' /opt/ml/input/config/resourceconfig.json | cut -d\'"\' -f4); '
        "cd /opt/ml/input/data; cat File/* FastFile/* Pipe_0 > /opt/ml/model/$host"
    )
    wanted = request(
        image,
        script,
        InputDataConfig=channels,
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/output", "CompressionType": "NONE"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1},
    )
    client("sagemaker").create_training_job(**wanted)
    found = wait_for(client, wanted["TrainingJobName"], "Completed")
    prefix = found["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{BUCKET}/")
    left = {
        name: client("s3").get_object(Bucket=BUCKET, Key=f"{prefix}{name}")["Body"].read()
        for name in ("algo-1", "algo-2")
    }
    assert left == {"algo-1": b"ac" * 3, "algo-2": b"b" * 3}


def test_checkpoints_on_s3_follow_what_the_job_does(client: Client, image: str) -> None:
    s3, prefix = client("s3"), f"checkpoints/{uuid4().hex[:8]}"
    for key in ("epoch-1", "epoch-2"):
        s3.put_object(Bucket=BUCKET, Key=f"{prefix}/{key}", Body=key.encode())
    script = (
        "cd /opt/ml/checkpoints; ls; rm epoch-1; "
        "echo new > 'epoch 3.tmp'; mv 'epoch 3.tmp' 'epoch 3'; ln -s epoch-2 best"
    )
    wanted = request(image, script, CheckpointConfig={"S3Uri": f"s3://{BUCKET}/{prefix}"})
    client("sagemaker").create_training_job(**wanted)
    wait_for(client, wanted["TrainingJobName"], "Completed")
    assert lines(client, wanted["TrainingJobName"]) == ["epoch-1", "epoch-2"]
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]
    assert [one["Key"].removeprefix(f"{prefix}/") for one in found] == ["epoch 3", "epoch-2"]


def test_a_job_that_fails_says_why(client: Client, image: str) -> None:
    wanted = request(image, "echo 'ValueError: no rows' > /opt/ml/output/failure; exit 3")
    client("sagemaker").create_training_job(**wanted)
    found = wait_for(client, wanted["TrainingJobName"], "Failed")
    assert found["FailureReason"] == "AlgorithmError: ValueError: no rows, exit code: 3"
    listed = client("sagemaker").list_training_jobs(NameContains=wanted["TrainingJobName"])
    assert [job["TrainingJobStatus"] for job in listed["TrainingJobSummaries"]] == ["Failed"]


def test_a_job_can_be_stopped_and_still_leaves_its_model(client: Client, image: str) -> None:
    sagemaker = client("sagemaker")
    script = "trap 'echo saving; echo half > /opt/ml/model/m; exit 0' TERM; echo up; while true; do sleep 0.1; done"
    wanted = request(image, script)
    name = wanted["TrainingJobName"]
    sagemaker.create_training_job(**wanted)
    wait_for(client, name, "Training")
    sagemaker.stop_training_job(TrainingJobName=name)
    found = wait_for(client, name, "Stopped")
    assert found["TrainingJobStatus"] == "Stopped"
    key = f"output/{name}/output/model.tar.gz"
    assert client("s3").head_object(Bucket=BUCKET, Key=key)["ContentLength"] > 0
    with pytest.raises(ClientError) as caught:
        sagemaker.stop_training_job(TrainingJobName=name)
    assert code_of(caught) == "ValidationException"


def test_a_name_is_taken_forever(client: Client, image: str) -> None:
    wanted = request(image, "true")
    client("sagemaker").create_training_job(**wanted)
    for _ in range(2):
        with pytest.raises(ClientError) as caught:
            client("sagemaker").create_training_job(**wanted)
        assert code_of(caught) == "ResourceInUse"
        wait_for(client, wanted["TrainingJobName"], "Completed")


@pytest.mark.parametrize(
    "wrong",
    [
        {"TrainingJobName": "under_score"},
        {"OutputDataConfig": {"S3OutputPath": "/tmp/here"}},
        {"AlgorithmSpecification": {"TrainingInputMode": "File"}},
        {"InputDataConfig": [{"ChannelName": "m", "DataSource": MANIFEST, "InputMode": "FastFile"}]},
    ],
    ids=["name", "output", "image", "mode"],
)
def test_what_the_service_would_refuse_is_refused(client: Client, wrong: dict[str, Any]) -> None:
    wanted = request("x", "true", **wrong)
    with pytest.raises(ClientError) as caught:
        client("sagemaker").create_training_job(**wanted)
    assert code_of(caught) == "ValidationException"
    assert not client("sagemaker").list_training_jobs(
        NameContains=wanted["TrainingJobName"].replace("_", "-")
    )["TrainingJobSummaries"]


@pytest.mark.parametrize("operation", ["describe_training_job", "stop_training_job"])
def test_a_job_that_never_was_is_unknown(client: Client, operation: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client("sagemaker"), operation)(TrainingJobName="never-was")
    assert code_of(caught) == "ValidationException"


def test_an_image_that_is_not_there_fails_the_job(client: Client) -> None:
    missing = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/no/such:image"
    wanted = request(missing, "true")
    client("sagemaker").create_training_job(**wanted)
    assert missing in wait_for(client, wanted["TrainingJobName"], "Failed")["FailureReason"]


def test_the_account_has_a_bucket_and_a_role(client: Client, sandbox_variables: dict[str, str]) -> None:
    client("s3").head_bucket(Bucket=BUCKET)
    role = client("iam").get_role(RoleName="skylift-sandbox")["Role"]
    assert role["Arn"] == sandbox_variables["SKYLIFT_AWS_ROLE"]

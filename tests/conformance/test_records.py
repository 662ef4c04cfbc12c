"""The same tiny projects on every target give the same record, by the list in values.record."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.places import PROJECTS, Place, checkout

from skylift.values.record import EQUAL_ON_EVERY_BACKEND, PRESENT_ON_EVERY_BACKEND, Record
from skylift_runtime.contract import RESERVED_CHANNEL

GOLDEN = Path(__file__).parent / "golden"
TARGETS = ("local", "docker", "cloud")


def equal_fields(record: Record) -> dict[str, Any]:
    found = {field: record.at(field) for field in EQUAL_ON_EVERY_BACKEND}
    # The reserved channel is ours and travels only where something needs it.
    names = found["InputDataConfig[].ChannelName"] or []
    keep = [index for index, name in enumerate(names) if name != RESERVED_CHANNEL]
    for field in ("InputDataConfig[].ChannelName", "InputDataConfig[].InputMode"):
        found[field] = [(found[field] or [])[index] for index in keep]
    return found


def compare(records: dict[str, Record]) -> None:
    here = equal_fields(records["local"])
    for target, record in records.items():
        assert equal_fields(record) == here, target
        missing = [field for field in PRESENT_ON_EVERY_BACKEND if _absent(record, field)]
        assert not missing, f"{target} lacks {missing}"


def _absent(record: Record, field: str) -> bool:
    parent, _, key = field.rpartition(".")
    holder = record.at(parent) if parent else record.data
    return not isinstance(holder, dict) or key not in holder


@pytest.fixture(scope="session")
def succeeded(places: dict[str, Place], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = checkout(PROJECTS / "succeeds", tmp_path_factory.mktemp("con for'mance"))
    arguments = ("epochs=3", "lr=0.25", "note=a b 'c' \"d\" ü\n-e", "bold=true")
    records = {target: place.run(folder, *arguments) for target, place in places.items()}
    return {"folder": folder, "records": records}


@pytest.mark.docker
@pytest.mark.registry
@pytest.mark.sandbox
class TestSucceeds:
    def test_records_agree(self, succeeded: dict[str, Any]) -> None:
        compare(succeeded["records"])

    def test_the_record_says_what_happened(self, succeeded: dict[str, Any]) -> None:
        record = succeeded["records"]["local"]
        assert record.status == "Completed"
        assert record.at("Skylift.arguments") == {
            "epochs": 3,
            "lr": 0.25,
            "note": "a b 'c' \"d\" ü\n-e",
            "bold": True,
        }
        assert record.at("Skylift.metrics.best") == {
            "train:loss": {"value": 0.083, "step": 3},
            "validation:auc": {"value": 0.938, "step": 3},
        }
        phases = ["Starting", "Downloading", "Training", "Uploading", "Completed"]
        assert record.at("SecondaryStatusTransitions[].Status") == phases

    @pytest.mark.parametrize("target", TARGETS)
    def test_the_model_is_what_the_script_wrote(
        self, succeeded: dict[str, Any], places: dict[str, Place], target: str, tmp_path: Path
    ) -> None:
        name = succeeded["records"][target].name
        places[target].skylift(succeeded["folder"], "pull", name, "--output", str(tmp_path / "model"))
        found = json.loads((tmp_path / "model" / "model.json").read_text())
        assert found == {"epochs": 3, "lr": 0.25, "note": "a b 'c' \"d\" ü\n-e", "bold": True}

    @pytest.mark.parametrize("target", TARGETS)
    def test_the_job_saw_what_real_jobs_see(
        self, succeeded: dict[str, Any], places: dict[str, Place], target: str
    ) -> None:
        seen = read_seen(succeeded, places, target)
        instance = succeeded["records"][target].at("ResourceConfig.InstanceType")
        wanted = (GOLDEN / "resourceconfig.json").read_text().replace("ml.g5.2xlarge", instance)
        # Where hosts reach each other: containers of the sandbox and processes have the machine's own network.
        interface = "eth0" if target == "docker" else "lo"
        assert seen["files"]["resourceconfig.json"] == json.loads(wanted.replace("eth0", interface))
        inputs = seen["files"]["inputdataconfig.json"]
        inputs.pop(RESERVED_CHANNEL, None)
        assert inputs == json.loads((GOLDEN / "inputdataconfig.json").read_text())
        assert all(isinstance(value, str) for value in seen["files"]["hyperparameters.json"].values())
        assert seen["platform"] == ["AWS_REGION", "TRAINING_JOB_ARN", "TRAINING_JOB_NAME"]

    @pytest.mark.parametrize("target", TARGETS)
    def test_the_job_saw_the_users_own_files(
        self, succeeded: dict[str, Any], places: dict[str, Place], target: str
    ) -> None:
        seen = read_seen(succeeded, places, target)
        assert seen["channels"] == {
            "train": {"empty.csv": "", "part-1.csv": "1,2\n3,4\n"},
            "validation": {"part 2 ü.csv": "5,6\n"},
        }
        # Data travels as channels, never with the code.
        assert seen["work"] == ["skylift.toml", "train.py"]


def read_seen(succeeded: dict[str, Any], places: dict[str, Place], target: str) -> dict[str, Any]:
    record = succeeded["records"][target]
    place = places[target]
    if target == "cloud":
        uri = record.at("ModelArtifacts.S3ModelArtifacts").replace("model.tar.gz", "output.tar.gz")
        data = read_s3(place, uri)
    else:
        folder = succeeded["folder"] / ".skylift" / "runs" / record.name / "artifacts"
        data = (folder / "output.tar.gz").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        member = tar.extractfile("seen.json")
        assert member is not None
        found: dict[str, Any] = json.load(member)
    return found


def read_s3(place: Place, uri: str) -> bytes:
    import boto3

    bucket, _, key = uri.removeprefix("s3://").partition("/")
    client = boto3.client(
        "s3",
        endpoint_url=place.environment["AWS_ENDPOINT_URL"],
        region_name=place.environment["AWS_REGION"],
        aws_access_key_id=place.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=place.environment["AWS_SECRET_ACCESS_KEY"],
    )
    data: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    return data


@pytest.mark.docker
@pytest.mark.registry
@pytest.mark.sandbox
def test_a_failure_is_the_users_own_words_everywhere(places: dict[str, Place], tmp_path: Path) -> None:
    folder = checkout(PROJECTS / "fails", tmp_path)
    records = {target: place.run(folder, expect=4) for target, place in places.items()}
    compare(records)
    reason = records["local"].failure_reason
    assert reason.startswith("AlgorithmError: ValueError: no rows in 'part-1.csv'; is the header right?")
    assert "train.py:5" in reason
    assert reason.endswith(", exit code: 1")
    assert records["docker"].at("Skylift.metrics.last") == {"train:loss": 0.5}


@pytest.mark.docker
@pytest.mark.registry
@pytest.mark.sandbox
def test_a_stop_reaches_the_script_and_what_it_saved_is_kept(
    places: dict[str, Place], tmp_path: Path
) -> None:
    folder = checkout(PROJECTS / "stops", tmp_path)
    records = {}
    for target, place in places.items():
        name = place.start(folder)
        place.wait_for_line(folder, name, "epoch=1")
        place.skylift(folder, "stop", name)
        records[target] = place.show(folder, name)
        place.skylift(folder, "wait", name, expect=7)
        assert "saved" in place.skylift(folder, "logs", name)
        place.skylift(folder, "pull", name, "--output", str(tmp_path / target))
        assert (tmp_path / target / "saved.txt").read_text() == "epoch 1"
    compare(records)
    assert records["cloud"].status == "Stopped"

"""``skylift pull`` of a model that lies on S3 as objects."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from tests.conformance.places import Place
from tests.functional.project.folder import Folder

from skylift.host.files import write_json

PREFIX = "out/run-1/output/model/"


def run_that_ended(folder: Path, variables: dict[str, str]) -> Path:
    """A project with a run on the service, whose record says where its model is."""
    project = Folder(folder / "project")
    project.write("skylift.toml", 'name = "p"\nentry-point = "train.py"\n')
    project.write("train.py")
    run = folder / "project" / ".skylift" / "runs" / "run-1"
    run.mkdir(parents=True)
    write_json(
        run / "intent.json",
        {"run": "run-1", "executor": "service", "endpoint": variables["AWS_ENDPOINT_URL"]},
    )
    ended = {"TrainingJobName": "run-1", "TrainingJobStatus": "Completed", "SecondaryStatus": "Completed"}
    write_json(
        run / "record.json", {**ended, "ModelArtifacts": {"S3ModelArtifacts": f"s3://pulled/{PREFIX}"}}
    )
    return folder / "project"


@pytest.mark.sandbox
def test_objects_are_brought_once_and_nothing_leads_out(
    weird_tmp_path: Path, aws_variables: dict[str, str]
) -> None:
    project, place = run_that_ended(weird_tmp_path, aws_variables), Place("cloud", aws_variables)
    s3 = boto3.client(
        "s3",
        endpoint_url=aws_variables["AWS_ENDPOINT_URL"],
        region_name=aws_variables["AWS_REGION"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    s3.create_bucket(Bucket="pulled", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    place.skylift(project, "pull", expect=3)
    names = ["a 'b'.bin", *(f"steps/{number}/w ü" for number in range(30))]
    for key in (*names, "steps/"):
        s3.put_object(Bucket="pulled", Key=PREFIX + key, Body=key.encode() if key[-1] != "/" else b"")
    s3.put_object(Bucket="pulled", Key="out/run-1/output/model2/other", Body=b"another's")

    found = json.loads(place.skylift(project, "pull", "--json", "-o", "here"))
    assert found["files"] == sorted(names)
    assert {name: (project / "here" / name).read_text() for name in names} == {name: name for name in names}

    s3.put_object(Bucket="pulled", Key=f"{PREFIX}a/../../../evil", Body=b"evil")
    place.skylift(project, "pull", "-o", "there", expect=2)
    assert not (project / "there").exists()
    assert not (weird_tmp_path / "evil").exists()

"""Whoever asks a run for what it does not have is told which one has it."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

from tests.functional.cli.asking import skylift

from skylift.values.run_folder import RunFolder


def keep(root: Path, name: str, status: str, *, job: str = "train", file: str = "") -> None:
    found = RunFolder(root / ".skylift" / "runs" / name)
    found.artifacts.mkdir(parents=True)
    archive = found.artifacts / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        if file:
            packed.add(__file__, file)
    record = {"TrainingJobName": name, "TrainingJobStatus": status, "SecondaryStatus": status}
    artifacts = {"ModelArtifacts": {"S3ModelArtifacts": archive.as_uri()}}
    found.intent.write_text(json.dumps({"executor": "process"}))
    found.record.write_text(json.dumps({**record, **artifacts, "Skylift": {"job": job}}))


def test_a_failed_run_names_the_newest_one_with_a_model(weird_tmp_path: Path) -> None:
    keep(weird_tmp_path, "p-260101000000-aaaa", "Completed", file="model.pkl")
    keep(weird_tmp_path, "p-260101000001-bbbb", "Completed", file="model.pkl")
    keep(weird_tmp_path, "p-260101000002-cccc", "Completed", file="model.pkl", job="evaluate")
    keep(weird_tmp_path, "p-260101000003-dddd", "Completed")
    keep(weird_tmp_path, "p-260101000004-eeee", "Failed")
    for letters in ("eeee", "dddd"):
        answer = skylift(weird_tmp_path, "pull", letters)
        assert answer.returncode == 3
        assert "the newest run with one is p-260101000001-bbbb: skylift pull bbbb" in answer.stderr


def test_where_there_is_none_nothing_is_promised(tmp_path: Path) -> None:
    keep(tmp_path, "p-260101000004-eeee", "Failed")
    assert "the newest run" not in skylift(tmp_path, "pull").stderr

"""Where inputs come from and artifacts go: folders here, and S3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.functional.emulator.workbench import (
    ENVIRONMENT,
    NAME,
    make_bench,
    make_channel,
    make_request,
    members,
    python,
    statuses,
)
from tests.in_memory_s3 import InMemoryStore

from skylift.emulator.processes import ProcessExecutor
from skylift.emulator.remote import S3Storage
from skylift.errors import AwsError
from skylift.values.references import S3Url

LIST = """
for path in sorted((ML / "input/data").rglob("*")):
    if path.is_file():
        print(path.relative_to(ML / "input/data"), path.read_text())
"""


def folder_with(path: Path, **files: str) -> Path:
    path.mkdir(parents=True)
    for name, content in files.items():
        (path / name).write_text(content)
    return path


def test_a_job_reads_the_users_folder_where_it_is(tmp_path: Path) -> None:
    data = folder_with(tmp_path / "data", rows="1")
    script = "for path in (ML / 'input/data/train').iterdir(): print(path.name, path.read_text())"
    request = make_request(InputDataConfig=[make_channel("train", data.as_uri())])
    bench = make_bench(tmp_path, script, request=request)
    bench.job.run()
    assert bench.observer.texts == ["rows 1"]
    assert not (bench.place.root / "input/data/train").exists()
    assert (data / "rows").read_text() == "1"


def test_a_single_file_lands_under_its_name(tmp_path: Path) -> None:
    data = folder_with(tmp_path / "data", rows="1", other="2")
    request = make_request(InputDataConfig=[make_channel("train", (data / "rows").as_uri())])
    bench = make_bench(tmp_path, LIST, request=request)
    bench.job.run()
    assert bench.observer.texts == ["train/rows 1"]


@pytest.mark.parametrize("enclosed", [True, False])
def test_a_job_that_writes_into_its_input(tmp_path: Path, *, enclosed: bool) -> None:
    data = folder_with(tmp_path / "data", rows="1", old="2")
    script = """
    folder = ML / "input/data/train"
    (folder / "rows").write_text("changed")
    (folder / "old").unlink()
    (folder / "new").write_text("3")
    print(sorted(path.name for path in folder.iterdir()))
    """
    request = make_request(InputDataConfig=[make_channel("train", data.as_uri())])
    executor = ProcessExecutor(python(script), ENVIRONMENT, enclosed=enclosed)
    bench = make_bench(tmp_path, request=request, executor=executor)
    bench.job.run()
    assert bench.observer.texts == ["['new', 'rows']"]
    if enclosed:
        # The job's own, as on the service; the user's stays as it is.
        assert {path.name: path.read_text() for path in data.iterdir()} == {"rows": "1", "old": "2"}
        assert bench.job.warnings == ()
        return
    (warning,) = bench.job.warnings
    assert warning.endswith("created new, removed old, changed rows")
    assert str(data) in warning


@pytest.mark.parametrize("empty", [True, False])
def test_no_data_fails_as_on_the_service(tmp_path: Path, *, empty: bool) -> None:
    data = tmp_path / "data"
    if empty:
        data.mkdir()
    request = make_request(InputDataConfig=[make_channel("train", data.as_uri())])
    bench = make_bench(tmp_path, "print('ran')", request=request)
    bench.job.run()
    found = bench.description
    assert found["TrainingJobStatus"] == "Failed"
    assert found["FailureReason"].startswith("ClientError: Data download failed")
    assert str(data) in found["FailureReason"]
    assert statuses(found) == ["Starting", "Downloading", "Failed"]
    assert bench.observer.texts == []


def on_s3(store: InMemoryStore, *channels: Any, **more: Any) -> tuple[S3Storage, dict[str, Any]]:
    channel_config = {"InputDataConfig": list(channels)} if channels else {}
    return S3Storage(store), make_request(**channel_config, **more)


def test_a_prefix_is_a_string_and_what_follows_it_is_the_path(tmp_path: Path) -> None:
    objects = {"train/a/b.csv": b"1", "train/c.csv": b"2", "train/": b"", "train2/d.csv": b"3", "x": b"4"}
    store = InMemoryStore({f"s3://b/{key}": data for key, data in objects.items()})
    storage, request = on_s3(
        store,
        make_channel("exact", "s3://b/train/"),
        make_channel("loose", "s3://b/train"),
        make_channel("one", "s3://b/train/c.csv"),
    )
    bench = make_bench(tmp_path, LIST, request=request, storage=storage)
    bench.job.run()
    assert bench.observer.texts == [
        *("exact/a/b.csv 1", "exact/c.csv 2"),
        *("loose/2/d.csv 3", "loose/a/b.csv 1", "loose/c.csv 2"),
        "one/c.csv 2",
    ]


def test_a_manifest_names_its_objects(tmp_path: Path) -> None:
    manifest = json.dumps([{"prefix": "s3://b/objects/"}, "ab12", "sub/cd34"]).encode()
    store = InMemoryStore(
        {
            "s3://b/m.json": manifest,
            "s3://b/objects/ab12": b"1",
            "s3://b/objects/sub/cd34": b"2",
            "s3://b/objects/unlisted": b"3",
        }
    )
    storage, request = on_s3(store, make_channel("train", "s3://b/m.json", "ManifestFile"))
    bench = make_bench(tmp_path, LIST, request=request, storage=storage)
    bench.job.run()
    assert bench.observer.texts == ["train/ab12 1", "train/sub/cd34 2"]


@pytest.mark.parametrize(
    ("objects", "uri", "data_type", "said"),
    [
        ({}, "s3://b/none/", "S3Prefix", "no S3 objects found"),
        ({"s3://b/t/../../evil": b"1"}, "s3://b/t/", "S3Prefix", "no path of a file"),
        ({"s3://b/t/a": b"1", "s3://b/t/a/b": b"2"}, "s3://b/t/", "S3Prefix", "Data download failed"),
        ({"s3://b/m": b"[1]"}, "s3://b/m", "ManifestFile", "not a manifest"),
        ({}, "s3://b/m", "ManifestFile", "no manifest"),
        ({"s3://b/m": b'[{"prefix": "s3://b/"}, "../../x"]'}, "s3://b/m", "ManifestFile", "no path"),
        ({}, "https://example.com/x", "S3Prefix", "not an S3 location"),
    ],
)
def test_inputs_that_can_not_be_laid_out_fail_the_job(
    tmp_path: Path, objects: dict[str, bytes], uri: str, data_type: str, said: str
) -> None:
    storage, request = on_s3(InMemoryStore(objects), make_channel("train", uri, data_type))
    bench = make_bench(tmp_path, "print('ran')", request=request, storage=storage)
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Failed"
    assert bench.description["FailureReason"].startswith("ClientError: Data download failed")
    assert said in bench.description["FailureReason"]
    assert not (tmp_path.parent / "evil").exists()


def test_artifacts_go_where_the_service_puts_them(tmp_path: Path) -> None:
    store = InMemoryStore()
    storage, request = on_s3(store)
    script = '(ML / "model/m").write_text("1"); (ML / "output/data/o").write_text("2")'
    bench = make_bench(tmp_path, script, request=request, storage=storage)
    bench.job.run()
    model = f"s3://bucket/out/{NAME}/output/model.tar.gz"
    assert bench.description["ModelArtifacts"]["S3ModelArtifacts"] == model
    assert members(store.objects[model]) == {"m": b"1"}
    assert members(store.objects[f"s3://bucket/out/{NAME}/output/output.tar.gz"]) == {"o": b"2"}


def test_an_empty_model_is_an_empty_archive(tmp_path: Path) -> None:
    store = InMemoryStore()
    storage, request = on_s3(store)
    make_bench(tmp_path, request=request, storage=storage).job.run()
    assert list(store.objects) == [f"s3://bucket/out/{NAME}/output/model.tar.gz"]
    assert members(store.objects[f"s3://bucket/out/{NAME}/output/model.tar.gz"]) == {}


def test_a_service_that_is_away_is_our_error_and_is_raised(tmp_path: Path) -> None:
    class Away(InMemoryStore):
        def upload(self, path: Path, url: S3Url, *, sha256: str = "") -> None:
            raise AwsError("no answer", service="s3", operation="PutObject", temporary=True)

    storage, request = on_s3(Away())
    bench = make_bench(tmp_path, request=request, storage=storage)
    with pytest.raises(AwsError):
        bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Failed"
    assert bench.description["FailureReason"] == "InternalServerError: no answer"
    assert bench.observer.secondaries[-1] == "Failed"

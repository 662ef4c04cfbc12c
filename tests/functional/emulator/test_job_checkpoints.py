"""Checkpoints between a job's folder and S3."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from tests.functional.emulator.workbench import make_bench, make_request
from tests.in_memory_s3 import InMemoryStore

from skylift.emulator.checkpoints import CheckpointUploads
from skylift.emulator.remote import S3Storage
from skylift.errors import AwsError
from skylift.values.references import S3Url


def on_s3(store: InMemoryStore) -> tuple[S3Storage, dict[str, Any]]:
    return S3Storage(store), make_request(CheckpointConfig={"S3Uri": "s3://b/kept"})


def test_checkpoints_come_from_s3_and_go_back(tmp_path: Path) -> None:
    store = InMemoryStore({"s3://b/kept/old/1": b"1", "s3://b/kept2/x": b"not ours"})
    storage, request = on_s3(store)
    script = """
    folder = ML / "checkpoints"
    print([str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()])
    (folder / "new").write_text("2")
    """
    bench = make_bench(tmp_path, script, request=request, storage=storage)
    bench.job.run()
    assert bench.observer.texts == ["['old/1']"]
    assert store.objects["s3://b/kept/new"] == b"2"


def test_checkpoints_are_saved_while_the_job_runs(tmp_path: Path) -> None:
    store = InMemoryStore()
    storage, request = on_s3(store)
    uploads = CheckpointUploads(storage, request, tmp_path, period_s=0.05)
    (tmp_path / "old").write_text("0")
    uploads.start()
    (tmp_path / "new").write_text("1")
    for _ in range(200):
        if "s3://b/kept/new" in store.objects:
            break
        time.sleep(0.05)
    saved_meanwhile = dict(store.objects)
    (tmp_path / "last").write_text("2")
    uploads.finish()
    assert saved_meanwhile == {"s3://b/kept/new": b"1"}
    assert store.objects == {"s3://b/kept/new": b"1", "s3://b/kept/last": b"2"}


def mirrored(store: InMemoryStore, folder: Path) -> tuple[S3Storage, dict[str, Any], CheckpointUploads]:
    """Checkpoints that are only saved at the end."""
    storage, request = on_s3(store)
    return storage, request, CheckpointUploads(storage, request, folder, period_s=3600)


def test_what_a_job_removes_is_removed_from_s3_and_nothing_else(tmp_path: Path) -> None:
    store = InMemoryStore({"s3://b/kept/old": b"1", "s3://b/kept/stays": b"2", "s3://b/kept2/old": b"3"})
    storage, request, uploads = mirrored(store, tmp_path)
    storage.restore(request, tmp_path)
    uploads.start()
    # Another job with the same prefix saves meanwhile: what we never had we can not remove.
    store.objects["s3://b/kept/theirs"] = b"4"
    (tmp_path / "old").unlink()
    (tmp_path / "new").write_text("5")
    uploads.finish()
    assert store.objects == {
        "s3://b/kept/new": b"5",
        "s3://b/kept/stays": b"2",
        "s3://b/kept/theirs": b"4",
        "s3://b/kept2/old": b"3",
    }


@pytest.mark.parametrize("how", ["link", "folder", "renamed"])
def test_a_checkpoint_that_is_no_file_any_more_is_removed(tmp_path: Path, how: str) -> None:
    store = InMemoryStore()
    storage, request, _ = mirrored(store, tmp_path)
    saved: dict[str, tuple[int, int]] = {}
    (tmp_path / "last.tmp").write_text("1")
    storage.save(request, tmp_path, saved)
    (tmp_path / "last.tmp").rename(tmp_path / "last")
    if how == "link":
        (tmp_path / "last.tmp").symlink_to("last")
    elif how == "folder":
        (tmp_path / "last.tmp").mkdir()
    storage.save(request, tmp_path, saved)
    assert store.objects == {"s3://b/kept/last": b"1"}
    assert saved.keys() == {"last"}


def test_links_of_an_earlier_attempt_remove_nothing(tmp_path: Path) -> None:
    store = InMemoryStore({"s3://b/kept/best": b"of another job"})
    _, _, uploads = mirrored(store, tmp_path)
    (tmp_path / "best").symlink_to("epoch-1")
    uploads.start()
    uploads.finish()
    assert store.objects == {"s3://b/kept/best": b"of another job"}


def test_a_job_that_removes_the_whole_folder_leaves_what_is_stored(tmp_path: Path) -> None:
    store = InMemoryStore({"s3://b/kept/old": b"1"})
    folder = tmp_path / "checkpoints"
    storage, request, uploads = mirrored(store, folder)
    storage.restore(request, folder)
    uploads.start()
    (folder / "old").unlink()
    folder.rmdir()
    uploads.finish()
    assert store.objects == {"s3://b/kept/old": b"1"}


class Renaming(InMemoryStore):
    """A store that a job renames its file under, at the moment that it would be uploaded."""

    folder: Path

    def upload(self, path: Path, url: S3Url, *, sha256: str = "") -> None:
        if path.name == "part":
            path.rename(self.folder / "whole")
        super().upload(path, url, sha256=sha256)


def test_a_rename_during_the_save_loses_neither_name(tmp_path: Path) -> None:
    store = Renaming({"s3://b/kept/part": b"of before"})
    store.folder = tmp_path
    storage, request, _ = mirrored(store, tmp_path)
    (tmp_path / "part").write_text("2, longer")
    saved = {"part": (9, 0)}
    storage.save(request, tmp_path, saved)
    # The new name was not there when we looked, so the old one has to stay until it is stored.
    assert store.objects == {"s3://b/kept/part": b"of before"}
    storage.save(request, tmp_path, saved)
    assert store.objects == {"s3://b/kept/whole": b"2, longer"}


class AwayAfter(InMemoryStore):
    """A store that answers a number of uploads, and then no more until it is back."""

    left = 1

    def upload(self, path: Path, url: S3Url, *, sha256: str = "") -> None:
        if self.left == 0:
            raise AwsError("no answer", service="s3", operation="PutObject", temporary=True)
        self.left -= 1
        super().upload(path, url, sha256=sha256)


def test_what_was_stored_before_the_service_went_away_is_not_forgotten(tmp_path: Path) -> None:
    store = AwayAfter()
    storage, request, _ = mirrored(store, tmp_path)
    saved: dict[str, tuple[int, int]] = {}
    (tmp_path / "a.tmp").write_text("1")
    (tmp_path / "b").write_text("2")
    with pytest.raises(AwsError):
        storage.save(request, tmp_path, saved)
    assert store.objects == {"s3://b/kept/a.tmp": b"1"}
    store.left = 2
    (tmp_path / "a.tmp").rename(tmp_path / "a")
    storage.save(request, tmp_path, saved)
    assert store.objects == {"s3://b/kept/a": b"1", "s3://b/kept/b": b"2"}

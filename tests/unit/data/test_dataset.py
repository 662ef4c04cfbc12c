"""Datasets on an object store that lives in memory and may fail."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.in_memory_s3 import InMemoryStore

from skylift.data.dataset import Datasets, version_of
from skylift.errors import AwsError, UsageError
from skylift.values.jobs import DatasetFile
from skylift.values.ports import ObjectStore, StoredObject
from skylift.values.progress import Progress, silent
from skylift.values.references import S3Url

BASE = S3Url("bucket", "skylift/flights/data")
FOLDER = Path("/nowhere")


@dataclass
class FailingS3(InMemoryStore):
    """Remembers what is asked of it. Files that are uploaded hold what is left of their name's first dash."""

    order: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    writes_left: int = 10_000
    lock: threading.Lock = field(default_factory=threading.Lock)

    def iterate(self, prefix: S3Url) -> Iterator[StoredObject]:
        self.requests.append(f"list {prefix}")
        return super().iterate(prefix)

    def read(self, url: S3Url) -> bytes | None:
        self.requests.append(f"read {url}")
        return super().read(url)

    def upload(self, path: Path, url: S3Url, *, sha256: str = "") -> None:
        data = content_of(str(path.relative_to(FOLDER)))
        assert hashlib.sha256(data).hexdigest() == sha256
        self.put(url, data)

    def put(self, url: S3Url, data: bytes) -> None:
        with self.lock:
            if not self.writes_left:
                raise AwsError("the network is gone", service="s3", operation="PutObject", temporary=True)
            self.writes_left -= 1
            super().put(url, data)
            self.order.append(str(url))

    def json(self, url: S3Url) -> object:
        return json.loads(self.objects[str(url)])


def content_of(path: str) -> bytes:
    return path.partition("-")[0].encode()


def files(*paths: str) -> tuple[DatasetFile, ...]:
    return tuple(
        DatasetFile(path, hashlib.sha256(content_of(path)).hexdigest(), len(content_of(path)))
        for path in sorted(paths)
    )


def push(store: ObjectStore, *paths: str) -> str:
    return Datasets(store, BASE).push("train", FOLDER, files(*paths), silent).version


def uploaded(store: FailingS3) -> set[bytes]:
    return {data for key, data in store.objects.items() if "/objects/" in key}


@given(st.lists(st.text(min_size=1), unique=True), st.randoms())
def test_a_version_knows_no_order(paths: list[str], random: object) -> None:
    found = list(files(*paths))
    assert version_of(found) == version_of(found[::-1])


@pytest.mark.parametrize(
    "other",
    [
        DatasetFile("b", "0" * 64, 1),
        DatasetFile("a", "1" * 64, 1),
        DatasetFile("a", "0" * 64, 1, executable=True),
    ],
)
def test_whatever_a_job_could_see_makes_another_version(other: DatasetFile) -> None:
    assert version_of([DatasetFile("a", "0" * 64, 1)]) != version_of([other])


def test_a_push_leaves_what_sagemaker_reads() -> None:
    store = FailingS3()
    dataset = Datasets(store, BASE).push("train", FOLDER, files("x-1", "sub/y", "x-2"), silent)
    assert dataset.manifest == f"s3://bucket/skylift/flights/data/train/manifests/{dataset.version}.json"
    prefix, *suffixes = json.loads(store.objects[dataset.manifest])
    assert prefix == {"prefix": "s3://bucket/skylift/flights/data/objects/"}
    # Equal contents are one object, listed once.
    assert [store.objects[prefix["prefix"] + suffix] for suffix in suffixes] == [
        content for _, content in sorted((hashlib.sha256(c).hexdigest(), c) for c in (b"x", b"sub/y"))
    ]
    assert store.json(BASE.join("train", "refs", "latest.json")) == {"schema": 1, "version": dataset.version}


def test_the_index_says_which_path_has_which_content() -> None:
    store = FailingS3()
    version = push(store, "x-1", "sub/y")
    index = store.json(BASE.join("train", "manifests", f"{version}.index.json"))
    assert isinstance(index, dict)
    assert tuple(DatasetFile(**entry) for entry in index["files"]) == files("x-1", "sub/y")


def test_the_reference_is_written_last_and_objects_first() -> None:
    store = FailingS3()
    push(store, "a", "b")
    kinds = [key.split("/data/")[1].split("/")[-2] for key in store.order]
    assert kinds == ["objects", "objects", "manifests", "manifests", "refs"]


@pytest.mark.parametrize("writes", range(6))
def test_dying_anywhere_publishes_nothing_that_is_not_whole(writes: int) -> None:
    store = FailingS3()
    before = push(store, "a")
    store.writes_left = writes
    with pytest.raises(AwsError):
        push(store, "a", "b", "c", "d")
    assert store.json(BASE.join("train", "refs", "latest.json")) == {"schema": 1, "version": before}
    store.writes_left = 10_000
    push(store, "a", "b", "c", "d")
    assert uploaded(store) == {b"a", b"b", b"c", b"d"}


def test_only_what_is_new_travels() -> None:
    store = FailingS3()
    push(store, "a", "b")
    store.order.clear()
    push(store, "a-renamed", "b", "c")
    assert [store.objects[key] for key in store.order if "/objects/" in key] == [b"c"]


def test_an_unchanged_folder_costs_one_request() -> None:
    store = FailingS3()
    push(store, "a", "b")
    store.requests.clear()
    store.order.clear()
    push(store, "a", "b")
    assert (len(store.requests), store.order) == (1, [])


def test_what_another_dataset_has_sent_is_not_sent_again() -> None:
    store = FailingS3()
    push(store, "a", "b")
    plan = Datasets(store, BASE).plan("validation", FOLDER, files("b-sample", "new"))
    assert (plan.files, plan.new_files, plan.new_bytes) == (2, 1, 3)


def test_many_unknown_files_are_asked_for_by_one_listing() -> None:
    store = FailingS3()
    plan = Datasets(store, BASE).plan("train", FOLDER, files(*(f"f{i}" for i in range(500))))
    assert plan.new_files == 500
    assert [request for request in store.requests if request.startswith("list")] == [
        "list s3://bucket/skylift/flights/data/objects/"
    ]


def test_an_object_of_another_size_is_sent_again() -> None:
    store = FailingS3()
    digest = files("a")[0].sha256
    store.objects[str(BASE.join("objects", digest))] = b""
    push(store, "a")
    assert uploaded(store) == {b"a"}


def test_a_plan_creates_nothing() -> None:
    store = FailingS3()
    Datasets(store, BASE).plan("train", FOLDER, files("a"))
    assert not store.objects


def test_a_channel_without_files_is_refused() -> None:
    with pytest.raises(UsageError, match="channel `train` has no files"):
        Datasets(FailingS3(), BASE).plan("train", FOLDER, ())


def test_progress_ends_at_the_total() -> None:
    heard: list[Progress] = []
    Datasets(FailingS3(), BASE).push("train", FOLDER, files("aa", "b"), heard.append)
    assert (heard[-1].done, heard[-1].total) == (3, 3)

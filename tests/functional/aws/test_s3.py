"""The object store, against moto's S3."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from skylift.aws.s3 import S3Store
from skylift.aws.session import Session
from skylift.errors import AwsError, NotReady
from skylift.values.ports import ObjectStore, StreamingStore
from skylift.values.references import S3Url

pytestmark = pytest.mark.sandbox
_SMALLEST_PART = 5 << 20


@pytest.fixture
def base(session: Session, request: pytest.FixtureRequest) -> S3Url:
    client = session.client("s3")
    bucket = "b-" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return S3Url(bucket, "some prefix")


@pytest.fixture
def store(session: Session) -> StreamingStore:
    return S3Store(session.client("s3"), part=_SMALLEST_PART)


def test_what_was_written_is_read_and_what_was_not_is_none(store: ObjectStore, base: S3Url) -> None:
    assert store.read(base.join("a")) is None
    assert store.write(base.join("a"), b"1")
    assert store.read(base.join("a")) == b"1"


def test_only_the_first_conditional_write_counts(store: ObjectStore, base: S3Url) -> None:
    assert store.write(base.join("a"), b"first", only_if_absent=True)
    assert not store.write(base.join("a"), b"second", only_if_absent=True)
    assert store.read(base.join("a")) == b"first"


def test_a_prefix_is_a_string(store: ObjectStore, base: S3Url) -> None:
    for key in ("train/a", "train/ü 'q\".csv", "train2/b"):
        store.write(base.join(key), b"x")
    assert [found.url.key for found in store.iterate(base.join("train"))] == [
        "some prefix/train/a",
        "some prefix/train/ü 'q\".csv",
        "some prefix/train2/b",
    ]
    assert [found.size for found in store.iterate(base.join("train").folder)] == [1, 1]


@pytest.mark.parametrize("size", [0, 1, _SMALLEST_PART, _SMALLEST_PART + 1, 2 * _SMALLEST_PART + 7])
def test_a_file_comes_back_as_it_went(store: ObjectStore, base: S3Url, tmp_path: Path, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    there, back = tmp_path / "there", tmp_path / "new folder" / "back"
    there.write_bytes(data[:size])
    store.upload(there, base.join("file"), sha256=hashlib.sha256(data[:size]).hexdigest())
    store.download(base.join("file"), back)
    assert back.read_bytes() == data[:size]


def test_an_object_is_read_bit_by_bit(store: StreamingStore, base: S3Url) -> None:
    store.write(base.join("streamed"), bytes(range(256)) * 1000)
    with store.open(base.join("streamed")) as stream:
        assert stream.read(3) == b"\0\1\2"
        assert sum(len(chunk) for chunk in iter(lambda: stream.read(10_000), b"")) == 256_000 - 3
    with pytest.raises(AwsError) as caught, store.open(base.join("never")):
        pass
    assert (caught.value.code, caught.value.temporary) == ("NoSuchKey", False)


@pytest.mark.parametrize("size", [1, _SMALLEST_PART + 1])
def test_bytes_of_another_digest_never_appear(
    store: ObjectStore, base: S3Url, tmp_path: Path, size: int
) -> None:
    (tmp_path / "f").write_bytes(b"x" * size)
    with pytest.raises(NotReady, match="changed while it was being uploaded"):
        store.upload(tmp_path / "f", base.join("f"), sha256="0" * 64)
    assert store.read(base.join("f")) is None


def test_what_is_deleted_is_gone_and_may_have_been_before(store: ObjectStore, base: S3Url) -> None:
    for key in ("a/1", "a/1 2"):
        store.write(base.join(key), b"x")
    store.delete(base.join("a/1"))
    store.delete(base.join("a/1"))
    assert [found.url.key for found in store.iterate(base)] == ["some prefix/a/1 2"]


def test_a_missing_bucket_is_an_error_that_names_the_permission(store: ObjectStore) -> None:
    with pytest.raises(AwsError) as caught:
        list(store.iterate(S3Url("no-such-bucket-anywhere", "x")))
    assert (caught.value.code, caught.value.operation, caught.value.temporary) == (
        "NoSuchBucket",
        "ListBucket",
        False,
    )
    assert "[aws] storage" in caught.value.hints[0]

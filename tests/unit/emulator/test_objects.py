"""From keys of S3 to paths here, without leaving the folder; and who gets which."""

from __future__ import annotations

import pytest

from skylift.emulator.job_fault import JobFault
from skylift.emulator.objects import Found, in_key_order, layout, parse_manifest, safe_path
from skylift.emulator.storage import SOLE, Share


@pytest.mark.parametrize(("key", "path"), [("a/b", "a/b"), ("/a//b", "a/b"), ("./a", "a"), ("2/x", "2/x")])
def test_keys_become_paths(key: str, path: str) -> None:
    assert safe_path(key).as_posix() == path


@pytest.mark.parametrize("key", ["../a", "a/../../b", "..", "", "/", "a/", "a\0b"])
def test_keys_that_lead_out_are_refused(key: str) -> None:
    with pytest.raises(JobFault, match=r"^ClientError"):
        safe_path(key)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'["a"]', b'[{"prefix": "s3://b/"}, 1]', b"\xff"])
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(JobFault, match=r"^ClientError"):
        parse_manifest(content, "s3://b/m")


def found(*paths: str) -> list[Found[int]]:
    return [Found(path, number) for number, path in enumerate(paths)]


def sharded(distribution: str = "ShardedByS3Key") -> dict[str, object]:
    return {"DataSource": {"S3DataSource": {"S3DataDistributionType": distribution}}}


@pytest.mark.parametrize(
    "paths", [("a", "a/b"), ("a/b/c", "a"), ("a//b", "a/b"), ("./a", "a"), ("a", "a/b/c/d")]
)
def test_keys_that_can_not_be_files_beside_each_other_are_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(JobFault, match=r"^ClientError: Data download failed: (two keys|a key is both)"):
        layout(found(*paths))


def test_keys_that_only_look_alike_are_laid_out() -> None:
    assert len(layout(found("a", "a.b", "a-b/c", "ab/c", "a b"))) == 5


def test_the_order_is_that_of_bytes_and_holds_names_that_are_no_text() -> None:
    names = ["é", "z", "a/b", "a-b", "a", "\udcff", "Z", "\U0001f600"]
    assert [one.path for one in in_key_order(found(*names))] == [
        *("Z", "a", "a-b", "a/b", "z", "é", "\U0001f600", "\udcff")
    ]


@pytest.mark.parametrize("hosts", [1, 2, 3, 7])
def test_every_object_goes_to_exactly_one_host(hosts: int) -> None:
    objects = found(*(f"{number:02}" for number in range(5)))
    shares = [Share(host, hosts).of(sharded(), objects) for host in range(hosts)]
    assert sorted(one.path for share in shares for one in share) == [one.path for one in objects]
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_what_is_replicated_goes_to_every_host() -> None:
    objects = found("a", "b")
    assert Share(1, 2).of(sharded("FullyReplicated"), objects) == objects
    assert SOLE.of(sharded(), objects) == objects

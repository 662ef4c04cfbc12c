"""From keys of S3 to paths here, without leaving the folder."""

from __future__ import annotations

import pytest

from skylift.emulator.faults import JobFault
from skylift.emulator.remote import parse_manifest, safe_path


@pytest.mark.parametrize(("key", "path"), [("a/b", "a/b"), ("/a//b", "a/b"), ("./a", "a"), ("2/x", "2/x")])
def test_keys_become_paths(key: str, path: str) -> None:
    assert safe_path(key).as_posix() == path


@pytest.mark.parametrize("key", ["../a", "a/../../b", "..", "", "/", "a\0b"])
def test_keys_that_lead_out_are_refused(key: str) -> None:
    with pytest.raises(JobFault, match=r"^ClientError"):
        safe_path(key)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'["a"]', b'[{"prefix": "s3://b/"}, 1]', b"\xff"])
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(JobFault, match=r"^ClientError"):
        parse_manifest(content, "s3://b/m")

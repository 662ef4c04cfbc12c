"""Two projects of one name do not share a place on S3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from skylift.errors import UsageError
from skylift.flow.inputs import claim
from skylift.values.ports import StoredObject
from skylift.values.project import Revision
from skylift.values.references import S3Url

HOME = S3Url("b", "skylift/flights")


class InMemoryStore:
    def __init__(self) -> None:
        self.objects: dict[S3Url, bytes] = {}

    def iterate(self, prefix: S3Url) -> Iterator[StoredObject]:
        raise AssertionError

    def read(self, url: S3Url) -> bytes | None:
        return self.objects.get(url)

    def write(self, url: S3Url, data: bytes, *, only_if_absent: bool = False) -> bool:
        if only_if_absent and url in self.objects:
            return False
        self.objects[url] = data
        return True

    def download(self, url: S3Url, path: Path) -> None:
        raise AssertionError

    def delete(self, url: S3Url) -> None:
        raise NotImplementedError

    def upload(self, path: Path, url: S3Url, *, sha256: str = "") -> None:
        raise AssertionError


def test_the_first_one_marks_it_and_the_same_project_comes_back() -> None:
    store = InMemoryStore()
    for _ in range(2):
        claim(store, HOME, Revision(identity="aaa"))
    assert json.loads(store.objects[HOME.join("owner.json")])["identity"] == "aaa"


def test_another_repository_of_that_name_is_refused() -> None:
    store = InMemoryStore()
    claim(store, HOME, Revision(identity="aaa"))
    with pytest.raises(UsageError, match="another project"):
        claim(store, HOME, Revision(identity="bbb"))


def test_a_project_outside_git_has_no_identity_to_quarrel_about() -> None:
    store = InMemoryStore()
    claim(store, HOME, Revision())
    claim(store, HOME, Revision(identity="bbb"))

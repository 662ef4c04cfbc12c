"""Two projects of one name do not share a place on S3."""

from __future__ import annotations

import json

import pytest
from tests.in_memory_s3 import InMemoryStore

from skylift.errors import UsageError
from skylift.flow.inputs import claim
from skylift.values.project import Revision
from skylift.values.references import S3Url

HOME = S3Url("b", "skylift/flights")


def test_the_first_one_marks_it_and_the_same_project_comes_back() -> None:
    store = InMemoryStore()
    for _ in range(2):
        claim(store, HOME, Revision(identity="aaa"))
    assert json.loads(store.objects[str(HOME.join("owner.json"))])["identity"] == "aaa"


def test_another_repository_of_that_name_is_refused() -> None:
    store = InMemoryStore()
    claim(store, HOME, Revision(identity="aaa"))
    with pytest.raises(UsageError, match="another project"):
        claim(store, HOME, Revision(identity="bbb"))


def test_a_project_outside_git_has_no_identity_to_quarrel_about() -> None:
    store = InMemoryStore()
    claim(store, HOME, Revision())
    claim(store, HOME, Revision(identity="bbb"))

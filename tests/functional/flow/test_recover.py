"""Which intent a repeated command takes over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from skylift.flow.recover import adopt, owner_facts, release
from skylift.runs.store import RunStore
from skylift.values.record import Record

DEAD = {"pid": 1, "started": "never", "boot": ""}


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path)


def intend(store: RunStore, name: str, **changed: Any) -> None:
    store.create(name, {"inputs": "I", "executor": "service", "owner": DEAD, **changed})


def test_an_intent_of_a_dead_command_is_taken_over(store: RunStore) -> None:
    intend(store, "p-260101000000-aaaa")
    assert adopt(store, "I") == "p-260101000000-aaaa"


def test_other_inputs_are_another_run(store: RunStore) -> None:
    intend(store, "p-260101000000-aaaa")
    assert adopt(store, "J") is None


def test_a_living_owner_keeps_its_run(store: RunStore) -> None:
    intend(store, "p-260101000000-aaaa", owner=owner_facts())
    assert adopt(store, "I") is None


def test_what_was_let_go_or_has_ended_is_not_taken_over(store: RunStore) -> None:
    intend(store, "p-260101000000-aaaa")
    release(store.folder("p-260101000000-aaaa"))
    intend(store, "p-260101000000-bbbb")
    store.save(Record({"TrainingJobName": "p-260101000000-bbbb", "TrainingJobStatus": "Failed"}))
    assert adopt(store, "I") is None


def test_of_two_commands_one_gets_it(store: RunStore) -> None:
    intend(store, "p-260101000000-aaaa")
    assert adopt(store, "I") == "p-260101000000-aaaa"
    # The first one is alive: it is its run now.
    assert adopt(store, "I") is None

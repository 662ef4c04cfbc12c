"""What is proposed where a config is there already."""

from __future__ import annotations

from typing import Any

import pytest

from skylift.project.init.merge import compare, leaves
from skylift.values.project import Change

FOUND: dict[str, Any] = {
    "name": "p",
    "entry-point": "train.py",
    "python": "3.11",
    "channels": {"train": "data/train"},
    "arguments": {"data": "{channel:train}", "out-dir": "{output}"},
    "targets": {"cloud": {"backend": "sagemaker"}},
}
NOTHING: dict[tuple[str, ...], str] = {}


def rows(changes: list[Change]) -> list[tuple[str, str, Any]]:
    return [(change.kind, ".".join(change.key), change.after) for change in changes]


def less(config: dict[str, Any], *paths: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in leaves(config):
        if ".".join(key) not in paths:
            below = result
            for part in key[:-1]:
                below = below.setdefault(part, {})
            below[key[-1]] = value
    return result


def with_(config: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {**config, **{key.replace("_", "-"): value for key, value in values.items()}}


def test_nothing_is_proposed_where_nothing_changed() -> None:
    assert compare(FOUND, FOUND, FOUND, NOTHING) == ([], [])
    assert compare(FOUND, None, FOUND, NOTHING) == ([], [])


def test_a_new_option_is_added_whether_or_not_it_is_known_what_was_proposed() -> None:
    before = less(FOUND, "arguments.out-dir")
    for last in (before, None):
        assert rows(compare(before, last, FOUND, NOTHING)[0]) == [("add", "arguments.out-dir", "{output}")]


def test_what_the_user_took_out_stays_out() -> None:
    now = less(FOUND, "arguments.out-dir", "targets.cloud.backend")
    changes, kept = compare(now, FOUND, FOUND, NOTHING)
    assert changes == []
    assert any("arguments.out-dir" in line for line in kept)


def test_what_the_user_edited_is_never_touched_even_if_the_project_changed_too() -> None:
    now = with_(FOUND, entry_point="mine.py", channels={"train": "elsewhere"})
    found = with_(FOUND, entry_point="new.py")
    changes, kept = compare(now, FOUND, found, NOTHING)
    assert changes == []
    assert any("mine.py" in line and "new.py" in line for line in kept)
    later = less(found, "channels.train", "arguments.data")
    assert rows(compare(now, FOUND, later, NOTHING)[0]) == [("remove", "arguments.data", None)]


def test_a_value_that_was_proposed_follows_the_project() -> None:
    found = with_(FOUND, entry_point="new.py")
    assert rows(compare(FOUND, FOUND, found, NOTHING)[0]) == [("change", "entry-point", "new.py")]
    assert compare(FOUND, None, found, NOTHING)[0] == []


def test_an_entry_point_that_is_gone_is_replaced_whoever_wrote_it() -> None:
    now = with_(FOUND, entry_point="gone.py")
    changes, _ = compare(now, None, FOUND, {("entry-point",): "gone.py is gone"})
    assert rows(changes) == [("change", "entry-point", "train.py")]
    assert "gone.py" in changes[0].why


def test_what_is_gone_from_the_project_is_taken_out_unless_somebody_needs_it() -> None:
    found = less(FOUND, "channels.train", "arguments.data")
    changes = rows(compare(FOUND, FOUND, found, NOTHING)[0])
    assert changes == [("remove", "channels.train", None), ("remove", "arguments.data", None)]
    assert compare(FOUND, None, found, NOTHING)[0] == []
    mine = with_(FOUND, arguments={**FOUND["arguments"], "mine": "{channel:train}/x"})
    assert rows(compare(mine, FOUND, found, NOTHING)[0]) == [("remove", "arguments.data", None)]


def test_a_job_goes_as_a_whole_or_not_at_all() -> None:
    job = {"evaluate": {"entry-point": "e.py", "arguments": {"data": "{model}"}}}
    had = with_(FOUND, jobs=job)
    assert {key for _, key, _ in rows(compare(had, had, FOUND, NOTHING)[0])} == {
        "jobs.evaluate.entry-point",
        "jobs.evaluate.arguments.data",
    }
    edited = with_(FOUND, jobs={"evaluate": {**job["evaluate"], "entry-point": "mine.py"}})
    assert compare(edited, had, FOUND, NOTHING)[0] == []


def test_a_config_that_was_written_by_hand_keeps_its_own_names() -> None:
    now = {"entry-point": "train.py", "channels": {"training": {"local": "data/train", "mode": "File"}}}
    changes = rows(compare(now, None, FOUND, NOTHING)[0])
    assert changes == [
        ("add", "arguments.data", "{channel:training}"),
        ("add", "arguments.out-dir", "{output}"),
    ]


def test_a_command_is_what_starts_a_job_and_wants_no_entry_point() -> None:
    assert ("add", "entry-point", "train.py") not in rows(
        compare({"command": ["make", "train"]}, None, FOUND, NOTHING)[0]
    )


@pytest.mark.parametrize("value", ["data/train", {"local": "data/train"}, {"local": "data/train/"}])
def test_a_channel_is_the_same_in_either_form(value: Any) -> None:
    now = with_(FOUND, channels={"train": value})
    assert compare(now, FOUND, FOUND, NOTHING)[0] == []


def test_a_pattern_with_a_goal_is_still_that_pattern() -> None:
    found = with_(FOUND, metrics={"loss": "Loss (.*)"})
    now = with_(FOUND, metrics={"loss": {"pattern": "Loss (.*)", "goal": "max"}})
    assert compare(now, found, found, NOTHING) == ([], [])
    changed = with_(FOUND, metrics={"loss": "LOSS (.*)"})
    changes, kept = compare(now, found, changed, NOTHING)
    assert changes == []
    assert kept == ["metrics.loss is as you set it; another pattern was found"]
    alone = with_(FOUND, metrics={"loss": {"goal": "max"}})
    changes, kept = compare(alone, found, found, NOTHING)
    assert changes == []
    assert kept == ["metrics.loss is as you set it; another pattern was found"]

"""Changing a table in a TOML file that looks like anything."""

from __future__ import annotations

import pytest

from skylift.errors import UsageError
from skylift.host.toml import parse_toml
from skylift.project.init.edit import HEAD, appended, edited, without_table
from skylift.project.init.memory import hunks
from skylift.values.project import Change

HEAD_LINES = '[project]\nname="x"   # mine\n'
SHAPES = {
    "plain": HEAD_LINES
    + '[tool.skylift] # c\nname = "a"   # odd\n\n[tool.skylift.channels]\ntrain = "d" # t\n\n[tool.b]\nx = [ 1,\n 2 ]\n',
    "carriage returns": (HEAD_LINES + '[tool.skylift]\nname = "a"\n').replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + HEAD_LINES + '[tool.skylift]\nname = "a"\n',
    "no last line end": HEAD_LINES + '[tool.skylift]\nname = "a"',
    "on one line": HEAD_LINES
    + '[tool]\nskylift = { name = "a", channels = { train = "d" } }\n[tool.z]\nq=1\n',
    "tool on one line": 'tool = { skylift = { name = "a" }, o = 1 }\n',
    "dotted": HEAD_LINES + '[tool]\nskylift.name = "a"\nskylift.channels.train = "d"\nother.x = 1\n',
    "dotted inside": HEAD_LINES + '[tool.skylift]\nname = "a"\nchannels.train = "d"\n[tool.b]\nz=1\n',
    "in pieces": '[tool.skylift]\nname = "a"\n[tool.b]\nz=1\n[tool.skylift.channels]\ntrain = "d"\n[tool.c]\ny=1\n',
    "among arrays": '[[tool.m.o]]\na=1\n[tool.skylift]\nname = "a"\n[[tool.m.o]]\na=2\n',
    "first of all": '[tool.skylift]\nname = "a"\n\n[project]\nname="x"\n',
    "only a table below": '[tool.skylift.channels]\ntrain = "d"\n[project]\nname="x"\n',
}
CHANGES = (
    Change("add", ("arguments", "out-dir"), None, "{output}"),
    Change("add", ("channels", 'n"ü'), None, "data/new"),
    Change("add", ("requirements",), None, ["r.txt"]),
    Change("add", ("jobs", "ev", "entry-point"), None, "e.py"),
)


@pytest.mark.parametrize("name", SHAPES)
def test_keys_are_added_and_every_other_line_stays(name: str) -> None:
    before = SHAPES[name]
    after = edited(before, "pyproject.toml", CHANGES, {("arguments", "out-dir"): "a guess: x"})
    ours = parse_toml(after.removeprefix("\ufeff"))["tool"]["skylift"]
    assert ours["arguments"] == {"out-dir": "{output}"}
    assert ours["channels"]['n"ü'] == "data/new"
    assert ours["jobs"] == {"ev": {"entry-point": "e.py"}}
    lines = [line for line in before.splitlines() if "skylift = {" not in line]
    left = iter(after.splitlines())
    assert all(line in left for line in lines), after
    assert ("\r\n" in before) == ("\r\n" in after)
    assert after.startswith("\ufeff") == before.startswith("\ufeff")
    assert not before.count("\r") or after.count("\r") == after.count("\n")


@pytest.mark.parametrize("name", SHAPES)
def test_the_table_is_taken_out_and_everything_else_stays(name: str) -> None:
    after = parse_toml(without_table(SHAPES[name]).removeprefix("\ufeff"))
    before = parse_toml(SHAPES[name].removeprefix("\ufeff"))
    del before["tool"]["skylift"]
    assert {**after, "tool": after.get("tool", {})} == before


@pytest.mark.parametrize("name", [name for name in SHAPES if "train" in SHAPES[name]])
def test_a_table_that_is_emptied_goes(name: str) -> None:
    after = edited(SHAPES[name], "pyproject.toml", [Change("remove", ("channels", "train"), "d")], {})
    assert "channels" not in parse_toml(after).get("tool", {}).get("skylift", {})


def test_a_comment_of_the_users_keeps_an_emptied_table() -> None:
    text = '[tool.skylift]\nname = "a"\n[tool.skylift.channels]\n# ask Ada for the data\ntrain = "d"\n'
    after = edited(text, "pyproject.toml", [Change("remove", ("channels", "train"), "d")], {})
    assert "# ask Ada for the data" in after


def test_a_changed_value_keeps_its_comment() -> None:
    text = 'entry-point = "a.py"  # the one that trains\n\n[channels]\n'
    after = edited(text, "skylift.toml", [Change("change", ("entry-point",), "a.py", "b.py")], {})
    assert after == 'entry-point = "b.py"  # the one that trains\n\n[channels]\n'


def test_tool_on_one_line_can_not_be_added_to() -> None:
    with pytest.raises(UsageError, match="can not be added"):
        appended("tool = { x = 1 }\n", {"name": "a"}, {})


@pytest.mark.parametrize("text", ["", "\ufeff", "x = 1", "x = 1\n", "x = 1\r\n", "\n\n"])
def test_a_first_config_stands_at_the_end(text: str) -> None:
    after = appended(text, {"name": "a", "channels": {"t": "d"}}, {("name",): "a guess: because"})
    assert after.startswith(text)
    assert 'name = "a" # a guess: because' in after
    assert HEAD in after


def test_hunks_keep_nothing_that_did_not_change() -> None:
    before = 'index = "https://me:secret@example.com/simple"'
    after = appended(before + "", {"name": "a"}, {})
    (hunk,) = hunks(before, after)
    assert "secret" not in hunk.added + hunk.removed
    assert after[: hunk.at] + hunk.removed + after[hunk.at + len(hunk.added) :] == before


def test_hunks_lead_back_over_several_places() -> None:
    before = "".join(f"line {number}\n" for number in range(50))
    after = before.replace("line 7\n", "").replace("line 20\n", "line twenty\nand more\n") + "end"
    text = after
    for hunk in reversed(hunks(before, after)):
        assert text[hunk.at :].startswith(hunk.added)
        text = text[: hunk.at] + hunk.removed + text[hunk.at + len(hunk.added) :]
    assert text == before

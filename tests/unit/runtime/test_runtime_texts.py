"""Failure texts, templates, globs and entry points: text in, text out."""

from __future__ import annotations

import re

import pytest

from skylift_runtime.contract import FAILURE_TEXT_LIMIT
from skylift_runtime.description import EntryPoint, entry_point
from skylift_runtime.failure import Ending, Unusable
from skylift_runtime.outputs import pattern
from skylift_runtime.reason import compose, text_of
from skylift_runtime.templates import Places

FACTS = {
    "exception": "FileNotFoundError",
    "message": "[Errno 2] no",
    "file": "a.py",
    "line": 3,
    "path": "/home/me/x",
}


def test_an_absolute_path_has_a_hint_of_its_own() -> None:
    text = text_of(Ending(1), FACTS, "a.py")
    assert text.splitlines() == [
        "FileNotFoundError: [Errno 2] no (a.py:3)",
        "`/home/me/x` is an absolute path; data comes from channels, results go to SM_MODEL_DIR",
    ]


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        (Ending(3), "exit code 3: torchrun"),
        (Ending(143, 15, stopped=True), "killed by SIGTERM: torchrun"),
        (
            Ending(137, 9, stopped=True),
            "killed by SIGKILL: torchrun\nit did not end when it was asked to stop",
        ),
        (
            Ending(137, 9),
            "killed by SIGKILL: torchrun\na SIGKILL that nobody sent usually means that memory ran out",
        ),
        (Ending(128 + 40, 40), "killed by signal 40: torchrun"),
    ],
)
def test_an_ending_without_facts(ending: Ending, text: str) -> None:
    assert text_of(ending, None, "torchrun") == text


def test_no_part_can_push_the_text_over_its_limit() -> None:
    for text in (
        compose("x" * 2000),
        compose("x" * 2000, "f.py:1", "y" * 300),
        compose("x", "f.py:1", "y" * 2000),
    ):
        assert len(text) <= FAILURE_TEXT_LIMIT
    assert compose("x" * 2000, "f.py:1", "hint").endswith("… (f.py:1)\nhint")


PLACES = Places({"model": "/m", "gpus": "2"}, {"train": "/d/train", "my-data.v1": "/d/v1"})


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{channel:train}/x", "/d/train/x"),
        ("{channel:my-data.v1}", "/d/v1"),
        ("n={gpus}{gpus}", "n=22"),
        ("{{model}}", "{model}"),
        ("{{{model}}}", "{/m}"),
        ('{"json": 1}', '{"json": 1}'),
        ("$HOME {} { model }", "$HOME {} { model }"),
    ],
)
def test_templates(template: str, text: str) -> None:
    assert PLACES.expand(template) == text


@pytest.mark.parametrize("template", ["{nope}", "{channel:test}", "{channel}", "{model:x}", "{channel:}"])
def test_a_place_that_there_is_not_is_refused(template: str) -> None:
    with pytest.raises(
        Unusable, match=re.escape("only {gpus}, {model}, {channel:my-data.v1}, {channel:train}")
    ):
        PLACES.expand(template)


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("*.pkl", ["a.pkl", ".pkl", "a b.pkl"], ["a/b.pkl", "a.pklx", "a.pk"]),
        ("logs/**", ["logs/a", "logs/a/b.txt"], ["logs", "xlogs/a", "a/logs/b"]),
        ("**/*.pt", ["a.pt", "a/b/c.pt"], ["a.ptx"]),
        ("logs", ["logs", "logs/a/b"], ["logs2"]),
        ("./logs/", ["logs/a"], ["x"]),
        ("a?[0-9]", ["ab1", "a.2"], ["a1", "ab", "a/1"]),
        ("[!a]*", ["b", "bc"], ["a", "ab"]),
        ("(x)+.txt", ["(x)+.txt"], ["xx.txt"]),
    ],
)
def test_globs(glob: str, yes: list[str], no: list[str]) -> None:
    expression = re.compile(pattern(glob), re.DOTALL)
    assert [path for path in yes if not expression.match(path)] == []
    assert [path for path in no if expression.match(path)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pkg/train.py", EntryPoint("script", "pkg/train.py")),
        ("-m pkg.train", EntryPoint("module", "pkg.train")),
        ("pkg.mod:fit", EntryPoint("function", "pkg.mod:fit")),
        ("run {1}.sh", EntryPoint("command", "run {1}.sh")),
    ],
)
def test_entry_points(text: str, expected: EntryPoint) -> None:
    assert entry_point(text) == expected


def test_a_command_is_taken_word_by_word() -> None:
    assert entry_point("", ["torchrun", "-m", "x"]) == EntryPoint(
        "command", "torchrun", ("torchrun", "-m", "x")
    )
    with pytest.raises(Unusable, match="neither"):
        entry_point("", [])

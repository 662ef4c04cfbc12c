"""Failure texts, templates, globs and entry points: text in, text out."""

from __future__ import annotations

import re

import pytest

from skylift_runtime.contract import FAILURE_TEXT_LIMIT
from skylift_runtime.description import EntryPoint, entry_point
from skylift_runtime.failure import Ending, Unusable
from skylift_runtime.hints import NOTHING
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
            "killed by SIGKILL: torchrun\na SIGKILL that nobody sent usually means that memory ran out: smaller batches, fewer workers, or a larger instance",
        ),
        (Ending(241), "exit code 241: torchrun"),
        (Ending(139), "exit code 139 (128 + 11: killed by SIGSEGV): torchrun"),
        # Who was asked to stop did not lack memory.
        (Ending(137, stopped=True), "exit code 137 (128 + 9: killed by SIGKILL): torchrun"),
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


OOM = "the kernel ended a process of the job because memory ran out: smaller batches, fewer workers, or a larger instance"


@pytest.mark.parametrize(
    ("ending", "facts", "lines"),
    [
        (Ending(137, 9), None, ["killed by SIGKILL: a.py", OOM]),
        (Ending(1), None, ["exit code 1: a.py", OOM]),
        (Ending(1, said="a.py: error: no\n"), None, ["exit code 1: no (a.py)", OOM]),
        (Ending(1), {**FACTS, "exception": "EOFError", "message": "", "path": None}, ["EOFError (a.py:3)", OOM]),
        # What the exception tells by itself is not lost.
        (Ending(1), FACTS, ["FileNotFoundError: [Errno 2] no (a.py:3)", "`/home/me/x` is an absolute path; data comes from channels, results go to SM_MODEL_DIR", OOM]),
    ],
)  # fmt: skip
def test_that_memory_ran_out_is_told_however_it_ended(
    ending: Ending, facts: dict[str, object] | None, lines: list[str]
) -> None:
    assert text_of(ending, facts, "a.py", NOTHING._replace(oom=True)).splitlines() == lines


TORCHRUN = """Traceback (most recent call last):
  File "/opt/venv/bin/torchrun", line 8, in <module>
    sys.exit(main())
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
============================================================
worker.py FAILED
------------------------------------------------------------
Root Cause (first observed failure):
[0]:
  time      : 2026-01-01_00:00:00
  host      : algo-1
  rank      : 1 (local_rank: 1)
  exitcode  : -9 (pid: 12)
  error_file: <N/A>
  traceback : Signal 9 (SIGKILL) received by PID 12
============================================================
"""
LOST = """[rank0]: Traceback (most recent call last):
[rank0]:   File "/opt/ml/code/worker.py", line 4, in <module>
[rank0]:     dist.barrier()
[rank0]: RuntimeError: Connection closed by peer
"""


@pytest.mark.parametrize("root", ["", "/opt/ml/code"])
@pytest.mark.parametrize("said", [TORCHRUN, LOST + TORCHRUN], ids=["alone", "with one who lost it"])
def test_a_worker_of_torchruns_that_was_killed_is_the_reason(said: str, root: str) -> None:
    text = text_of(Ending(1, said=said), None, "torchrun", NOTHING._replace(root=root))
    first, second = text.splitlines()
    assert first == "exit code 1: rank 1 was killed by SIGKILL"
    assert second.startswith("a SIGKILL that nobody sent usually means that memory ran out")


@pytest.mark.parametrize("root", ["", "/opt/ml/code"])
def test_a_place_outside_of_the_project_is_nobodys(root: str) -> None:
    said = TORCHRUN.replace("exitcode  : -9", "exitcode  : 1")
    assert "torchrun:8" not in text_of(Ending(1, said=said), None, "torchrun", NOTHING._replace(root=root))

from __future__ import annotations

import pytest

from skylift_runtime.failure import Ending
from skylift_runtime.hints import Surroundings, hint_for
from skylift_runtime.last_words import complaint, explain, last_lines, tracebacks
from skylift_runtime.reason import text_of

ROOT = "/opt/ml/code"


def traceback(file: str, line: int, error: str) -> str:
    return f'Traceback (most recent call last):\n  File "{file}", line {line}, in main\n    work()\n{error}\n'


def test_the_last_traceback_counts_when_nobody_launched_others() -> None:
    said = (
        traceback("/opt/ml/code/a.py", 1, "KeyError: 'x'")
        + "went on\n"
        + traceback("/opt/ml/code/b.py", 2, "ValueError: y")
    )
    found = explain(said, ROOT)
    assert found is not None
    assert (found["exception"], found["file"], found["line"]) == ("ValueError", "b.py", 2)


def test_lines_of_several_workers_may_alternate() -> None:
    zero = traceback("/opt/ml/code/a.py", 1, "ConnectionError: peer closed").splitlines()
    one = traceback("/opt/ml/code/a.py", 9, "IndexError: no data").splitlines()
    said = "\n".join(
        f"[rank{rank}]: {line}" for pair in zip(zero, one, strict=True) for rank, line in enumerate(pair)
    )
    assert [(found.exception, found.line, found.rank) for found in tracebacks(said, ROOT)] == [
        ("ConnectionError", 1, 0),
        ("IndexError", 9, 1),
    ]


def test_under_a_launcher_the_worker_that_it_names_is_to_blame() -> None:
    workers = "".join(
        f"[rank{rank}]: {line}\n"
        for rank, error in ((0, "ConnectionError: peer closed"), (1, "IndexError: no data"))
        for line in traceback("/opt/ml/code/a.py", rank + 1, error).splitlines()
    )
    own = traceback(
        "/opt/venv/lib/python3.11/site-packages/torch/run.py",
        5,
        "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: ",
    )
    found = explain(
        f"{workers}{own}Root Cause (first observed failure):\n[0]:\n  rank      : 1 (local_rank: 1)\n", ROOT
    )
    assert found is not None
    assert (found["exception"], found["message"], found["file"]) == ("IndexError", "no data", "a.py")


def test_a_chain_is_told_from_its_end_with_its_beginning() -> None:
    said = (
        traceback("/opt/ml/code/a.py", 1, "KeyError: 'x'")
        + "\nThe above exception was the direct cause of the following exception:\n\n"
        + traceback("/opt/ml/code/a.py", 3, "RuntimeError: bad")
    )
    found = explain(said, ROOT)
    assert found is not None
    assert (found["exception"], found["cause"]) == ("RuntimeError", "KeyError: 'x'")


def test_colours_are_no_part_of_it() -> None:
    said = traceback("/opt/ml/code/a.py", 1, "\x1b[1;31mValueError\x1b[0m: \x1b[35mx\x1b[0m")
    assert explain(said, ROOT) == {
        "exception": "ValueError",
        "message": "x",
        "file": "a.py",
        "line": 1,
        "path": None,
        "cause": None,
    }


def test_a_crash_is_told_with_the_innermost_frame_of_the_user() -> None:
    said = (
        "Fatal Python error: Segmentation fault\n\nThread 0x1 (most recent call first):\n"
        '  File "/opt/ml/code/other.py", line 1 in wait\n\nCurrent thread 0x2 (most recent call first):\n'
        '  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at\n  File "/opt/ml/code/a.py", line 7 in f\n'
    )
    found = explain(said, ROOT)
    assert found is not None
    assert (found["message"], found["file"], found["line"]) == ("Segmentation fault", "a.py", 7)


def test_a_complaint_counts_only_at_the_end() -> None:
    assert complaint("Usage: t [OPTIONS]\n\nError: No such option: --x\n") == "No such option: --x"
    assert complaint("t.py: error: bad\nand then it trained\n") == ""


def test_progress_bars_are_told_by_their_last_state() -> None:
    assert last_lines("10%\r50%\r100%\n\x1b[31mfailed\x1b[0m\n\n") == "100%\nfailed"


def test_a_handled_traceback_is_not_the_reason_of_a_later_exit() -> None:
    said = traceback("/opt/ml/code/a.py", 1, "KeyError: 'x'") + "no matter\nthe table is empty\n"
    facts = {"exception": "SystemExit", "message": "4", "file": "train.py", "line": 9, "code": 4}
    text = text_of(Ending(4, said=said), facts, "train.py", Surroundings(ROOT))
    assert text == "exit code 4 (train.py:9)\nits last words: no matter\nthe table is empty"


def test_passwords_in_last_words_stay_out() -> None:
    text = text_of(Ending(1, said="cannot reach https://user:s3cret@host/x\n"), None, "train.sh")
    assert "s3cret" not in text
    assert "https://host/x" in text


def test_hints_know_the_channels() -> None:
    around = Surroundings(ROOT, "/opt/ml/input/data", {"train": "/opt/ml/input/data/train"})
    assert hint_for("KeyError: 'SM_CHANNEL_TRIAN'", "", around) == (
        "there is no channel `trian`: did you mean `train`? the job has `train`"
    )
    assert "none" in hint_for("KeyError: 'SM_CHANNEL_X'", "", Surroundings())
    assert hint_for("KeyError: 'price'", "", around) == ""


@pytest.mark.parametrize(
    "said",
    [
        "KeyError: 'PRICE'",
        "ValueError: key: not found",
        "TypeError: fit() got an unexpected keyword argument 'x'",
        "RuntimeError: the environment variable names are wrong",
    ],
)
def test_a_hint_that_may_be_wrong_is_not_given(said: str) -> None:
    assert hint_for(said, "", Surroundings()) == ""


def test_a_launcher_is_named_where_its_variables_are_missing() -> None:
    assert "torchrun" in hint_for("KeyError: 'RANK'", "", Surroundings())


def test_a_cause_is_not_taken_for_the_workers_end() -> None:
    # Observed: torchrun 2.13 --tee=3, two workers, the first of which raises from an OSError.
    said = """\
[default0]:Traceback (most recent call last):
[default0]:  File "/code/worker.py", line 4, in <module>
[default0]:    try: open('gone.csv')
[default0]:FileNotFoundError: [Errno 2] No such file or directory: 'gone.csv'
[default0]:
[default0]:The above exception was the direct cause of the following exception:
[default0]:
[default0]:Traceback (most recent call last):
[default0]:  File "/code/worker.py", line 5, in <module>
[default0]:RuntimeError: no data
Traceback (most recent call last):
  File "/venv/bin/torchrun", line 8, in <module>
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:\x20
worker.py FAILED
Root Cause (first observed failure):
  rank      : 0 (local_rank: 0)
"""
    found = explain(said, "/code")
    assert found is not None
    assert (found["exception"], found["message"], found["line"]) == ("RuntimeError", "no data", 5)
    assert found["cause"] == "FileNotFoundError: [Errno 2] No such file or directory: 'gone.csv'"


def test_what_a_workers_parser_complained_of_is_found_before_its_launchers_end() -> None:
    said = "[default0]:worker.py: error: unrecognized arguments: --what\nTraceback …\nChildFailedError: \n"
    assert complaint(said) == ""
    assert complaint(said, passed_on=True) == "unrecognized arguments: --what"


def test_who_only_lost_the_other_is_not_to_blame() -> None:
    # Observed: torchrun saw both dead and named the one that had waited in a barrier.
    said = """\
[rank1]: Traceback (most recent call last):
[rank1]:   File "/code/worker.py", line 4, in <module>
[rank1]: ValueError: rank 1 has no rows
[rank0]: Traceback (most recent call last):
[rank0]:   File "/code/worker.py", line 5, in <module>
[rank0]: RuntimeError: Connection closed by peer [127.0.0.1]:57765. This is typically caused by a remote worker crashing.
Traceback (most recent call last):
ChildFailedError: worker.py FAILED
Root Cause (first observed failure):
  rank      : 0 (local_rank: 0)
"""
    found = explain(said, "/code")
    assert found is not None
    assert (found["message"], found["line"]) == ("rank 1 has no rows", 4)
    alone = said.replace("[rank1]: ValueError: rank 1 has no rows\n", "")
    found = explain(alone, "/code")
    assert found is not None
    assert found["message"].startswith("Connection closed by peer")

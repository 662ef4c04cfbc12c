"""System figures: taken out of a log to the byte, summed up, and said only where there is something to say."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from skylift.runs.advice import LONGEST, advice
from skylift.runs.figures import System
from skylift.runs.metrics import MetricReader
from skylift.values.figures import Sieve, sift
from skylift.values.printed import escape
from skylift_runtime.contract import FIGURES_JOINT, FIGURES_PREFIX

LINE = FIGURES_PREFIX.encode() + b'{"n":1,"cpu":{"mean":0.5}}\n'
JOINT = FIGURES_JOINT.encode() + b"\n"


def sifted(*chunks: bytes) -> tuple[bytes, int]:
    sieve = Sieve()
    fed = [sieve.feed(chunk) for chunk in chunks]
    return b"".join(own for own, _ in fed) + sieve.rest(), sum(len(found) for _, found in fed)


@pytest.mark.parametrize(
    ("chunks", "own"),
    [
        ([b"a\nb\n"], b"a\nb\n"),
        ([b"a\n" + LINE + b"b\n"], b"a\nb\n"),
        ([LINE], b""),
        ([LINE + LINE], b""),
        ([b"50%" + JOINT + LINE + b"\r51%\n"], b"50%\r51%\n"),
        ([b"50%" + JOINT, LINE, b"\r51%\n"], b"50%\r51%\n"),
        ([b"50%" + JOINT, LINE + LINE, b"\r51%\n"], b"50%\r51%\n"),
        ([b"no end" + JOINT + LINE], b"no end"),
        # The other stream came between the two: the bar is cut, and nothing of ours is left.
        ([b"50%" + JOINT, b"out\n", LINE], b"50%" + JOINT + b"out\n"),
    ],
)
def test_what_is_left_is_what_the_job_printed(chunks: list[bytes], own: bytes) -> None:
    found, count = sifted(*chunks)
    assert found == own
    assert count == b"".join(chunks).count(LINE)


def test_a_joint_of_the_jobs_own_is_kept() -> None:
    assert sifted(b"x" + JOINT, b"y\n") == (b"x" + JOINT + b"y\n", 0)
    assert sifted(b"x" + JOINT) == (b"x" + JOINT, 0)


@pytest.mark.parametrize("half", [LINE[:-12], LINE[:-12] + b"\n", LINE[:-3] + b"user text\n"])
def test_a_line_that_was_cut_is_neither_shown_nor_counted(half: bytes) -> None:
    assert sifted(b"a\n" + half) == (b"a\n", 0)


def test_behind_text_of_somebody_else_it_goes_and_the_text_stays() -> None:
    assert sifted(b"half" + LINE + b"next\n") == (b"half\nnext\n", 1)


@pytest.mark.parametrize(
    "said",
    ["[" * 100_000, "7", "null", '{"n":NaN}', '{"n":1e999}', "{", "\ud800"],
)
def test_what_only_looks_like_figures_reaches_no_file(said: str) -> None:
    data = (FIGURES_PREFIX + said + "\n").encode(errors="surrogatepass")
    assert sifted(b"a\n" + data) == (b"a\n", 0)
    assert sift(data.decode(errors="replace").rstrip("\n")) == (None, None)


def test_whatever_comes_in_whatever_pieces_the_job_gets_its_bytes_back() -> None:
    dice = random.Random(0)
    for _ in range(300):
        own, wire = b"", b""
        at_start = True
        for _ in range(dice.randrange(12)):
            piece = dice.choice(
                [b"a\n", b"loss=1", b"\r9%", b"\n", "ü\x1e.".encode(), b"\x1e\r", b"[skylift"]
            )
            own, wire, at_start = own + piece, wire + piece, piece.endswith(b"\n")
            if dice.random() < 0.4:
                wire += LINE if at_start else JOINT + LINE
                at_start = True
        lines = [line + b"\n" for line in wire.split(b"\n")[:-1]] + [wire.rpartition(b"\n")[2]]
        assert sifted(*lines)[0] == own


def test_a_line_of_the_service_is_known_however_it_spells_control_characters() -> None:
    bar = f"\r50%{FIGURES_JOINT}"
    assert sift(escape(bar)) == ("#01550%", None)
    assert sift(bar) == ("\r50%", None)
    assert sift("issue #036") == ("issue #036", None)
    assert sift(LINE.decode().rstrip()) == (None, {"n": 1, "cpu": {"mean": 0.5}})


def test_no_metric_is_read_from_figures() -> None:
    # Whoever reads a log without the sieve, such as an older client, finds none either.
    line = FIGURES_PREFIX + json.dumps(
        {"t": 1, "cpu": {"mean": 0.5, "max": 1.0, "of": 2.0}, "gpus": [{"gpu": 0, "busy": 0.3}]}
    )
    assert MetricReader({}).read(line) == []


def figures(**more: Any) -> dict[str, Any]:
    return {"t": 1, "s": 30.0, "n": 6, **more}


def gpu(number: int = 0, **more: Any) -> dict[str, Any]:
    return {"gpu": number, "busy": 0.9, "max": 1.0, "idle": 0.0, "mem": 30e9, "of": 40e9, **more}


def test_lines_are_weighed_by_the_time_they_stand_for() -> None:
    cpu = {"mean": 1.0, "max": 2.0, "of": 4.0}
    found = System(
        [
            ("algo-1", figures(cpu=cpu, mem={"max": 5, "of": 9}, gpus=[gpu(busy=0.8, idle=0.2)])),
            ("algo-1", figures(s=10.0, n=2, cpu={"mean": 3.0, "max": 4.0, "of": 4.0}, gpus=[gpu(idle=1.0)])),
            ("algo-2", figures(cpu=cpu)),
        ]
    ).as_json()
    first = found["hosts"]["algo-1"]
    assert (first["seconds"], first["samples"]) == (40.0, 8)
    assert first["cpu"] == {"mean": 1.5, "max": 4.0, "of": 4.0}
    assert first["memory"] == {"max": 5, "of": 9}
    assert first["gpus"][0]["idle"] == 0.4
    assert sorted(found["hosts"]) == ["algo-1", "algo-2"]


def test_without_figures_there_is_no_summary() -> None:
    assert System().as_json() == {}
    assert advice({}, here=True) == []


def test_hostile_figures_make_no_number_and_no_harm() -> None:
    hostile = {
        "s": "x", "n": True, "cpu": [1], "mem": {"max": "<b>", "of": -1}, "wait": 10**400, "gpus": [1, {"gpu": "x"}, {"gpu": 1e20}],
        "room": {"at": "\x1b[31m" * 100, "free": 1, "of": 2},
    }  # fmt: skip
    many = [("algo-1", {"gpus": [{"gpu": number}]}) for number in range(10_000)]
    found = System([("algo-1", hostile), *many]).as_json()
    assert found["hosts"]["algo-1"]["seconds"] == 0
    assert len(json.dumps(found)) < 5000
    assert advice(found, here=True) == []


def told(*, here: bool = False, hosts: int = 1, seconds: float = 300.0, **more: Any) -> list[str]:
    found = [(f"algo-{number + 1}", figures(s=seconds, n=60, **more)) for number in range(hosts)]
    return advice(System(found).as_json(), here=here)


BUSY = {"mean": 15.0, "max": 16.0, "of": 16.0}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {"gpus": [gpu(idle=0.62)]},
            "GPU idle 62 % of the time: look at data loading (workers, prefetching)",
        ),
        (
            {"gpus": [gpu(0, idle=0.5), gpu(1, idle=0.7)]},
            "GPUs idle 60 % of the time: look at data loading (workers, prefetching)",
        ),
        (
            {"gpus": [gpu(mem=4e9)]},
            "GPU memory used at most 10 %: a larger batch fits, or a smaller instance does",
        ),
        (
            {"cpu": BUSY, "gpus": [gpu(busy=0.0, max=0.01, idle=1.0, mem=1e6)]},
            "the GPU was never used: does the framework find it, and is the model moved there?",
        ),
        (
            {"gpus": [gpu(0), gpu(1, busy=0.0, max=0.0, idle=1.0)]},
            "1 of 2 GPUs never used: does the script start a process for each?",
        ),
        (
            {"cpu": {"mean": 1.02, "max": 2.0, "of": 16.0}},
            "1.0 of 16 cores busy: there is room for more workers, or for a smaller instance",
        ),
        ({"mem": {"max": 58.1e9, "of": 64e9}}, "memory came within 10 % of its limit: 58.1 of 64.0 GB"),
        (
            {"room": {"at": "checkpoints", "free": 1e9, "of": 30e9}},
            "disk nearly full at the end: 1.0 of 30.0 GB left for checkpoints",
        ),
        ({"wait": 0.4}, "waited for disks 40 % of the time: fewer, larger files are read faster"),
    ],
)
def test_each_thing_worth_saying_is_one_short_sentence(more: dict[str, Any], sentence: str) -> None:
    assert told(**more) == [sentence]
    assert told(**more, hosts=2) == [f"algo-1: {sentence}"]
    assert len(sentence) + len("algo-100: ") <= LONGEST
    # Too short a run says nothing.
    assert told(**more, seconds=59.0) == []
    assert advice(System([("algo-1", figures(s=600.0, n=3, **more))]).as_json(), here=False) == []


@pytest.mark.parametrize(
    "more",
    [
        {"cpu": BUSY, "gpus": [gpu(idle=0.1)], "mem": {"max": 5e9, "of": 64e9}, "wait": 0.1},
        # A library that does not tell how busy a GPU is, says nothing about that.
        {"cpu": BUSY, "gpus": [{"gpu": 0, "mem": 1e6, "of": 4e10}]},
        # A job on GPUs need not have busy processors, and two cores are not many.
        {"cpu": {"mean": 1.0, "max": 1.0, "of": 16.0}, "gpus": [gpu()]},
        {"cpu": {"mean": 0.1, "max": 1.0, "of": 2.0}},
        {"mem": {"max": 60e9, "of": 0}},
    ],
)
def test_what_is_well_is_not_talked_about(more: dict[str, Any]) -> None:
    assert told(**more) == []


def test_nobody_is_told_to_buy_another_machine_for_a_job_beside_us() -> None:
    for more in ({"cpu": {"mean": 1.0, "max": 2.0, "of": 16.0}}, {"gpus": [gpu(mem=4e9)]}):
        (sentence,) = told(here=True, **more)
        assert "instance" not in sentence

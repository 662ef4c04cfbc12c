"""Patterns that mean the same to every engine, on both spellings of a line."""

from __future__ import annotations

import re

import pytest

from skylift.values.patterns import NUMBER, in_front, literal_in, number_behind, outside_common
from skylift.values.printed import escape
from skylift_runtime.contract import METRIC_PATTERN_LIMIT


def found(pattern: str, line: str) -> list[str | None]:
    """What is found in a line as it was printed, and as the service stores it."""
    matches = [re.search(pattern, text) for text in (line, escape(line))]
    return [match[1] if match else None for match in matches]


@pytest.mark.parametrize(
    ("words", "line", "number"),
    [
        ("loss: ", "10/10 - 1s - loss: 0.25 - val_loss: 0.5", "0.25"),
        ("loss: ", "val_loss: 0.5", None),
        ("loss=", "INFO:root:loss=0.5", "0.5"),
        ("loss=", "train/loss=0.5 loss=-1e-3", "-1e-3"),
        ("validation-auc:", "[3]\tvalidation-auc:0.71\ttrain-auc:0.8", "0.71"),
        ("auc:", "[3]\tvalidation-auc:0.71", None),
        ("auc:", "[3]\tauc:0.71", "0.71"),
        ("'loss': ", "{'loss': 0.4, 'eval_loss': 0.5}", "0.4"),
        ("'loss': ", "{'eval_loss': 0.5}", None),
        ("valid_1's auc: ", "[10]\ttraining's auc: 0.9\tvalid_1's auc: 0.3", "0.3"),
        ("loss=", "\x1b[32mloss=0.5", "0.5"),
        ("loss: ", "loss:     0.5", "0.5"),
        ("Val Acc: ", "Val  Acc:  91.2%", "91.2"),
        ("F1 (macro) = ", "F1 (macro) = .5", ".5"),
        ("loss\t", "x\tloss\t0.5", "0.5"),
    ],
)
def test_a_number_is_found_behind_its_own_words_only(words: str, line: str, number: str | None) -> None:
    pattern = number_behind(words)
    assert found(pattern, line) == [number, number]
    assert outside_common(pattern) == ""


@pytest.mark.parametrize(
    "line", ["Test loss: 0.5", "a test loss: 0.5", "val:loss: 0.5", "valid_1's loss: 0.5", "1 of 2 loss: 0.5"]
)
def test_words_in_the_end_of_others_are_not_found(line: str) -> None:
    others = ["Test loss: ", "test loss: ", "valid_1's loss: ", "of 2 loss: ", "val:loss: "]
    pattern = number_behind("loss: ", others)
    assert len(pattern) <= METRIC_PATTERN_LIMIT
    assert found(pattern, line) == [None, None]
    for beside in ("loss: 0.5", "INFO:root:loss: 0.5", "\tloss: 0.5", "epoch 3 loss: 0.5", "| loss: 0.5"):
        assert found(pattern, beside) == ["0.5", "0.5"]
    for other in others:
        assert found(number_behind(other, others), f"{other}0.5") == ["0.5", "0.5"]


def test_the_words_of_many_others_do_not_make_a_pattern_too_long() -> None:
    others = [f"{chr(97 + place) * 30} nothing like the others {place} loss: " for place in range(20)]
    pattern = number_behind("loss: ", others)
    assert len(pattern) <= METRIC_PATTERN_LIMIT
    assert found(pattern, others[3] + "0.5") == [None, None]
    assert found(pattern, "loss: 0.5") == ["0.5", "0.5"]


@pytest.mark.parametrize("front", ["]", "^", "\\", "-", "[a", "&&"])
def test_signs_in_front_are_no_part_of_a_pattern(front: str) -> None:
    pattern = in_front([front]) + "x"
    assert re.search(pattern, front + "x") is None
    assert re.search(pattern, "x")


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?=a)b",
        r"a(?!b)",
        r"(?<=a)b",
        r"(?P<a>b)(?P=a)",
        r"(?P<a>b)",
        r"(?<a>b)",
        r"(a)\1",
        r"(?(1)a|b)",
        r"(?>a)",
        r"a++",
        r"a{2}+",
        r"a\Z",
        r"[[a]",
        r"[a&&b]",
        r"(?#c)",
    ],
)
def test_what_not_every_engine_has_is_told(pattern: str) -> None:
    assert outside_common(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"(?i)loss: (.*?);", r"\(\?=(\d+)", r"(?:a|b)+?c", r"[\[(?=]+", r"\\1", r"(\S+)", NUMBER, "", "(?"],
)
def test_what_every_engine_has_is_not_told(pattern: str) -> None:
    assert outside_common(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        (r"loss: (\S+)", "loss: "),
        (r"(?:abc|d)loss", "loss"),
        (r"los?s=", "lo"),
        (r"lo*ss=", "ss="),
        (r"los+=", "los"),
        (r"a{0,2}bc", "bc"),
        (r"\x41bcdef", ""),
        (r"\101bcdef", ""),
        (r"(?i)abc", ""),
        (r"(?x)a b c", ""),
        (r"(?i:abc)d", ""),
        (r"ab|c", ""),
        (r"(ab|c)d", "d"),
        (r"\[\d+\] loss", "] loss"),
        (r"[^a]\.b", ".b"),
        (r"((a)b)cd", "cd"),
        (r"", ""),
    ],
)
def test_the_text_that_every_match_has(pattern: str, literal: str) -> None:
    assert literal_in(pattern) == literal


@pytest.mark.parametrize("pattern", ["(" * 5000, "[" * 5000, "a" * 100_000, "\\" * 5001, "{" * 5000])
def test_patterns_that_are_none_take_no_time(pattern: str) -> None:
    assert isinstance(literal_in(pattern) + outside_common(pattern), str)

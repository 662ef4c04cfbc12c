"""What a failure's reason says was missing."""

from __future__ import annotations

import pytest

from skylift.project.files.missing import files_of_module, missing_modules, missing_paths, named_paths

ROOTS = ("/opt/ml/code", "/home/me/it's {x}")


@pytest.mark.parametrize(
    ("reason", "first"),
    [
        ("AlgorithmError: FileNotFoundError: [Errno 2] No such file or directory: 'data/a b.txt' (train.py:3)", "data/a b.txt"),
        ("FileNotFoundError: [Errno 2] No such file or directory: \"it's.txt\"", "it's.txt"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'caf\\\\x.txt'", "caf\\x.txt"),
        ("FileNotFoundError: [Errno 2] No such file or directory: b'data/v.txt'", "data/v.txt"),
        ("FileNotFoundError: [Errno 2] No such file or directory: '/opt/ml/code/pkg/v.txt'", "pkg/v.txt"),
        ("FileNotFoundError: [Errno 2] No such file or directory: \"/home/me/it's {x}/pkg/v.txt\"", "pkg/v.txt"),
        ("FileNotFoundError: [Errno 2] No such file or directory: './data/../v.txt'", "v.txt"),
        ("FileNotFoundError: [Errno 2] Unable to open file (unable to open file: name = 'w.h5', errno = 2)", "w.h5"),
        ("FileNotFoundError: data/w.npy not found. (train.py:1)", "data/w.npy"),
        ("OSError: Can't load tokenizer for './tok'. If you were trying", "tok"),
    ],
)  # fmt: skip
def test_paths(reason: str, first: str) -> None:
    assert first in missing_paths(reason, ROOTS)


@pytest.mark.parametrize(
    ("reason", "paths"),
    [
        ("AssertionError: no images in data/train (train.py:3)", ["data/train"]),
        ("FileNotFoundError: ../../data/x.csv not found. (sub/train.py:1)", ["data/x.csv"]),
        ("exit code 2: Path 'data/a b.jsonl' does not exist.", ["data/a b.jsonl"]),
        ("ValueError: column 'data' not found", []),
        ("ValueError: x (/opt/ml/code/.venv/lib/site-packages/pkg/data.csv)", []),
        ("RuntimeError: x\n`other/x.csv` is said by somebody else", []),
        ("ValueError: bad /opt/ml/code/pkg/it.py", []),
    ],
)
def test_paths_that_an_error_of_any_kind_names(reason: str, paths: list[str]) -> None:
    found = named_paths(reason, ROOTS)
    assert set(paths) <= set(found)
    assert paths or not {"data", "pkg/it.py", "other/x.csv"} & set(found)
    assert not any("site-packages" in path and " " not in path for path in found)


def test_a_shells_words() -> None:
    said = "exit code 1: train.sh\nits last words: cat: data/a b.txt: No such file or directory, exit code: 1"
    assert "data/a b.txt" in missing_paths(said, ROOTS)


@pytest.mark.parametrize(
    "reason",
    [
        "KeyError: 'data'",
        "ValueError: column 'data' not found",
        "FileNotFoundError: [Errno 2] No such file or directory: '/etc/none'",
        "FileNotFoundError: [Errno 2] No such file or directory: '../none'",
        "",
    ],
)
def test_what_is_no_path_of_the_project(reason: str) -> None:
    assert not {"data", "none", "etc/none"} & set(missing_paths(reason, ROOTS))


def test_words_of_a_hint_are_no_paths() -> None:
    said = (
        "FileNotFoundError: x\n`/x` is an absolute path; data comes from channels, results go to SM_MODEL_DIR"
    )
    assert "data" not in missing_paths(said, ROOTS)


def test_modules() -> None:
    assert missing_modules("ModuleNotFoundError: No module named 'pkg.sub.fast' (train.py:1)") == [
        "pkg.sub.fast"
    ]
    assert missing_modules("cannot import name 'a' from 'pkg' (unknown location)") == ["pkg.a"]
    assert missing_modules("ImportError: x") == []


def test_files_that_are_a_module() -> None:
    there = ["fast.py", "fast.abi3.so", "fast.c", "fast_test.py", "fast"]
    assert files_of_module("a.fast", there) == ["fast", "fast.abi3.so", "fast.py"]

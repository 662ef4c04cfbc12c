"""What one job leaves for another."""

from __future__ import annotations

import pytest

from skylift.project.files.made import Made, carry, made_by, maker_of
from skylift.values.settings import JobSettings


@pytest.mark.parametrize(
    ("pattern", "path", "kind"),
    [
        ("data/prepared/**", "data/prepared", "folder"),
        ("data/prepared/**", "data", "folder"),
        ("data/prepared/**", "data/prepared/x/rows.csv", "file"),
        ("data/prepared/**", "data/prepared/x", "folder"),
        ("data/prepared/**", "data/prep", ""),
        ("models/net.pt", "models/net.pt", "file"),
        ("models/net.pt", "models", "folder"),
        ("models/net.pt", "models/net", ""),
        ("models/*.pt", "models/a.pt", "file"),
        ("net.pt", "net.pt", "file"),
    ],
)
def test_a_path_is_made_as_a_file_or_as_a_folder(pattern: str, path: str, kind: str) -> None:
    made = Made("prepare", pattern, "output")
    assert (made.is_file(path), made.is_folder(path)) == (kind == "file", kind == "folder")
    assert made.matches(path) == bool(kind)


def test_a_glob_is_looked_for_among_what_is_made() -> None:
    made = Made("prepare", "data/prepared/**", "output")
    assert made.matches("data/prepared/*.csv")
    assert not made.matches("data/raw/*.csv")
    assert not made.matches("*.csv")


def test_what_is_bound_is_found_where_its_default_is() -> None:
    config = {
        "arguments": {
            "out": "{model}/net.pt",
            "logs": "{output}",
            "data": "{channel:x}",
            "ck": "{checkpoints}",
        },
        "paths": {"plots": "{output}/plots", "../out": "{output}"},
    }
    found = made_by("train", config, {"out": "runs/net.pt", "logs": "logs", "data": "data", "ck": "ck"})
    assert found == [
        Made("train", "runs/net.pt", "model", "runs"),
        Made("train", "logs/**", "output", "logs"),
        Made("train", "plots/**", "output", "."),
    ]


def test_a_rule_for_any_name_makes_nothing_certain() -> None:
    assert made_by("train", {"collect": {"model": ["*.pt", "**/best.pt", "./a/b.pt"]}}) == [
        Made("train", "a/b.pt", "model")
    ]


def test_the_maker_is_another_job() -> None:
    jobs = [JobSettings("prepare", collect={"output": ("data/prepared/**",)}), JobSettings("train")]
    found = maker_of("./data/prepared", jobs, "train")
    assert found is not None
    assert found.job == "prepare"
    assert maker_of("data/prepared", jobs, "prepare") is None
    assert maker_of("data/raw", jobs, "train") is None


def test_a_name_with_a_space_is_quoted() -> None:
    assert carry("a b", "model", "my models") == (
        "skylift run --job 'a b' && mkdir -p 'my models' && cp -R \"$(skylift pull @last model)/.\" 'my models'"
    )
    assert carry("train", "output", ".") == 'skylift run && cp -R "$(skylift pull @last output)/." .'

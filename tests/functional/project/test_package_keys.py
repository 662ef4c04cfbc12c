"""The keys of the config that are about packages, and the tables that they stand on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.functional.project.folder import Folder

from skylift.errors import ConfigError
from skylift.project.config.load import load
from skylift.project.init.detect import detect
from skylift.values.settings import Settings

PROJECT = """
[project]
name = "p"
version = "0"
optional-dependencies = { Train_Me = ["x"] }
[dependency-groups]
gpu = ["x"]
[tool.skylift]
entry-point = "train.py"
"""


def read(project: Folder, **overrides: Any) -> Settings:
    return load(project.root, environment={}, home=Path("/nonexistent"), overrides=overrides).settings


def issues(project: Folder, **overrides: Any) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        read(project, **overrides)
    return {issue.where: f"{issue.what} | {issue.hint}" for issue in caught.value.issues}


def test_what_is_asked_for(project: Folder) -> None:
    project.write_all({"pyproject.toml": PROJECT, "train.py": ""})
    said = {"dependencies": '["torch>=2", "own @ ./libs/own"]', "extras": "train-me", "groups": "gpu"}
    found = read(project, **said)
    assert found.dependencies == ("torch>=2", "own @ ./libs/own")
    assert (found.extras, found.groups) == (("train-me",), ("gpu",))


def test_what_is_no_requirement_is_told_with_file_and_key(project: Folder) -> None:
    project.write_all({"pyproject.toml": PROJECT + 'dependencies = ["torch=2", "numpy"]\n', "train.py": ""})
    ((where, what),) = issues(project).items()
    assert where == "pyproject.toml [tool.skylift] dependencies"
    assert "'torch=2'" in what


def test_a_password_in_a_wrong_requirement_is_not_told(project: Folder) -> None:
    project.write_all({"pyproject.toml": PROJECT, "train.py": ""})
    told = str(issues(project, dependencies='["a b @ https://bob:hunter2@h/x"]'))
    assert "hunter2" not in told


def test_a_password_in_a_requirement_is_refused_and_not_told(project: Folder) -> None:
    project.write_all({"pyproject.toml": PROJECT, "train.py": ""})
    found = issues(project, dependencies='["own @ git+https://bob:hunter2@h.example/own.git"]')
    assert "a password or token" in str(found)
    assert "hunter2" not in str(found)
    for line in ("own @ git+ssh://git@h.example/own.git", "own @ https://${TOKEN}@h.example/own.whl"):
        assert read(project, dependencies=f'["{line}"]').dependencies == (line,)


def test_extras_and_groups_that_nobody_declares(project: Folder) -> None:
    project.write_all({"pyproject.toml": PROJECT, "train.py": ""})
    found = issues(project, extras="gpu", groups="train")
    assert "there are: Train_Me" in found["--set extras"]
    assert "there are: gpu" in found["--set groups"]


MALFORMED = {
    "project = 1": "pyproject.toml project",
    'tool = "x"': "pyproject.toml tool",
    "project = []": "pyproject.toml project",
    "dependency-groups = 3": "pyproject.toml dependency-groups",
    '[project]\ndependencies = "torch"': "pyproject.toml [project] dependencies",
    "[project]\ndependencies = [1]": "pyproject.toml [project] dependencies",
    "[project]\ndependencies = { torch = '1' }": "pyproject.toml [project] dependencies",
    "[project]\ndynamic = 'dependencies'": "pyproject.toml [project] dynamic",
    "[project]\noptional-dependencies = 1": "pyproject.toml [project.optional-dependencies]",
    "[project.optional-dependencies]\na = 'b'": "pyproject.toml [project.optional-dependencies] a",
    "[dependency-groups]\na = 'b'": "pyproject.toml [dependency-groups] a",
    "[tool]\nuv = 1": "pyproject.toml [tool] uv",
}


@pytest.mark.parametrize("text", MALFORMED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_malformed_tables_are_one_clear_error(project: Folder, text: str, newline: str) -> None:
    project.write_all({"train.py": "print()\n", "skylift.toml": 'entry-point = "train.py"\n'})
    bytes_ = b"\xef\xbb\xbf" + (text + "\n").replace("\n", newline).encode()
    (project.root / "pyproject.toml").write_bytes(bytes_)
    assert list(issues(project)) == [MALFORMED[text]]
    with pytest.raises(ConfigError) as caught:
        detect(project.root)
    assert [issue.where for issue in caught.value.issues] == [MALFORMED[text]]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_byte_order_mark_and_line_ends_do_not_matter(project: Folder, newline: str) -> None:
    project.write("train.py")
    text = b"\xef\xbb\xbf" + PROJECT.replace("\n", newline).encode()
    (project.root / "pyproject.toml").write_bytes(text)
    assert read(project).name == "p"

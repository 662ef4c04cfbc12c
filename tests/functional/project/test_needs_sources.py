"""Where packages come from that are not on PyPI, and the credentials that stand beside them."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.needing import needs, rows, told

from skylift.project.init.detect import detect

SECRET = "hunter2"
INDEXES = {
    "requirements.txt": "--extra-index-url https://pypi.acme.example/simple\ntorch\n",
    "Pipfile": '[[source]]\nname = "acme"\nurl = "https://pypi.acme.example/simple"\n[packages]\ntorch = "*"\n',
    "pyproject.toml": '[[tool.uv.index]]\nname = "acme"\nurl = "https://pypi.acme.example/simple"\n',
    "uv.toml": 'extra-index-url = ["https://pypi.acme.example/simple"]\n',
    "pip.conf": "[global]\nindex-url = https://pypi.acme.example/simple\n",
}
TABLES = ("poetry", "pdm")


@pytest.mark.parametrize("name", INDEXES)
def test_a_private_index_is_named(project: Folder, name: str) -> None:
    found = needs(project, {name: INDEXES[name]})
    (row,) = rows(found, "private index")
    assert "https://pypi.acme.example/simple" in row.value
    assert row.why.startswith(name)
    assert any("pypi.acme.example" in line for line in found.left)
    assert not rows(found, "credentials")


@pytest.mark.parametrize("tool", TABLES)
def test_a_source_of_a_tool_that_uv_does_not_read_is_left_to_the_user(project: Folder, tool: str) -> None:
    text = f'[[tool.{tool}.source]]\nname = "acme"\nurl = "https://pypi.acme.example/simple"\n'
    found = needs(project, {"pyproject.toml": text})
    assert any("uv does not read" in line for line in found.left)


@pytest.mark.parametrize("name", INDEXES)
def test_credentials_are_warned_of_and_shown_nowhere(project: Folder, name: str) -> None:
    text = INDEXES[name].replace("https://", f"https://bob:{SECRET}@")
    found = needs(project, {name: text})
    assert rows(found, "credentials")
    assert SECRET not in told(found)


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("own @ git+https://x:hunter2@github.com/acme/own.git", True),
        ("git+https://hunter2@github.com/acme/own.git#egg=own", True),
        ("own @ https://h.example/own-1.0-py3-none-any.whl?token=hunter2", True),
        ("-f https://b:hunter2@h.example/wheels", True),
        ("own @ git+ssh://git@github.com/acme/own.git", False),
        ("own @ git+https://${TOKEN}@github.com/acme/own.git", False),
        ("--index-url https://${USER}:${PASSWORD}@h.example/simple", False),
        ("--index-url https://__token__@h.example/simple", False),
    ],
)
def test_what_is_a_credential_and_what_is_none(project: Folder, line: str, secret: bool) -> None:  # noqa: FBT001
    found = needs(project, {"requirements.txt": f"torch\n{line}\n"})
    assert bool(rows(found, "credentials")) == secret
    assert SECRET not in told(found)


def test_credentials_of_a_declaration_are_not_copied(project: Folder) -> None:
    text = (
        f'[tool.poetry.dependencies]\nown = {{ git = "https://x:{SECRET}@h.example/own.git" }}\ntorch = "*"\n'
    )
    found = needs(project, {"pyproject.toml": text})
    assert found.config["dependencies"] == ["own @ git+https://h.example/own.git", "torch"]
    assert any("were left out" in line for line in found.left)
    assert SECRET not in told(found)


@pytest.mark.parametrize(
    ("line", "topic"),
    [
        ("own @ git+ssh://git@github.com/acme/own.git@v1", "private repository"),
        ("git+https://git.acme.example/own.git#egg=own", "private repository"),
        ("own @ git+https://github.com/acme/own.git", "from git"),
        ("-e ./libs/own", "local package"),
        ("own @ https://h.example/own-1.0-py3-none-any.whl", "package by URL"),
        ("--find-links https://h.example/wheels", "wheels"),
    ],
)
def test_other_places_are_named(project: Folder, line: str, topic: str) -> None:
    found = needs(project, {"requirements.txt": f"torch\n{line}\n"})
    (row,) = rows(found, topic)
    assert row.why.endswith("requirements.txt:2")


@pytest.mark.parametrize("host", ["pypi.org", "download.pytorch.org/whl/cu118", "mirrors.aliyun.com/pypi"])
def test_public_places_are_no_news(project: Folder, host: str) -> None:
    found = needs(project, {"requirements.txt": f"--extra-index-url https://{host}/simple\ntorch\n"})
    assert not rows(found, "private index")


def test_a_package_of_the_workspace_is_named(project: Folder) -> None:
    text = (
        '[project]\nname = "p"\ndependencies = ["torch", "own", "lib"]\n'
        '[tool.uv.sources]\nown = { workspace = true }\nlib = { path = "../lib" }\n'
    )
    found = needs(project, {"pyproject.toml": text})
    assert [row.value for row in rows(found, "local package")] == ["own in the workspace", "lib in ../lib"]


def test_an_index_for_builds_that_uv_does_not_read_is_told_with_the_lines(project: Folder) -> None:
    url = "https://download.pytorch.org/whl/cpu"
    project.write("train.py", "import torch\nif __name__ == '__main__':\n    loss.backward()\n")
    project.write(
        "Pipfile",
        '[[source]]\nurl = "https://pypi.org/simple"\nname = "pypi"\n'
        f'[[source]]\nurl = "{url}"\nname = "pt"\n[packages]\ntorch = {{version = "==2.4.0", index = "pt"}}\n',
    )
    (line,) = (line for line in detect(project.root).left_to_you if "uv does not read Pipfile" in line)
    assert line.endswith(f'[[tool.uv.index]]\nname = "pt"\nurl = "{url}"\nexplicit = true')

"""Which Python a project asks for, wherever it does."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.needing import needs, rows

PLACES = {
    ".python-version": ({".python-version": "3.12.1\n"}, "3.12"),
    "requires-python": ({"pyproject.toml": "[project]\nname = 'p'\nrequires-python = '>=3.12'\n"}, "3.12"),
    "inline metadata": ({"train.py": '# /// script\n# requires-python = "<3.11"\n# ///\n'}, "3.8"),
    "Poetry": ({"pyproject.toml": "[tool.poetry.dependencies]\npython = '~3.9'\n"}, "3.9"),
    "Pipenv": ({"Pipfile": "[requires]\npython_version = '3.9'\n"}, "3.9"),
    "Pipenv, full": ({"Pipfile": "[requires]\npython_full_version = '3.10.2'\n"}, "3.10"),
    "conda": ({"environment.yml": "dependencies:\n  - python=3.10.4\n  - numpy\n"}, "3.10"),
    "conda, a range": ({"environment.yml": "dependencies:\n  - python>=3.8,<3.10\n"}, "3.8"),
    "MLproject": (
        {"MLproject": "python_env: p.yaml", "p.yaml": 'python: "3.9.6"\ndependencies:\n  - numpy\n'},
        "3.9",
    ),
    "runtime.txt": ({"runtime.txt": "python-3.10.9\n"}, "3.10"),
    ".tool-versions": ({".tool-versions": "nodejs 20.1\npython 3.9.2 system\n"}, "3.9"),
    "setup.py": ({"setup.py": "V = '>=3.12'\nsetup(python_requires=V)\n"}, "3.12"),
    "setup.cfg": ({"setup.cfg": "[options]\npython_requires = >=3.12\n"}, "3.12"),
    "a Dockerfile": ({"docker/train.Dockerfile": "FROM docker.io/library/python:3.10-slim AS x\n"}, "3.10"),
    "a container of SageMaker's": (
        {"submit.py": "PyTorch(framework_version='2.0', py_version='py310')\n"},
        "3.10",
    ),
    "GitHub": ({".github/workflows/ci.yml": "    python-version: ['3.9', \"3.10\"]\n"}, "3.10"),
    "GitHub, more": (
        {".github/workflows/ci.yml": "  python-version:\n    - '3.10'\n    - '3.11'\n    - '3.12'\n"},
        "3.11",
    ),
    "GitLab": ({".gitlab-ci.yml": "image: python:3.9-slim\n"}, "3.9"),
    "tox": ({"tox.ini": "[tox]\nenvlist = py39, py310\n"}, "3.10"),
    "an environment": ({".venv/pyvenv.cfg": "home = /usr\nversion = 3.12.1\n"}, "3.12"),
    "nobody": ({}, "3.11"),
}


@pytest.mark.parametrize("place", PLACES)
def test_who_says_which_python(project: Folder, place: str) -> None:
    files, python = PLACES[place]
    found = needs(project, files)
    assert found.config["python"] == python
    assert not any("jobs run on" in line for line in found.left)


def test_the_first_who_says_it_is_believed(project: Folder) -> None:
    found = needs(project, {".python-version": "3.12", "Dockerfile": "FROM python:3.9\n"})
    assert found.config["python"] == "3.12"
    (row,) = rows(found, "python")
    assert (row.why, row.sure) == (".python-version", True)


@pytest.mark.parametrize(
    "files",
    [
        {".python-version": "2.7.18"},
        {"setup.py": "setup(python_requires='==2.7.*')"},
        {"runtime.txt": "python-3.6.1"},
        {"pyproject.toml": "[tool.poetry.dependencies]\npython = '~3.7'\n"},
        {"environment.yml": "dependencies:\n- python=3.6\n- numpy\n"},
        {"Dockerfile": "FROM python:3.7\n"},
    ],
    ids=lambda files: next(iter(files)),
)
def test_one_that_is_too_old_is_told(project: Folder, files: dict[str, str]) -> None:
    found = needs(project, files)
    assert found.config["python"] == "3.11"
    assert any("jobs run on 3.8 or later" in line for line in found.left)
    assert not rows(found, "python")[0].sure


@pytest.mark.parametrize(
    ("pins", "python"),
    [
        ("torch==1.10.0\nnumpy==1.21.6\n", "3.9"),
        ("tensorflow==2.4.1\n", "3.8"),
        ("numpy==1.21.6\n", "3.10"),
        ("torch>=1.10\nnumpy~=1.26.0\n", "3.11"),
        ("torch==1.10.0; sys_platform == 'win32'\n", "3.11"),
    ],
)
def test_pins_decide_where_nobody_does(project: Folder, pins: str, python: str) -> None:
    found = needs(project, {"requirements.txt": pins})
    assert found.config["python"] == python


def test_pins_decide_within_a_range_and_not_against_what_is_exact(project: Folder) -> None:
    files = {"requirements.txt": "torch==1.10.0\n", "setup.py": "setup(python_requires='>=3.7')"}
    assert needs(project, files).config["python"] == "3.9"
    exact = needs(project, {**files, ".python-version": "3.11"})
    assert exact.config["python"] == "3.11"
    assert any("torch==1.10.0 has wheels for Python 3.9 at most" in line for line in exact.left)


def test_pins_that_no_python_of_ours_fulfils_are_told(project: Folder) -> None:
    found = needs(project, {"requirements.txt": "tensorflow==1.15.0\n"})
    assert any("tensorflow==1.15.0" in line for line in found.left)

"""Dependencies in all the forms that projects declare them in."""

from __future__ import annotations

import json

import pytest
from tests.functional.project.declaring import PROJECT, SHAPES
from tests.functional.project.folder import Folder
from tests.functional.project.needing import needs, packages, rows, told


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_declared(project: Folder, shape: str) -> None:
    files, expected = SHAPES[shape]
    if "Windows" in shape:
        (project.root / "requirements.txt").write_bytes("torch==2.1.0\r\n".encode("utf-16"))
        files = {}
    found = needs(project, files)
    assert packages(found) == expected
    assert rows(found, "requirements") or rows(found, "dependencies") or rows(found, "groups")


def test_the_nearest_file_counts_and_what_it_lacks_comes_from_above(project: Folder) -> None:
    files = {
        "requirements.txt": "transformers\n",
        "examples/a/requirements.txt": "evaluate\n",
        "examples/b/requirements.txt": "torch\n",
        "examples/a/train.py": "import evaluate\n",
    }
    found = needs(project, files, "examples/a/train.py")
    assert packages(found) == {"requirements": ["examples/a/requirements.txt"]}
    found = needs(
        project, {**files, "examples/a/train.py": "import evaluate, transformers\n"}, "examples/a/train.py"
    )
    assert packages(found) == {"requirements": ["examples/a/requirements.txt", "requirements.txt"]}


def test_another_examples_file_is_not_this_ones(project: Folder) -> None:
    files = {"b/requirements.txt": "flask\n", "a/train.py": "import torch\n"}
    assert packages(needs(project, files, "a/train.py")) == {"dependencies": ["torch"]}


OTHERS = {
    "a file for development": {"requirements-dev.txt": "pytest\ntqdm>=4\n"},
    "an optional package of Poetry's": {
        "pyproject.toml": "[tool.poetry.dependencies]\ntorch = '*'\ntqdm = {version = '>=4', optional = true}\n"
    },
    "Poetry's group for development": {
        "pyproject.toml": "[tool.poetry.dependencies]\ntorch = '*'\n[tool.poetry.group.dev.dependencies]\n"
        "pytest = '*'\ntqdm = '>=4'\n"
    },
    "PDM's": {
        "pyproject.toml": PROJECT
        + "dependencies = ['torch']\n[tool.pdm.dev-dependencies]\ndev = ['tqdm>=4', 'pytest', '-e file:///x']\n"
    },
}


@pytest.mark.parametrize("other", OTHERS)
def test_of_what_is_for_something_else_only_imports_are_taken(project: Folder, other: str) -> None:
    files = {"requirements.txt": "torch\n"} if other == "a file for development" else {}
    found = needs(project, {**files, **OTHERS[other], "train.py": "import torch, tqdm\n"})
    assert "tqdm>=4" in found.config["dependencies"]
    assert "pytest" not in str(found.config)


def test_what_conda_has_is_named_one_by_one(project: Folder) -> None:
    said = told(
        needs(
            project,
            {
                "environment.yml": """
                    dependencies: # all of it
                      - pytorch
                      - cudatoolkit=11.3
                      - ffmpeg
                      - libgcc-ng=11
                      - acme-thing=1.0
                """
            },
        )
    )
    assert "cudatoolkit: left out, CUDA comes with the wheels" in said
    assert "ffmpeg of environment.yml: an image needs a base" in said
    assert "libgcc-ng: left out, conda's own" in said
    assert "conda's acme-thing: if PyPI has it" in said


@pytest.mark.parametrize(
    "text",
    [
        "dependencies: [torch, pip: [tqdm]]",
        "{name: x, dependencies: [torch, {pip: [tqdm]}]}",
        "channels: &c\n- conda-forge\ndependencies:\n- &t torch\n- pip: tqdm",
        "dependencies:\n- sel(linux): torch\n- sel(win): acme-thing\n- pip:\n  - tqdm",
    ],
)
def test_every_form_of_an_environment_counts(project: Folder, text: str) -> None:
    found = needs(project, {"environment.yml": text, "train.py": "import torch, tqdm\n"})
    assert packages(found) == {"dependencies": ["torch", "tqdm"]}
    assert ("acme-thing: left out, for another system" in told(found)) is ("acme" in text)


def test_the_rest_of_an_environment_is_told(project: Folder) -> None:
    text = """
    dependencies:
      - torch
      - odd: thing
      - pip:
        - -e .
        - git+https://git.acme.org/b.git
        - ./wheels/c-1-py3-none-any.whl
    variables:
      ACME_TOKEN: hidden
    """
    setup = "from setuptools import setup\nsetup(install_requires=['tqdm'])\n"
    found = needs(project, {"environment.yml": text, "setup.py": setup})
    assert packages(found) == {"dependencies": ["torch", "tqdm"]}
    said = told(found)
    assert "environment.yml sets ACME_TOKEN: " in said
    assert "hidden" not in said
    assert "conda's odd: if PyPI has it" in said
    assert "add `NAME @ git+https://git.acme.org/b.git` to `dependencies`" in said
    assert "whl is a folder" not in said


def test_an_environment_that_is_no_yaml_is_told(project: Folder) -> None:
    found = needs(project, {"environment.yml": "dependencies: [torch\n", "train.py": "import torch\n"})
    assert "environment.yml is no YAML that can be read" in told(found)


def test_what_an_image_has_besides_packages_is_told(project: Folder) -> None:
    text = """
    FROM python:3.11-slim
    ENV PYTHONUNBUFFERED=1 DATA_DIR="/da ta" ACME_TOKEN=hidden
    ENV OLD form
    RUN apt-get update && apt-get install -y --no-install-recommends \\
        ffmpeg libsndfile1=1.2 git && rm -rf /var/lib/apt/lists/*
    """
    said = told(needs(project, {"Dockerfile": text, "requirements.txt": "torch\n"}))
    assert "Dockerfile installs ffmpeg, libsndfile1: an image needs a base" in said
    assert "Dockerfile sets DATA_DIR, ACME_TOKEN, OLD: [image] environment" in said
    assert "hidden" not in said


def test_a_source_of_poetrys_is_named(project: Folder) -> None:
    text = "[tool.poetry.dependencies]\ntorch = {version = '^2', source = 'pt'}\n"
    assert "torch comes from Poetry's source pt" in told(needs(project, {"pyproject.toml": text}))


def test_what_ci_installs_counts(project: Folder) -> None:
    steps = "steps:\n  - run: pip install -r deps/ml.txt\n"
    files = {".github/workflows/ci.yml": steps, "deps/ml.txt": "torch\n", "train.py": "import torch\n"}
    assert packages(needs(project, files)) == {"requirements": ["deps/ml.txt"]}


def test_what_can_not_be_read_of_a_setup_is_told(project: Folder) -> None:
    found = needs(
        project, {"setup.py": "from setuptools import setup\nsetup(install_requires=['torch', *ask()])\n"}
    )
    assert packages(found) == {"dependencies": ["torch"]}
    (row,) = rows(found, "dependencies")
    assert not row.sure
    assert "ask()" in row.why


SETUPS = {
    "added up": "N = ['torch']\nN += ['tqdm']\nsetup(install_requires=N)",
    "appended": "N = ['torch']\nN.append('tqdm')\nsetup(install_requires=N)",
    "by keywords": "K = dict(install_requires=['torch', 'tqdm'])\nsetup(name='a', **K)",
    "in a function": "def main():\n    setup(install_requires=['torch'] + [f'{name}' for name in ('tqdm',)])\n"
    "if __name__ == '__main__':\n    main()",
    "for this Python": "import sys\nN = ['torch']\nif sys.version_info < (3, 8):\n    N.append('dataclasses')\n"
    "if sys.platform != 'win32':\n    N.append('tqdm')\nsetup(install_requires=N)",
    "from a file of another name": "setup(install_requires=['torch'] + open('more.lst').read().split())",
    "line by line": "with open('more.lst') as file:\n    N = [line.strip() for line in file if not line.startswith('#')]\n"
    "setup(install_requires=N + ['torch'])",
    "by a path": "from pathlib import Path\nhere = Path(__file__).resolve().parent\n"
    "setup(install_requires=['torch', *(here / 'more.lst').read_text().splitlines()])",
}


@pytest.mark.parametrize("text", SETUPS.values(), ids=SETUPS)
def test_what_a_setup_installs_is_followed(project: Folder, text: str) -> None:
    found = needs(project, {"setup.py": f"from setuptools import setup\n{text}\n", "more.lst": "tqdm\n"})
    assert sorted(packages(found)["dependencies"]) == ["torch", "tqdm"]
    assert all(row.sure for row in rows(found, "dependencies"))


def test_a_setup_that_reads_its_requirements_has_them_by_the_file(project: Folder) -> None:
    setup = """
    import os
    from setuptools import setup
    here = os.path.abspath(os.path.dirname(__file__))
    def read(name):
        with open(os.path.join(here, name)) as file:
            return [line.strip() for line in file if line.strip() and not line.startswith("#")]
    setup(install_requires=read("requirements/core.txt") + ["click"], extras_require={"dev": read("requirements/dev.txt")})
    """
    files = {"requirements/core.txt": "# core\ntorch>=2\n", "requirements/dev.txt": "pytest\n"}
    found = needs(project, {"setup.py": setup, "train.py": "import torch, click\n", **files})
    assert packages(found) == {"requirements": ["requirements/core.txt"], "dependencies": ["click"]}


@pytest.mark.parametrize(
    "change", ["N.append('cupy')", "N += ['cupy']", "N = N + ['cupy']", "N.extend(['cupy'])"]
)
def test_what_a_setup_installs_in_some_cases_is_told(project: Folder, change: str) -> None:
    text = (
        f"import os\nfrom setuptools import setup\nN = ['torch']\nif os.environ.get('GPU'):\n    {change}\n"
    )
    found = needs(project, {"setup.py": f"{text}setup(install_requires=N)\n"})
    assert packages(found) == {"dependencies": ["torch"]}
    assert "setup.py: add what `cupy` means to `dependencies`" in told(found)


def test_keywords_of_a_setup_that_are_not_known_are_told(project: Folder) -> None:
    found = needs(project, {"setup.py": "from setuptools import setup\nsetup(**ask())\n"})
    assert "setup.py: add what `**keywords` means" in told(found)


def test_a_guess_is_called_one(project: Folder) -> None:
    (row,) = rows(needs(project, {}), "dependencies")
    assert not row.sure
    assert "declared nowhere" in row.why


def test_what_condas_pip_takes_from_elsewhere_is_kept_and_named(project: Folder) -> None:
    found = needs(
        project,
        {
            "environment.yml": """
                dependencies:
                  - pip
                  - pip:
                    - --extra-index-url https://pypi.acme.example/simple
                    - -e git+https://github.com/acme/own.git@v1#egg=own
                    - git+https://github.com/acme/nameless.git
                    - -r nowhere.txt
                    - -e .
                    - torch
            """
        },
    )
    assert packages(found) == {
        "dependencies": ["own @ git+https://github.com/acme/own.git@v1#egg=own", "torch"]
    }
    said = told(found)
    for part in ("pypi.acme.example", "nameless", "-r nowhere.txt"):
        assert part in said


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ("torch==1.13.1\nnumpy\n", ["numpy<2"]),
        ("pandas==1.5.3\n", ["numpy<2"]),
        ("scikit-learn<1.4\n", ["numpy<2"]),
        ("pandas==1.5.3\nnumpy==1.24\n", None),
        ("pandas>=1.5.3\n", None),
        ("torch==1.13.1\n", None),
        ("torch==2.4.1\npandas==2.2.3\n", None),
    ],
)
def test_what_was_built_for_numpy_1_does_not_get_2(
    project: Folder, pins: str, expected: list[str] | None
) -> None:
    found = needs(project, {"requirements.txt": pins, "train.py": ""})
    assert found.config.get("dependencies") == expected
    assert all(not row.sure and "built for NumPy 1" in row.why for row in rows(found, "dependencies"))


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2.1", "tensorflow>=2.1,<2.16"), ("1.13", "tensorflow"), ("2.11.0", "tensorflow==2.11.0")],
)
def test_a_container_that_can_not_be_had_is_come_near_to(
    project: Folder, version: str, expected: str
) -> None:
    call = f"TensorFlow(framework_version='{version}', py_version='py37')\n"
    found = needs(project, {"submit.py": call, "train.py": "import tensorflow as tf\n"})
    assert packages(found) == {"dependencies": [expected]}
    assert ("may want changes" in told(found)) == (version != "2.11.0")


def test_what_a_notebook_installs_itself(project: Folder) -> None:
    cells = [["%pip install -q 'torch<3' tqdm\n"], ["import torch\n"]]
    listed = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in cells]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": listed}
    found = needs(project, {"t.ipynb": json.dumps(notebook)}, "t.ipynb")
    # Without these two nothing runs a notebook.
    assert packages(found) == {"dependencies": ["torch<3", "ipykernel", "nbclient"]}
    brings = {"requirements.txt": "jupyter\ntorch\n", "t.ipynb": json.dumps(notebook)}
    assert packages(needs(project, brings, "t.ipynb")) == {"requirements": ["requirements.txt"]}


HOSTILE = {
    "setup.py": [
        "def broken(:",
        "\0",
        "x = " + "(" * 500,
        "setup(install_requires=" + "+".join(["[]"] * 900) + ")",
    ],
    "setup.cfg": ["[", "[options]\ninstall_requires", "\ufeff"],
    "requirements.txt": [
        "-r requirements.txt",
        "-r missing.txt",
        "-r /dev/zero",
        "==",
        "-",
        "\\",
        "a" * 100_000,
    ],
    "environment.yml": [
        "dependencies: 1",
        "- [",
        "dependencies:\n- - - a\n- {b}",
        "a:\n" * 3000,
        "&a [*a, *a]",
        " " * 5000,
    ],
    "Pipfile": ["packages = 1", "[packages]\na = []", "[["],
    "MLproject": ["conda_env: /etc/passwd", "- a", "conda_env: [a]"],
    "README.md": ["```\npip install 'unclosed\n", "```" * 5000],
    "Dockerfile": ["RUN pip install \\\n\\\n", "FROM"],
    ".python-version": ["system", "", "pypy3.9"],
    "pyproject.toml": [
        "tool = { poetry = 1 }",
        "[tool.poetry]\ndependencies = 1",
        "[tool.poetry.dependencies]\na = [1, {}]",
    ],
    "train.py": ["import torch\n" + "if a:\n    pass\n" + "elif a:\n    pass\n" * 1500],
}


@pytest.mark.parametrize(
    ("name", "text"),
    [(name, text) for name in HOSTILE for text in HOSTILE[name]],
    ids=range(sum(map(len, HOSTILE.values()))),
)
def test_what_is_broken_says_less_and_breaks_nothing(project: Folder, name: str, text: str) -> None:
    assert needs(project, {name: text}).config["python"] == "3.11"


def test_folders_that_can_not_be_read_and_links_in_circles(project: Folder) -> None:
    (project.root / "a").mkdir()
    (project.root / "a" / "again").symlink_to(project.root)
    (project.root / "requirements.txt").symlink_to(project.root / "requirements.txt")
    (project.root / "environment.yml").mkdir()
    (project.root / "closed").mkdir(mode=0)
    assert packages(needs(project, {})) == {"dependencies": ["torch"]}


def test_what_lies_beside_the_program_counts_however_deep_that_is(project: Folder) -> None:
    deep = "a/b/c/d/e/f"
    files = {f"{deep}/train.py": "import torch\n", f"{deep}/requirements.txt": "torch\n"}
    aside = {"a/b/c/d/e/other/requirements.txt": "flask\n"}
    found = needs(project, {**files, **aside}, f"{deep}/train.py")
    assert packages(found) == {"requirements": [f"{deep}/requirements.txt"]}


def test_what_an_example_asks_for_is_behind_what_the_project_itself_does(project: Folder) -> None:
    files = {
        "setup.py": "from setuptools import setup\nsetup(name='x', install_requires=['torch>=1.13'])\n",
        "examples/deep/requirements.txt": "flask\ntorch\npandas\n",
        "cli/train.py": "import torch, pandas\n",
    }
    found = needs(project, files, "cli/train.py")
    assert packages(found) == {"dependencies": ["torch>=1.13", "pandas"]}


def test_options_of_pip_may_stand_before_its_command(project: Folder) -> None:
    found = needs(
        project, {"Dockerfile": "FROM python:3.11\nRUN pip --no-cache-dir install torch==2.3.0 flask\n"}
    )
    assert packages(found) == {"dependencies": ["torch==2.3.0"]}


def test_a_program_without_a_suffix_is_read_too(project: Folder) -> None:
    found = needs(project, {"train": "#!/usr/bin/env python3\nimport torch\n"}, "train")
    assert packages(found) == {"dependencies": ["torch"]}


def test_a_command_for_some_gpu_says_which_version_and_not_which_build(project: Folder) -> None:
    command = "pip install torch==2.1.0+cu118 -f https://example.org/torch_stable.html"
    found = needs(project, {"README.md": f"# x\n\n```\n{command}\n```\n"})
    assert packages(found) == {"dependencies": ["torch==2.1.0"]}


@pytest.mark.parametrize(
    ("line", "is_told"), [("sklearn", True), ("scikit-learn", False), ("sklearn-crfsuite", False)]
)
def test_a_package_by_the_name_of_the_module_is_told(project: Folder, line: str, is_told: bool) -> None:  # noqa: FBT001
    found = needs(project, {"requirements.txt": f"{line}\n", "train.py": "import sklearn\n"})
    said = "requirements.txt asks for sklearn, which can not be installed: write scikit-learn"
    assert (said in found.left) is is_told


@pytest.mark.parametrize(("module", "package"), [("box", "python-box"), ("nes_py", "nes-py")])
def test_a_module_of_another_name_than_its_package_is_declared(
    project: Folder, module: str, package: str
) -> None:
    found = needs(project, {"requirements.txt": f"{package}\n", "train.py": f"import {module}\n"})
    assert packages(found) == {"requirements": ["requirements.txt"]}
    assert not rows(found, "undeclared")

"""Where a job's modules are imported from: what the build backend is told, and what only the layout implies."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder

from skylift.project.source.entry import entry_file
from skylift.project.source.folders import import_folders, renamed_packages
from skylift.project.source.import_path import import_path
from skylift.values.settings import JobSettings

SETUP = """
import os
from setuptools import find_packages, setup
LIB = "lib"
setup(name="x", package_dir={"": "lib"}, packages=find_packages(where="lib"))
"""


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[tool.setuptools]\npackage-dir = {"" = "lib"}\n'),
        ("pyproject.toml", '[tool.setuptools.package-dir]\nmine = "lib/mine"\n'),
        ("pyproject.toml", '[tool.setuptools.packages.find]\nwhere = ["lib"]\n'),
        ("pyproject.toml", '[tool.hatch.build.targets.wheel]\npackages = ["lib/mine"]\n'),
        ("pyproject.toml", '[tool.hatch.build.targets.wheel.sources]\nlib = ""\n'),
        ("pyproject.toml", '[tool.poetry]\npackages = [{include = "mine", from = "lib"}]\n'),
        ("pyproject.toml", '[tool.pdm.build]\npackage-dir = "lib"\n'),
        ("pyproject.toml", '[tool.uv.build-backend]\nmodule-root = "lib"\n'),
        ("pyproject.toml", '[tool.maturin]\npython-source = "lib"\n'),
        ("setup.cfg", "[options]\npackage_dir =\n    = lib\n"),
        ("setup.cfg", "[options]\npackages = find:\n[options.packages.find]\nwhere = lib\n"),
        ("setup.py", SETUP),
        ("setup.py", 'from setuptools import *\nsetup(packages=find_packages("lib"))\n'),
    ],
)
def test_what_the_build_backend_is_told(project: Folder, file: str, text: str) -> None:
    project.write_all({file: text, "lib/mine/__init__.py": "", "lib/mine/train.py": ""})
    assert import_folders(project.root) == ("lib",)
    found = entry_file(project.root, "-m mine.train")
    assert found == project.root / "lib" / "mine" / "train.py"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[tool.setuptools]\npackage-dir = {"" = "../lib"}\n'),
        ("pyproject.toml", '[tool.setuptools]\npackage-dir = {"" = "/lib"}\n'),
        ("pyproject.toml", '[tool.setuptools]\npackage-dir = {"mine" = "lib/other"}\n'),
        ("pyproject.toml", '[tool.setuptools]\npackage-dir = ["lib"]\n'),
        ("pyproject.toml", '[tool.poetry]\npackages = [1, {from = 2}, "lib"]\n'),
        ("pyproject.toml", "[tool.setuptools\n"),
        ("pyproject.toml", "tool = 1\n"),
        ("setup.cfg", "options\n"),
        ("setup.cfg", "[options]\npackage_dir = lib\n"),
        ("setup.py", "setup(package_dir=folders())\n"),
        ("setup.py", "print 'python 2'\n"),
    ],
)
def test_what_names_no_folder_of_the_project_names_none(project: Folder, file: str, text: str) -> None:
    project.write_all({file: text, "lib/other/a.py": ""})
    assert import_folders(project.root) == ()


def test_a_change_of_what_the_backend_is_told_is_seen(project: Folder) -> None:
    project.write_all({"lib/a.py": "", "longer/a.py": ""})
    assert import_folders(project.root) == ()
    project.write("pyproject.toml", '[tool.pdm.build]\npackage-dir = "lib"\n')
    assert import_folders(project.root) == ("lib",)
    project.write("pyproject.toml", '[tool.pdm.build]\npackage-dir = "longer"\n')
    assert import_folders(project.root) == ("longer",)


def test_a_script_below_the_code_that_it_imports(project: Folder) -> None:
    project.write_all(
        {
            "code/scripts/train.py": "import json, numpy, beside, mine.model\nfrom other import x\n",
            "code/scripts/beside.py": "",
            "code/mine/__init__.py": "",
            "code/mine/model.py": "import deeper\n",
            "code/deeper.py": "",
            "code/other.py": "",
            "other.py": "",
            "code/json.py": "",
        }
    )
    job = JobSettings(entry_point="code/scripts/train.py")
    assert import_path(project.root, [job]) == ("code",)
    command = JobSettings(command=("torchrun", "code/scripts/train.py"))
    assert import_path(project.root, [command]) == ("code",)
    project.write("code/scripts/train.py", "from other import x\n")
    assert import_path(project.root, [job]) == ()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[tool.setuptools.package-dir]\nmine = "lib/other"\nyours = "lib/yours"\n'),
        ("setup.cfg", "[options]\npackage_dir =\n    = lib\n    mine = lib/other\n"),
    ],
)
def test_a_package_that_is_renamed_is_told(project: Folder, file: str, text: str) -> None:
    project.write_all({file: text, "lib/other/a.py": ""})
    assert renamed_packages(project.root) == ("mine",)
    project.write(file, "nothing at all [")
    assert renamed_packages(project.root) == ()

"""A job imports the code that shipped, and not the checkout that an editable install leads to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.conformance.places import Place

HERE = Place("local", {})
TRAIN = """
import sys
import mine
print("imported", mine.__file__)
print("finders", [getattr(finder, "__name__", "") for finder in sys.meta_path])
if __name__ == "__main__":
    print("path", sys.path)
"""
SETUPTOOLS = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "mine"
version = "1"
"""
HATCH = SETUPTOOLS.replace("setuptools.build_meta", "hatchling.build").replace("setuptools", "hatchling")
FLAT = f'{SETUPTOOLS}\n[tool.setuptools]\npackages = ["mine"]\n'
LIB = f'{SETUPTOOLS}\n[tool.setuptools.packages.find]\nwhere = ["lib"]\n'
EXACT = f'{HATCH}\n[tool.hatch.build]\ndev-mode-exact = true\n[tool.hatch.build.targets.wheel]\npackages = ["lib/mine"]\n'


@pytest.mark.parametrize(
    ("pyproject", "folder", "finder"),
    [(FLAT, "", "_EditableFinder"), (LIB, "lib/", ""), (EXACT, "lib/", "RedirectingFinder")],
    ids=["setuptools flat", "setuptools lib", "hatchling exact"],
)
def test_the_code_that_shipped_is_imported(
    tmp_path: Path, backends: Path, pyproject: str, folder: str, finder: str
) -> None:
    project = tmp_path / "pro ject"
    for path, text in {
        "pyproject.toml": pyproject,
        f"{folder}mine/__init__.py": "",
        "scripts/train.py": TRAIN,
    }.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)
    python = _with_an_editable_install(project, backends)
    checkout = subprocess.run(
        [python, "scripts/train.py"], cwd=project, capture_output=True, text=True, check=True
    )
    assert f"imported {project}/{folder}mine/__init__.py" in checkout.stdout
    assert finder in checkout.stdout
    HERE.skylift(project, "init", "--yes")
    HERE.run(project)
    said = HERE.skylift(project, "logs", "@last")
    assert f"/code/{folder}mine/__init__.py" in said
    assert f"imported {project}/{folder}mine" not in said
    assert finder in said


def _with_an_editable_install(project: Path, backends: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project / ".venv"], check=True)
    python = project / ".venv" / "bin" / "python"
    packages = next((project / ".venv").glob("lib/python*/site-packages"))
    (packages / "backends.pth").write_text(f"{backends}\n")
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "--quiet",
        "--disable-pip-version-check",
        "install",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([*pip, "--no-build-isolation", "--editable", "."], cwd=project, check=True)
    return python

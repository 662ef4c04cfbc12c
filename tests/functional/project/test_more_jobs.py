"""Programs that are jobs beside the one that trains, wherever a project keeps them."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder

from skylift.project.init.detect import detect

_GUARD = "if __name__ == '__main__':\n    main()\n"
_TRAINS = f"def main():\n    m.fit(1)\n{_GUARD}"
_PLAIN = f"def main():\n    print(1)\n{_GUARD}"
_PROJECT = "[project]\nname = 'x'\nversion = '1'\n"


def _jobs(project: Folder, *paths: str, **more: str) -> dict[str, str]:
    files = {path: _TRAINS if "train" in path else "" if "__init__" in path else _PLAIN for path in paths}
    project.write_all({"pyproject.toml": _PROJECT, **files, **more})
    found = detect(project.root).config.get("jobs", {})
    return {name: job["entry-point"] for name, job in found.items()}


@pytest.mark.parametrize(
    "folder", ["", "scripts/", "tools/", "bin/", "jobs/", "src/pkg/", "src/pkg/scripts/"]
)
def test_jobs_are_found_around_a_package_in_src(project: Folder, folder: str) -> None:
    names = ("evaluate", "predict", "preprocess", "prepare_data")
    files = [f"{folder}{name}.py" for name in names]
    assert _jobs(project, "src/pkg/__init__.py", "src/pkg/train.py", *files) == dict(
        zip(names, files, strict=True)
    )


@pytest.mark.parametrize("package", ["src/pkg", "pkg"])
def test_jobs_are_found_in_the_package_of_a_script(project: Folder, package: str) -> None:
    found = _jobs(project, f"{package}/__init__.py", "scripts/train.py", f"{package}/eval.py")
    assert found == {"evaluate": f"{package}/eval.py"}


def test_the_nearest_of_two_counts(project: Folder) -> None:
    found = _jobs(
        project, "src/pkg/__init__.py", "src/pkg/train.py", "scripts/evaluate.py", "src/pkg/evaluate.py"
    )
    assert found == {"evaluate": "src/pkg/evaluate.py"}


@pytest.mark.parametrize(
    "path",
    ["other/evaluate.py", "scripts/evaluate_baselines.py", "src/other/evaluate.py", "tests/evaluate.py"],
)
def test_what_is_elsewhere_or_more_than_that_is_none(project: Folder, path: str) -> None:
    assert _jobs(project, "src/pkg/__init__.py", "src/pkg/train.py", path) == {}


def test_what_serves_is_no_job(project: Folder) -> None:
    project.write("predict.py", f"import flask\n{_PLAIN}")
    project.write("train.py", _TRAINS)
    assert "jobs" not in detect(project.root).config


def test_another_project_of_the_repository_has_its_own(project: Folder) -> None:
    project.write_all({"a/train.py": _TRAINS, "a/requirements.txt": "", "scripts/evaluate.py": _PLAIN})
    assert "jobs" not in detect(project.root, entry_point="a/train.py").config

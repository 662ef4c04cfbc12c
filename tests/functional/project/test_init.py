"""From a project without a config to one with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.functional.project.folder import Folder

from skylift.errors import NotReady, UsageError
from skylift.project.config.find import find_root
from skylift.project.config.load import load
from skylift.project.init.detect import detect
from skylift.project.init.write import write_config
from skylift.values.project import Detection

TRAIN = """
    import argparse
    import os
    from pkg.data import read

    def main():
        parser = argparse.ArgumentParser()
        parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN", "data/train"))
        parser.add_argument("--validation", default=os.environ["SM_CHANNEL_VALIDATION"])
        parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR", "model"))
        parser.add_argument("--epochs", type=int, default=3)
        parser.parse_args()

    if __name__ == "__main__":
        main()
"""
SEED = {
    "pkg/__init__.py": "",
    "pkg/data.py": "",
    "pkg/train.py": TRAIN,
    "sagemaker/entrypoint_train.py": "import argparse\nif __name__ == '__main__':\n    pass\n",
    "sagemaker/run_sagemaker.py": "import boto3, argparse\nif __name__ == '__main__':\n    pass\n",
    "sagemaker/requirements.txt": "numpy\n",
    "sagemaker/Dockerfile": "FROM docker.io/python:3.10-slim\n",
    "requirements-dev.txt": "pytest\n",
    "tests/test_train.py": "if __name__ == '__main__':\n    pass\n",
    "data/train/a.csv": "",
    "data/my-validation/a.csv": "",
}


def test_a_project_in_the_shape_of_the_seed(project: Folder) -> None:
    project.write_all(SEED)
    found = detect(project.root)
    assert found.config == {
        "name": "it-s-a-project",
        "entry-point": "pkg/train.py",
        "python": "3.10",
        "requirements": ["sagemaker/requirements.txt"],
        "channels": {"train": "data/train", "validation": "data/my-validation"},
        "targets": {"cloud": {"backend": "sagemaker", "instance-type": "ml.m5.large"}},
    }
    rows = {row.topic: row for row in found.understood}
    assert rows["channel train"].sure
    assert not rows["channel validation"].sure
    assert rows["python"].why == "sagemaker/Dockerfile"
    assert found.candidates == ("pkg/train.py",)
    path, text = write_config(project.root, found)
    assert path.name == "skylift.toml"
    assert path.read_text() == text
    loaded = load(project.root, environment={}, home=Path("/nonexistent"))
    assert loaded.settings.jobs["train"].channels["validation"].local == "data/my-validation"


def test_a_flat_script_with_folders_in_it(project: Folder) -> None:
    project.write_all(
        {
            "data/train/a.csv": "",
            "data/test.csv": "",
            "pyproject.toml": "[project]\nname='flat'\ndependencies=['x']\n",
        }
    )
    project.write(
        "main.py",
        """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--data-dir", default="data/train")
        parser.add_argument("--test-file", default="data/test.csv")
        parser.add_argument("--save-path", default="model.pkl")
        parser.add_argument("--output-dir", default="out")
        parser.add_argument("--checkpoint-dir", default="/opt/ml/checkpoints")
        parser.add_argument("--extra", default="/opt/ml/input/data/train/x.csv")
        parser.add_argument("--vocab-dir", default="nowhere")
        parser.add_argument("--input-dir", required=True)
        parser.add_argument("--model", choices=["a", "b"], default="a")
        if __name__ == "__main__":
            parser.parse_args()
        """,
    )
    found = detect(project.root)
    assert found.config["entry-point"] == "main.py"
    assert "requirements" not in found.config
    assert found.config["channels"] == {"train": "data/train", "data": "data"}
    assert found.config["arguments"] == {
        "data-dir": "{channel:train}",
        "test-file": "{channel:data}/test.csv",
        "save-path": "{model}/model.pkl",
        "output-dir": "{output}",
        "checkpoint-dir": "{checkpoints}",
        "extra": "{channel:train}/x.csv",
    }
    assert any("--input-dir has no default" in line for line in found.left_to_you)
    write_config(project.root, found)
    load(project.root, environment={}, home=Path("/nonexistent"))


def test_a_package_with_relative_imports_is_a_module(project: Folder) -> None:
    project.write_all({"src/pkg/__init__.py": "", "src/pkg/model.py": "", "requirements.txt": ""})
    project.write("src/pkg/train.py", "from .model import x\nif __name__ == '__main__':\n    pass\n")
    assert detect(project.root).config["entry-point"] == "-m pkg.train"


def test_a_project_of_poetry_has_its_name(project: Folder) -> None:
    project.write_all({"pyproject.toml": '[tool.poetry]\nname = "its-own"\n', "train.py": "print(1)\n"})
    assert detect(project.root).config["name"] == "its-own"


def test_two_of_equal_rank_are_a_question(project: Folder) -> None:
    project.write_all(dict.fromkeys(("a/train.py", "b/train.py"), "if __name__ == '__main__':\n    pass\n"))
    found = detect(project.root)
    assert found.candidates == ("a/train.py", "b/train.py")
    assert "entry-point" not in found.config
    assert detect(project.root, entry_point="b/train.py").config["entry-point"] == "b/train.py"
    with pytest.raises(UsageError, match=r"`c\.py` is not in the project"):
        detect(project.root, entry_point="c.py")


@pytest.mark.parametrize("text", ["", "def broken(:\n", "\0", "x = 1\n"])
def test_a_project_without_a_program(project: Folder, text: str) -> None:
    project.write("train.py", text)
    assert detect(project.root).candidates == ()


CONFIG = {
    "name": "x",
    "entry-point": "train.py",
    "channels": {"a b": "data"},
    "targets": {"c": {"backend": "local"}},
}


def test_every_other_byte_of_the_file_stays(project: Folder) -> None:
    before = b'# mine\r\n[project]\r\nname = "x"   # odd   spacing\r\n[tool.other]\r\nx = [ 1,\r\n2 ]'
    path = project.root / "pyproject.toml"
    path.write_bytes(before)
    path.chmod(0o640)
    written, text = write_config(project.root, Detection(CONFIG, ()), dry_run=True)
    assert path.read_bytes() == before
    assert text.startswith("# Written by `skylift init`")
    assert '\n[tool.skylift]\nname = "x"\nentry-point = "train.py"\n' in text
    write_config(project.root, Detection(CONFIG, ()))
    assert path.read_bytes() == before + b"\r\n\r\n" + text.replace("\n", "\r\n").encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert written == path.resolve()
    assert write_config(project.root, Detection(CONFIG, ())) == (path, "")


def test_a_file_behind_a_link_is_written_where_it_lies(project: Folder, tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text("")
    (project.root / "pyproject.toml").symlink_to(tmp_path / "real.toml")
    write_config(project.root, Detection(CONFIG, ()))
    assert (project.root / "pyproject.toml").is_symlink()
    assert "[tool.skylift]" in (tmp_path / "real.toml").read_text()


def test_tools_on_one_line_are_left_alone(project: Folder) -> None:
    project.write("pyproject.toml", "tool = { other = { x = 1 } }\n")
    with pytest.raises(UsageError, match="can not be added"):
        write_config(project.root, Detection(CONFIG, ()))
    assert project.write("x").exists()


def test_where_a_project_begins(project: Folder) -> None:
    project.write("a/b/c/x.py")
    assert find_root(project.root / "a" / "b").name == "b"
    (project.root / ".git").mkdir()
    assert find_root(project.root / "a" / "b" / "c" / "x.py") == project.root.resolve()
    project.write("a/pyproject.toml", "[project]\nname = 'a'\n")
    assert find_root(project.root / "a" / "b").name == "a"
    project.write("skylift.toml")
    assert find_root(project.root / "a" / "b") == project.root.resolve()
    project.write("a/pyproject.toml", "[tool.skylift]\nbroken = \n")
    assert find_root(project.root / "a" / "b").name == "a"
    with pytest.raises(NotReady, match="no such folder"):
        find_root(project.root / "nowhere")


def test_the_sub_command_that_trains_is_the_job_and_others_stand_beside_it(project: Folder) -> None:
    project.write("data/raw/a.csv")
    project.write(
        "main.py",
        """
        import argparse
        parser = argparse.ArgumentParser()
        sub = parser.add_subparsers(dest="what", required=True)
        for name in ("train", "evaluate", "export"):
            one = sub.add_parser(name)
            one.add_argument("--data-dir", default="data/raw")
            if name == "train":
                one.add_argument("--model-dir", default="model")
        if __name__ == "__main__":
            args = parser.parse_args()
        """,
    )
    found = detect(project.root)
    assert found.config["hyperparameters"] == {"command": "train"}
    assert found.config["arguments"] == {"data-dir": "{channel:raw}", "model-dir": "{model}"}
    assert found.config["jobs"] == {
        "evaluate": {
            "entry-point": "main.py",
            "hyperparameters": {"command": "evaluate"},
            "channels": {"raw": "data/raw"},
            "arguments": {"data-dir": "{channel:raw}"},
        }
    }
    rows = [
        (row.topic, row.value, row.job)
        for row in found.understood
        if row.topic in ("command", "job evaluate")
    ]
    assert sorted(rows) == [("command", "train", "train"), ("job evaluate", "main.py evaluate", "")]


def test_arguments_that_could_not_be_read_are_said(project: Folder) -> None:
    project.write(
        "train.py",
        "import sys, acme\nif __name__ == '__main__':\n    acme.Brain(acme.read(sys.argv[1:])).fit()\n",
    )
    row = next(row for row in detect(project.root).understood if row.topic == "arguments")
    assert not row.sure
    assert "train.py:3" in row.why

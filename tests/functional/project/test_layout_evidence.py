"""What makes a program the one that trains where its own code does not say so, and how that is told."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder

from skylift.project.init.detect import detect
from skylift.values.project import Detection, Understood

GUARD = "if __name__ == '__main__':\n    main()\n"
PARSER = f"import argparse\ndef main():\n    p = argparse.ArgumentParser()\n    p.parse_args()\n{GUARD}"
SAVES = f"import argparse, pickle\ndef main():\n    p = argparse.ArgumentParser().parse_args()\n    pickle.dump(p, 1)\n{GUARD}"


def _entry(found: Detection) -> Understood:
    return next(row for row in found.understood if row.topic == "entry point")


@pytest.mark.parametrize(
    "text",
    [
        "import argparse\ns = argparse.ArgumentParser().add_subparsers()\ns.add_parser('train')\ns.add_parser('show')\n",
        "import click\n@click.group()\ndef cli(): pass\n@cli.command()\ndef train(): pass\n@cli.command('show')\ndef f(): pass\n",
        "import argparse\ns = argparse.ArgumentParser().add_subparsers()\nfor name in ('train', 'show'):\n    s.add_parser(name)\n",
        "import fire\nclass Tool:\n    def train(self, n=1): pass\n    def show(self): pass\nfire.Fire(Tool)\n",
        "import typer\napp = typer.Typer()\n@app.command('fit')\ndef go(): pass\n@app.command()\ndef show(): pass\n",
    ],
)
def test_a_command_that_is_named_after_training_is_evidence(project: Folder, text: str) -> None:
    project.write_all({"tool.py": text + GUARD, "other.py": PARSER, "show.py": SAVES})
    found = detect(project.root)
    assert found.config["entry-point"] == "tool.py"
    assert "it has the command `" in _entry(found).why


@pytest.mark.parametrize(
    "text", [PARSER + "# train\n", "import click\n@click.command()\ndef train_it(): pass\n" + GUARD]
)
def test_one_command_among_other_programs_is_none(project: Folder, text: str) -> None:
    project.write_all({"tool.py": text, "other.py": SAVES})
    assert "entry-point" not in detect(project.root).config


def test_the_only_program_is_taken_as_a_guess(project: Folder) -> None:
    project.write("wörk.py", SAVES)
    found = detect(project.root)
    assert found.config["entry-point"] == "wörk.py"
    assert not _entry(found).sure


@pytest.mark.parametrize(
    "files",
    [
        {"work.py": SAVES, "other.py": SAVES},
        {"work.py": PARSER},
        {"app.py": "import flask\n" + SAVES},
        {"predict.py": SAVES},
    ],
)
def test_what_may_be_anything_is_no_guess(project: Folder, files: dict[str, str]) -> None:
    project.write_all(files)
    assert "entry-point" not in detect(project.root).config


@pytest.mark.parametrize(
    "makefile",
    [
        "PYTHON_INTERPRETER = python3\nmodel:\n\t$(PYTHON_INTERPRETER) src/train_model.py\n",
        "SRC := src\nRUN ?= poetry run python # here\nmodel:\n\t${RUN} $(SRC)/train_model.py --x 1\n",
        "A = $(B)\nB = $(A)\nmodel:\n\t$(A)\n\t$(PY) src/train_model.py\n",
    ],
)
def test_a_makefile_is_told_with_its_variables_filled_in(project: Folder, makefile: str) -> None:
    train = f"import argparse\nfrom sklearn.svm import SVC\nimport joblib\ndef main():\n    argparse.ArgumentParser().parse_args()\n    joblib.dump(SVC().fit(1, 2), 'm.pkl')\n{GUARD}"
    project.write_all({"src/train_model.py": train, "Makefile": makefile})
    assert "the target `model`, starts it" in _entry(detect(project.root)).why


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import os\nprint 'x'\n", "train.py is a program of Python 2 (line 2)"),
        ("try:\n    f()\nexcept IOError, e:\n    pass\n", "train.py is a program of Python 2 (line 3)"),
        ("print >>f, 1\nprint 'x'\n", "train.py is a program of Python 2 (line 1)"),
        ("def f(:\n", "train.py could not be read as Python ("),
        ("(" * 5000, "train.py could not be read as Python ("),
    ],
)
def test_a_program_that_is_no_python_of_today_is_named(project: Folder, text: str, said: str) -> None:
    project.write_all({"train.py": text, "main.py": PARSER})
    found = detect(project.root)
    assert found.config["entry-point"] == "main.py"
    assert [line for line in found.left_to_you if line.startswith(said)]

"""Notebooks as entry points, read from their files: parameters, detection, and what is refused."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from tests.functional.project.folder import Folder
from tests.notebooks import notebook

from skylift.errors import ConfigError, UsageError
from skylift.project.arguments.resolve import resolve
from skylift.project.config.load import load
from skylift.project.init.detect import detect
from skylift.project.parameters.schema import read_schema
from skylift.project.source.notebooks import notebook_of, parsed_cell, refuse_for_notebook, refuse_overwritten
from skylift.values.arguments import Schema
from skylift.values.settings import JobSettings


def schema(project: Folder, parameters: str, *cells: Any) -> Schema:
    file = project.root / "train.ipynb"
    file.write_text(notebook("# %% text", (parameters, ["parameters"]), *cells))
    return read_schema(project.root, JobSettings(entry_point="train.ipynb"))


def test_plain_assignments_are_a_complete_schema(project: Folder) -> None:
    found = schema(
        project,
        '"""The defaults."""\n# a comment\nepochs = 5\nlr: float = 1\nname = "adam"  # the optimizer\nratio = 1  # type: float\n'
        "layers = [8, 8]\nshuffle = not_known_here = False\nseed: int\ntotal = 2 * 3\nother: 'str | None' = None\n",
    )
    assert (found.complete, found.source, found.notes) == (True, "notebook", ())
    assert {p.key: (p.type, p.default, p.required) for p in found.parameters} == {
        "epochs": ("int", 5, False),
        "lr": ("float", 1, False),
        "name": ("str", "adam", False),
        "ratio": ("float", 1, False),
        "layers": ("any", [8, 8], False),
        "shuffle": ("bool", False, False),
        "not_known_here": ("bool", False, False),
        "seed": ("int", None, True),
        "total": ("int", 6, False),
        "other": ("str", None, False),
    }


@pytest.mark.parametrize(
    ("source", "note"),
    [
        ("import os\na = 1", "does more than assign, in line 1"),
        ("a = 1\nif a:\n    b = 2", "does more than assign, in line 2"),
        ("a, b = 1, 2", "does more than assign, in line 1"),
        ("a = 1\n%matplotlib inline", "is not plain Python"),
        ("a = ", "is not plain Python"),
    ],
)
def test_other_code_makes_it_incomplete(project: Folder, source: str, note: str) -> None:
    found = schema(project, source)
    assert not found.complete
    assert note in found.notes[0]


def test_without_the_tag_any_name_may_be_given(project: Folder) -> None:
    (project.root / "train.ipynb").write_text(notebook("epochs = 1"))
    found = read_schema(project.root, JobSettings(entry_point="train.ipynb"))
    assert found == Schema(notes=("no cell is tagged `parameters`",))
    assert resolve(found, {}, ["epochs=3"]).given == {"epochs": 3}


def test_a_misspelt_name_and_a_wrong_type_are_refused(project: Folder) -> None:
    found = schema(project, "epochs = 1\nlayers = [1]")
    with pytest.raises(ConfigError) as caught:
        resolve(found, {}, ["epoch=3", "epochs=many"])
    assert len(caught.value.issues) == 2
    assert resolve(found, {}, ["layers=[2, 3]", "epochs=4"]).given == {"layers": [2, 3], "epochs": 4}


def test_nothing_of_the_notebook_is_executed(project: Folder) -> None:
    ran = project.root / "ran"
    code = f"open({str(ran)!r}, 'w').close()"
    found = schema(project, f"a = 1\nb = {code}\n{code}", code)
    detect(project.root)
    assert not ran.exists()
    assert [parameter.key for parameter in found.parameters] == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff", "is not UTF-8"),
        (b"{", "is not JSON"),
        (b'{"nbformat": 3, "worksheets": []}', "has the notebook format 3"),
        (notebook("1", kernelspec={"language": "R", "name": "ir"}).encode(), "is written in R"),
    ],
)
def test_what_can_not_be_executed_is_a_problem_of_the_config(project: Folder, data: bytes, words: str) -> None:  # fmt: skip
    (project.root / "train.ipynb").write_bytes(data)
    project.write("skylift.toml", 'name = "x"\nentry-point = "train.ipynb"\n')
    with pytest.raises(ConfigError) as caught:
        load(project.root, environment={}, home=Path("/nonexistent"), overrides={})
    (issue,) = caught.value.issues
    assert issue.what.startswith(f"train.ipynb {words}")
    assert issue.hint


def test_a_misspelt_notebook_is_guessed(project: Folder) -> None:
    project.write("work/train.ipynb", notebook("1"))
    project.write("skylift.toml", 'name = "x"\nentry-point = "work/trian.ipynb"\n')
    with pytest.raises(ConfigError) as caught:
        load(project.root, environment={}, home=Path("/nonexistent"), overrides={})
    assert "did you mean `work/train.ipynb`?" in caught.value.issues[0].hint


def test_a_notebook_is_proposed_where_there_is_no_script(project: Folder) -> None:
    cells = (("epochs = 1\ndata_dir = 'data/train'\nmodel_dir = 'model'", ["parameters"]), "import os\nos.environ['SM_CHANNEL_TEST']")  # fmt: skip
    project.write("nb/train.ipynb", notebook(*cells))
    project.write("nb/look.ipynb", notebook("1"))
    project.write("nb/.ipynb_checkpoints/train.ipynb", notebook("1"))
    for channel in ("train", "test"):
        project.write(f"data/{channel}/a.csv")
    found = detect(project.root)
    assert found.config["entry-point"] == "nb/train.ipynb"
    assert found.config["channels"] == {"train": "data/train", "test": "data/test"}
    assert found.config["arguments"] == {"data_dir": "{channel:train}", "model_dir": "{model}"}
    why = next(row.why for row in found.understood if row.topic == "entry point")
    assert "no script here is a program" in why


def test_a_script_goes_before_a_notebook(project: Folder) -> None:
    project.write("train.ipynb", notebook(("a = 1", ["parameters"])))
    project.write("examples/main.py", "if __name__ == '__main__':\n    pass\n")
    assert detect(project.root).config["entry-point"] == "examples/main.py"


def test_notebooks_that_are_equally_likely_are_all_named(project: Folder) -> None:
    for name in ("a", "b"):
        project.write(f"{name}.ipynb", notebook("1"))
    project.write("other.ipynb", notebook("1", kernelspec={"language": "R", "name": "ir"}))
    project.write("empty.ipynb", notebook())
    found = detect(project.root)
    assert "entry-point" not in found.config
    assert found.candidates == ("a.ipynb", "b.ipynb")


@pytest.mark.parametrize(
    ("given", "bound", "raw"), [({"a.b": 1}, {}, ()), ({}, {"a b": "{model}"}, ()), ({}, {}, ("--x",))]
)
def test_what_a_notebook_can_not_be_given_is_refused(
    given: dict[str, Any], bound: dict[str, str], raw: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError):
        refuse_for_notebook("train.ipynb", given, bound, raw)
    refuse_for_notebook("train.py", given, bound, raw)
    refuse_for_notebook(None, given, bound, raw)


def test_what_a_notebook_sets_itself_can_not_be_given_to_it(project: Folder) -> None:
    file = project.root / "train.ipynb"
    file.write_text(notebook("epochs, lr = 3, 0.1", "if True:\n    seed = 1", "batch_size: int = 8"))
    with pytest.raises(UsageError) as caught:
        refuse_overwritten("train.ipynb", notebook_of(file), ["epochs", "batch-size", "seed", "other"])
    assert "`epochs` (cell 1), `batch_size` (cell 3)" in str(caught.value)
    assert "`parameters`" in caught.value.hints[0]
    refuse_overwritten("train.ipynb", notebook_of(file), ["seed", "other"])


def test_what_has_a_cell_of_parameters_is_given_them_after_it(project: Folder) -> None:
    schema(project, "epochs = 3", "epochs = 5")
    refuse_overwritten("train.ipynb", notebook_of(project.root / "train.ipynb"), ["epochs"])


IN_ITS_FOLDER = (
    "%matplotlib inline",
    ("DATA = '../data/rows.csv'", ["parameters"]),
    "",
    "import csv, json, os\n%time rows = list(csv.reader(open(DATA)))\nos.makedirs('../models', exist_ok=True)",
    "print(f'loss: {1 / 3}')\njson.dump({}, open('../models/model.json', 'w'))\nopen('table.csv', 'w')",
)


def test_paths_begin_where_the_notebook_lies(project: Folder) -> None:
    project.write("data/rows.csv", "1,2\n")
    (project.root / "notebooks").mkdir()
    (project.root / "notebooks/train.ipynb").write_text(notebook(*IN_ITS_FOLDER))
    found = detect(project.root, entry_point="notebooks/train.ipynb")
    assert found.config["channels"] == {"data": "data"}
    assert found.config["arguments"] == {"DATA": "{channel:data}/rows.csv"}
    assert found.config["collect"] == {"model": ["models/model.json"], "output": ["notebooks/table.csv"]}
    said = {row.topic: row.why for row in found.understood}
    assert said["argument DATA"] == "notebooks/train.ipynb, cell 3, line 2 csv.reader"
    assert said["metrics"] == "printed in words, notebooks/train.ipynb, cell 4, line 1"


def test_a_magic_that_needs_a_package_is_an_import_of_it(project: Folder) -> None:
    (project.root / "train.ipynb").write_text(notebook("%matplotlib inline", "x = 1"))
    assert "matplotlib" in detect(project.root).config["dependencies"]


@pytest.mark.parametrize("first", ["import os\nos.chdir('..')", "%cd .."])
def test_a_notebook_that_goes_to_the_root_first(project: Folder, first: str) -> None:
    project.write("data/rows.csv", "1,2\n")
    (project.root / "notebooks").mkdir()
    (project.root / "notebooks/train.ipynb").write_text(
        notebook(first, "import pandas as pd\npd.read_csv('data/rows.csv').to_csv('out.csv')")
    )
    config = detect(project.root, entry_point="notebooks/train.ipynb").config
    assert config["paths"] == {"data": "{channel:data}"}
    assert config["collect"] == {"output": ["out.csv"]}


@pytest.mark.parametrize(
    "source", ["%%bash\nls > $X", "%%writefile a.py\nx = open('a')", "print 'x'", "%%time\nx = (", ""]
)
def test_a_cell_that_is_no_python_is_passed_over(source: str) -> None:
    assert not (parsed_cell(source) or ast.Module([], [])).body

"""What a README, a Makefile or a script gives a program that can not start without it."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder

from skylift.project.checks.settings import missing
from skylift.project.checks.subject import Subject
from skylift.project.config.load import load
from skylift.project.init.detect import detect
from skylift.project.init.write import write_config

ARGPARSE = """
import argparse, csv, pickle
p = argparse.ArgumentParser()
p.add_argument("--data", "-d", required=True)
p.add_argument("--epochs", type=int, required=True)
p.add_argument("--fast", action="store_true")
p.add_argument("--lr", type=float, default=0.1)
a = p.parse_args()
print(list(csv.reader(open(a.data))), a.epochs, a.lr)
"""
PLACES = """
import argparse, csv, pickle
p = argparse.ArgumentParser()
p.add_argument("data")
p.add_argument("epochs", type=int)
p.add_argument("name")
p.add_argument("--verbose", action="store_true")
a = p.parse_args()
print(list(csv.reader(open(a.data))), a.epochs, a.name)
"""
ARGV = """
import sys, csv
data, epochs = sys.argv[1], int(sys.argv[2])
print(list(csv.reader(open(data))), epochs)
"""


def given(project: Folder, source: str, **files: str) -> tuple[dict[str, object], dict[str, object]]:
    project.write_all({"train.py": source, "input/d.csv": "1,2\n"})
    project.write_all({name.replace("_", "."): text for name, text in files.items()})
    config = detect(project.root).config
    return config.get("arguments", {}), config.get("hyperparameters", {})


BOUND = {"data": "{channel:input}/d.csv"}


@pytest.mark.parametrize(
    ("files", "source", "values"),
    [
        (
            {"README_md": "# It\n\n    python train.py --data input/d.csv --epochs 7 --lr 3\n"},
            ARGPARSE,
            {"epochs": 7},
        ),
        ({"README_md": "`python train.py --fast -d=input/d.csv --epochs=7`\n"}, ARGPARSE, {"epochs": 7}),
        ({"README_md": "Run `python train.py -d input/d.csv` there\n"}, ARGPARSE, {}),
        (
            {"Makefile": "D ?= input/d.csv\nN := 7\ntrain:\n\tpython train.py --data $(D) --epochs ${N}\n"},
            ARGPARSE,
            {"epochs": 7},
        ),
        ({"go_sh": 'D="input/d.csv"\npython train.py --data "$D" --epochs 7\n'}, ARGPARSE, {"epochs": 7}),
        (
            {"README_md": "`python train.py -h`\n\n    python train.py --data input/d.csv --epochs 7\n"},
            ARGPARSE,
            {"epochs": 7},
        ),
        (
            {"README_md": "# It\n\n    python train.py --verbose input/d.csv 7 007\n"},
            PLACES,
            {"epochs": 7, "name": "007"},
        ),
    ],
)
def test_required_options_are_given_what_a_line_gives_them(
    project: Folder, files: dict[str, str], source: str, values: dict[str, object]
) -> None:
    assert given(project, source, **files) == (BOUND, values)


def test_words_by_place(project: Folder) -> None:
    bound, values = given(project, ARGV, README_md="# It\n\n    python train.py input/d.csv 7\n")
    assert list(bound.values()) == ["{channel:input}/d.csv"]
    assert list(values.values()) == [7]


@pytest.mark.parametrize(
    "line",
    [
        "python train.py --data <file> --epochs $N",
        "python train.py --data path/to/data.csv --epochs N_EPOCHS",
        "python train.py --data gone/d.csv",
        "python train.py [--data DATA]",
        "python train.py --data https://me:secret@host/d.csv",
    ],
)
def test_what_stands_for_something_else_or_is_not_there_is_no_value(project: Folder, line: str) -> None:
    assert given(project, ARGPARSE, README_md=f"# It\n\n    {line}\n") == ({}, {})


def test_the_line_of_the_readme_can_be_given_to_a_run_as_well(project: Folder) -> None:
    given(project, ARGPARSE, README_md="`python train.py --data input/d.csv --epochs 7`\n")
    assert detect(project.root).config["paths"] == {"input": "{channel:input}"}


def test_it_is_a_guess_that_says_where_it_comes_from(project: Folder) -> None:
    given(project, ARGPARSE, README_md="# It\n\n    python train.py --data input/d.csv --epochs 7\n")
    rows = {row.topic: row for row in detect(project.root).understood}
    assert not rows["hyperparameters"].sure
    assert rows["hyperparameters"].why == "README.md:3 gives it"
    assert not rows["argument data"].sure
    assert "README.md:3 gives it" in rows["argument data"].why


CONFIGURED = """
import argparse, yaml
from loader import load
p = argparse.ArgumentParser()
p.add_argument("--config", required=True)
a = p.parse_args()
cfg = yaml.safe_load(open(a.config))
load(**cfg["data"])
"""
LOADER = "from pathlib import Path\ndef load(folder):\n    return sorted(Path(folder).glob('*.csv'))\n"
UNKNOWN = "from elsewhere import read\ndef load(folder):\n    return read(folder)\n"


@pytest.mark.parametrize(("loader", "sure"), [(LOADER, True), (UNKNOWN, False)])
def test_a_folder_that_a_config_file_names_is_a_channel(project: Folder, loader: str, sure: bool) -> None:  # noqa: FBT001
    project.write_all(
        {
            "train.py": CONFIGURED,
            "loader.py": loader,
            ".gitignore": "sets/\nruns/\n",
            "sets/train/a.csv": "1",
            "runs/1.csv": "1",
            "configs/base.yaml": "data:\n  folder: sets/train\nout_dir: runs\n",
        }
    )
    project.commit()
    found = detect(project.root)
    assert found.config["channels"] == {"train": "sets/train"}
    assert found.config["paths"] == {"sets/train": "{channel:train}"}
    assert found.config["hyperparameters"] == {"config": "configs/base.yaml"}
    assert next(row for row in found.understood if row.topic == "path sets/train").sure is sure


def test_of_two_config_files_none_is_taken(project: Folder) -> None:
    project.write_all({"train.py": CONFIGURED, "loader.py": LOADER})
    project.write_all({"configs/a.yaml": "data:\n  folder: a\n", "configs/b.yaml": "data:\n  folder: b\n"})
    assert "hyperparameters" not in detect(project.root).config


def test_scratch_folders_are_told_unless_the_program_fills_them_itself(project: Folder) -> None:
    project.write("train.py", "open('/tmp/a.csv')\nopen('/tmp/b', 'w')\nopen('/tmp/b')\n")
    left = [line for line in detect(project.root).left_to_you if "/tmp" in line]
    assert len(left) == 1
    assert "train.py:1 open reads /tmp/a.csv, which no job has" in left[0]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["data/clean.jsonl"], '[channels] data = "data"\n[arguments] dataset = "{channel:data}/clean.jsonl"'),
        (["data/a.csv", "data/b.csv"], '[arguments] dataset = "{channel:data}/FILE"'),
        (["data/a.csv", "input/b.csv"], '[channels] dataset = "FOLDER"\n[arguments] dataset = "{channel:dataset}/FILE"'),
        (["data/.gitkeep"], '[arguments] dataset = "{channel:dataset}/FILE"'),
    ],
)  # fmt: skip
def test_what_nobody_gives_is_left_to_the_user_with_the_likely_folder(
    project: Folder, files: list[str], said: str
) -> None:
    project.write_all(dict.fromkeys(files, "1"))
    project.write(
        "train.py",
        "import click\n@click.command()\n@click.argument('dataset', type=click.Path(exists=True))\n"
        "def main(dataset):\n    print(open(dataset).read())\nmain()\n",
    )
    found = detect(project.root)
    assert "arguments" not in found.config
    assert any(said in line for line in found.left_to_you)


HYDRA = """
import hydra
@hydra.main(config_path="conf", config_name="train", version_base=None)
def main(cfg):
    print(cfg.net)
main()
"""


def test_what_is_given_to_hydra_is_known_by_its_name_and_not_by_its_place(project: Folder) -> None:
    project.write_all(
        {
            "train.py": HYDRA,
            "conf/train.yaml": "defaults:\n  - net: ???\n  - recipe: ???\nsteps: 3\n",
            "conf/net/small.yaml": "width: 2\n",
            "conf/recipe/quick.yaml": "# @package _global_\ndefaults:\n  - override /net: small\n",
            "README.md": "# It\n\n    python train.py recipe=quick steps=9\n",
        }
    )
    found = detect(project.root)
    assert found.config["hyperparameters"] == {"recipe": "quick"}
    write_config(project.root, found)
    subject = Subject(load(project.root, environment={}, home=project.root))
    # The recipe chooses the net.
    assert list(missing(subject, subject.settings.jobs["train"])) == []


WANTING = """
import argparse, yaml
p = argparse.ArgumentParser()
p.add_argument("--config", required=True)
with open(p.parse_args().config) as file:
    print("loss:", yaml.safe_load(file))
"""


@pytest.mark.parametrize("there", ["configs/a.yaml", "code/configs/a.yaml"])
def test_a_config_is_named_as_it_is_found_from_the_root(project: Folder, there: str) -> None:
    readme = "# It\n\n    cd code\n    python train.py --config configs/a.yaml\n"
    project.write_all({"code/train.py": WANTING, there: "lr: 1\n", "README.md": readme})
    assert detect(project.root).config["hyperparameters"] == {"config": there}


def test_a_config_that_is_not_here_is_no_value_but_a_question(project: Folder) -> None:
    readme = "# It\n\n    python train.py --config configs/old.yaml\n"
    project.write_all({"train.py": WANTING, "README.md": readme, "notes/a.yaml": "x: 1\n"})
    found = detect(project.root)
    assert "hyperparameters" not in found.config
    assert (
        "--config must be given, and configs/old.yaml is not here (README.md:3 gives it): name one that is"
        in found.left_to_you
    )


def test_the_line_whose_config_is_here_goes_first(project: Folder) -> None:
    readme = "```\npython train.py --config configs/old.yaml \\\n```\n\n```\npython train.py --config configs/new.yaml\n```\n"
    project.write_all(
        {
            "train.py": WANTING,
            "README.md": readme,
            "configs/new.yaml": "x: 1\n",
            "configs/b.yaml": "x: 1\n",
        }
    )
    assert detect(project.root).config["hyperparameters"] == {"config": "configs/new.yaml"}


def test_what_is_given_beyond_need_is_an_example_and_no_default(project: Folder) -> None:
    parser = "import argparse, sklearn\np = argparse.ArgumentParser()\n" + "".join(
        f"p.add_argument('--{name}', default={default!r})\n"
        for name, default in (("lr", 0.1), ("tag", ""), ("seed", 1), ("token", ""), ("url", ""))
    )
    words = "--lr 0.5 --tag 'a b' --seed 1 --token abc --url https://u:p@h/x"
    project.write_all(
        {
            "train.py": f"{parser}a = p.parse_args()\nm.fit(a.lr)\n",
            "Dockerfile": f"FROM python:3.11\nENTRYPOINT python train.py {words}\n",
        }
    )
    found = detect(project.root)
    assert "hyperparameters" not in found.config
    (row,) = (row for row in found.understood if row.topic == "example")
    assert (row.value, row.why) == ("skylift run lr=0.5 'tag=a b'", "Dockerfile:2 starts it with that")

"""Several jobs that are one program: each has the paths that its own sub-command comes by."""

from __future__ import annotations

import textwrap

import pytest
from tests.functional.project.folder import Folder

from skylift.project.init.findings import Findings
from skylift.project.init.places import read_places
from skylift.project.parameters.schema import read_parameters
from skylift.project.source.program import Program

WORK = """
    import json, torch
    import pandas as pd

    def train(*_):
        net = fit(pd.read_csv(rows("train")))
        torch.save(net, "out/net.pt")

    def evaluate(*_):
        pd.read_csv("held-out/rows.csv")
        json.dump({}, open("report.json", "w"))

    def rows(name):
        return f"data/{name}.csv"
    """
PARSER = """
    import argparse
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    one, two = commands.add_parser("train"), commands.add_parser("evaluate")
    """
WAYS = {
    "functions that the parser has": "one.set_defaults(run=train); two.set_defaults(run=evaluate)\n"
    "args = parser.parse_args()\nargs.run(args)",
    "branches": 'args = parser.parse_args()\nif args.command == "train":\n    train(args)\n'
    'elif args.command == "evaluate":\n    evaluate(args)',
    "the rest of a branch": 'args = parser.parse_args()\nif args.command != "evaluate":\n    train(args)\nelse:\n    evaluate(args)',
    "an expression": 'args = parser.parse_args()\ntrain(args) if args.command == "train" else evaluate(args)',
    "a key": 'args = vars(parser.parse_args())\nif args["command"] == "train":\n    train(args)\n'
    'elif args["command"] in ("evaluate", "test"):\n    evaluate(args)',
    "cases": 'args = parser.parse_args()\nmatch args.command:\n    case "train":\n        train(args)\n'
    '    case "evaluate" | "test":\n        evaluate(args)',
    "the last case": 'args = parser.parse_args()\nmatch args.command:\n    case "train":\n        train(args)\n'
    "    case _:\n        evaluate(args)",
    "an early end": 'def main():\n    args = parser.parse_args()\n    if args.command == "train":\n        train(args)\n'
    "        return\n    evaluate(args)\nmain()",
    "a table": 'args = parser.parse_args()\n{"train": train, "evaluate": evaluate}[args.command](args)',
    "a table of lambdas": "args = parser.parse_args()\n"
    'WAYS = {"train": lambda: train(args), "evaluate": lambda: evaluate(args)}\nWAYS[args.command]()',
}


def of_command(project: Folder, command: str) -> Findings:
    program = Program.read(project.root, project.root / "main.py")
    assert program is not None
    return read_places(program, read_parameters(project.root, "main.py").of_command(command))


def write(project: Folder, program: str) -> None:
    project.write("main.py", program)
    project.write_all({"data/train.csv": "1\n", "held-out/rows.csv": "1\n"})


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_command_of_argparse_has_its_own_paths(project: Folder, way: str) -> None:
    write(project, textwrap.dedent(WORK) + textwrap.dedent(PARSER) + way + "\n")
    _compare(project)


def _compare(project: Folder) -> None:
    train, evaluate = (of_command(project, command).config for command in ("train", "evaluate"))
    assert train["channels"] == {"data": "data"}
    assert (train["paths"]["out"], train.get("collect")) == ("{model}", None)
    assert evaluate["channels"] == {"held-out": "held-out"}
    assert ("out" in evaluate["paths"], evaluate["collect"]) == (False, {"output": ["report.json"]})
    # Without a command all of it counts.
    assert set(of_command(project, "").config["channels"]) == {"data", "held-out"}


OTHERS = {
    "click": "import click\n@click.group()\ndef cli(): ...\n@cli.command('train')\ndef first():\n    train()\n"
    "@cli.command('evaluate')\ndef second():\n    evaluate()\ncli()",
    "typer": "import typer\napp = typer.Typer()\napp.command()(train)\napp.command()(evaluate)\napp()",
    "fire": 'import fire\nfire.Fire({"train": train, "evaluate": evaluate})',
    "fire with a class": "import fire\nclass Jobs:\n    def train(self):\n        train()\n"
    "    def evaluate(self):\n        evaluate()\nfire.Fire(Jobs)",
}


@pytest.mark.parametrize("program", OTHERS.values(), ids=OTHERS)
def test_so_has_one_of_the_others(project: Folder, program: str) -> None:
    write(project, textwrap.dedent(WORK).replace("*_", "") + program + "\n")
    _compare(project)


def test_what_a_command_calls_of_another_is_its_own_as_well(project: Folder) -> None:
    program = textwrap.dedent(WORK).replace("    torch.save", "    evaluate()\n    torch.save")
    write(project, program + textwrap.dedent(PARSER) + WAYS["functions that the parser has"] + "\n")
    assert set(of_command(project, "train").config["channels"]) == {"data", "held-out"}
    assert set(of_command(project, "evaluate").config["channels"]) == {"held-out"}


def test_a_path_that_a_function_is_given_is_that_of_who_calls_it(project: Folder) -> None:
    write(
        project,
        """
        import argparse
        import pandas as pd
        def load(path):
            return pd.read_csv(path)
        def train(args):
            load("data/train.csv")
        def evaluate(args):
            load("held-out/rows.csv")
        parser = argparse.ArgumentParser()
        commands = parser.add_subparsers()
        commands.add_parser("train").set_defaults(run=train)
        commands.add_parser("evaluate").set_defaults(run=evaluate)
        args = parser.parse_args()
        args.run(args)
        """,
    )
    assert of_command(project, "train").config["channels"] == {"data": "data"}
    assert of_command(project, "evaluate").config["channels"] == {"held-out": "held-out"}


def test_what_a_framework_calls_belongs_to_who_makes_the_object(project: Folder) -> None:
    write(
        project,
        textwrap.dedent(PARSER)
        + textwrap.dedent(
            """
            import pandas as pd
            class Base:
                def setup(self):
                    self.common()
                def common(self):
                    pd.read_csv("data/train.csv")
            class Train(Base):
                def run(self):
                    ...
            class Evaluate:
                def run(self):
                    framework.go(self)
                def on_start(self):
                    pd.read_csv("held-out/rows.csv")
            args = parser.parse_args()
            if args.command == "train":
                Train().run()
            else:
                job = Evaluate()
                job.run()
            """
        ),
    )
    assert of_command(project, "train").config["channels"] == {"data": "data"}
    assert of_command(project, "evaluate").config["channels"] == {"held-out": "held-out"}


def test_a_table_by_the_names_of_commands_that_calls_nothing_leaves_nothing_out(project: Folder) -> None:
    write(
        project,
        textwrap.dedent(PARSER)
        + textwrap.dedent(
            """
            import pandas as pd
            def read(path):
                return pd.read_csv(path)
            parser.parse_args()
            SETS = {"train": read("data/train.csv"), "evaluate": read("held-out/rows.csv")}
            """
        ),
    )
    assert set(of_command(project, "train").config["channels"]) == {"data", "held-out"}


def test_a_mode_of_something_else_is_no_command(project: Folder) -> None:
    write(
        project,
        textwrap.dedent(PARSER).replace('"command"', '"mode"')
        + textwrap.dedent(
            """
            import pandas as pd
            class Rows:
                def __init__(self, mode):
                    self.mode = mode
                    if self.mode == "train":
                        self.rows = pd.read_csv("data/train.csv")
                    else:
                        self.rows = pd.read_csv("held-out/rows.csv")
            def load(mode):
                return pd.read_csv("data/train.csv" if mode == "train" else "held-out/rows.csv")
            parser.parse_args()
            Rows("train"), Rows("evaluate"), load("train"), load("evaluate")
            """
        ),
    )
    for command in ("train", "evaluate"):
        assert set(of_command(project, command).config["channels"]) == {"data", "held-out"}

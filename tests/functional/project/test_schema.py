"""Arguments, read from source."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder

from skylift.project.parameters.schema import read_schema
from skylift.values.arguments import Schema
from skylift.values.settings import JobSettings

HEAD = "import argparse, os\nparser = argparse.ArgumentParser()\nparser.add_argument('--lr', type=float)\n"


def schema(project: Folder, entry_point: str = "train.py") -> Schema:
    return read_schema(project.root, JobSettings(entry_point=entry_point))


def keys(found: Schema) -> list[str]:
    return [parameter.key for parameter in found.parameters]


def test_a_script_in_one_piece(project: Folder) -> None:
    project.write(
        "train.py",
        '''
        """A script."""
        import argparse as ap
        import os
        from pathlib import Path

        RATES = [0.1, 0.01]

        def parse():
            parser = ap.ArgumentParser(description=__doc__)
            group = parser.add_argument_group("data")
            group.add_argument("data", type=Path)
            parser.add_argument_group("model").add_argument("--layers", "-l", type=int, nargs="+", default=[8])
            either = parser.add_mutually_exclusive_group()
            either.add_argument("--lr", type=float, choices=RATES, default=0.1)
            parser.add_argument("--out", default=os.environ.get("SM_MODEL_DIR", "model"))
            parser.add_argument("--version", action="version", version="1")
            parser.set_defaults(lr=0.01)
            print(parser)
            return parser.parse_args()

        if __name__ == "__main__":
            args = parse()
        ''',
    )
    found = schema(project)
    assert (found.complete, found.source, found.notes) == (True, "argparse", ())
    assert keys(found) == ["data", "layers", "lr", "out"]
    lr = found.find("lr")
    assert lr is not None
    assert (lr.default, lr.choices) == (0.01, (0.1, 0.01))
    out = found.find("out")
    assert out is not None
    assert (out.default, out.default_known) == ("model", False)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (
            "for name in ('a', 'b'):\n    parser.add_argument('--' + name)",
            "train.py:5: arguments that are made in a loop",
        ),
        ("[parser.add_argument(n) for n in names]", "loop"),
        ("parser.add_argument(*names)", "at run time"),
        ("parser.add_argument('--x', **more)", "at run time"),
        ("if os.name:\n    parser.add_argument('--x')", "condition"),
        (
            "sub = parser.add_subparsers()\nfit = sub.add_parser('fit')\nfit.add_argument('--x')",
            "sub-commands",
        ),
        ("parser.parse_known_args()", "does not declare"),
        ("child = argparse.ArgumentParser(parents=[parser])", "parents="),
        ("other = argparse.ArgumentParser()", "more than one parser"),
        ("pl.Trainer.add_argparse_args(parser)", "`pl.Trainer.add_argparse_args` may add arguments"),
    ],
)
def test_what_can_not_be_read_makes_it_incomplete(project: Folder, text: str, note: str) -> None:
    project.write("train.py", HEAD + text + "\n")
    found = schema(project)
    assert not found.complete
    assert keys(found)[0] == "lr"
    assert any(note in said for said in found.notes), found.notes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import click\n@click.command()\ndef main(): ...\n",
        "from jsonargparse import ArgumentParser\np = ArgumentParser()\np.add_argument('--x')\n",
        "def broken(:\n",
        "\0",
    ],
)
def test_without_argparse_nothing_is_known(project: Folder, text: str) -> None:
    project.write("train.py", text)
    found = schema(project)
    assert (found.parameters, found.complete, found.source) == ((), False, "")


def test_a_parser_that_another_module_builds(project: Folder) -> None:
    project.write_all(
        {
            "src/pkg/__init__.py": "",
            "src/pkg/train.py": """
                from .options import get_parser, DEFAULT
                from pkg import more
                import pkg.evaluate
                parser = get_parser()
                more.add_more(parser)
                """,
            "src/pkg/options.py": """
                from argparse import ArgumentParser
                DEFAULT = 1
                def _basics(parser): parser.add_argument("--lr", type=float, default=DEFAULT)
                def get_parser():
                    parser = ArgumentParser()
                    _basics(parser)
                    return parser
                def get_other_parser():
                    parser = ArgumentParser()
                    parser.add_argument("--other")
                    return parser
                if __name__ == "__main__":
                    get_other_parser()
                """,
            "src/pkg/more.py": "def add_more(parser):\n    parser.add_argument('--more')\n",
            "src/pkg/evaluate.py": "import argparse\ndef main():\n    argparse.ArgumentParser().add_argument('--no')\n",
        }
    )
    found = schema(project, "-m pkg.train")
    assert found.notes == ()
    assert keys(found) == ["lr", "more"]


def test_options_as_a_class_and_a_parser_of_a_module(project: Folder) -> None:
    project.write_all(
        {
            "train.py": "from options import Options\nimport args\nOptions().parse()\nprint(args.args)\n",
            "options.py": """
                import argparse
                class Base:
                    def add(self, parser):
                        parser.add_argument("--base")
                class Options(Base):
                    def parse(self):
                        parser = argparse.ArgumentParser()
                        self.add(parser)
                        return parser.parse_args()
                """,
        }
    )
    assert keys(schema(project)) == ["base"]
    assert schema(project).complete


def test_a_parser_of_its_own_class(project: Folder) -> None:
    project.write(
        "train.py",
        "import argparse\nclass P(argparse.ArgumentParser):\n    pass\np = P()\np.add_argument('--x', type=int)\n",
    )
    assert keys(schema(project)) == ["x"]


def test_a_function_takes_its_parameters(project: Folder) -> None:
    project.write(
        "pkg/mod.py",
        "def main(data, epochs: int = 3, lr: 'float | None' = None, names=('a',), *, fast: bool = False): ...\n",
    )
    found = schema(project, "pkg.mod:main")
    assert (found.complete, found.source) == (True, "signature")
    rows = [(p.key, p.type, p.default, p.required) for p in found.parameters]
    assert rows == [
        ("data", "any", None, True),
        ("epochs", "int", 3, False),
        ("lr", "float", None, False),
        ("names", "any", ("a",), False),
        ("fast", "bool", False, False),
    ]
    project.write("pkg/mod.py", "def main(x, /, **more): ...\n")
    assert not schema(project, "pkg.mod:main").complete
    assert not schema(project, "pkg.mod:other").complete


def test_a_command_has_no_source(project: Folder) -> None:
    assert read_schema(project.root, JobSettings(command=("sh", "x"))) == Schema()
    project.write("train.sh", "python train.py")
    assert schema(project, "train.sh") == Schema(notes=("there is no Python to read",))

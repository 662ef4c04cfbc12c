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
            "for name in names():\n    parser.add_argument('--' + name)",
            "train.py:5: this argument is made at",
        ),
        ("for name in names():\n    parser.add_argument('--x')", "train.py:5: this argument stands in"),
        ("[parser.add_argument(n) for n in names]", "at run time"),
        ("parser.add_argument(*names)", "at run time"),
        ("parser.add_argument('--x', **more)", "at run time"),
        ("if os.name:\n    parser.add_argument('--x')", "condition"),
        ("sub = parser.add_subparsers()\nsub.add_parser(compute())", "a sub-command has a name"),
        ("parser.parse_known_args()", "does not declare"),
        ("somebody.each(parser.add_argument)", "`somebody.each` may add arguments"),
        ("child = argparse.ArgumentParser(parents=[somebody.parser()])", "a parent of this parser"),
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
        "import click\n@click.command()\ndef unused(): ...\n",
        "import getopt, sys\nprint(getopt)\n",
        "from elsewhere.train import main\nmain()\n",
        "import sys\ndef unused():\n    return sys.argv\n",
        "def broken(:\n",
        "\0",
    ],
)
def test_without_argparse_nothing_is_known(project: Folder, text: str) -> None:
    project.write("train.py", text)
    found = schema(project)
    assert (found.parameters, found.complete, found.source) == ((), False, "")


PROGRAMS = {
    "a loop over a table": """
        import argparse
        NAMES = {"lr": (float, 0.1), "epochs": (int, 3)}
        parser = argparse.ArgumentParser()
        for name, (kind, default) in NAMES.items():
            parser.add_argument(f"--{name}", type=kind, default=default)
        for layer in range(2):
            parser.add_argument("--width-%d" % layer, type=int, default=8 * (layer + 1))
        args = parser.parse_args()
        """,
    "options as named tuples": """
        import argparse, collections
        class Config:
            @classmethod
            def from_args(cls, args, options=()):
                for opt in options:
                    args.add_argument(*opt.flags, default=None, type=opt.type)
                if not isinstance(args, tuple):
                    args = args.parse_args()
                return cls()
        if __name__ == "__main__":
            args = argparse.ArgumentParser(description="x")
            args.add_argument("-c", "--config", default=None, type=str)
            Custom = collections.namedtuple("Custom", "flags type target")
            options = [Custom(["--lr", "--learning_rate"], type=float, target="a;b"), Custom(flags=["--bs"], type=int, target="c")]
            config = Config.from_args(args, options)
        """,
    "classes of options": """
        import argparse
        class Base:
            def __init__(self):
                self.initialized = False
            def initialize(self, parser):
                parser.add_argument("--dataroot", required=True)
                self.initialized = True
                return parser
            def parse(self):
                if not self.initialized:
                    parser = argparse.ArgumentParser(formatter_class=argparse.ArgumentDefaultsHelpFormatter)
                    parser = self.initialize(parser)
                self.parser = parser
                return self.parser.parse_args()
        class Train(Base):
            def initialize(self, parser):
                parser = Base.initialize(self, parser)
                parser.add_argument("--epochs", type=int, default=100)
                return parser
        class More(Train):
            def initialize(self, parser):
                parser = super().initialize(parser)
                parser.add_argument("--more", action="store_true")
                return parser
        opt = More().parse()
        """,
    "parents": """
        import argparse
        def common():
            parent = argparse.ArgumentParser(add_help=False)
            parent.add_argument("--seed", type=int, default=0)
            return parent
        def main():
            parser = argparse.ArgumentParser(parents=[common()])
            parser.add_argument("--lr", type=float)
            return parser.parse_args()
        if __name__ == "__main__":
            main()
        """,
    "two steps": """
        import argparse
        first = argparse.ArgumentParser(add_help=False)
        first.add_argument("-c", "--config")
        parser = argparse.ArgumentParser()
        parser.add_argument("--lr", type=float, default=0.1)
        def parse():
            known, rest = first.parse_known_args()
            if known.config:
                parser.set_defaults(**load(known.config))
            return parser.parse_args(rest)
        parse()
        """,
    "a parser of its own kind": """
        import argparse
        class Parser(argparse.ArgumentParser):
            def __init__(self):
                super().__init__(description="x")
                self.add_argument("--lr", type=float, default=0.1)
        class Sub(Parser):
            def __init__(self):
                super().__init__()
                self.add("--x")
            def add(self, name, **more):
                self.add_argument(name, **more)
        args = Sub().parse_args()
        """,
    "helpers": """
        import argparse, functools
        def option(parser, name, default, help=None, **more):
            parser.add_argument("--" + name.replace("_", "-"), default=default, type=type_of(default), help=help, **more)
        def type_of(value):
            return type(value)
        def build():
            parser = argparse.ArgumentParser()
            add = parser.add_argument
            add("--a", type=int, default=1)
            option(parser, "learning_rate", 0.5)
            both = functools.partial(parser.add_argument, type=int)
            return parser
        args = build().parse_args()
        """,
    "a registry that a decorator fills": """
        import argparse
        ADDERS = []
        def register(function):
            ADDERS.append(function)
            return function
        def named(name):
            def note(function):
                ADDERS.append(lambda p: p.add_argument("--" + name))
                return function
            return note
        @register
        def add_rate(p):
            p.add_argument("--lr", type=float, default=0.1)
        @named("more")
        def other():
            pass
        def main():
            p = argparse.ArgumentParser()
            for add in ADDERS:
                add(p)
            return p.parse_args()
        main()
        """,
    "a decorator that adds": """
        import argparse, functools
        def with_seed(function):
            @functools.wraps(function)
            def inner():
                p = function()
                p.add_argument("--seed", type=int, default=0)
                return p
            return inner
        @with_seed
        def build():
            p = argparse.ArgumentParser()
            p.add_argument("--lr", type=float, default=0.1)
            return p
        build().parse_args()
        """,
    "a method in parts": """
        import argparse
        from functools import partial
        p = argparse.ArgumentParser()
        add = partial(p.add_argument, type=float)
        add("--lr", default=0.1)
        list(map(p.add_argument, ["--a", "--b"]))
        p.parse_args()
        """,
    "the fields of a dataclass": """
        import argparse, dataclasses
        @dataclasses.dataclass
        class Config:
            lr: float = 0.1
            epochs: int = 3
        p = argparse.ArgumentParser()
        for field in dataclasses.fields(Config):
            p.add_argument(f"--{field.name}", type=field.type, default=field.default)
        p.parse_args()
        """,
    "given to somebody": """
        import argparse, sys
        from somewhere import launch
        def main(argv=None):
            parser = argparse.ArgumentParser()
            parser.add_argument("--a", type=int, default=1)
            args = parser.parse_args(argv if argv is not None else sys.argv[1:])
        launch(main, 2)
        """,
}
FOUND = {
    "a loop over a table": {"lr": 0.1, "epochs": 3, "width-0": 8, "width-1": 16},
    "options as named tuples": {"config": None, "learning_rate": None, "bs": None},
    "classes of options": {"dataroot": None, "epochs": 100, "more": False},
    "parents": {"seed": 0, "lr": None},
    "two steps": {"config": None, "lr": None},
    "a parser of its own kind": {"lr": 0.1, "x": None},
    "helpers": {"a": 1, "learning-rate": 0.5},
    "a registry that a decorator fills": {"lr": 0.1, "more": None},
    "a decorator that adds": {"lr": 0.1, "seed": 0},
    "a method in parts": {"lr": 0.1, "a": None, "b": None},
    "the fields of a dataclass": {"lr": 0.1, "epochs": 3},
    "given to somebody": {"a": 1},
}


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_parser_is_followed_while_it_is_built(project: Folder, kind: str) -> None:
    project.write("train.py", PROGRAMS[kind])
    found = schema(project)
    assert found.notes == ()
    assert {parameter.key: parameter.default for parameter in found.parameters} == FOUND[kind]


@pytest.mark.parametrize("arguments", ["['--lr', '1']", "[]", "''"])
def test_a_parser_of_something_else_than_the_command_line_takes_nothing(
    project: Folder, arguments: str
) -> None:
    project.write("train.py", HEAD + f"args = parser.parse_args({arguments})\n")
    found = schema(project)
    assert (keys(found), found.complete) == ([], False)
    assert "does not read the command line" in found.notes[0]


def test_a_function_may_read_the_command_line_itself(project: Folder) -> None:
    project.write("pkg/__init__.py", "")
    project.write(
        "pkg/cli.py",
        """
        import argparse
        def main(argv=None):
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float, default=0.1)
            args = parser.parse_args(argv)
        def train(lr=0.1):
            parser = argparse.ArgumentParser()
            parser.add_argument("--other")
        if __name__ == "__main__":
            argparse.ArgumentParser().parse_args()
        """,
    )
    console = schema(project, "pkg.cli:main")
    assert (console.source, console.complete, keys(console)) == ("argparse", True, ["lr"])
    called = schema(project, "pkg.cli:train")
    assert (called.source, called.complete, keys(called)) == ("signature", True, ["lr"])


def test_sub_commands_have_parameters_of_their_own(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--verbose", action="store_true")
        sub = parser.add_subparsers(dest="cmd", required=True)
        fit = sub.add_parser("fit", help="x")
        fit.add_argument("--lr", type=float, default=0.1)
        data = sub.add_parser("data").add_subparsers(required=True)
        data.add_parser("get").add_argument("name")
        data.add_parser("drop")
        args = parser.parse_args()
        """,
    )
    found = schema(project)
    assert (found.complete, found.commands, found.command_required) == (
        True,
        ("fit", "data get", "data drop"),
        True,
    )
    assert [(p.command, p.key) for p in found.parameters] == [
        ("", "verbose"),
        ("fit", "lr"),
        ("data get", "name"),
    ]


@pytest.mark.parametrize(
    ("kind", "false"),
    [
        ("str2bool", "false"),
        ("lambda x: bool(strtobool(x))", "false"),
        ("lambda x: x == 'True'", "False"),
        ("lambda x: (str(x).lower() == 'true')", "false"),
        ("bool", ""),
    ],
)
def test_a_truth_that_is_given_as_text(project: Folder, kind: str, false: str) -> None:
    project.write(
        "train.py",
        f"""
        import argparse
        from distutils.util import strtobool
        def str2bool(v):
            return v.lower() in ("yes", "true", "t", "1")
        parser = argparse.ArgumentParser()
        parser.add_argument("--x", type={kind}, default=True)
        parser.parse_args()
        """,
    )
    found = schema(project).find("x")
    assert found is not None
    assert (found.type, found.false, found.default) == ("bool", false, True)


@pytest.mark.parametrize(
    ("arguments", "choices", "default", "action"),
    [
        ("type=Kind", ("a", "b"), None, "store"),
        ("type=Kind, choices=list(Kind), default=Kind.B", ("a", "b"), "b", "store"),
        ("choices=[e.value for e in Kind]", ("a", "b"), None, "store"),
        ("choices=Kind.__members__", (), None, "store"),
        ("type=str.lower, choices=['aa']", ("aa",), None, "store"),
        ("action='append_const', const=1", (), None, "flag"),
        ("action=Own", (), None, "flag"),
        ("action=Other", (), None, "store"),
        ("action=argparse._StoreTrueAction", (), False, "flag"),
    ],
)
def test_enumerations_and_actions(
    project: Folder, arguments: str, choices: tuple[str, ...], default: object, action: str
) -> None:
    project.write(
        "train.py",
        f"""
        import argparse, enum
        class Kind(enum.Enum):
            A = "a"
            B = "b"
        class Own(argparse.Action):
            def __init__(self, option_strings, dest, nargs=0, **more):
                super().__init__(option_strings, dest, nargs=nargs, **more)
        class Other(argparse.Action):
            def __call__(self, parser, namespace, values, option_string=None):
                setattr(namespace, self.dest, values)
        parser = argparse.ArgumentParser()
        parser.add_argument("--x", {arguments}, help="%(default)s is 100%% of %(dest)s")
        parser.parse_args()
        """,
    )
    found = schema(project).find("x")
    assert found is not None
    assert (found.choices, found.default, found.action) == (choices, default, action)
    assert found.help == f"{default} is 100% of x"


def test_a_program_without_end_is_not_followed_to_it(project: Folder) -> None:
    loops = "\n".join(f"{'    ' * n}for a{n} in range(1000):" for n in range(5))
    project.write("train.py", HEAD + loops + "\n" + "    " * 5 + "x = 1\n")
    found = schema(project)
    assert keys(found) == ["lr"]
    assert "too large to be followed" in found.notes[0]


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
    found = read_schema(project.root, JobSettings(command=("sh", "x")))
    assert found == Schema(notes=("no Python program of the project is in the command",))
    project.write("train.sh", "python train.py")
    assert schema(project, "train.sh") == Schema(notes=("there is no Python to read",))

"""What was read of click programs, beside what click says of them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.judge import asked, by_key, keys, run, schema
from tests.unit.project.on_the_way import command_line_of

from skylift.errors import ConfigError
from skylift.project.arguments.resolve import resolve

TRAIN = """
    import click
    from enum import Enum
    from pkg import extra
    from pkg.options import add_options, shared, standard

    DEFAULT_RATE = 0.1

    @click.group()
    @click.option("--debug/--no-debug", default=False)
    @click.pass_context
    def cli(ctx, debug): ...

    @cli.command()
    @standard
    @click.option("--lr", "-l", type=float, default=DEFAULT_RATE, help="learning rate")
    @click.option("--shuffle/-S", default=True)
    @click.option("--upper", "case", flag_value="upper")
    @click.option("--sizes", type=int, multiple=True, default=[1, 2])
    @click.option("--range", "span", nargs=2, type=float)
    @click.option("-v", "--verbose", count=True)
    @click.option("--optimiser", type=click.Choice(["adam", "sgd"]), default="adam")
    @click.option("--layers", type=click.IntRange(1, 9), required=True)
    @click.option("--amp", is_flag=True)
    @click.option("--half", default=True)
    @click.option("--out", type=click.Path())
    @click.argument("data", type=click.Path())
    @click.argument("more", nargs=-1)
    def train_model(**given): ...

    @cli.group("data")
    def grouped(): ...

    @grouped.command()
    @add_options(shared)
    @click.option("--parts", default=3)
    def prepare(**given): ...

    cli.add_command(extra.another, "more-of-it")

    if __name__ == "__main__":
        cli()
    """
OPTIONS = """
    import click

    def standard(function):
        for name in ("epochs", "batch-size"):
            function = click.option(f"--{name}", type=int, default=8)(function)
        return click.option("--seed", default=0)(function)

    shared = [click.option("--ratio", default=1.5), click.option("--force", is_flag=True)]

    def add_options(options):
        def add(function):
            for option in reversed(options):
                function = option(function)
            return function
        return add
    """
QUESTION = """
    import click, json, train
    def tell(command, path=()):
        for one in command.params:
            kind = one.type
            choices = list(getattr(kind, "choices", ()))
            known = not isinstance(one.default, (int, float, str, bool, list, tuple))
            yield " ".join(path), {
                "dest": one.name,
                "flags": sorted(one.opts) if one.param_type_name == "option" else [],
                "off": sorted(one.secondary_opts),
                "type": kind.name, "choices": choices, "required": one.required, "nargs": one.nargs,
                "default": None if known else one.default,
                "multiple": one.multiple, "flag": getattr(one, "is_flag", False), "count": getattr(one, "count", False),
            }
        for name, below in getattr(command, "commands", {}).items():
            yield from tell(below, (*path, name))
    print(json.dumps(list(tell(train.cli))))
    """
NAMES = {"integer": "int", "integer range": "int", "boolean": "bool", "text": "str", "choice": "str"}


@pytest.fixture
def program(project: Folder) -> Folder:
    project.write_all(
        {
            "train.py": TRAIN,
            "pkg/__init__.py": "",
            "pkg/options.py": OPTIONS,
            "pkg/extra.py": "import click\n@click.command()\n@click.option('--z')\ndef another(z): ...\n",
        }
    )
    return project


def test_all_is_as_click_has_it(program: Folder) -> None:
    found = schema(program)
    assert (found.source, found.notes, found.complete) == ("click", (), True)
    assert set(found.commands) == {"train-model", "data prepare", "more-of-it"}
    assert found.command_required
    told = asked(program, QUESTION)
    assert len(told) == len(found.parameters)
    for command, theirs in told:
        ours = next(
            p
            for p in found.parameters
            if p.command == command
            and theirs["dest"] in {name.replace("-", "_") for name in (p.key, *p.aliases)}
        )
        _compare(ours, theirs)


def _compare(ours: Any, theirs: dict[str, Any]) -> None:
    assert [ours.flag] == [max(theirs["flags"], key=len)] if theirs["flags"] else ours.flag == "", theirs
    assert ([ours.off] if ours.off else []) == theirs["off"], theirs
    assert list(ours.choices) == theirs["choices"]
    assert ours.required == theirs["required"], theirs
    if theirs["dest"] != "case":
        assert ours.type == NAMES.get(theirs["type"], theirs["type"]), theirs
    wanted = {1: {"", "?"}, -1: {"*", "+"}}.get(theirs["nargs"], {str(theirs["nargs"])})
    assert ours.nargs in wanted, theirs
    action = "append" if theirs["multiple"] else "count" if theirs["count"] else "store"
    action = ("boolean-optional" if theirs["off"] else "flag") if theirs["flag"] else action
    assert ours.action == action, theirs
    if theirs["default"] is not None:
        assert ours.default == theirs["default"], theirs


def test_a_command_that_only_another_module_has_is_not_the_programs(project: Folder) -> None:
    project.write(
        "train.py", "import argparse, tools\np = argparse.ArgumentParser()\np.add_argument('--lr')\n"
    )
    project.write("tools.py", "import click\n@click.command()\n@click.option('--x')\ndef main(x): ...\n")
    found = schema(project)
    assert (found.source, keys(found)) == ("argparse", ["lr"])


def test_a_command_of_another_module_that_is_started(project: Folder) -> None:
    project.write("pkg/__main__.py", "from .cli import main\nmain(prog_name='pkg')\n")
    project.write(
        "pkg/cli.py", "import click as c\n@c.command()\n@c.option('--x', default=1)\ndef main(x): ...\n"
    )
    found = schema(project, "-m pkg")
    assert (found.source, found.complete) == ("click", True)
    assert by_key(found)["x"].default == 1


def test_the_environment_gives_a_default(project: Folder) -> None:
    project.write(
        "train.py",
        "import click\n@click.command()\n@click.option('--x', envvar='X', default='a', required=True)\ndef f(x): ...\nf()\n",
    )
    only = by_key(schema(project))["x"]
    assert (only.default, only.default_known, only.required) == ("a", False, False)


@pytest.mark.parametrize(
    ("decorator", "note"),
    [
        ("@click.command(context_settings={'ignore_unknown_options': True})", "does not declare"),
        ("@click.command(context_settings=dict(allow_extra_args=True))", "does not declare"),
        ("@click.command(cls=Own)", "`Own` may add"),
        ("@click.command()\n@other.options", "`other.options` may add options"),
        ("@click.command()\n@click.option(*names())", "made at run time"),
        ("@click.command()\n@click.option('--y', **more)", "made at run time"),
    ],
)
def test_what_can_not_be_read_makes_it_incomplete(project: Folder, decorator: str, note: str) -> None:
    text = f"import click, other\n{decorator}\n@click.option('--x')\ndef main(**given): ...\nmain()\n"
    project.write("train.py", text)
    found = schema(project)
    assert (found.source, found.complete, keys(found)) == ("click", False, ["x"])
    assert any(note in said for said in found.notes), found.notes


@pytest.mark.parametrize("text", ["import click\n@click.command()\n", "import click as c\n@c.command()\n"])
def test_a_command_that_a_console_script_calls(project: Folder, text: str) -> None:
    option = "click.option" if "as c" not in text else "c.option"
    project.write("pkg/cli.py", f"{text}@{option}('--lr', default=0.1)\ndef main(lr): ...\n")
    found = schema(project, "pkg.cli:main")
    assert (found.source, found.complete, keys(found)) == ("click", True, ["lr"])


def test_a_typer_application_that_a_console_script_calls(project: Folder) -> None:
    project.write(
        "pkg/cli.py", "import typer\napp = typer.Typer()\n@app.command()\ndef fit(lr: float = 0.1): ...\n"
    )
    found = schema(project, "pkg.cli:app")
    assert (found.source, found.complete, keys(found)) == ("typer", True, ["lr"])


def test_a_function_that_is_called_with_arguments_is_no_console_script(project: Folder) -> None:
    project.write(
        "pkg/cli.py", "import click\ndef train(lr: float = 0.1): ...\n@click.command()\ndef main(): ...\n"
    )
    found = schema(project, "pkg.cli:train")
    assert (found.source, keys(found)) == ("signature", ["lr"])


def test_the_bounds_of_numbers_are_those_that_it_refuses_beyond(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import click
        LEAST = 1
        @click.command()
        @click.option("--n", type=click.IntRange(LEAST, 9))
        @click.option("--p", type=click.FloatRange(min=0, max=1, max_open=True))
        @click.option("--c", type=click.IntRange(0, 5, clamp=True))
        @click.argument("k", type=click.IntRange(max=3))
        def main(n, p, c, k): pass
        if __name__ == "__main__":
            main()
        """,
    )
    found = {p.key: (p.type, p.low, p.high) for p in schema(project).parameters}
    assert found == {
        "n": ("int", 1, 9),
        "p": ("float", 0, None),
        "c": ("int", None, None),
        "k": ("int", None, 3),
    }


MADE = """
    import click

    @click.command()
    @click.option("--lr", default=0.1)
    def train(lr): ...

    @click.command()
    @click.option("--k", default=1)
    def evaluate(k): ...

    def plain(n): ...

    OPTIONS = [click.Option([f"--{name}", name], default=2) for name in ("alpha", "beta")]
    other = click.Command("other", params=OPTIONS, callback=plain)
    below = click.Group("below", commands=[other, click.Command("inline", params=[click.Argument(["n"], type=int)])])

    @click.group(commands={"named": other}, chain=False)
    def cli(): ...

    for one in (train, evaluate):
        cli.add_command(one)
    for name, one in {"first": train, "second": evaluate}.items():
        cli.add_command(one, name)
    cli.command("late", params=[click.Option(["--z"], type=int)])(plain)
    cli.add_command(below)

    if __name__ == "__main__":
        cli()
    """


def test_commands_that_are_made_and_added_by_calls_are_as_click_has_them(project: Folder) -> None:
    project.write("train.py", MADE)
    found = schema(project)
    assert (found.complete, found.notes) == (True, ())
    told = asked(project, QUESTION)
    ours = {(p.command, p.key, p.type) for p in found.parameters}
    assert ours == {
        (
            path,
            (max(one["flags"], key=len) if one["flags"] else one["dest"]).lstrip("-"),
            NAMES.get(one["type"], one["type"]),
        )
        for path, one in told
    }
    assert set(found.commands) == {path for path, _ in told}


@pytest.mark.parametrize(
    "line",
    [
        "for one in found():\n    cli.add_command(one)",
        "def add(to):\n    to.add_command(train)\nadd(cli)",
        "cli.add_command(made())",
    ],
)
def test_a_command_that_could_not_be_read_is_told(project: Folder, line: str) -> None:
    text = "import click\n@click.command()\ndef train(): ...\n@click.group()\ndef cli(): ...\n"
    project.write("train.py", f"{text}{line}\ncli()\n")
    assert "could not be read" in "".join(schema(project).notes)


def test_what_is_asked_for_in_a_terminal_has_to_be_given(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import click
        @click.command()
        @click.option("--name", prompt=True, default="x")
        @click.option("--later", prompt=True, prompt_required=False, default="x")
        @click.password_option()
        @click.confirmation_option(prompt="really?")
        def main(**given): ...
        main()
        """,
    )
    found = schema(project)
    assert [p.key for p in found.parameters if p.required] == ["name", "password", "yes"]
    assert len(found.remarks) == 3
    assert "a job has none" in found.remarks[0]


def test_choices_in_any_case_become_those_that_are_declared(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import click
        @click.command()
        @click.option("--by", type=click.Choice(["Adam", "SGD"], case_sensitive=False), default="adam")
        @click.option("--as-is", type=click.Choice(["Adam", "SGD"]))
        def main(**given): ...
        main()
        """,
    )
    found = schema(project)
    assert by_key(found)["by"].default == "Adam"
    assert resolve(found, {}, ["by=sgd"]).given == {"by": "SGD"}
    for wrong, near in (("by=sdg", "SGD"), ("as-is=adam", "Adam")):
        with pytest.raises(ConfigError) as refused:
            resolve(found, {}, [wrong])
        assert refused.value.issues[0].hint == f"did you mean `{near}`?"


def test_a_chain_of_commands_is_said(project: Folder) -> None:
    project.write(
        "train.py",
        "import click\n@click.group(chain=True)\ndef cli(): ...\n@cli.command()\n@click.option('--x')\ndef train(x): ...\ncli()\n",
    )
    found = schema(project)
    assert found.complete
    assert found.remarks == ("the program takes several commands: those after the first go behind `--`",)


@pytest.mark.parametrize(
    "made", ["click.Choice()", "click.Choice(**known)", "click.Choice(case_sensitive=False)"]
)
def test_a_choice_of_nothing_that_is_known_takes_anything(project: Folder, made: str) -> None:
    text = f"import click\n@click.command()\n@click.option('--x', type={made})\ndef main(x): ...\nmain()\n"
    project.write("train.py", text)
    assert resolve(schema(project), {}, ["x=y"]).given == {"x": "y"}


def test_a_flag_whose_value_is_false_is_named_by_what_it_sets(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import click

        @click.command()
        @click.option("--no-shuffle", "shuffle", is_flag=True, flag_value=False, default=True)
        def main(shuffle):
            print(shuffle)

        if __name__ == "__main__":
            main()
        """,
    )
    found = schema(project)
    assert found.complete
    for value in ("true", "false"):
        line = command_line_of(found, [f"shuffle={value}"])
        assert run(project, "train.py", *line).strip() == value.capitalize()


def test_a_flag_that_is_true_without_it_is_told(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import click

        @click.command()
        @click.option("--shuffle", is_flag=True, default=True)
        def main(shuffle):
            print(shuffle)

        main()
        """,
    )
    found = schema(project)
    assert not found.complete
    assert "depends on the version of click" in found.notes[0]

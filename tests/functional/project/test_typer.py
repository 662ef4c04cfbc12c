"""What was read of typer programs, beside what typer makes of them."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.judge import asked, by_key, keys, schema

MAIN = """
    import typer
    from enum import Enum
    from pathlib import Path
    from typing import List, Optional, Tuple
    from typing_extensions import Annotated

    class Net(str, Enum):
        small = "small-net"
        big = "big-net"

    def main(
        name: str,
        data_dir: Path = Path("data"),
        lr: float = 0.1,
        net: Net = Net.small,
        force: bool = False,
        quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False,
        users: Optional[List[str]] = typer.Option(None, help="who"),
        size: Tuple[int, int] = (1, 2),
        need: int = typer.Option(..., "--must", "-m"),
        accept: bool = typer.Option(True, "--accept/--reject"),
        verbose: Annotated[int, typer.Option("-v", count=True)] = 0,
        files: Annotated[Optional[List[Path]], typer.Argument()] = None,
    ): ...

    if __name__ == "__main__":
        typer.run(main)
    """
APPLICATION = """
    import typer
    from data import app as data_app

    app = typer.Typer()
    app.add_typer(data_app, name="data")

    @app.callback()
    def every(debug: bool = False): ...

    @app.command()
    def fit_it(epochs: int = 3, ctx: typer.Context = None): ...

    @app.command("test")
    def evaluate(split: str): ...

    if __name__ == "__main__":
        app()
    """
DATA = "import typer\napp = typer.Typer()\n@app.command()\ndef get(n: int = 1): ...\n@app.command()\ndef put(): ...\n"
QUESTION = """
    import enum, json, typer, train
    def choices(one):
        # typer has a click of its own since 0.26.
        if hasattr(one, "type"):
            return list(getattr(one.type, "choices", ()))
        kind = one.type_descriptor.annotation
        return [member.value for member in kind] if isinstance(kind, enum.EnumMeta) else []
    def tell(command, path=()):
        for one in command.params:
            if one.name in ("install_completion", "show_completion"):
                continue
            default = one.default
            yield " ".join(path), {
                "dest": one.name, "flags": sorted(one.opts) if one.param_type_name == "option" else [],
                "off": sorted(one.secondary_opts), "choices": choices(one),
                "required": one.required, "nargs": one.nargs, "multiple": one.multiple,
                "flag": getattr(one, "is_flag", False), "count": getattr(one, "count", False),
                "default": str(getattr(default, "value", default)),
            }
        for name, below in getattr(command, "commands", {}).items():
            yield from tell(below, (*path, name))
    if hasattr(train, "app"):
        app = train.app
    else:
        app = typer.Typer()
        app.command()(train.main)
    print(json.dumps(list(tell(typer.main.get_command(app)))))
    """


@pytest.mark.parametrize("files", [{"train.py": MAIN}, {"train.py": APPLICATION, "data.py": DATA}])
def test_all_is_as_typer_has_it(project: Folder, files: dict[str, str]) -> None:
    project.write_all(files)
    found = schema(project)
    assert (found.source, found.notes) == ("typer", ())
    told = asked(project, QUESTION)
    assert len(told) == len(found.parameters)
    for command, theirs in told:
        ours = next(
            p
            for p in found.parameters
            if p.command == command
            and theirs["dest"] in {name.replace("-", "_") for name in (p.key, *p.aliases)}
        )
        assert ours.flag in theirs["flags"] or not theirs["flags"], theirs
        assert ([ours.off] if ours.off else []) == theirs["off"], theirs
        assert list(ours.choices) == theirs["choices"]
        assert ours.required == theirs["required"], theirs
        assert (ours.action == "append") == (theirs["multiple"]), theirs
        assert (ours.action in ("flag", "boolean-optional")) == theirs["flag"], theirs
        assert (ours.action == "count") == theirs["count"], theirs
        wanted = {1: {"", "?"}, -1: {"*", "+"}}.get(theirs["nargs"], {str(theirs["nargs"])})
        assert ours.nargs in wanted, theirs
        assert str(ours.default) == theirs["default"] or ours.default in (None, False), theirs


def test_commands_and_groups(project: Folder) -> None:
    project.write_all({"train.py": APPLICATION, "data.py": DATA})
    found = schema(project)
    assert set(found.commands) == {"fit-it", "test", "data get", "data put"}
    assert found.command_required
    assert list(by_key(found)) == ["debug"]
    assert by_key(found, "data get")["n"].default == 1


def test_an_application_with_one_command_has_no_commands(project: Folder) -> None:
    project.write(
        "train.py", "import typer\na = typer.Typer()\n@a.command()\ndef fit(x: int = 1): ...\na()\n"
    )
    found = schema(project)
    assert (found.commands, found.command_required, keys(found)) == ((), False, ["x"])


def test_what_can_not_be_read_makes_it_incomplete(project: Folder) -> None:
    project.write(
        "train.py", "import typer\ndef main(x: int = typer.Option(1, **more)): ...\ntyper.run(main)\n"
    )
    found = schema(project)
    assert not found.complete
    assert "train.py:2: `x` is declared at run time" in found.notes


def test_the_bounds_of_numbers(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import typer
        from typing import Annotated
        def main(n: Annotated[int, typer.Option(min=1, max=9)] = 2, p: float = typer.Option(0.5, min=0.1)): pass
        typer.run(main)
        """,
    )
    assert {p.key: (p.low, p.high) for p in schema(project).parameters} == {"n": (1, 9), "p": (0.1, None)}


def test_functions_that_are_handed_over_in_a_loop(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import typer
        app = typer.Typer()
        def train(lr: float = 0.1): ...
        def evaluate(k: int = 1): ...
        for one in (train, evaluate):
            app.command()(one)
        for name, one in {"a": train}.items():
            app.command(name)(one)
        app()
        """,
    )
    found = schema(project)
    assert (found.complete, found.commands) == (True, ("train", "evaluate", "a"))
    assert [(p.command, p.key) for p in found.parameters] == [("train", "lr"), ("evaluate", "k"), ("a", "lr")]

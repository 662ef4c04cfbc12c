"""Options that libraries make of classes and functions, beside what the libraries say."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.judge import asked, by_key, keys, run, schema
from tests.unit.project.on_the_way import command_line_of

from skylift.errors import ConfigError
from skylift.project.parameters.schema import read_parameters
from skylift.values.arguments import Parameter

CLASSES = """
    import enum
    from dataclasses import dataclass, field
    from pathlib import Path
    from typing import Literal, Optional

    class Colour(enum.Enum):
        red = 1
        blue = 2

    @dataclass
    class Optimiser:
        learning_rate: float = 0.1
        nesterov: bool = False
        decay: bool = True

    @dataclass
    class Base:
        name: str

    @dataclass
    class Settings(Base):
        log_dir: Path = Path("logs")
        colour: Colour = Colour.red
        kind: Literal["a", "b"] = "a"
        sizes: list[int] = field(default_factory=lambda: [1, 2])
        most: Optional[int] = None
        optimiser: Optimiser = field(default_factory=lambda: Optimiser(learning_rate=3.0))
    """
TYRO = "import tyro\nfrom settings import Settings\nif __name__ == '__main__':\n    tyro.cli(Settings)\n"
SIMPLE = (
    "import simple_parsing\nfrom settings import Settings\nparser = simple_parsing.ArgumentParser()\n"
    "parser.add_arguments(Settings, dest='settings')\nif __name__ == '__main__':\n    parser.parse_args()\n"
)
ASK_TYRO = """
    import warnings
    warnings.simplefilter("ignore")
    import json, tyro, settings
    from tyro.extras import get_parser
    parser = get_parser(settings.Settings)
    """
ASK_SIMPLE = "import json, train\nparser = train.parser\nparser._preprocessing([])\n"
TELL = """
print(json.dumps([
    [action.option_strings, action.nargs if isinstance(action.nargs, str) else "",
     list(action.choices or ()), bool(action.required)]
    for action in parser._actions if action.dest != "help"
]))
"""


@pytest.fixture
def classes(project: Folder) -> Folder:
    project.write("settings.py", CLASSES)
    return project


@pytest.mark.parametrize(
    ("program", "question"), [(TYRO, ASK_TYRO), (SIMPLE, ASK_SIMPLE)], ids=["tyro", "simple"]
)
def test_flags_choices_and_what_is_required(classes: Folder, program: str, question: str) -> None:
    classes.write("train.py", program)
    found = schema(classes)
    assert (found.complete, found.notes) == (True, ())
    told = asked(classes, "\n".join(line.strip() for line in question.splitlines()) + TELL)
    assert len(told) == len(found.parameters)
    by_flag = {p.flag: p for p in found.parameters}
    for flags, nargs, choices, required in told:
        ours = next(by_flag[flag] for flag in flags if flag in by_flag)
        assert ours.required == required, flags
        assert list(ours.choices) == choices, flags
        assert ours.nargs == nargs.replace("?", ""), flags
        assert ours.off in ("", *flags), flags


def test_defaults_and_types_of_nested_classes(classes: Folder) -> None:
    classes.write("train.py", TYRO)
    found = by_key(schema(classes))
    shown = {key: (p.type, p.default, p.action) for key, p in found.items()}
    assert shown == {
        "name": ("str", None, "store"),
        "log-dir": ("path", "logs", "store"),
        "colour": ("str", "red", "store"),
        "kind": ("str", "a", "store"),
        "sizes": ("int", [1, 2], "store"),
        "most": ("int", None, "store"),
        "optimiser.learning-rate": ("float", 3.0, "store"),
        "optimiser.nesterov": ("bool", False, "boolean-optional"),
        "optimiser.decay": ("bool", True, "boolean-optional"),
    }
    assert found["optimiser.decay"].off == "--optimiser.no-decay"


def test_a_function_and_commands_for_tyro(classes: Folder) -> None:
    classes.write("train.py", "import tyro\ndef main(steps: int, amp: bool = True): ...\ntyro.cli(main)\n")
    assert by_key(schema(classes))["amp"].off == "--no-amp"
    classes.write(
        "train.py", "import tyro\nfrom settings import Base, Optimiser\ntyro.cli(Base | Optimiser)\n"
    )
    found = schema(classes)
    assert (found.commands, found.command_required) == (("base", "optimiser"), True)
    assert list(by_key(found, "base")) == ["name"]


MIXED = """
    from dataclasses import dataclass, field
    from typing import Optional, Tuple, Union

    @dataclass
    class Settings:
        mixed: Tuple[int, str, float] = (1, "a", 0.5)
        most: Optional[int] = 3
        either: Union[int, str] = 3
        pair: Optional[Tuple[int, int]] = None
    """


def test_tuples_are_given_value_by_value(project: Folder) -> None:
    project.write("settings.py", MIXED)
    given = ['mixed=[1,"1e3",2]', "either=1e3", "pair=1", "pair=2"]
    project.write("train.py", TYRO.replace("    tyro.cli", "    print(tyro.cli").replace("ings)", "ings))"))
    line = command_line_of(schema(project), [*given, "most=None"])
    assert (
        run(project, "train.py", *line)
        == "Settings(mixed=(1, '1e3', 2.0), most=None, either='1e3', pair=(1, 2))\n"
    )
    assert "pair=None" in run(project, "train.py", *command_line_of(schema(project), ["pair=None"]))
    project.write("train.py", SIMPLE.replace("parser.parse_args()", "print(parser.parse_args().settings)"))
    line = command_line_of(schema(project), given)
    assert (
        run(project, "train.py", *line)
        == "Settings(mixed=(1, '1e3', 2.0), most=3, either='1e3', pair=(1, 2))\n"
    )
    with pytest.raises(ConfigError, match="`mixed` wants a number, not 'x'"):
        command_line_of(schema(project), ["mixed=1", "mixed=a", "mixed=x"])


HF = """
    import sys
    from dataclasses import dataclass, field
    from enum import Enum
    from typing import List, Optional
    from transformers import HfArgumentParser, TrainingArguments

    class Kind(Enum):
        one = "first"
        two = "second"

    @dataclass
    class ModelArguments:
        model_name: str = field(metadata={"help": "which model"})
        fast: bool = field(default=True)
        lora: bool = False
        maybe: Optional[bool] = None
        targets: List[str] = field(default_factory=lambda: ["q", "v"])
        kind: Kind = Kind.one
        size: int = field(default=1, metadata={"choices": [1, 2]})

    @dataclass
    class OwnArguments(TrainingArguments):
        extra: float = 0.5

    def main():
        parser = HfArgumentParser((ModelArguments, OwnArguments))
        if len(sys.argv) == 2 and sys.argv[1].endswith(".json"):
            return parser.parse_json_file(sys.argv[1])
        return parser.parse_args_into_dataclasses()

    main()
    """


def test_the_dataclasses_of_a_hugging_face_script(project: Folder) -> None:
    project.write("train.py", HF)
    found = schema(project)
    known = by_key(found)
    assert keys(found)[:8] == ["model_name", "fast", "lora", "maybe", "targets", "kind", "size", "extra"]
    assert known["model_name"] == Parameter("model_name", "--model_name", required=True, help="which model")
    assert known["fast"] == Parameter("fast", "--fast", "bool", True, off="--no_fast", false="False")
    assert known["lora"] == Parameter("lora", "--lora", "bool", False, false="False")
    assert (known["targets"].nargs, known["targets"].default) == ("+", ["q", "v"])
    assert (known["kind"].choices, known["kind"].default) == (("first", "second"), "first")
    assert known["size"].choices == (1, 2)
    assert (known["num_train_epochs"].type, known["num_train_epochs"].default_known) == ("float", False)
    assert known["bf16"].false == "False"
    assert not found.complete
    assert any("has more fields than are listed" in note for note in found.notes)
    assert any("JSON file" in remark for remark in found.remarks)


def test_a_hugging_face_script_of_its_own_classes_is_complete(project: Folder) -> None:
    text = HF.replace("(ModelArguments, OwnArguments)", "ModelArguments").replace(", TrainingArguments", "")
    project.write("train.py", text.replace("OwnArguments(TrainingArguments)", "OwnArguments"))
    assert schema(project).complete
    unknown = text.replace(
        "parse_args_into_dataclasses()", "parse_args_into_dataclasses(return_remaining_strings=True)"
    )
    project.write("train.py", unknown.replace("OwnArguments(TrainingArguments)", "OwnArguments"))
    assert not schema(project).complete


@pytest.mark.parametrize(
    ("text", "source", "shown"),
    [
        (
            "import pyrallis\n@pyrallis.wrap()\ndef main(cfg: Optimiser): ...\nmain()\n",
            "pyrallis",
            {"learning_rate": "--learning_rate", "nesterov": "--nesterov", "decay": "--decay"},
        ),
        (
            "from tap import Tap\nclass Args(Tap):\n    lr: float = 0.1\n    amp: bool = False\nArgs().parse_args()\n",
            "typed-argument-parser",
            {"lr": "--lr", "amp": "--amp"},
        ),
        (
            "from pydantic_settings import BaseSettings\nclass S(BaseSettings, cli_parse_args=True):\n    lr: float = 0.1\nS()\n",
            "pydantic-settings",
            {"lr": "--lr"},
        ),
    ],
)
def test_kin_of_theirs(classes: Folder, text: str, source: str, shown: dict[str, str]) -> None:
    classes.write("train.py", "from settings import Optimiser\n" + text)
    found = schema(classes)
    assert (found.source, found.complete) == (source, True)
    assert {p.key: p.flag for p in found.parameters} == shown


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("import tyro\ntyro.cli(Settings, default=load())", "from an instance"),
        ("import tyro\ntyro.cli(Settings, config=(tyro.conf.OmitArgPrefixes,))", "what flags are called"),
        ("import tyro\ntyro.cli(made())", "made at run time"),
        (
            "from transformers import HfArgumentParser as P\nP(classes()).parse_args_into_dataclasses()",
            "`classes",
        ),
        ("import simple_parsing\nsimple_parsing.parse(Elsewhere)", "not in the project"),
    ],
)
def test_what_can_not_be_read_makes_it_incomplete(classes: Folder, text: str, note: str) -> None:
    classes.write("train.py", f"from settings import Settings\n{text}\n")
    found = schema(classes)
    assert not found.complete
    assert any(note in said for said in found.notes), found.notes


def test_classes_that_a_variable_of_the_function_has(classes: Folder) -> None:
    text = "from transformers import HfArgumentParser\nfrom settings import Base, Optimiser\ndef main():\n    kinds = (Base,)\n"
    text += (
        "    kinds = (Base, Optimiser)\n    HfArgumentParser(kinds).parse_args_into_dataclasses()\nmain()\n"
    )
    classes.write("train.py", text)
    found = schema(classes)
    assert (found.complete, keys(found)) == (True, ["name", "learning_rate", "nesterov", "decay"])


MARKED = """
    from dataclasses import dataclass, field
    from typing import Dict
    import tyro

    @dataclass
    class Settings:
        more: tyro.conf.UseAppendAction[list[int]]
        loud: tyro.conf.UseCounterAction[int] = 0
        fixed: tyro.conf.Fixed[int] = 3
        empty: Dict[str, int] = field(default_factory=dict)
        table: Dict[str, float] = field(default_factory=lambda: {"a": 1.0})

    print(tyro.cli(Settings))
    """


def test_marks_and_tables_of_tyro(project: Folder) -> None:
    project.write("train.py", MARKED)
    found = schema(project)
    assert (found.complete, keys(found)) == (True, ["more", "loud", "empty", "table.a"])
    line = command_line_of(found, ["more=1", "more=2", "loud=2", 'empty={"x":3}', "table.a=2"])
    wanted = "Settings(more=[1, 2], loud=2, fixed=3, empty={'x': 3}, table={'a': 2.0})\n"
    assert run(project, "train.py", *line) == wanted


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ("from tyro.conf import OmitArgPrefixes", "OmitArgPrefixes[A]"),
        ("from typing import Annotated", "Annotated[A, tyro.conf.ConsolidateSubcommandArgs]"),
    ],
)
def test_marks_that_rename_flags_and_are_not_read_are_said(project: Folder, before: str, kind: str) -> None:
    project.write(
        "train.py",
        f"import tyro\n{before}\nfrom dataclasses import dataclass\n"
        f"@dataclass\nclass A:\n    lr: float = 0.1\nprint(tyro.cli({kind}))\n",
    )
    reading = read_parameters(project.root, "train.py")
    assert not reading.schema().complete
    assert any("tyro.conf." in note for note in reading.notes)

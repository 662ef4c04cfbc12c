"""What a parser of argparse says beside its ``add_argument`` calls, with argparse itself for the judge."""

from __future__ import annotations

import json

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.judge import by_key, run, schema
from tests.unit.project.on_the_way import command_line_of

from skylift.errors import ConfigError
from skylift.project.arguments.resolve import resolve

GROUPS = """
    import argparse

    parser = argparse.ArgumentParser()
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--train", action="store_true")
    what.add_argument("--checkpoint")
    device = parser.add_argument_group("device").add_mutually_exclusive_group()
    device.add_argument("--gpu", type=int)
    device.add_argument("--no-gpu", dest="use_gpu", action="store_false")
    device.add_argument("--amp", action=argparse.BooleanOptionalAction)
    print(sorted(vars(parser.parse_args()).items(), key=str))
    """


@pytest.mark.parametrize(
    "given",
    [
        ["train=true"],
        ["checkpoint=a.pt", "gpu=0"],
        ["train=true", "use_gpu=false"],
        ["train=true", "use_gpu=true", "gpu=1"],
        ["train=false", "checkpoint=a.pt"],
    ],
)
def test_what_argparse_takes_together_is_taken(project: Folder, given: list[str]) -> None:
    project.write("train.py", GROUPS)
    found = schema(project)
    assert (found.complete, found.notes) == (True, ())
    run(project, "train.py", *command_line_of(found, given))


@pytest.mark.parametrize(
    ("given", "line", "told"),
    [
        ([], [], "train, checkpoint: the program requires one of them"),
        (["train=false"], [], "train, checkpoint: the program requires one of them"),
        (
            ["train=true", "checkpoint=a.pt"],
            ["--train", "--checkpoint=a.pt"],
            "train, checkpoint: the program takes one of them at most",
        ),
        (
            ["train=true", "gpu=1", "use_gpu=false"],
            ["--train", "--gpu=1", "--no-gpu"],
            "gpu, use_gpu: the program takes one of them at most",
        ),
        (
            ["train=true", "gpu=1", "amp=false"],
            ["--train", "--gpu=1", "--no-amp"],
            "gpu, amp: the program takes one of them at most",
        ),
    ],
)
def test_what_argparse_refuses_is_told_in_one_line(
    project: Folder, given: list[str], line: list[str], told: str
) -> None:
    project.write("train.py", GROUPS)
    with pytest.raises(ConfigError) as refused:
        resolve(schema(project), {}, given)
    assert [f"{issue.where}: {issue.what}" for issue in refused.value.issues] == [told]
    with pytest.raises(AssertionError, match=r"not allowed with|one of the arguments"):
        run(project, "train.py", *line)


def test_what_the_job_fills_counts_as_given(project: Folder) -> None:
    project.write("train.py", GROUPS)
    found = schema(project)
    assert resolve(found, {}, [], bound=["checkpoint"]).given == {}
    with pytest.raises(ConfigError) as refused:
        resolve(found, {}, ["train=true"], bound=["checkpoint"])
    assert "the job itself fills checkpoint" in refused.value.issues[0].hint


def test_a_group_counts_with_its_sub_command_only(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import argparse
        shared = argparse.ArgumentParser(add_help=False)
        group = shared.add_mutually_exclusive_group(required=True)
        group.add_argument("--fold", type=int)
        group.add_argument("--all", action="store_true")
        parser = argparse.ArgumentParser()
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("train", parents=[shared])
        commands.add_parser("evaluate")
        parser.parse_args()
        """,
    )
    found = schema(project)
    resolve(found, {}, ["command=evaluate"])
    resolve(found, {}, ["command=train", "all=true"])
    with pytest.raises(ConfigError, match="fold, all: the program requires one of them"):
        resolve(found, {}, ["command=train"])


def test_defaults_that_are_said_apart(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import argparse, json
        class Parser(argparse.ArgumentParser):
            pass
        parser = Parser(argument_default=3)
        parser.set_defaults(late=5, kind="x")
        parser.add_argument("--plain", type=int)
        parser.add_argument("--own", type=int, default=7)
        parser.add_argument("--late", type=int, help="late, %(default)s by default; 5%%")
        parser.add_argument("--must", type=int, required=True)
        parser.set_defaults(own=8, must=9)
        print(json.dumps(vars(parser.parse_args())))
        """,
    )
    found = by_key(schema(project))
    theirs = json.loads(run(project, "train.py", "--must", "9"))
    assert {key: one.default for key, one in found.items()} | {"kind": "x"} == theirs
    assert found["late"].help == "late, 5 by default; 5%"
    # A default does not make optional what is required.
    assert found["must"].required
    with pytest.raises(AssertionError, match="required: --must"):
        run(project, "train.py")


def test_a_default_that_is_set_in_a_condition_is_not_known(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import argparse, os
        parser = argparse.ArgumentParser()
        parser.add_argument("--lr", type=float, default=0.1)
        if os.path.exists("usual.txt"):
            parser.set_defaults(lr=0.2)
        parser.parse_args()
        """,
    )
    assert not by_key(schema(project))["lr"].default_known


def test_registered_types_are_those_that_they_stand_for(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import argparse
        def str2bool(text):
            return text.lower() in ("yes", "true")
        class Parser(argparse.ArgumentParser):
            def __init__(self, **more):
                super().__init__(**more)
                self.register("type", "truth", str2bool)
                self.register("type", bool, str2bool)
        parser = Parser()
        parser.add_argument("--a", type="truth", default=True)
        parser.add_argument("--b", type=bool, default=True)
        found = parser.parse_args()
        print(found.a, found.b)
        """,
    )
    found = schema(project)
    line = command_line_of(found, ["a=no", "b=yes"])
    assert run(project, "train.py", *line).split() == ["False", "True"]


@pytest.mark.parametrize("sign", ["@", "+"])
def test_values_that_begin_with_another_sign_arrive_as_they_are(project: Folder, sign: str) -> None:
    made_with = {"@": 'fromfile_prefix_chars="@"', "+": 'prefix_chars="-+"'}[sign]
    project.write(
        "train.py",
        f"""
        import argparse, json
        parser = argparse.ArgumentParser({made_with})
        parser.add_argument("--name")
        parser.add_argument("{"+" if sign == "+" else "-"}n", type=int)
        parser.add_argument("--tag", action="append")
        print(json.dumps(vars(parser.parse_args())))
        """,
    )
    found = schema(project)
    assert (found.complete, found.notes) == (True, ())
    line = command_line_of(found, [f"name={sign}me", "n=3", f"tag={sign}a", "tag=-b"])
    wanted = {"name": f"{sign}me", "n": 3, "tag": [f"{sign}a", "-b"]}
    assert json.loads(run(project, "train.py", *line)) == wanted


@pytest.mark.parametrize("text", ["[1, (2, None)]", "{'a': 0x10}", "1e3", "007", "true", " a , b "])
def test_a_type_of_the_programs_own_has_the_text_as_it_was_typed(project: Folder, text: str) -> None:
    project.write(
        "train.py",
        """
        import argparse, ast
        def own(text):
            return text
        parser = argparse.ArgumentParser()
        parser.add_argument("--own", type=own, default="[1, 2]")
        parser.add_argument("--evaluated", type=eval, default="(1, 2)")
        parser.add_argument("--literal", type=ast.literal_eval, default=(1, 2))
        parser.add_argument("--split", type=lambda text: text.split(","), default=["a"])
        parser.parse_args()
        """,
    )
    found = schema(project)
    assert [p.default for p in found.parameters] == ["[1, 2]", "(1, 2)", (1, 2), ["a"]]
    for parameter in found.parameters:
        assert resolve(found, {}, [f"{parameter.key}={text}"]).given == {parameter.key: text}


def test_choices_in_any_case_where_the_type_makes_one_of_it(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--low", type=str.lower, choices=["adam", "sgd"])
        parser.add_argument("--odd", type=str.lower, choices=["Adam", "sgd"])
        parser.parse_args()
        """,
    )
    found = schema(project)
    assert resolve(found, {}, ["low=ADAM", "odd=x"]).given == {"low": "adam", "odd": "x"}
    with pytest.raises(ConfigError) as refused:
        resolve(found, {}, ["low=SDG"])
    assert refused.value.issues[0].hint == "did you mean `sgd`?"


ARRIVES = "\nif __name__ == '__main__':\n    print(json.dumps(vars(parser.parse_args())))\n"
PAIRS = {
    "the same dest": "parser.add_argument('--shuffle', dest='shuffle', action='store_true')\n"
    "parser.add_argument('--no-shuffle', dest='shuffle', action='store_false')\n",
    "off first": "parser.add_argument('--no-shuffle', dest='shuffle', action='store_false')\n"
    "parser.add_argument('--shuffle', action='store_true')\n",
    "set last": "parser.add_argument('--use-shuffle', dest='shuffle', action='store_true')\n"
    "parser.add_argument('--no-shuffle', dest='shuffle', action='store_false')\n"
    "parser.set_defaults(shuffle=True)\n",
    "in a group": "group = parser.add_mutually_exclusive_group()\n"
    "group.add_argument('--shuffle', action='store_true')\n"
    "group.add_argument('--no-shuffle', dest='shuffle', action='store_false')\n",
    "in a group that is required": "group = parser.add_mutually_exclusive_group(required=True)\n"
    "group.add_argument('--shuffle', action='store_true')\n"
    "group.add_argument('--no-shuffle', dest='shuffle', action='store_false')\n",
}


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("value", [True, False])
def test_two_flags_of_one_name_are_a_parameter_that_says_both(
    project: Folder,
    pair: str,
    value: bool,  # noqa: FBT001
) -> None:
    head = "import argparse, json\nparser = argparse.ArgumentParser()\n"
    project.write("train.py", head + PAIRS[pair] + ARRIVES)
    found = schema(project)
    assert (found.complete, len(found.parameters)) == (True, 1)
    line = command_line_of(found, [f"shuffle={json.dumps(value)}"])
    assert json.loads(run(project, "train.py", *line)) == {"shuffle": value}
    if "required" not in pair:
        usual = json.loads(run(project, "train.py"))["shuffle"]
        assert resolve(found, {}, []).effective == {found.parameters[0].key: usual}


def test_what_a_lone_flag_can_not_say_is_refused(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--pretrained", action="store_true", default=True)
        parser.add_argument("--fixed", action="store_false", default=False)
        parser.parse_args()
        """,
    )
    found = schema(project)
    assert command_line_of(found, ["pretrained=true", "fixed=false"]) == ["--pretrained", "--fixed"]
    for said in ("pretrained=false", "fixed=true"):
        with pytest.raises(ConfigError, match="without"):
            resolve(found, {}, [said])


@pytest.mark.parametrize(
    ("given", "arrives"),
    [
        (["pair=[1, 2]"], [[1, 2]]),
        (["pair=[1, 2]", "pair=[3, -4]"], [[1, 2], [3, -4]]),
        (["pair=[[1, 2], [3, 4]]"], [[1, 2], [3, 4]]),
    ],
)
def test_several_values_each_time_are_lists_in_a_list(
    project: Folder, given: list[str], arrives: list[list[int]]
) -> None:
    head = "import argparse, json\nparser = argparse.ArgumentParser()\n"
    added = "parser.add_argument('--pair', action='append', nargs=2, type=int)\n"
    project.write("train.py", head + added + ARRIVES)
    found = schema(project)
    assert json.loads(run(project, "train.py", *command_line_of(found, given))) == {"pair": arrives}
    for wrong in ("pair=1", "pair=[1, 2, 3]", "pair=[[1]]", 'pair=["a", 2]'):
        with pytest.raises(ConfigError):
            resolve(found, {}, [wrong])


def test_two_arguments_that_would_have_one_name_are_told(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--data", dest="folder", required=True)
        parser.add_argument("data", type=int)
        parser.parse_args()
        """,
    )
    assert schema(project).notes == ("train.py:5: another argument is called `data`, too",)


@pytest.mark.parametrize("given", [["opt=a"], ["word=a"], ["opt=a", "word=b"], ['opt=["a", "b"]', "word=c"]])
def test_a_sub_command_is_no_value_of_the_option_before_it(project: Folder, given: list[str]) -> None:
    head = "import argparse, json\nparser = argparse.ArgumentParser()\n"
    added = (
        "parser.add_argument('--opt', nargs='*')\nparser.add_argument('--word', nargs='?')\n"
        "fit = parser.add_subparsers(dest='what').add_parser('fit')\nfit.add_argument('--more', nargs='+')\n"
    )
    project.write("train.py", head + added + ARRIVES)
    found = schema(project)
    line = command_line_of(found, ["command=fit", "more=x", *given])
    assert json.loads(run(project, "train.py", *line))["what"] == "fit"


def test_a_short_flag_that_says_false_hides_no_long_one_of_its_name(project: Folder) -> None:
    head = "import argparse, json\nparser = argparse.ArgumentParser()\n"
    added = "parser.add_argument('-x', dest='cache', action='store_false')\nparser.add_argument('--x', type=int)\n"
    project.write("train.py", head + added + ARRIVES)
    line = command_line_of(schema(project), ["x=3", "cache=false"])
    assert json.loads(run(project, "train.py", *line)) == {"x": 3, "cache": False}

"""Programs of optparse: what is read is what the parser has."""

from __future__ import annotations

import json

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.judge import asked, by_key, keys, run, schema
from tests.unit.project.on_the_way import command_line_of

from skylift.errors import ConfigError

PROGRAM = """
    from optparse import OptionGroup, OptionParser, make_option

    def build():
        usage = "usage: %prog [options] data_dir"
        parser = OptionParser(usage=usage, option_list=[make_option("--seed", type="int", default=1)])
        parser.add_option("-l", "--lr", type="float", default=0.1, help="rate [default: %default]")
        parser.add_option("-e", "--epochs", dest="rounds", type=int, default=3)
        parser.add_option("--verbose", action="store_true", default=False)
        parser.add_option("--no-cache", action="store_false", dest="cache", default=True)
        parser.add_option("--opt", type="choice", choices=["adam", "sgd"], default="adam")
        parser.add_option("--pair", type="float", nargs=2)
        parser.add_option("--tag", action="append")
        parser.add_option("--loud", action="count", default=0)
        group = OptionGroup(parser, "More", "of them")
        for name in ("first", "second"):
            group.add_option("--" + name, default=name)
        parser.add_option_group(group)
        parser.set_defaults(rounds=7)
        return parser

    if __name__ == "__main__":
        options, args = build().parse_args()
        print(sorted(vars(options).items()))
    """
ASK = """
    import json, train
    parser = train.build()
    print(json.dumps({
        (option._long_opts or option._short_opts)[0]: [option.dest, parser.defaults.get(option.dest), option.choices, option.nargs]
        for option in [*parser.option_list, *parser.option_groups[0].option_list] if option.dest
    }))
    """


def test_options_are_as_optparse_has_them(project: Folder) -> None:
    project.write("train.py", PROGRAM)
    found = schema(project)
    assert (found.source, found.notes, found.complete) == ("optparse", (), True)
    assert found.remarks == ("words without a flag (data_dir) go after `--`",)
    theirs, ours = asked(project, ASK), {p.flag: p for p in found.parameters}
    assert set(ours) == set(theirs)
    for flag, (dest, default, choices, nargs) in theirs.items():
        assert ours[flag].default == default, flag
        assert list(ours[flag].choices) == (choices or []), flag
        assert ours[flag].nargs == ("2" if nargs == 2 else ""), flag
        assert found.find(dest) is ours[flag]
    assert (ours["--lr"].help, ours["--epochs"].type) == ("rate", "int")


def test_values_arrive_in_optparse(project: Folder) -> None:
    project.write("train.py", PROGRAM)
    given = ["lr=-1e-5", "rounds=4", "verbose=true", "cache=false", "pair=[-1,2]", 'tag=["-x","y"]', "loud=2"]
    line = command_line_of(schema(project), [*given, "first=--b", "second=", "seed=3"])
    assert run(project, "train.py", *line) == (
        "[('cache', False), ('first', '--b'), ('loud', 2), ('lr', -1e-05), ('opt', 'adam'), ('pair', (-1.0, 2.0)), "
        "('rounds', 4), ('second', ''), ('seed', 3), ('tag', ['-x', 'y']), ('verbose', True)]\n"
    )
    with pytest.raises(ConfigError, match="takes one of: adam, sgd"):
        command_line_of(schema(project), ["opt=adm"])


@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("for n in open('names'):\n    parser.add_option('--' + n)", "made at run time"),
        ("import os\nif os.getpid() > 5:\n    parser.add_option('--lr')", "stands in a condition"),
        ("from elsewhere import more\nmore(parser)", "may add options"),
    ],
)
def test_options_that_only_a_run_knows_make_it_incomplete(project: Folder, code: str, note: str) -> None:
    project.write(
        "train.py", f"from optparse import OptionParser as P\nparser = P()\n{code}\nparser.parse_args()\n"
    )
    found = schema(project)
    assert not found.complete
    assert any(note in said for said in found.notes)


def test_an_option_that_a_module_of_its_own_declares(project: Folder) -> None:
    project.write(
        "options.py",
        "import optparse\nparser = optparse.OptionParser()\nparser.add_option('--lr', type='float')\n",
    )
    project.write("train.py", "from options import parser\nopts, _ = parser.parse_args()\n")
    assert (keys(schema(project)), by_key(schema(project))["lr"].type) == (["lr"], "float")


def test_the_last_default_of_a_name_is_that_of_all_its_options(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import json
        from optparse import OptionParser
        parser = OptionParser()
        parser.set_defaults(lr=3)
        parser.add_option("--lr", type="float")
        parser.add_option("--shuffle", action="store_true", default=True)
        parser.add_option("--no-shuffle", action="store_false", dest="shuffle")
        parser.add_option("--fast", action="store_true")
        parser.add_option("--pair", action="append", type="int", nargs=2)
        if __name__ == "__main__":
            print(json.dumps(vars(parser.parse_args()[0])))
        """,
    )
    found = schema(project)
    usual = json.loads(run(project, "train.py"))
    assert {p.key: p.default for p in found.parameters} == usual
    line = command_line_of(found, ["shuffle=false", "pair=[1, -2]"])
    arrives = json.loads(run(project, "train.py", *line))
    assert arrives == {**usual, "shuffle": False, "pair": [[1, -2]]}

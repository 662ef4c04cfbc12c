"""Flags of absl, functions under fire, usage texts, globals: read, and as the libraries take them."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.judge import asked, by_key, keys, run, schema
from tests.unit.project.on_the_way import command_line_of

from skylift.errors import ConfigError

ABSL = """
    import json, enum
    from absl import app, flags
    import more

    class Kind(enum.Enum):
        ONE = 1
        TWO = 2

    FLAGS = flags.FLAGS
    flags.DEFINE_string("name", "x", "its name", short_name="n")
    flags.DEFINE_integer("steps", 10, "steps")
    flags.DEFINE_bool("amp", True, "mixed")
    flags.DEFINE_enum("optimiser", "adam", ["adam", "sgd"], "which")
    flags.DEFINE_enum_class("kind", Kind.ONE, Kind, "which kind")
    flags.DEFINE_list("layers", ["a", "b"], "layers")
    flags.DEFINE_multi_integer("size", 1, "sizes")
    flags.mark_flag_as_required("name")

    def main(argv): ...

    if __name__ == "__main__":
        app.run(main)
    """
ASK_ABSL = """
    import json, train
    from absl import flags
    flags.FLAGS.unparse_flags()
    told = {}
    for name, flag in flags.FLAGS.flags_by_module_dict().items():
        if name in ("train", "more"):
            told |= {one.name: [one.flag_type(), one.short_name, list(getattr(one.parser, "enum_values", None) or ()),
                     one.help, one.default_as_str] for one in flag}
    print(json.dumps(told))
    """


def test_the_flags_of_all_modules_are_as_absl_has_them(project: Folder) -> None:
    project.write("train.py", ABSL)
    project.write("more.py", 'from absl import flags as f\nf.DEFINE_float("lr", 1, "rate")\n')
    found = schema(project)
    assert (found.source, found.notes, found.complete) == ("absl", (), True)
    theirs = asked(project, ASK_ABSL)
    ours = by_key(found)
    assert set(ours) == set(theirs)
    types = {
        "string": "str",
        "int": "int",
        "float": "float",
        "bool": "bool",
        "string enum": "str",
        "enum class": "str",
    }
    for name, (kind, short, choices, said, default) in theirs.items():
        assert ours[name].help in said
        assert ours[name].aliases == ((short,) if short else ())
        assert not choices or ours[name].choices == tuple(choices)
        assert ours[name].type == types.get(kind, ours[name].type)
        shown = str(ours[name].default).lower() if ours[name].type == "bool" else str(ours[name].default)
        assert default is None or default.strip("'") in (shown, shown.upper(), shown.strip("[]")), (
            name,
            default,
            shown,
        )
    assert {p.spelling for p in found.parameters} == {"joined"}
    assert ours["amp"].off == "--noamp"
    assert ours["name"].required
    assert found.takes("verbosity")


def test_flags_of_tensorflow_and_of_a_config_file(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import tensorflow.compat.v1 as tf
        from ml_collections import config_flags
        flags = tf.app.flags
        flags.DEFINE_integer("steps", 10, "steps")
        config_flags.DEFINE_config_file("config", "configs/default.py")
        tf.app.run()
        """,
    )
    found = schema(project)
    assert (found.source, keys(found)) == ("absl", ["steps", "config"])
    assert found.takes("config.learning_rate")


def test_flags_of_tensorflow_that_are_parsed_when_they_are_used(project: Folder) -> None:
    project.write(
        "train.py", "import tensorflow as tf\nflags = tf.app.flags\nflags.DEFINE_float('lr', 0.1, 'rate')\n"
    )
    assert (schema(project).source, keys(schema(project))) == ("absl", ["lr"])


def test_flags_of_a_module_do_not_make_a_program_of_absl(project: Folder) -> None:
    project.write(
        "train.py",
        "import argparse, more\np = argparse.ArgumentParser()\np.add_argument('--x')\np.parse_args()\n",
    )
    project.write("more.py", "from absl import flags\nflags.DEFINE_float('lr', 1, 'rate')\n")
    assert (schema(project).source, keys(schema(project))) == ("argparse", ["x"])


FIRE = """
    import fire, json

    def train(data, lr=0.1, epochs=3, sizes=[1, 2], amp: bool = True, name: str = None):
        print(json.dumps([data, lr, epochs, sizes, amp, name]))

    class Model:
        def __init__(self, width=1):
            self.width = width
        def evaluate(self, part: int = 2):
            print(json.dumps([self.width, part]))
        def _hidden(self): ...

    if __name__ == "__main__":
        fire.Fire({"train": train, "model": Model})
    """


def test_functions_and_classes_under_fire(project: Folder) -> None:
    project.write("train.py", FIRE)
    found = schema(project)
    assert (found.source, found.complete, found.command_required) == ("fire", True, True)
    assert found.commands == ("train", "model evaluate")
    train = by_key(found, "train")
    assert {key: (p.type, p.default, p.required) for key, p in train.items()} == {
        "data": ("any", None, True),
        "lr": ("float", 0.1, False),
        "epochs": ("number", 3, False),
        "sizes": ("any", [1, 2], False),
        "amp": ("bool", True, False),
        "name": ("str", None, False),
    }
    # By these flags, in this spelling, it gets these values.
    given = {"data": "'7'", "lr": "1", "sizes": "[3,'a b']", "amp": "False", "name": "'True'"}
    line = [f"{train[key].flag}={value}" for key, value in given.items()]
    assert json.loads(run(project, "train.py", "train", *line)) == ["7", 1, 3, [3, "a b"], False, "True"]
    flags = [
        by_key(found, "model")["width"].flag + "=4",
        "evaluate",
        by_key(found, "model evaluate")["part"].flag + "=5",
    ]
    assert json.loads(run(project, "train.py", "model", *flags)) == [4, 5]


def test_everything_a_module_has_under_fire(project: Folder) -> None:
    project.write("train.py", "import fire\ndef fit(x=1): ...\ndef _no(): ...\nfire.Fire()\n")
    found = schema(project)
    assert (found.commands, keys(found)) == (("fit",), ["x"])
    project.write("train.py", "import fire\ndef fit(x=1, **more): ...\nfire.Fire(fit)\n")
    assert not schema(project).complete


DOCOPT = '''
    """Train it.

    Usage:
      train.py [options] <data> [<more>...]

    Options:
      -h --help          Show this.
      -e N, --epochs=N   How often [default: 10].
      --lr RATE          How fast, which
                         is a number [default: 0.1]
      --amp              Mixed.
      -q                 Say nothing.
    """
    import json
    from docopt import docopt
    if __name__ == "__main__":
        print(json.dumps(docopt(__doc__)))
    '''


def test_a_usage_text_is_as_docopt_reads_it(project: Folder) -> None:
    project.write("train.py", DOCOPT)
    found = schema(project)
    assert (found.source, found.complete, found.notes) == ("docopt", True, ())
    theirs = json.loads(run(project, "train.py", "here"))
    ours = {p.flag or f"<{p.key}>": p for p in found.parameters}
    assert set(ours) == set(theirs) - {"--help"}
    for name, value in theirs.items():
        if name.startswith("-") and name != "--help":
            assert str(ours[name].default) == str(value), name
    assert [ours[name].nargs for name in ("<data>", "<more>")] == ["", "*"]
    assert (ours["--epochs"].aliases, ours["--lr"].type, ours["--amp"].action) == (("e",), "number", "flag")


COMMANDS = '''
    """Usage:
      train.py fit <data> [--lr=RATE --epochs N]
      train.py test <data> <model>
      train.py (-h | --help)

    Options:
      --lr=RATE   How fast.
      --epochs N  How many [default: 3].
    """
    import json
    from docopt import docopt
    print(json.dumps(docopt(__doc__)))
    '''


def test_commands_of_a_usage(project: Folder) -> None:
    project.write("train.py", COMMANDS)
    found = schema(project)
    assert (found.complete, found.commands, found.command_required) == (True, ("fit", "test"), True)
    assert [keys(found), list(by_key(found, "test"))] == [
        ["lr", "epochs", "data", "data", "model"],
        ["data", "model"],
    ]
    line = command_line_of(found, ["command=fit", "data=x", "lr=0.5"])
    told = json.loads(run(project, "train.py", *line))
    assert (told["fit"], told["test"], told["<data>"], told["--lr"], told["--epochs"]) == (
        True, False, "x", "0.5", "3"
    )  # fmt: skip
    with pytest.raises(ConfigError, match="model: the script requires it"):
        command_line_of(found, ["command=test", "data=x"])


@pytest.mark.parametrize(
    "line", ["train.py (a|b) <x>", "train.py <x>\n  train.py test", "train.py [--who] <x>"]
)
def test_a_usage_with_choices_is_incomplete(project: Folder, line: str) -> None:
    project.write("train.py", f'"""Usage:\n  {line}\n"""\nfrom docopt import docopt\ndocopt(__doc__)\n')
    assert not schema(project).complete


GLOBALS = """
    import time
    out_dir = "out"
    eval_only = False
    learning_rate = 6e-4
    steps = 5 * 8
    kind = "a" if time.time() else "b"
    _private = 1
    betas = (0.9, 0.95)
    names = [k for k in globals()]
    exec(open("override.py").read())
    after = 1
    print(learning_rate, out_dir, steps)
    """
OVERRIDE = """
    import sys
    from ast import literal_eval
    for item in sys.argv[1:]:
        if "=" in item:
            key, value = item[2:].split("=")
            try:
                globals()[key] = literal_eval(value)
            except ValueError:
                globals()[key] = value
        else:
            exec(open(item).read())
    """


def test_globals_that_the_command_line_overrides(project: Folder) -> None:
    project.write_all(
        {
            "train.py": GLOBALS,
            "override.py": OVERRIDE,
            "config/small.py": "# Small.\nsteps = 3\nout_dir = 'small'\n",
            "config/other.py": "import train\nprint(1)\n",
        }
    )
    found = schema(project)
    assert (found.source, found.complete, found.notes) == ("globals", True, ())
    known = by_key(found)
    assert {key: (p.type, p.default) for key, p in known.items()} == {
        "config": ("str", None),
        "out_dir": ("str", "out"),
        "eval_only": ("bool", False),
        "learning_rate": ("float", 0.0006),
        "steps": ("number", 40),
        "kind": ("str", None),
        "betas": ("any", (0.9, 0.95)),
        "names": ("any", None),
    }
    assert found.takes("_private")
    assert (known["config"].choices, known["config"].flag) == (("config/small.py",), "")
    assert (
        run(project, "train.py", "config/small.py", f"{known['learning_rate'].flag}=0.5") == "0.5 small 3\n"
    )


SAME_TYPE = """
    import sys
    from ast import literal_eval
    for item in sys.argv[1:]:
        key, value = item[2:].split("=")
        try:
            value = literal_eval(value)
        except (SyntaxError, ValueError):
            pass
        assert type(value) == type(globals()[key]), key
        globals()[key] = value
    """
EVERY_KIND = """
    import time
    from usual import *
    from usual import _hidden as seen
    lr, (bs, *rest) = 0.1, (32, 1)
    betas = (0.9, 0.95)
    layers: list = [1, 2]
    table = {"a": 1}
    ckpt = None
    power = 10 ** -3
    text = "a" + "b" % ()
    if time.time() > 0:
        device = "cuda"
        mixed = 1
    else:
        device = "cpu"
        mixed = None
    unknown = time.time
    clock = time.gmtime()
    gone = 1
    del gone
    if __name__ == "__main__":
        inside = 1
        exec(open("override.py").read())
        late = 1
    print(betas, layers, table, bs, device, usual)
    """


def test_globals_of_every_kind_that_keep_their_types(project: Folder) -> None:
    project.write_all(
        {
            "train.py": EVERY_KIND,
            "override.py": SAME_TYPE,
            "usual.py": "usual = 3\n_hidden = 'x'\nclass A: ...\n",
        }
    )
    found = schema(project)
    assert (found.complete, found.open) == (True, ("clock",))
    assert {key: (p.type, p.default, p.default_known, p.exact) for key, p in by_key(found).items()} == {
        "usual": ("int", 3, True, True),
        "seen": ("str", "x", True, True),
        "lr": ("float", 0.1, True, True),
        "bs": ("any", None, False, True),
        "rest": ("any", None, False, True),
        "betas": ("tuple", (0.9, 0.95), True, True),
        "layers": ("list", [1, 2], True, True),
        "table": ("dict", {"a": 1}, True, True),
        "ckpt": ("None", None, True, True),
        "power": ("float", None, False, True),
        "text": ("str", None, False, True),
        "device": ("str", None, False, True),
        "mixed": ("any", None, False, True),
        "unknown": ("any", None, False, True),
        "inside": ("int", 1, True, True),
    }
    given = ["betas=[1,2.5]", "layers=('a=b',)", "table={'x': [None]}", "device=1e3", "usual=4"]
    project.write("train.py", EVERY_KIND.replace("lr, (bs, *rest) = 0.1, (32, 1)", "bs = 2"))
    with pytest.raises(ConfigError, match="`layers` wants a list, as it is in the program"):
        command_line_of(schema(project), given)
    given[1] = "layers=['a=b']"
    line = command_line_of(schema(project), given)
    assert run(project, "train.py", *line) == "(1, 2.5) ['a=b'] {'x': [None]} 2 1e3 4\n"


def test_names_of_elsewhere_make_globals_incomplete(project: Folder) -> None:
    project.write_all({"train.py": "from elsewhere import *\nlr = 1\n" + dedent(SAME_TYPE)})
    found = schema(project)
    assert (keys(found), found.complete) == (["lr"], False)
    assert "elsewhere" in found.notes[0]


def test_globals_that_are_cast_are_given_the_text(project: Folder) -> None:
    loop = (
        "import sys\nlr, on, name = 0.1, True, 'x'\nfor a in sys.argv[1:]:\n    k, v = a[2:].split('=', 1)\n"
    )
    project.write("train.py", loop + "    globals()[k] = type(globals()[k])(v)\nprint(lr, on, name)\n")
    line = command_line_of(schema(project), ["lr=2", "on=false", "name=1e3"])
    assert run(project, "train.py", *line) == "2.0 False 1e3\n"


def test_globals_that_this_file_or_a_function_overrides(project: Folder) -> None:
    loop = "import sys\nlr = 0.1\nfor a in sys.argv[1:]:\n    k, v = a[2:].split('=')\n    globals()[k] = v\n"
    project.write("train.py", loop)
    assert (schema(project).source, keys(schema(project))) == ("globals", ["lr"])
    project.write("train.py", "from over import over\nlr = 0.1\nover(globals())\n")
    project.write(
        "over.py", "import sys\ndef over(names):\n    for a in sys.argv[1:]:\n        names[a] = 1\n"
    )
    assert (schema(project).source, keys(schema(project))) == ("globals", ["lr"])


SERVICE = """
    import json, os
    PREFIX = "/opt/ml"
    path = os.path.join(PREFIX, "input/config/hyperparameters.json")

    def train():
        with open(path) as file:
            given = json.load(file)
        depth = given.get("max-depth", 3)
        rate = float(given["lr"])
        rounds = int(os.environ.get("SM_HP_NUM_ROUND", "10"))

    if __name__ == "__main__":
        train()
    """


def test_a_script_that_reads_the_services_own_file(project: Folder) -> None:
    project.write("train.py", SERVICE)
    found = schema(project)
    assert (found.complete, found.source) == (True, "hyperparameters.json")
    shown = {p.key: (p.type, p.default, p.required, p.spelling, p.flag) for p in found.parameters}
    assert shown == {
        "max-depth": ("int", 3, False, "file", ""),
        "lr": ("float", None, True, "file", ""),
        "num-round": ("int", 10, False, "file", ""),
    }
    project.write("train.py", SERVICE.replace("depth = given", "fit(**given)\n        depth = given"))
    assert not schema(project).complete


def test_arguments_by_their_places(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import sys
        data = sys.argv[1]
        alpha = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5
        rounds = 3 if len(sys.argv) < 4 else int(sys.argv[3])
        """,
    )
    found = schema(project)
    # To what looks at nothing but places no other name means anything.
    assert (found.source, found.complete) == ("sys.argv", True)
    assert [(p.key, p.type, p.default, p.nargs, p.required) for p in found.parameters] == [
        ("data", "str", None, "", True),
        ("alpha", "float", 0.5, "?", False),
        ("rounds", "int", 3, "?", False),
    ]


@pytest.mark.parametrize(
    "more",
    [
        "fast = '--fast' in sys.argv",
        "rest = sys.argv[2:]",
        "last = sys.argv[-1]",
        "import click",
    ],
)
def test_what_looks_at_more_than_places_may_take_other_names(project: Folder, more: str) -> None:
    project.write("train.py", f"import sys\ndata = sys.argv[1]\n{more}\n")
    found = schema(project)
    assert (found.source, found.complete) == ("sys.argv", False)


def test_a_program_that_takes_nothing_is_complete(project: Folder) -> None:
    project.write("train.py", "import os\nimport data\nEPOCHS = int(os.environ.get('EPOCHS', 10))\n")
    project.write("data.py", "x = 1\n")
    found = schema(project)
    assert (found.parameters, found.complete) == ((), True)
    assert "EPOCHS" in found.remarks[0]


def test_a_program_that_trains_with_lightning_may_take_nothing(project: Folder) -> None:
    project.write("train.py", "import lightning as L\nL.Trainer(max_epochs=3).fit(None)\n")
    assert schema(project).complete


LIGHTNING = """
    from lightning.pytorch.cli import LightningCLI
    import lightning as L
    class Net(L.LightningModule):
        def __init__(self, lr: float = 0.1): ...
    class Digits(L.LightningDataModule):
        def __init__(self, folder: str): ...
    if __name__ == "__main__":
        LightningCLI(Net, Digits)
    """


def test_signatures_of_jsonargparse_and_lightning(project: Folder) -> None:
    project.write("train.py", LIGHTNING)
    found = schema(project)
    assert (found.source, found.commands) == ("LightningCLI", ("fit", "validate", "test", "predict"))
    assert {key: p.default for key, p in by_key(found, "fit").items()} == {
        "model.lr": 0.1,
        "data.folder": None,
    }
    assert found.takes("trainer.max_epochs")
    project.write(
        "train.py",
        "from jsonargparse import CLI\ndef main(name: str, n: int = 1, on: bool = False): ...\nCLI(main)\n",
    )
    known = by_key(schema(project))
    assert [(p.flag, p.false) for p in known.values()] == [("", ""), ("--n", ""), ("--on", "false")]


@pytest.mark.parametrize("name", ["params.yaml", "configs/params.json", "params.toml", "params.ini"])
def test_a_config_file_is_remarked_on(project: Folder, name: str) -> None:
    texts = {
        ".yaml": "train:\n  lr: 0.1\n",
        ".json": '{"train": {"lr": 0.1}}',
        ".toml": "[train]\nlr = 0.1\n",
        ".ini": "[train]\nlr = 0.1\n",
    }
    project.write(name, texts["." + name.rpartition(".")[2]])
    project.write(
        "train.py",
        f"import argparse\np = argparse.ArgumentParser()\np.add_argument('--config', default='{name}')\n",
    )
    found = schema(project)
    assert found.complete
    assert found.remarks == (
        f"{name} is read by the program: its values (train.lr) are changed in the file, or with another file as `config`",
    )
    project.write("train.py", f"import load\nload.it('{name}')\n")
    assert "train.lr" in schema(project).remarks[0]

"""Values that a program binds by name: gin, sacred, yacs, and the config flags of ml_collections."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.judge import by_key, keys, schema
from tests.unit.project.on_the_way import command_line_of

from skylift.errors import ConfigError

GIN = """
    import gin
    from absl import app, flags
    flags.DEFINE_multi_string("gin_file", [], "files")
    flags.DEFINE_multi_string("gin_param", None, "bindings")
    flags.DEFINE_float("lr", 0.1, "rate")

    @gin.configurable
    def train(rate=0.1, name: str = "x", sizes=(1, 2), fast=True): ...

    @gin.configurable("net", denylist=["x"])
    class Net:
        def __init__(self, x, depth: int = 3): ...

    def main(_):
        gin.parse_config_files_and_bindings(flags.FLAGS.gin_file, flags.FLAGS.gin_param)

    app.run(main)
    """


def test_bindings_of_gin(project: Folder) -> None:
    project.write("train.py", GIN)
    found = schema(project)
    assert (found.source, found.complete) == ("absl", True)
    types = {key: p.type for key, p in by_key(found).items() if "." in key}
    assert types == {
        "train.rate": "number",
        "train.name": "str",
        "train.sizes": "any",
        "train.fast": "bool",
        "net.x": "any",
        "net.depth": "int",
        "*.*": "any",
    }
    given = ["lr=2", "train.name=1e3", 'train.sizes=[1,{"a":null}]', "train.fast=no", "eval/train.other=True"]
    assert command_line_of(found, given) == [
        "--lr=2.0",
        "--gin_param=train.name='1e3'",
        "--gin_param=train.sizes=[1, {'a': None}]",
        "--gin_param=train.fast=False",
        "--gin_param=eval/train.other=True",
    ]
    with pytest.raises(ConfigError, match="wants a whole number, not 'deep'"):
        command_line_of(found, ["net.depth=deep"])
    with pytest.raises(ConfigError, match="no parameter `typo`"):
        command_line_of(found, ["typo=1"])


def test_bindings_that_argparse_hands_to_gin(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import argparse, gin
        parser = argparse.ArgumentParser()
        parser.add_argument("--bind", nargs="*", default=[])
        parser.add_argument("data")
        args = parser.parse_args()
        gin.parse_config(args.bind)
        """,
    )
    found = schema(project)
    assert command_line_of(found, ["data=-x", "a.b=1", "c.d=-1e-5"]) == [
        "--bind", "a.b=1", "c.d=-0.00001", "--", "-x"
    ]  # fmt: skip


SACRED = """
    from sacred import Experiment
    ex = Experiment("x")
    ex.add_config({"batch": 32, "data": {"root": "d"}})
    ex.add_config("more.yaml")

    @ex.config
    def settings():
        lr, name = 0.1, "a"
        sizes = [1, 2]
        net = {"depth": 3, "inner": {"on": True}}
        double = lr * 2
        if batch > 3:
            late = 1

    @ex.named_config
    def large():
        lr = 3.0

    @ex.automain
    def main(lr, seen, _run, late=2): ...
    """


def test_the_config_of_sacred(project: Folder) -> None:
    project.write_all({"train.py": SACRED, "more.yaml": "yaml_key: 1\n"})
    found = schema(project)
    assert (found.source, found.complete) == ("sacred", True)
    assert {key: (p.type, p.default, p.required) for key, p in by_key(found).items()} == {
        "lr": ("float", 0.1, False),
        "name": ("str", "a", False),
        "sizes": ("any", [1, 2], False),
        "net.depth": ("number", 3, False),
        "net.inner.on": ("bool", True, False),
        "double": ("float", None, False),
        "late": ("number", None, False),
        "batch": ("number", 32, False),
        "data.root": ("str", "d", False),
        "yaml_key": ("number", 1, False),
        "seen": ("any", None, True),
        "seed": ("int", None, False),
        "*.*": ("any", None, False),
    }
    assert found.remarks == ("named configs (large) go after `--`: -- with large",)
    line = command_line_of(found, ["seen=x", "lr=2", "name=1e3", "sizes=[3,null]", "net.new=True"])
    assert line == ["with", "seen='x'", "lr=2.0", "name='1e3'", "sizes=[3, None]", "net.new=True"]
    assert command_line_of(found, ["seen=x"], ["with", "large"]) == ["with", "large", "seen='x'"]
    with pytest.raises(ConfigError, match="no parameter `nam`"):
        command_line_of(found, ["seen=x", "nam=1"])


def test_a_config_of_sacred_that_a_run_makes_is_open(project: Folder) -> None:
    project.write("train.py", SACRED.replace('"more.yaml"', "made()"))
    found = schema(project)
    assert not found.complete
    assert command_line_of(found, ["seen=x", "other=None"]) == ["with", "seen='x'", "other=None"]


YACS = """
    import argparse
    from config import get_config

    def main():
        parser = argparse.ArgumentParser()
        parser.add_argument("--cfg", default="")
        parser.add_argument("opts", nargs=argparse.REMAINDER)
        args = parser.parse_args()
        config = get_config()
        config.merge_from_list(args.opts)

    main()
    """
CONFIG = """
    from yacs.config import CfgNode as CN
    _C = CN()
    _C.LR = 0.1
    _C.NAME = "a"
    _C.MODEL = model = CN({"DEPTH": 3})
    model.SIZES = (1, 2)
    _C.MODEL.HEAD = CN()
    _C["MODEL"].HEAD.ON = False
    _C.WEIGHTS = None

    def get_config():
        return _C.clone()
    """


def test_pairs_of_yacs(project: Folder) -> None:
    project.write_all({"train.py": YACS, "config.py": CONFIG})
    found = schema(project)
    assert found.complete
    shown = {p.key: (p.type, p.default, p.exact) for p in found.parameters if p.spelling == "pairs"}
    assert shown == {
        "LR": ("float", 0.1, True),
        "NAME": ("str", "a", True),
        "WEIGHTS": ("any", None, False),
        "MODEL.DEPTH": ("int", 3, True),
        "MODEL.SIZES": ("tuple", (1, 2), True),
        "MODEL.HEAD.ON": ("bool", False, True),
    }
    line = command_line_of(found, ["LR=1", "NAME=1e3", "MODEL.SIZES=[3]", "MODEL.HEAD.ON=yes", "cfg=x"])
    assert line == [
        "--cfg",
        "x",
        "LR",
        "1.0",
        "NAME",
        "'1e3'",
        "MODEL.SIZES",
        "(3,)",
        "MODEL.HEAD.ON",
        "True",
    ]
    with pytest.raises(ConfigError, match="takes no other type"):
        command_line_of(found, ["MODEL.DEPTH=3.5"])


def test_keys_of_another_project_are_passed_on(project: Folder) -> None:
    project.write("train.py", YACS.replace("from config", "from detectron2.config"))
    found = schema(project)
    assert keys(found)[-1] == "*.*"
    assert command_line_of(found, ["SOLVER.BASE_LR=0.1"]) == ["SOLVER.BASE_LR", "0.1"]


FLAGS = """
    from absl import app
    from ml_collections import config_flags
    config_flags.DEFINE_config_file("config", "configs/usual.py")
    app.run(lambda _: None)
    """
USUAL = """
    import ml_collections
    def get_config():
        config = ml_collections.ConfigDict()
        config.lr = 0.1
        config.net = net = ml_collections.ConfigDict(dict(depth=3))
        net.name = "a"
        config.maybe = ml_collections.config_dict.placeholder(int)
        config.update(made())
        return config
    """


def test_flags_of_a_config_in_python(project: Folder) -> None:
    project.write_all({"train.py": FLAGS, "configs/usual.py": USUAL})
    found = schema(project)
    known = by_key(found)
    assert {key: (p.flag, p.type, p.default) for key, p in known.items()} == {
        "config": ("--config", "path", "configs/usual.py"),
        "config.lr": ("--config.lr", "float", 0.1),
        "config.maybe": ("--config.maybe", "int", None),
        "config.net.depth": ("--config.net.depth", "int", 3),
        "config.net.name": ("--config.net.name", "str", "a"),
    }
    assert found.takes("config.of_another_file")
    line = command_line_of(found, ["config.net.name=1e3", "config.maybe=2"])
    assert line == ["--config.net.name=1e3", "--config.maybe=2"]


def test_a_config_that_the_code_has_is_complete(project: Folder) -> None:
    table = (
        "from ml_collections import ConfigDict, config_flags\ntable = ConfigDict({'lr': 0.1, 'on': True})\n"
    )
    start = "from absl import app\nconfig_flags.DEFINE_config_dict('config', table)\napp.run(print)\n"
    project.write("train.py", table + start)
    found = schema(project)
    assert (keys(found), found.takes("config.typo")) == (["config.lr", "config.on"], False)
    assert command_line_of(found, ["config.on=no"]) == ["--config.on=false"]

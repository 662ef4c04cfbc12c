"""Configs as they were composed from source, beside what Hydra composes."""

from __future__ import annotations

import pytest
import yaml
from tests.functional.project.folder import Folder
from tests.functional.project.judge import by_key, keys, run, schema
from tests.unit.project.on_the_way import command_line_of

from skylift.errors import ConfigError
from skylift.project.arguments.groups import chosen_groups
from skylift.project.arguments.resolve import resolve
from skylift.project.parameters.schema import read_schema
from skylift.project.source.documents import dotted
from skylift.values.arguments import Parameter, Schema
from skylift.values.settings import JobSettings

TRAIN = """
    import hydra
    from omegaconf import DictConfig

    @hydra.main(version_base=None, config_path="../configs", config_name="train")
    def main(cfg: DictConfig) -> None:
        print(cfg.lr)

    if __name__ == "__main__":
        main()
    """
CONFIGS = {
    "configs/train.yaml": """
        defaults:
          - _self_
          - data: digits
          - model: small
          - optimiser@model.inner: adam
          - callbacks: [stop, keep]
          - optional local: default
          - experiment: null
          - base/paths
          - override hydra/job_logging: disabled
        lr: 1e-3
        seed: 12
        name: run
        where: ${oc.env:HOME}/x
        gpus: null
        hydra:
          run: {dir: outputs}
        """,
    "configs/base/paths.yaml": "root: .\nlogs: ${root}/logs\n",
    "configs/data/digits.yaml": "defaults:\n  - /optimiser@other: sgd\n  - common\n_target_: data.Digits\nsize: 10\n",
    "configs/data/common.yaml": "workers: 0\nshuffle: true\n",
    "configs/data/letters.yaml": "_target_: data.Letters\nlanguage: en\n",
    "configs/model/small.yaml": "defaults:\n  - head: linear\n  - _self_\nlayers: 2\nhead:\n  width: 9\n",
    "configs/model/large.yaml": "# @package _global_\nlayers: 24\n",
    "configs/model/head/linear.yaml": "width: 3\nbias: false\n",
    "configs/optimiser/adam.yaml": "beta: 0.9\n",
    "configs/optimiser/sgd.yaml": "momentum: 0.5\n",
    "configs/callbacks/stop.yaml": "stop:\n  patience: 3\n",
    "configs/callbacks/keep.yaml": "keep:\n  every: 1\n",
    "configs/experiment/long.yaml": "# @package _global_\ndefaults:\n  - override /model: large\nepochs: 100\n",
}


def as_hydra_has_it(project: Folder, entry: str, *given: str) -> dict[str, object]:
    # A file of the same name as the package would be imported in its place.
    return dict(dotted(yaml.safe_load(run(project, entry, *given, "--cfg", "job"))))


def plain(found: Schema) -> dict[str, Parameter]:
    """What is a key of the config as it is chosen: neither a group nor what another choice would bring."""
    groups = {p.key for p in found.parameters if p.help == "a choice of configs"}
    unseen = {p.key for p in found.parameters if not p.default_known and p.key not in ("where", "base.logs")}
    return {key: p for key, p in by_key(found).items() if key not in groups | unseen}


@pytest.mark.parametrize(
    ("given", "raw"),
    [
        (["experiment=long", 'callbacks=["keep"]'], []),
        (["experiment=long", "model=small", "optimiser@model.inner=sgd"], []),
        (["model/head=linear", "seed=3", "+optimiser=adam"], ["data=letters"]),
    ],
)
def test_what_a_run_chooses_decides_what_its_record_says(
    project: Folder, given: list[str], raw: list[str]
) -> None:
    project.write("src/train.py", TRAIN)
    project.write_all(CONFIGS)
    usual = schema(project, "src/train.py")
    chosen = chosen_groups(usual, {}, given, raw)
    found = read_schema(project.root, JobSettings(entry_point="src/train.py"), chosen)
    assert found.complete
    effective = resolve(found, {}, given, raw).effective
    theirs = as_hydra_has_it(project, "src/train.py", *given, *raw)
    computed = {"where", "base.logs"}
    groups = {*found.groups, *(item.partition("=")[0] for item in given if item.startswith("+"))}
    ours = {key: value for key, value in effective.items() if key not in groups}
    assert ours == {key: value for key, value in theirs.items() if key not in computed}


def test_of_a_choice_that_nobody_knows_nothing_is_said(project: Folder) -> None:
    project.write("src/train.py", TRAIN)
    project.write_all(CONFIGS)
    raw = ["-m", "data=digits,letters"]
    chosen = chosen_groups(schema(project, "src/train.py"), {}, [], raw)
    found = read_schema(project.root, JobSettings(entry_point="src/train.py"), chosen)
    effective = resolve(found, {}, [], raw).effective
    assert effective["model.layers"] == 2
    assert not [key for key in effective if key == "data" or key.startswith("data.")]


def test_the_keys_and_values_are_those_that_hydra_composes(project: Folder) -> None:
    project.write("src/train.py", TRAIN)
    project.write_all(CONFIGS)
    found = schema(project, "src/train.py")
    assert (found.source, found.notes, found.complete) == ("hydra", (), True)
    theirs = as_hydra_has_it(project, "src/train.py")
    ours = plain(found)
    assert set(ours) == set(theirs)
    for key, value in theirs.items():
        if ours[key].default_known:
            assert ours[key].default == (float(str(value)) if key == "lr" else value), key


def test_groups_are_choices(project: Folder) -> None:
    project.write("src/train.py", TRAIN)
    project.write_all(CONFIGS)
    found = by_key(schema(project, "src/train.py"))
    assert found["model"].choices == ("large", "small")
    assert (found["data"].default, found["data"].choices) == ("digits", ("common", "digits", "letters"))
    assert (found["callbacks"].default, found["callbacks"].choices) == (["stop", "keep"], ())
    assert found["model/head"].default == "linear"
    assert found["optimiser@model.inner"].default == "adam"
    assert found["optimiser@data.other"].default == "sgd"
    # What another choice would bring can be given, too.
    assert (found["epochs"].default_known, found["data.language"].type) == (False, "str")


def test_types_come_from_values(project: Folder) -> None:
    project.write("src/train.py", TRAIN)
    project.write_all(CONFIGS)
    found = by_key(schema(project, "src/train.py"))
    types = {key: found[key].type for key in ("lr", "seed", "name", "where", "gpus", "data.shuffle")}
    assert types == {
        "lr": "float",
        "seed": "number",
        "name": "str",
        "where": "any",
        "gpus": "any",
        "data.shuffle": "bool",
    }
    assert all(p.spelling == "hydra" and not p.flag for p in found.values())


def test_what_hydra_takes_beside_its_config_is_open(project: Folder) -> None:
    project.write("src/train.py", TRAIN)
    project.write_all(CONFIGS)
    found = schema(project, "src/train.py")
    assert all(found.takes(name) for name in ("hydra.run.dir", "+more.of", "++lr", "~data"))
    assert not found.takes("lrr")


STRUCTURED = """
    from dataclasses import dataclass, field
    from enum import Enum
    from typing import Any, List, Optional
    import hydra
    from hydra.core.config_store import ConfigStore
    from omegaconf import MISSING

    class Kind(Enum):
        one = 1
        two = 2

    @dataclass
    class Adam:
        lr: float = 1
        beta: float = 0.9

    @dataclass
    class Sgd:
        momentum: float = 0.5

    @dataclass
    class Config:
        defaults: List[Any] = field(default_factory=lambda: [{"optimiser": "adam"}, "_self_"])
        optimiser: Any = MISSING
        epochs: int = 3
        kind: Kind = Kind.one
        name: str = MISSING
        most: Optional[int] = None
        sizes: List[int] = field(default_factory=lambda: [1])

    store = ConfigStore.instance()
    store.store(name="config", node=Config)
    store.store(group="optimiser", name="adam", node=Adam)
    store.store(group="optimiser", name="sgd", node=Sgd)

    @hydra.main(version_base=None, config_name="config")
    def main(cfg: Config) -> None: ...

    if __name__ == "__main__":
        main()
    """


def test_classes_declare_types(project: Folder) -> None:
    project.write("main.py", STRUCTURED)
    found = schema(project, "main.py")
    assert (found.complete, found.notes) == (True, ())
    theirs = as_hydra_has_it(project, "main.py", "name=x")
    known = by_key(found)
    assert set(theirs) - {"optimiser"} <= set(known)
    assert {key: known[key].type for key in ("epochs", "name", "most", "kind", "optimiser.lr")} == {
        "epochs": "int",
        "name": "str",
        "most": "any",
        "kind": "str",
        "optimiser.lr": "float",
    }
    assert known["kind"].choices == ("one", "two")
    assert known["kind"].default == theirs["kind"]
    assert known["name"].required
    assert known["optimiser"].choices == ("adam", "sgd")
    assert "optimiser.momentum" in known


def test_a_file_that_a_class_describes(project: Folder) -> None:
    text = STRUCTURED.replace('name="config", node', 'name="base_config", node').replace(
        'config_name="config"', 'config_path="conf", config_name="config"'
    )
    project.write("main.py", text)
    project.write("conf/config.yaml", "defaults:\n  - base_config\n  - _self_\nepochs: 7\nname: y\n")
    found = schema(project, "main.py")
    theirs = as_hydra_has_it(project, "main.py")
    known = by_key(found)
    assert (known["epochs"].type, known["epochs"].default) == ("int", 7) == ("int", theirs["epochs"])
    assert not known["name"].required


@pytest.mark.parametrize(
    ("files", "note"),
    [
        ({}, "its config `train` was not found"),
        ({"configs/train.yaml": "defaults:\n  - model: gone\nx: 1\n"}, "there is no `model/gone`"),
        ({"configs/train.yaml": "defaults:\n  - [1, 2]\nx: 1\n"}, "could not be read"),
    ],
)
def test_what_can_not_be_read_makes_it_incomplete(project: Folder, files: dict[str, str], note: str) -> None:
    project.write("src/train.py", TRAIN)
    project.write_all(files)
    found = schema(project, "src/train.py")
    assert (found.source, found.complete) == ("hydra", False)
    assert any(note in said for said in found.notes), found.notes


def test_configs_that_go_round_in_circles_end(project: Folder) -> None:
    project.write("src/train.py", TRAIN)
    project.write("configs/train.yaml", "defaults:\n  - a\n  - b\nx: 1\n")
    project.write("configs/a.yaml", "defaults:\n  - b\n  - b\n")
    project.write("configs/b.yaml", "defaults:\n  - a\n  - a\n")
    found = schema(project, "src/train.py")
    assert not found.complete
    assert "x" in keys(found)


OMEGA = """
    from omegaconf import OmegaConf
    cli = OmegaConf.from_cli()
    config = OmegaConf.merge(OmegaConf.load("params.yaml"), cli)
    """


def test_omegaconf_of_the_command_line(project: Folder) -> None:
    project.write("params.yaml", "train:\n  lr: 1e-3\n  layers: [1, 2]\nname: x\n")
    project.write("train.py", OMEGA)
    found = schema(project)
    assert (found.source, found.complete) == ("omegaconf", True)
    assert {p.key: p.default for p in found.parameters} == {
        "train.lr": 0.001,
        "train.layers": [1, 2],
        "name": "x",
    }
    project.write("train.py", OMEGA.replace('"params.yaml"', "cli.config"))
    found = schema(project)
    assert (found.complete, keys(found)) == (False, ["config"])


def test_a_program_that_composes_the_config_itself(project: Folder) -> None:
    project.write_all(
        {
            "conf/config.yaml": "lr: 0.1\nnet: {depth: 1, inner: {fast: true}}\nsizes: [1, 2]\n",
            "train.py": """
                import sys
                from hydra import compose, initialize
                from omegaconf import OmegaConf
                overrides = sys.argv[1:]
                with initialize(config_path="conf", version_base=None):
                    print(OmegaConf.to_container(compose(config_name="config", overrides=overrides)))
                """,
        }
    )
    found = schema(project)
    assert (found.source, found.complete) == ("hydra", True)
    assert keys(found) == ["lr", "net.depth", "net.inner.fast", "sizes"]
    line = command_line_of(found, ["lr=1", 'net={"depth":3}', "+new=1e3", "sizes=[3]"])
    assert run(project, "train.py", *line) == (
        "{'lr': 1.0, 'net': {'depth': 3, 'inner': {'fast': True}}, 'sizes': [3], 'new': 1000.0}\n"
    )
    with pytest.raises(ConfigError, match="no list or table"):
        command_line_of(found, ["net={depth:3}"])

"""The config, layer upon layer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.functional.project.folder import Folder

from skylift.errors import ConfigError, NotReady
from skylift.project.config.load import load
from skylift.values.project import Loaded
from skylift.values.settings import ChannelSettings, MetricSettings

PYPROJECT = """
    [project]
    name = "flights"
    requires-python = ">=3.12"

    [tool.skylift]
    entry-point = "train.py"
"""


def read(
    project: Folder,
    environment: Mapping[str, str] | None = None,
    home: Path = Path("/nonexistent"),
    **overrides: Any,
) -> Loaded:
    dotted = {key.replace("__", "."): value for key, value in overrides.items()}
    return load(project.root, environment=environment or {}, home=home, overrides=dotted)


def issues(project: Folder, environment: Mapping[str, str] | None = None, **overrides: Any) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        read(project, environment, **overrides)
    return {issue.where: f"{issue.what} | {issue.hint}" for issue in caught.value.issues}


def test_no_config_is_no_error_of_the_config(project: Folder) -> None:
    project.write("pyproject.toml", "[project]\nname = 'x'\n")
    with pytest.raises(NotReady) as caught:
        read(project)
    assert "skylift init" in caught.value.hints[0]


def test_what_is_not_said_comes_from_the_project_and_from_defaults(project: Folder) -> None:
    project.write_all({"pyproject.toml": PYPROJECT, "train.py": ""})
    loaded = read(project)
    assert (loaded.settings.name, loaded.settings.python) == ("flights", "3.12")
    assert set(loaded.settings.targets) == {"local", "docker"}
    assert loaded.settings.targets["docker"].backend == "docker"
    origins = {origin.key: origin.origin for origin in loaded.origins}
    assert origins["name"] == "pyproject.toml [project] name"
    assert origins["entry-point"] == "pyproject.toml"
    assert origins["image.bytecode"] == "default"
    values = {origin.key: origin.value for origin in loaded.origins}
    # No instance of the service's is here.
    assert values["targets.local.instance-type"] == values["targets.docker.instance-type"] == "local"


@pytest.mark.parametrize(
    ("files", "python"),
    [
        ({}, "3.11"),
        ({"pyproject.toml": "[project]\nname='x'\nrequires-python='>=3.8'"}, "3.11"),
        ({"pyproject.toml": "[project]\nname='x'\nrequires-python='<3.11,>=3.9'"}, "3.9"),
        ({"pyproject.toml": "[project]\nname='x'\nrequires-python='nonsense'"}, "3.11"),
        ({".python-version": "3.13.0\n"}, "3.13"),
        ({".python-version": "pypy3.9\n"}, "3.11"),
    ],
)
def test_which_python(project: Folder, files: dict[str, str], python: str) -> None:
    project.write_all({**files, "skylift.toml": 'entry-point = "train.py"', "train.py": ""})
    assert read(project).settings.python == python


def test_a_folder_name_becomes_a_name_that_runs_can_have(project: Folder) -> None:
    project.write_all({"skylift.toml": 'entry-point = "train.py"', "train.py": ""})
    assert read(project).settings.name == "it-s-a-project"


def test_the_order_of_the_layers(project: Folder, tmp_path: Path) -> None:
    home = Folder(tmp_path / "home")
    home.write(
        ".config/skylift/config.toml", '[aws]\nregion="us-west-1"\nprofile="user"\naccount="000000000001"'
    )
    project.write(
        "team/base.toml",
        'extends = "root.toml"\n[aws]\nregion = "us-west-2"\nrole = "arn:aws:iam::000000000001:role/team"',
    )
    project.write("team/root.toml", '[aws]\nrole = "x"\nstorage = "s3://team/x"\n[metrics]\n"a:b" = "(1)"')
    project.write(
        "skylift.toml",
        'extends = "team/base.toml"\nentry-point = "train.py"\n[aws]\nregion = "eu-west-1"\n[targets.gpu]\nmax-run = "2h"',
    )
    project.write("skylift.local.toml", '[aws]\nregion = "eu-west-2"\n[targets.gpu]\nvolume = "50GB"')
    project.write("train.py")
    loaded = read(project, {}, home.root)
    origins = {origin.key: (origin.value, origin.origin) for origin in loaded.origins}
    assert origins["aws.region"] == ("eu-west-2", "skylift.local.toml")
    assert origins["aws.role"] == ("arn:aws:iam::000000000001:role/team", "team/base.toml")
    assert origins["aws.storage"] == ("s3://team/x", "team/root.toml")
    assert origins["aws.profile"] == ("user", "~/.config/skylift/config.toml")
    assert origins['metrics."a:b".pattern'] == ("(1)", "team/root.toml")
    assert origins["targets.gpu.max-run"] == (7200, "skylift.toml")
    assert origins["targets.gpu.volume"] == (50, "skylift.local.toml")
    environment = {"SKYLIFT_AWS_REGION": "eu-west-3", "SKYLIFT_TARGETS_GPU_MAX_RUN": "90s"}
    said = read(project, environment, home.root)
    assert said.settings.aws.region == "eu-west-3"
    assert said.settings.targets["gpu"].max_run == 90
    assert read(project, environment, home.root, aws__region="eu-north-1").settings.aws.region == "eu-north-1"
    assert {o.key: o.origin for o in said.origins}["aws.region"] == "SKYLIFT_AWS_REGION"


def test_metrics_long_and_short_and_for_each_job(project: Folder) -> None:
    project.write_all({"train.py": "", "evaluate.py": ""})
    project.write(
        "skylift.toml",
        """
        entry-point = "train.py"
        objective = "score2"
        [metrics]
        "val:auc" = "auc=(.*)"
        score2 = { goal = "min" }
        [jobs.evaluate]
        entry-point = "evaluate.py"
        objective = "val:auc"
        [jobs.evaluate.metrics]
        "val:auc" = { pattern = "AUC (.*)", goal = "max" }
        temperature = { goal = "none" }
        """,
    )
    project.write("skylift.local.toml", '[metrics]\n"val:auc" = { goal = "max" }\n')
    loaded = read(project)
    train, evaluate = loaded.settings.jobs["train"], loaded.settings.jobs["evaluate"]
    assert train.objective == "score2"
    assert train.metrics == {
        "val:auc": MetricSettings("auc=(.*)", "max"),
        "score2": MetricSettings(goal="min"),
    }
    assert evaluate.objective == "val:auc"
    assert evaluate.metrics == {
        "val:auc": MetricSettings("AUC (.*)", "max"),
        "temperature": MetricSettings(goal="none"),
    }
    origins = {origin.key: origin.origin for origin in loaded.origins}
    assert origins['metrics."val:auc".pattern'] == "skylift.toml"
    assert origins['metrics."val:auc".goal'] == "skylift.local.toml"
    assert origins["jobs.evaluate.objective"] == "skylift.toml"


def test_metrics_and_objectives_that_can_not_be_are_told_together(project: Folder) -> None:
    project.write_all({"train.py": ""})
    project.write(
        "skylift.toml",
        """
        entry-point = "train.py"
        objective = "thruput"
        [metrics]
        throughput = { pattern = "(.*)/s", gaol = "max" }
        loss = { goal = "minimise" }
        empty = {}
        [jobs.other]
        entry-point = "train.py"
        objective = "reward"
        metrics.reward.goal = "none"
        """,
    )
    found = issues(project)
    assert "did you mean 'throughput'?" in found["skylift.toml objective"]
    assert "metrics.thruput.goal" in found["skylift.toml objective"]
    assert "did you mean `goal`?" in found["skylift.toml [metrics.throughput] gaol"]
    assert 'did you mean "min"?' in found["skylift.toml [metrics.loss] goal"]
    assert "says nothing" in found["skylift.toml [metrics] empty"]
    assert "no run could be better" in found["skylift.toml [jobs.other] objective"]


def test_channels_long_and_short(project: Folder) -> None:
    project.write_all({"train.py": ""})
    project.write(
        "skylift.toml",
        """
        entry-point = "train.py"
        [channels]
        train = "data/train"
        big = "s3://bucket/prefix/"
        validation = { local = "data/v", cloud = "s3://b/v/", mode = "FastFile" }
        """,
    )
    project.write("skylift.local.toml", '[channels]\nvalidation = "data/small"')
    channels = read(project).settings.jobs["train"].channels
    assert channels == {
        "train": ChannelSettings("data/train"),
        "big": ChannelSettings(cloud="s3://bucket/prefix/"),
        "validation": ChannelSettings("data/small", "s3://b/v/", "FastFile"),
    }


def test_variables_that_mean_nothing_are_told_and_others_left_alone(project: Folder) -> None:
    project.write_all({"skylift.toml": 'entry-point = "train.py"', "train.py": ""})
    environment = {
        "SKYLIFT_AWS_REGON": "x",
        "SKYLIFT_PROJECT": "/opt/skylift",
        "SKYLIFT_JOB": "train",
        "SKYLIFT_CACHE_DIR": "/c",
        "SKYLIFT_TEST_ANYTHING": "1",
        "SKYLIFT_AWS_PROFILE": "",
        "PATH": "/bin",
    }
    loaded = read(project, environment)
    assert loaded.warnings == (
        "the variable SKYLIFT_AWS_REGON is not a setting; did you mean SKYLIFT_AWS_REGION?",
    )
    assert loaded.settings.aws.profile is None


def test_flags_are_read_by_the_type_of_their_key(project: Folder) -> None:
    project.write_all({"skylift.toml": 'entry-point = "train.py"', "train.py": ""})
    loaded = load(
        project.root,
        environment={},
        home=project.root,
        overrides={
            "hyperparameters.epochs": "3",
            "hyperparameters.name": "adam",
            "image.bytecode": "no",
            "ship.include": "build/x",
            "targets.docker.grace": "5s",
            'metrics."val:auc"': "auc=(.*)",
            "channels.train": "data/x",
            "targets.gpu": {"max-run": 60},
        },
    )
    job = loaded.settings.jobs["train"]
    assert job.hyperparameters == {"epochs": 3, "name": "adam"}
    assert job.metrics == {"val:auc": MetricSettings("auc=(.*)")}
    assert job.channels["train"].local == "data/x"
    assert loaded.settings.image.bytecode is False
    assert loaded.settings.ship.include == ("build/x",)
    assert loaded.settings.targets["docker"].grace == 5
    assert loaded.settings.targets["gpu"].max_run == 60
    assert {o.key: o.origin for o in loaded.origins}["image.bytecode"] == "--set image.bytecode"


def test_every_problem_of_every_layer_at_once(project: Folder) -> None:
    project.write(
        "pyproject.toml",
        """
        [tool.skylift]
        entry-point = "trian.py"
        pyton = "3.11"
        python = 3.1
        [tool.skylift.image]
        bse = "x"
        base = "Not An Image"
        [tool.skylift.channels]
        "a b" = "data"
        skylift = "data"
        none = { mode = "File" }
        later = "run:@last/model"
        piped = { local = "data", mode = "Pipe" }
        piped_3 = "data"
        packed = { local = "data", mode = "FastFile", compression = "Gzip" }
        [tool.skylift.arguments]
        data-dir = "{channel:trian}"
        [tool.skylift.paths]
        "../../up" = "{model}"
        [tool.skylift.metrics]
        auc = "auc="
        bad = "(["
        [tool.skylift.hyperparameters]
        sagemaker_x = 1
        when = 2026-01-02
        [tool.skylift.targets.docker]
        backend = "local"
        [tool.skylift.targets.gpu]
        backend = "kubernetes"
        max-run = "soon"
        instance-count = 0
        """,
    )
    project.write("skylift.local.toml", "[aws]\naccount = 123\nstorage = 's4://x'")
    project.write("pkg/train.py")
    found = issues(
        project, {"SKYLIFT_AWS_REGION": "Frankfurt", "SKYLIFT_IMAGE_BYTECODE": "maybe"}, aws__rle="x"
    )
    table = "pyproject.toml [tool.skylift"
    assert "did you mean `pkg/train.py`?" in found[f"{table}] entry-point"]
    assert "did you mean `python`?" in found[f"{table}] pyton"]
    assert "write it in quotes" in found[f"{table}] python"]
    assert "did you mean `base`?" in found[f"{table}.image] bse"]
    assert "there is no {channel:trian}" in found[f"{table}.arguments] data-dir"]
    assert found["SKYLIFT_AWS_REGION"].startswith("not a region: 'Frankfurt'")
    assert "true or false" in found["SKYLIFT_IMAGE_BYTECODE"]
    assert "did you mean `role`?" in found["--set aws.rle"]
    assert "write it in quotes" in found["skylift.local.toml [aws] account"]
    wanted = {
        f"{table}.image] base",
        f'{table}.channels] "a b"',
        f"{table}.channels] skylift",
        f"{table}.channels] piped_3",
        f"{table}.channels] packed",
        f"{table}.channels] none",
        f"{table}.channels] later",
        f'{table}.paths] "../../up"',
        f"{table}.metrics] auc",
        f"{table}.metrics] bad",
        f"{table}.hyperparameters] sagemaker_x",
        f"{table}.hyperparameters] when",
        f"{table}.targets.docker] backend",
        f"{table}.targets.gpu] backend",
        f"{table}.targets.gpu] max-run",
        f"{table}.targets.gpu] instance-count",
        "skylift.local.toml [aws] storage",
    }
    assert wanted <= set(found), wanted - set(found)


def test_a_line_that_is_not_toml_is_named(project: Folder) -> None:
    project.write("skylift.toml", 'name = "x"\nentry-point = train.py\n')
    project.write("skylift.local.toml", "[aws\n")
    found = issues(project)
    assert set(found) == {"skylift.toml:2", "skylift.local.toml:1"}


def test_two_configs_are_one_too_many(project: Folder) -> None:
    project.write_all({"pyproject.toml": PYPROJECT, "skylift.toml": "", "train.py": ""})
    assert "pyproject.toml [tool.skylift]" in issues(project)["skylift.toml"]


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("s3://team/base.toml", "can not be read by this version"),
        ("nowhere.toml", "no such file: nowhere.toml"),
        ("skylift.toml", "extends itself"),
        ("circle.toml", "extends itself"),
    ],
)
def test_extends_that_leads_nowhere(project: Folder, said: str, what: str) -> None:
    project.write_all({"skylift.toml": f'extends = "{said}"\nentry-point = "train.py"', "train.py": ""})
    project.write("circle.toml", 'extends = "skylift.toml"')
    assert any(what in text for text in issues(project).values())


def test_an_entry_point_and_a_command_are_one_too_many(project: Folder) -> None:
    project.write_all({"skylift.toml": 'entry-point = "train.py"\ncommand = ["sh", "x"]', "train.py": ""})
    assert "a command as well" in issues(project)["skylift.toml entry-point"]


def test_jobs_beside_train(project: Folder) -> None:
    project.write_all({"evaluate.py": "", "pkg/train.py": ""})
    project.write(
        "skylift.toml",
        'entry-point = "-m pkg.train"\n[jobs.evaluate]\nentry-point = "evaluate.py"\n[jobs.evaluate.channels]\nm = "data"',
    )
    jobs = read(project, {"SKYLIFT_JOBS_EVALUATE_ENTRY_POINT": "pkg.train:main"}).settings.jobs
    assert list(jobs) == ["train", "evaluate"]
    assert jobs["evaluate"].entry_point == "pkg.train:main"
    assert jobs["evaluate"].channels["m"].local == "data"
    project.write("skylift.toml", '[jobs.train]\nentry-point = "evaluate.py"')
    assert "move these keys up" in issues(project)["skylift.toml [jobs] train"]


def test_a_config_without_a_job_loads_and_says_so(project: Folder) -> None:
    project.write("skylift.toml", '[aws]\nregion = "eu-central-1"')
    loaded = read(project)
    assert not loaded.settings.jobs
    assert "entry-point" in loaded.warnings[0]
    project.write("skylift.toml", '[channels]\ntrain = "data"')
    assert "nothing says what starts" in issues(project)["skylift.toml entry-point"]

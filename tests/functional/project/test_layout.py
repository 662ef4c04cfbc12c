"""Which programs of a project are its jobs, and how they are started."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.functional.project.folder import Folder
from tests.notebooks import notebook

from skylift.errors import NotReady, UsageError
from skylift.project.config.load import load
from skylift.project.init.detect import detect
from skylift.project.init.evidence.survey import Survey
from skylift.project.init.layout import BY_LIBRARY, read_layout
from skylift.project.init.workspace import project_folder
from skylift.project.init.write import write_config

GUARD = "if __name__ == '__main__':\n    main()\n"
TRAINS = f"import argparse\nfrom sklearn.svm import SVC\ndef main():\n    SVC().fit([], [])\n{GUARD}"
PLAIN = f"def main():\n    print('x')\n{GUARD}"


def _config(project: Folder, files: dict[str, str], said: str | None = None) -> dict[str, Any]:
    """What init writes, which the config's own checks admit."""
    project.write_all(files)
    found = detect(project.root, entry_point=said)
    write_config(project.root, found)
    load(project.root, environment={}, home=Path("/nonexistent"))
    return {**found.config}


@pytest.mark.parametrize(
    ("files", "entry"),
    [
        ({"fit_churn.py": "from sklearn.svm import SVC\nSVC().fit(1, 2)\n"}, "fit_churn.py"),
        ({"churn.py": "import sklearn\nmodel = sklearn.X()\nmodel.fit(1, 2)\n", "utils.py": PLAIN}, "churn.py"),
        ({"train.py": TRAINS, "predict.py": TRAINS, "app.py": "import flask\n" + TRAINS}, "train.py"),
        ({"main.py": "import model\n" + PLAIN, "model.py": "def f(loss):\n    loss.backward()\n"}, "main.py"),
        ({"pkg/__init__.py": "", "pkg/__main__.py": TRAINS}, "-m pkg"),
        ({"src/pkg/__init__.py": "", "src/pkg/train.py": "from . import x\n" + TRAINS}, "-m pkg.train"),
        ({"pkg/__init__.py": "", "pkg/train.py": TRAINS, "Makefile": "train:\n\tpython -m pkg.train\n"}, "-m pkg.train"),
        ({"train.py": TRAINS, "classify/train.py": TRAINS}, "train.py"),
        ({"examples/x/fit.py": TRAINS, "examples/x/requirements.txt": ""}, "examples/x/fit.py"),
        ({"a/train.py": TRAINS, "b/train.py": TRAINS, "README.md": "```\npython b/train.py\n```\n"}, "b/train.py"),
        ({"one.py": TRAINS, "two.py": TRAINS, "Dockerfile": 'ENTRYPOINT ["python"]\nCMD ["/app/two.py"]\n'}, "two.py"),
        ({"one.py": TRAINS, "two.py": TRAINS, "run.sh": "set -e\nexec python -u two.py \\\n  --x 1\n"}, "two.py"),
        ({"one.py": TRAINS, "two.py": TRAINS, "Procfile": "worker: python two.py\n"}, "two.py"),
        ({"one.py": TRAINS, "two.py": TRAINS, ".github/workflows/t.yml": "jobs:\n  - run: python two.py\n"}, "two.py"),
        ({"one.py": TRAINS, "two.py": TRAINS, ".vscode/launch.json": '{"program": "${workspaceFolder}/two.py"}'}, "two.py"),
        ({"train.py": "import sagemaker\nsagemaker.pytorch.PyTorch(1).fit()\n" + PLAIN, "code/fit.py": TRAINS}, "code/fit.py"),
        ({"box/train": "#!/usr/bin/env python\n" + TRAINS, "box/serve": "#!/usr/bin/env python\n"}, "box/train"),
        ({"one.py": TRAINS, "two.py": TRAINS, "nb.ipynb": notebook("!python two.py --x 1")}, "two.py"),
        ({"one.py": TRAINS, "two.py": "import submitit\n" + TRAINS}, "one.py"),
        ({"train.py": TRAINS, "distributed.sh": "torchrun --nproc_per_node 4 train.py\n"}, "train.py"),
        ({"train.ipynb": notebook("import sklearn\nx.fit(1)"), "data.py": "x = 1\n"}, "train.ipynb"),
        ({"train.py": "print 'python 2'\n", "learn.py": TRAINS}, "learn.py"),
    ],
)  # fmt: skip
def test_the_program_that_trains(project: Folder, files: dict[str, str], entry: str) -> None:
    assert _config(project, files)["entry-point"] == entry


@pytest.mark.parametrize(
    ("files", "candidates"),
    [
        ({"train_a.py": TRAINS, "train_b.py": TRAINS}, ["train_a.py", "train_b.py"]),
        ({"x/main.py": TRAINS, "x/requirements.txt": "", "y/train.py": TRAINS, "y/requirements.txt": ""}, ["y/train.py", "x/main.py"]),
        ({"tool.py": PLAIN}, ["tool.py"]),
        ({"serve.py": "import fastapi\n" + PLAIN, "tests/test_a.py": TRAINS, "setup.py": TRAINS}, []),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_a_question(
    project: Folder, files: dict[str, str], candidates: list[str]
) -> None:
    project.write_all(files)
    found = detect(project.root)
    assert list(found.candidates) == candidates
    assert not {"entry-point", "command"} & set(found.config)


def test_reasons_are_told_the_weightiest_first(project: Folder) -> None:
    project.write_all({"train.py": TRAINS, "Makefile": "train: data\n\t@python train.py --n 1\n"})
    row = next(row for row in detect(project.root).understood if row.topic == "entry point")
    assert row.sure
    assert row.why == (
        "its name is train.py, Makefile:2, the target `train`, starts it, it calls fit(), line 4, it is a program"
    )


def test_other_programs_that_train_make_the_best_a_guess(project: Folder) -> None:
    files = {"train_a.py": TRAINS, "train_b.py": TRAINS, "README.md": "```\npython train_a.py\n```\n"}
    project.write_all(files)
    found = detect(project.root)
    assert found.config["entry-point"] == "train_a.py"
    assert not next(row for row in found.understood if row.topic == "entry point").sure
    assert any("other programs train, too: train_b.py" in row for row in found.left_to_you)
    named = detect(project.root, entry_point="train_b.py")
    assert next(row for row in named.understood if row.topic == "entry point").sure
    assert not any("other programs" in row for row in named.left_to_you)


DVC = """
stages:
  prepare:
    cmd: python src/prepare.py data/raw.csv
    deps: [data/raw.csv, src/prepare.py]
    outs:
      - data/prepared:
          cache: false
  featurize:
    cmd: python src/featurization.py data/prepared data/features
    outs: [data/features]
  train:
    cmd: >-
      python src/train.py data/features
      model.pkl
    outs: [model.pkl]
    metrics: [metrics.json]
  evaluate:
    cmd: ./evaluate.sh
"""


def test_a_pipeline_gives_its_jobs_in_order(project: Folder) -> None:
    by_place = f"import sys, sklearn\ndef main():\n    m.fit(sys.argv[1])\n{GUARD}"
    config = _config(
        project,
        {
            "dvc.yaml": DVC,
            "data/raw.csv": "",
            "evaluate.sh": "python src/evaluate.py --model model.pkl --deep\n",
            "src/evaluate.py": PLAIN,
            **{f"src/{name}.py": by_place for name in ("prepare", "featurization", "train")},
        },
    )
    assert config["command"] == ["python", "src/train.py", "data/features", "model.pkl"]
    assert config["collect"] == {"model": ["model.pkl"], "output": ["metrics.json"]}
    assert list(config["jobs"]) == ["prepare", "featurize", "evaluate"]
    prepare = config["jobs"]["prepare"]
    assert prepare["command"] == ["python", "src/prepare.py", "data/raw.csv"]
    assert prepare["channels"] == {"data": "data"}
    assert prepare["paths"] == {"data/raw.csv": "{channel:data}/raw.csv"}
    assert prepare["collect"] == {"output": ["data/prepared/**"]}
    evaluate = config["jobs"]["evaluate"]
    assert evaluate["entry-point"] == "src/evaluate.py"
    assert evaluate["hyperparameters"] == {"model": "model.pkl", "deep": True}


def test_an_mlproject_gives_a_job_for_each_entry_point(project: Folder) -> None:
    text = """
    name: x
    entry_points:
      main:
        parameters: {lr: {type: float, default: 0.1}, n: {default: 3}, tag: string}
        command: "python main.py --mode train --lr {lr} --n={n} --tag {tag}"
      evaluate:
        command: "python main.py --mode evaluate"
      same:
        command: "python main.py"
    """
    config = _config(project, {"MLproject": text, "main.py": TRAINS})
    assert config["entry-point"] == "main.py"
    # What has a default there is given always; the program's own default may be none.
    assert config["hyperparameters"] == {"mode": "train", "lr": 0.1, "n": 3}
    assert config["jobs"] == {
        "evaluate": {"entry-point": "main.py", "hyperparameters": {"mode": "evaluate"}},
    }


@pytest.mark.parametrize("text", ["stages: [", "stages: 3", "stages: {a: {cmd: 1}, b: 2}", "&a [*a", "\0"])
def test_a_pipeline_that_can_not_be_read_says_nothing(project: Folder, text: str) -> None:
    config = _config(project, {"train.py": TRAINS, "dvc.yaml": text, "MLproject": text})
    assert config["entry-point"] == "train.py"
    assert "jobs" not in config


def test_programs_beside_the_one_that_trains(project: Folder) -> None:
    files = dict.fromkeys(
        ("train.py", "eval.py", "preprocess.py", "evaluate_baseline.py", "x/test.py"), TRAINS
    )
    config = _config(
        project, {**files, "Makefile": "validate:\n\tpython check_model.py\n", "check_model.py": PLAIN}
    )
    assert config["entry-point"] == "train.py"
    assert config["jobs"] == {
        "validate": {"entry-point": "check_model.py"},
        "evaluate": {"entry-point": "eval.py"},
        "preprocess": {"entry-point": "preprocess.py"},
    }


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[project]\nname = "x"\n[project.scripts]\nx-train = "pkg.cli:main"\n'),
        ("pyproject.toml", '[tool.poetry.scripts]\nx-train = "pkg.cli:main"\n'),
        ("setup.cfg", "[options.entry_points]\nconsole_scripts =\n    x-train = pkg.cli:main\n"),
        ("setup.py", "setup(entry_points={'console_scripts': ['x-train=pkg.cli:main']})\n"),
    ],
)
def test_a_console_script_without_a_guard(project: Folder, file: str, text: str) -> None:
    code = "import argparse\ndef main():\n    m.fit(1)\n"
    config = _config(project, {file: text, "pkg/__init__.py": "", "pkg/cli.py": code})
    assert config["command"] == ["python", "-c", "import sys; from pkg.cli import main; sys.exit(main())"]
    parses = "p = argparse.ArgumentParser()\n    p.add_argument('--lr')\n    p.parse_args()\n"
    project.write("pkg/cli.py", f"import argparse\ndef main():\n    {parses}    m.fit(1)\n")
    assert detect(project.root).config["entry-point"] == "pkg.cli:main"
    project.write("pkg/cli.py", "def main(lr=0.1):\n    m.fit(1)\n")
    assert detect(project.root).config["entry-point"] == "pkg.cli:main"


TORCHRUN = ["torchrun", "--standalone", "--nproc-per-node={gpus}"]
RANK = "import os\nrank = {}\ndef f(loss):\n    loss.backward()\n"


@pytest.mark.parametrize(
    ("code", "readme", "command"),
    [
        (TRAINS, "torchrun --nproc_per_node 4 train.py", [*TORCHRUN, "train.py"]),
        (TRAINS, "python -m torch.distributed.launch --nproc_per_node 4 train.py", [*TORCHRUN, "train.py"]),
        (RANK.format("os.environ['LOCAL_RANK']") + PLAIN, "", [*TORCHRUN, "train.py"]),
        (
            TRAINS,
            "accelerate launch train.py",
            ["accelerate", "launch", "--num_processes={gpus}", "train.py"],
        ),
        (TRAINS, "mpirun -np 2 python train.py", ["mpirun", "-np", "{gpus}", "python", "train.py"]),
        (TRAINS, "deepspeed -m train", None),
    ],
)
def test_a_program_that_is_only_started_by_a_launcher(
    project: Folder, code: str, readme: str, command: list[str] | None
) -> None:
    files = {"train.py": code, "README.md": f"```sh\n{readme}\n```\n"}
    config = _config(project, files)
    named = detect(project.root, entry_point="train.py")
    assert named.config["entry-point"] == "train.py"
    assert any("is started in another way elsewhere: command = [" in row for row in named.left_to_you)
    expected = command or ["deepspeed", "--num_gpus={gpus}", "--module", "train"]
    assert config["command"] == expected


@pytest.mark.parametrize(
    ("code", "readme"),
    [
        (TRAINS, "python train.py\ntorchrun --nproc_per_node 4 train.py"),
        (RANK.format("int(os.environ.get('LOCAL_RANK', -1))") + PLAIN, ""),
        ("import os\ndef setup():\n    return os.environ['LOCAL_RANK']\n" + TRAINS, ""),
        ("import os\nif 'RANK' in os.environ:\n    rank = os.environ['LOCAL_RANK']\n" + TRAINS, ""),
    ],
)
def test_a_program_that_may_be_started_by_a_launcher_stays_plain(
    project: Folder, code: str, readme: str
) -> None:
    project.write_all({"train.py": code, "README.md": f"```sh\n{readme}\n```\n"})
    found = detect(project.root)
    assert found.config["entry-point"] == "train.py"
    assert any('["torchrun", "--standalone"' in row for row in found.left_to_you)


@pytest.mark.parametrize(
    ("said", "entry"),
    [
        ("pkg/train.py", "pkg/train.py"),
        ("./pkg/train.py", "pkg/train.py"),
        ("-m pkg.train", "-m pkg.train"),
        ("-m  pkg.train", "-m pkg.train"),
        ("pkg.train:main", "pkg.train:main"),
        ("pkg", "-m pkg"),
        ("a b.ipynb", "a b.ipynb"),
        ("python pkg/train.py --lr 1", "pkg/train.py"),
        ("run.sh", "run.sh"),
    ],
)
def test_an_entry_point_that_is_named(project: Folder, said: str, entry: str) -> None:
    files = {"pkg/__init__.py": "", "pkg/__main__.py": PLAIN, "pkg/train.py": TRAINS, "run.sh": "true\n"}
    project.write_all({**files, "a b.ipynb": notebook("x = 1")})
    found = detect(project.root, entry_point=said)
    assert found.config["entry-point"] == entry
    absolute = detect(project.root, entry_point=str(project.root / "pkg" / "train.py"))
    assert absolute.config["entry-point"] == "pkg/train.py"


def test_an_entry_point_from_where_the_user_stands(project: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write_all({"deep/er/train.py": TRAINS})
    monkeypatch.chdir(project.root / "deep")
    assert detect(project.root, entry_point="er/train.py").config["entry-point"] == "deep/er/train.py"


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("pkg/trian.py", "did you mean `pkg/train.py`?"),
        ("train.py", "did you mean `pkg/train.py`?"),
        ("-m pkg.trian", "did you mean `-m pkg.train`?"),
        ("pkg.trian:main", "did you mean `-m pkg.train`?"),
        ("pkg.train:mian", "did you mean `pkg.train:main`?"),
        ("../outside.py", "is called like that"),
        ("", "is called like that"),
    ],
)
def test_a_wrong_entry_point_gets_the_nearest(project: Folder, said: str, hint: str) -> None:
    project.write_all({"pkg/__init__.py": "", "pkg/train.py": TRAINS})
    (project.root.parent / "outside.py").write_text("")
    with pytest.raises(UsageError) as caught:
        detect(project.root, entry_point=said)
    assert hint in " ".join(caught.value.hints)


@pytest.mark.parametrize(
    "root",
    [
        '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/old"]\n',
        '[tool.poetry.dependencies]\na = {path = "packages/a"}\nb = {path = "./packages/b", develop = true}\n',
        '[tool.hatch.workspace]\nmembers = ["packages/a", {path = "packages/b"}]\n',
        '[tool.pdm.dev-dependencies]\ndev = ["-e file:///${PROJECT_ROOT}/packages/a", "-e file:///${PROJECT_ROOT}/packages/b#egg=b"]\n',
    ],
)
def test_the_root_of_a_workspace_says_where_to_go(project: Folder, root: str) -> None:
    project.write_all({"pyproject.toml": root, "packages/b/src/b/train.py": TRAINS})
    for name in ("a", "b"):
        project.write(f"packages/{name}/pyproject.toml", f'[project]\nname = "{name}"\n')
    with pytest.raises(
        UsageError, match=r"members are projects: packages/a, packages/b; .* packages/b/src"
    ) as caught:
        detect(project.root)
    assert caught.value.hints == ("go to the one that trains: cd packages/b && skylift init",)
    assert project_folder(project.root / "packages" / "b" / "src").name == "b"
    project.write("train.py", TRAINS)
    assert detect(project.root).config["entry-point"] == "train.py"


def test_the_project_is_where_the_user_stands(project: Folder, tmp_path: Path) -> None:
    files = {
        "mnist/main.py": TRAINS,
        "mnist/requirements.txt": "",
        "vae/sub/main.py": TRAINS,
        "lib/__init__.py": "",
    }
    project.write_all({**files, "vae/main.py": TRAINS, "lib/x.py": ""})
    (project.root / ".git").mkdir()

    def name(path: str) -> str:
        return (
            project_folder(project.root / path, home=tmp_path).relative_to(project.root.resolve()).as_posix()
        )

    assert [name(path) for path in ("mnist", "vae", "vae/sub", "lib", ".")] == [
        "mnist",
        "vae",
        "vae/sub",
        ".",
        ".",
    ]
    project.write("setup.py")
    assert [name(path) for path in ("mnist", "vae")] == ["mnist", "."]
    project.write("skylift.toml", 'entry-point = "vae/main.py"\n')
    assert name("mnist") == "."


def test_a_home_folder_is_no_project(tmp_path: Path) -> None:
    inside = tmp_path / "a"
    inside.mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / ".git").mkdir()
    assert project_folder(inside, home=tmp_path) == inside.resolve()
    for place in (tmp_path, Path("/")):
        with pytest.raises(UsageError, match="not a project"):
            project_folder(place, home=tmp_path)
    with pytest.raises(NotReady, match="no such folder"):
        project_folder(tmp_path / "nowhere", home=tmp_path)


def test_folders_without_a_program(project: Folder) -> None:
    project.write("notes.md", "python train.py")
    with pytest.raises(UsageError, match="no Python file, no notebook"):
        read_layout(project.root, {}, None)
    # What os.walk can not list is what it can not read.
    with pytest.raises(NotReady, match="can not be read"):
        read_layout(project.root / "notes.md", {}, None)


@pytest.mark.parametrize(
    "name", ["{{ cookiecutter.name }}/train.py", "{% if x %}src{% endif %}/train.py", "{{x}}.py"]
)
def test_a_template_is_nobodys_program(project: Folder, name: str) -> None:
    project.write_all({name: TRAINS, "hooks/after.py": PLAIN})
    found = detect(project.root)
    assert not {"entry-point", "jobs"} & set(found.config)
    assert found.candidates == ()
    assert [line for line in found.left_to_you if "is a template" in line]
    (project.root / "hooks/after.py").unlink()
    with pytest.raises(UsageError) as refused:
        detect(project.root)
    assert "is a template" in refused.value.hints[0]


def test_a_walk_is_bounded_and_does_not_leave_the_project(project: Folder, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "train.py").write_text(TRAINS)
    project.write_all(
        {"a.py": TRAINS, "venv/pyvenv.cfg": "", "venv/b.py": "", ".hidden/c.py": "", "build/d.py": ""}
    )
    (project.root / "out").symlink_to(tmp_path / "elsewhere")
    (project.root / "loop").symlink_to(project.root)
    (project.root / "dangling.py").symlink_to("nowhere")
    project.write("/".join("abcdefghijklmnop") + "/deep.py")
    survey = Survey.of(project.root)
    assert survey.with_suffix(".py") == ["a.py", "dangling.py"]
    assert survey.text("dangling.py") == ""
    assert detect(project.root).config["entry-point"] == "a.py"


@pytest.mark.parametrize(
    "bytes_", [b"\xff\xfe\x00", b"\x00", b"x = '\xe9'\n", b"(" * 5000, b"# " + b"x" * (2 << 20)]
)
def test_sources_that_can_not_be_read_say_nothing(project: Folder, bytes_: bytes) -> None:
    project.write_all({"train.py": TRAINS})
    for name in (
        "main.py",
        "Makefile",
        "README.md",
        "dvc.yaml",
        "MLproject",
        "run.sh",
        "setup.cfg",
        "setup.py",
    ):
        (project.root / name).write_bytes(bytes_)
    (project.root / "nb.ipynb").write_bytes(bytes_)
    assert detect(project.root).config["entry-point"] == "train.py"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 400_000,
        "a " * 200_000,
        "python train.py " * 20_000,
        "python other.py --x 1\n" * 20_000,
        "`" * 100_000 + " ``" * 50_000,
        "\\\n" * 100_000,
        '"' + " " * 100_000 + '"',
        "a: &a {x: 1}\n" + "".join(f"b{n}: &b{n} {{<<: [*a, *a]}}\n" for n in range(40)),
        "\t" + "(" * 100_000,
    ],
)
def test_files_that_are_made_to_be_slow_say_nothing(project: Folder, text: str) -> None:
    names = ("README.md", "Makefile", "run.sh", "dvc.yaml", "MLproject", "Dockerfile", "Procfile", "nb.ipynb")
    project.write("train.py", TRAINS)
    for name in (*names, ".github/workflows/a.yml", ".vscode/launch.json", "config.yaml", "setup.cfg"):
        (project.root / name).parent.mkdir(parents=True, exist_ok=True)
        (project.root / name).write_text("SchemaVersion SageMaker\n" * (name == "config.yaml") + text)
    assert read_layout(project.root, {}, None).jobs[0].entry_point == "train.py"


def test_a_module_that_only_defines_is_no_rival_of_the_program_that_imports_it(project: Folder) -> None:
    project.write_all(
        {
            "train.py": "import torch\ntorch.manual_seed(0)\ndef train_and_evaluate(m):\n    m.loss.backward()\n    torch.save(m, 'm.pt')\n",
            "main.py": "import argparse\nimport train\ndef main():\n    argparse.ArgumentParser().parse_args()\n    train.train_and_evaluate(1)\nif __name__ == '__main__':\n    main()\n",
        }
    )
    found = read_layout(project.root, {}, None)
    assert [job.entry_point for job in found.jobs] == ["main.py"]


def test_a_script_that_trains_as_it_is_read_stays_a_program_though_it_is_imported(project: Folder) -> None:
    project.write_all(
        {
            "train.py": "from sklearn.svm import SVC\ndef data():\n    return [[0], [1]], [0, 1]\nmodel = SVC().fit(*data())\nprint(model)\n",
            "main.py": "import train\nif __name__ == '__main__':\n    print(train.model)\n",
        }
    )
    found = read_layout(project.root, {}, None)
    assert "train.py" in [one.path for one in found.candidates]


def test_of_equals_the_one_that_the_projects_own_readme_starts_is_taken_as_a_guess(project: Folder) -> None:
    project.write_all(
        {
            "main.py": "import argparse\nimport engine\nif __name__ == '__main__':\n    argparse.ArgumentParser().parse_args()\n    engine.go()\n",
            "engine.py": "def go(m):\n    m.backward()\n",
            "other/train_net.py": "def go(m):\n    m.backward()\nif __name__ == '__main__':\n    go(1)\n",
            "README.md": "# x\n\n```\npython main.py\n```\n",
            "other/README.md": "# y\n\n```\npython other/train_net.py\n```\n",
        }
    )
    found = read_layout(project.root, {}, None)
    assert [job.entry_point for job in found.jobs] == ["main.py"]
    assert not next(row for row in found.findings.understood if row.topic == "entry point").sure


def test_a_launcher_that_is_told_to_train_is_better_than_nothing(project: Folder) -> None:
    program = "if __name__ == '__main__':\n    print(1)\n"
    project.write_all(
        {
            "launch.py": program,
            "sample.py": program,
            "README.md": "# x\n\n```\npython launch.py train_policy\npython sample.py sample --n 1\n```\n",
        }
    )
    found = read_layout(project.root, {}, None)
    assert [job.entry_point for job in found.jobs] == ["launch.py"]


@pytest.mark.parametrize(
    ("file", "text", "command"),
    [
        (
            "project.yml",
            'commands:\n  - name: train\n    script:\n      - "python -m spacy train configs/a.cfg --output out/"\n',
            "python -m spacy train configs/a.cfg --output out/",
        ),
        (
            "README.md",
            "# x\n\n```\n$ ludwig train --config a.yaml \\\n   --dataset b\n```\n",
            "ludwig train --config a.yaml",
        ),
        ("Makefile", "train:\n\tyolo train data=a.yaml\n", "yolo train data=a.yaml"),
    ],
)
def test_training_by_a_library_alone_is_told(project: Folder, file: str, text: str, command: str) -> None:
    project.write_all({file: text, "convert.py": "if __name__ == '__main__':\n    print(1)\n"})
    found = read_layout(project.root, {}, None)
    row = next(row for row in found.findings.understood if row.topic == BY_LIBRARY)
    assert (found.jobs, row.value) == ((), command)
    assert row.why.startswith(f"{file}:")


def test_a_sentence_about_a_library_is_no_command(project: Folder) -> None:
    project.write_all({"README.md": "With spacy train your own models.\n", "convert.py": "print(1)\n"})
    assert BY_LIBRARY not in [row.topic for row in read_layout(project.root, {}, None).findings.understood]


def test_a_step_that_has_a_trainer_train_is_asked_about_where_nothing_else_trains(project: Folder) -> None:
    project.write_all(
        {
            "src/data_ingestion.py": "from src.model import ModelTrainer\nif __name__ == '__main__':\n    ModelTrainer().go()\n",
            "src/model.py": "class ModelTrainer:\n    def go(self):\n        self.model.fit(1)\n",
            "app.py": "import flask\nif __name__ == '__main__':\n    print(1)\n",
        }
    )
    found = read_layout(project.root, {}, None)
    assert [one.path for one in found.candidates] == ["src/data_ingestion.py"]
    assert not found.jobs


def test_programs_without_a_guard_that_read_the_command_line_are_a_question(project: Folder) -> None:
    parses = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--epochs')\np.parse_args()\n"
    project.write_all(
        {"a.py": parses, "b.py": parses, "lib.py": "import argparse\n\ndef f(p):\n    p.parse_args()\n"}
    )
    assert [choice.path for choice in detect(project.root).choices if choice.tied] == ["a.py", "b.py"]


def test_the_settings_that_a_stage_depends_on_ship_and_are_no_channel(project: Folder) -> None:
    stage = "stages:\n  train:\n    cmd: python train.py\n    deps: [conf/model, raw, train.py]\n"
    files = {"train.py": TRAINS, "dvc.yaml": stage, "conf/model/a.yaml": "x: 1\n", "raw/a.csv": "1"}
    assert _config(project, files)["channels"] == {"raw": "raw"}


def _pipeline(stages: int) -> dict[str, str]:
    names = ["ingest", "check", "model_trainer"][-stages:]
    imports = "".join(f"from steps.{name} import main as {name}\n" for name in names)
    calls = "".join(f"try:\n    {name}()\nexcept ValueError as e:\n    raise e\n" for name in names)
    return {
        "main.py": imports + calls,
        **{f"steps/{name}.py": PLAIN for name in names},
        "steps/model_trainer.py": TRAINS,
    }


@pytest.mark.parametrize(("stages", "entry"), [(3, "main.py"), (2, "steps/model_trainer.py")])
def test_what_runs_one_program_after_the_other_goes_before_the_one_that_trains(
    project: Folder, stages: int, entry: str
) -> None:
    assert _config(project, _pipeline(stages))["entry-point"] == entry


def test_who_reads_the_command_line_when_started_is_a_program(project: Folder) -> None:
    project.write(
        "train.py",
        "from dataclasses import dataclass\nfrom transformers import HfArgumentParser\n"
        "@dataclass\nclass A:\n    lr: float = 0.1\n(a,) = HfArgumentParser(A).parse_args_into_dataclasses()\n",
    )
    assert detect(project.root).config["entry-point"] == "train.py"

"""Paths that a program has hard-coded: what is read there, what is written, and what has to be there."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.shown import options, places, why

from skylift.project.files.ship import files_that_ship

HEAD = """
import glob, json, os, pickle, shutil
from pathlib import Path
import joblib, numpy as np, pandas as pd, torch
import matplotlib.pyplot as plt
"""


def script(project: Folder, body: str) -> None:
    project.write("train.py", HEAD + body)


@pytest.mark.parametrize(
    "body",
    [
        "pd.read_csv('data/train.csv')",
        "pd.read_csv('./data/train.csv')",
        "DATA = 'data'\npd.read_csv(os.path.join(DATA, 'train.csv'))",
        "DATA = Path('data')\npd.read_csv(DATA / 'train.csv')",
        "ROOT = Path(__file__).resolve().parent\npd.read_csv(ROOT / 'data' / 'train.csv')",
        "HERE = os.path.dirname(os.path.abspath(__file__))\npd.read_csv(os.path.join(HERE, 'data', 'train.csv'))",
        "pd.read_csv(os.path.join(os.getcwd(), 'data', 'train.csv'))",
        "pd.read_csv(Path.cwd() / 'data/train.csv')",
        "for split in ('train', 'test'):\n    pd.read_csv(f'data/{split}.csv')",
        "name = os.environ.get('WHICH', 'train')\npd.read_csv('data/' + name + '.csv')",
        "C = {'data': 'data/train.csv', 'n': 1}\npd.read_csv(C['data'])",
        "class C:\n    data = 'data/train.csv'\npd.read_csv(C.data)",
        "class C:\n    data = 'data/train.csv'\nc = C()\npd.read_csv(c.data)",
        "def load(path='data/train.csv'):\n    return open(path)\nload()",
        "files = glob.glob('data/*.csv')\nfor f in files:\n    pd.read_csv(f)",
        "def root():\n    return 'data'\nos.listdir(root())",
        "d = Path('data')\nif not d.exists():\n    raise SystemExit(1)\npd.read_csv(d / 'train.csv')",
    ],
)
def test_what_is_read_is_a_channel_with_a_link(project: Folder, body: str) -> None:
    project.write_all({"data/train.csv": "1", "data/test.csv": "1"})
    script(project, body + "\n")
    found = places(project)
    assert found.config == {"channels": {"data": "data"}, "paths": {"data": "{channel:data}"}}
    assert "train.py:" in why(found, "path data")
    assert found.left == []


def test_a_folder_is_one_channel_however_it_is_reached(project: Folder) -> None:
    project.write_all({"data/a/x.csv": "1", "data/b/y.csv": "1", "data/z.csv": "1"})
    script(project, "for p in ('data/a/x.csv', 'data/b/y.csv', 'data/z.csv'):\n    pd.read_csv(p)\n")
    assert places(project).config == {"channels": {"data": "data"}, "paths": {"data": "{channel:data}"}}


def test_folders_apart_are_channels_apart(project: Folder) -> None:
    project.write_all({"data/train/x.csv": "1", "data/valid/y.csv": "1", "other/train/x.csv": "1"})
    script(
        project,
        "pd.read_csv('data/train/x.csv')\npd.read_csv('data/valid/y.csv')\npd.read_csv('other/train/x.csv')\n",
    )
    found = places(project)
    assert found.config["channels"] == {
        "train": "data/train",
        "valid": "data/valid",
        "other-train": "other/train",
    }
    assert found.config["paths"]["other/train"] == "{channel:other-train}"


def test_an_option_and_the_code_share_the_channel_of_a_folder(project: Folder) -> None:
    project.write("data/train.csv", "1")
    script(project, "pd.read_csv(args.d + '/train.csv')\nopen('data/train.csv')\n")
    assert places(project, reading=options("argparse", {"d": "data"})).config == {
        "channels": {"data": "data"},
        "arguments": {"d": "{channel:data}"},
        "paths": {"data": "{channel:data}"},
    }


@pytest.mark.parametrize(
    ("body", "collect"),
    [
        ("pickle.dump(1, open('model.pkl', 'wb'))", {"model": ["model.pkl"]}),
        ("torch.save(1, f'net_{epoch}.pt')", {"model": ["net_*.pt"]}),
        ("os.makedirs('out', exist_ok=True)\ntorch.save(1, 'out/m.pt')", {"model": ["out/m.pt"]}),
        ("shutil.rmtree('out')\nos.mkdir('out')\ntorch.save(1, 'out/m.pt')", {"model": ["out/m.pt"]}),
        ("os.mkdir('out')\ndf.to_csv('out/p.csv')\ntorch.save(1, 'out/m.pt')", {"model": ["out/m.pt"], "output": ["out/p.csv"]}),
        ("model.save_pretrained('tuned')", {"model": ["tuned/**"]}),
        ("model.save('saved_model')", {"model": ["saved_model/**"]}),
        ("model.save('net.keras')", {"model": ["net.keras"]}),
        ("image.save('sample.png')", {"output": ["sample.png"]}),
        ("from torch.utils.tensorboard import SummaryWriter as W\nimport torch.utils.tensorboard as t\nt.SummaryWriter('runs/a')", {"output": ["runs/a/**"]}),
        ("plt.savefig('loss.png')", {"output": ["loss.png"]}),
        ("d = Path('out')\nd.mkdir(exist_ok=True)\nfor n in range(3):\n    (d / f'{n}.txt').write_text('')", {"output": ["out/*.txt"]}),
        ("def save(m, to):\n    with open(to, 'wb') as f:\n        pickle.dump(m, f)\nsave(1, 'a.bin')", {"model": ["a.bin"]}),
    ],
)  # fmt: skip
def test_what_is_written_is_collected(project: Folder, body: str, collect: dict[str, list[str]]) -> None:
    script(project, body + "\n")
    assert places(project).config == {"collect": collect}


def test_a_file_handle_is_the_file_that_was_opened_last(project: Folder) -> None:
    project.write("data/rows.json", "[]")
    script(
        project,
        "with open('data/rows.json') as f:\n    rows = json.load(f)\n"
        "with open('model.pkl', 'wb') as f:\n    pickle.dump(rows, f)\n",
    )
    assert places(project).config == {
        "channels": {"data": "data"},
        "paths": {"data": "{channel:data}"},
        "collect": {"model": ["model.pkl"]},
    }


def test_what_is_only_passed_on_needs_nothing(project: Folder) -> None:
    script(
        project,
        "os.makedirs('tmp', exist_ok=True)\nnp.save('tmp/x.npy', 1)\nnp.load('tmp/x.npy')\n"
        "df.to_csv('tmp/y.csv')\npd.read_csv('tmp/y.csv')\n",
    )
    found = places(project)
    assert found.config == {}
    assert found.left == []


def test_results_beside_inputs_keep_the_folder_a_folder(project: Folder) -> None:
    project.write("data/raw.csv", "1")
    script(
        project,
        "pd.read_csv('data/raw.csv')\ndf.to_csv('data/clean.csv')\npd.read_csv('data/clean.csv')\n"
        "df.to_csv('data/predictions.csv')\n",
    )
    assert places(project).config == {
        "channels": {"data": "data"},
        "paths": {"data/raw.csv": "{channel:data}/raw.csv"},
        "collect": {"output": ["data/predictions.csv"]},
    }


def test_a_folder_that_nobody_makes_is_there_in_the_job(project: Folder) -> None:
    project.write_all({"results/.gitkeep": "", ".gitignore": "results/\n"})
    script(project, "plt.savefig('results/a.png')\ntorch.save(1, 'results/m.pt')\n")
    project.commit()
    assert places(project).config == {"paths": {"results": "{model}"}}


def test_a_folder_that_ships_is_there_anyhow(project: Folder) -> None:
    project.write("results/.gitkeep", "")
    script(project, "plt.savefig('results/a.png')\n")
    project.commit()
    assert places(project).config == {"collect": {"output": ["results/a.png"]}}


def test_checkpoints_that_are_gone_on_from_are_kept_and_collected(project: Folder) -> None:
    script(
        project,
        "LAST = 'checkpoints/last.pt'\nos.makedirs('checkpoints', exist_ok=True)\n"
        "if os.path.exists(LAST):\n    torch.load(LAST)\ntorch.save(1, LAST)\n",
    )
    assert places(project).config == {
        "paths": {"checkpoints": "{checkpoints}"},
        "collect": {"model": ["checkpoints/last.pt"]},
    }


@pytest.mark.parametrize(
    "before", ["shutil.rmtree('checkpoints')\nos.makedirs('checkpoints')", "os.mkdir('checkpoints')"]
)
def test_a_folder_that_can_be_no_link_is_none(project: Folder, before: str) -> None:
    script(project, before + "\ntorch.save(1, 'checkpoints/a.pt')\ntorch.load('checkpoints/a.pt')\n")
    assert places(project).config == {"collect": {"model": ["checkpoints/a.pt"]}}


def test_what_is_not_here_is_said_once(project: Folder) -> None:
    script(project, "pd.read_csv('data/a.csv')\npd.read_csv('data/b.csv')\nnp.load('rows.npy')\n")
    found = places(project)
    assert found.config == {}
    assert [line.split(",")[0] for line in found.left] == [
        "train.py:6 pandas.read_csv reads data/a.csv",
        "train.py:8 numpy.load reads rows.npy",
    ]


@pytest.mark.parametrize("path", ["/data/x.csv", "~/x.csv", "C:\\\\x.csv", "../../x.csv", "/home/me/x.csv"])
def test_paths_that_no_job_has_are_left_to_the_user(project: Folder, path: str) -> None:
    script(project, f"pd.read_csv('{path}')\ntorch.save(1, '{path}')\n")
    found = places(project)
    assert found.config == {}
    assert "train.py:6 pandas.read_csv reads" in found.left[0]
    assert "which no job has" in found.left[0]
    assert "train.py:7 torch.save writes" in found.left[1]


def test_a_folder_beside_the_project_is_laid_beside_it(project: Folder) -> None:
    beside = project.root.parent / "data"
    beside.mkdir()
    (beside / "a.csv").write_text("1")
    script(project, "pd.read_csv('../data/a.csv')\n")
    assert places(project).config == {"channels": {"data": "../data"}, "paths": {"../data": "{channel:data}"}}


def test_the_contracts_own_paths_need_their_channels(project: Folder) -> None:
    project.write_all({"data/train/a.csv": "1", "data/extra/b.csv": "1"})
    script(
        project,
        "P = '/opt/ml/'\npd.read_csv(P + 'input/data/train/a.csv')\nos.listdir(os.path.join(P, 'input/data', 'extra'))\n"
        "joblib.dump(1, os.path.join('/opt/ml/model', 'm.joblib'))\nopen('/opt/ml/output/data/x', 'w')\n",
    )
    found = places(project)
    assert found.config == {"channels": {"train": "data/train", "extra": "data/extra"}}
    assert "--on docker" in why(found, "paths")
    assert found.left == []


def test_variables_of_the_contract_need_nothing_else(project: Folder) -> None:
    project.write("data/train/a.csv", "1")
    script(
        project,
        "pd.read_csv(os.path.join(os.environ['SM_CHANNEL_TRAIN'], 'a.csv'))\n"
        "torch.save(1, os.path.join(os.environ.get('SM_MODEL_DIR', 'model'), 'm.pt'))\n",
    )
    assert places(project).config == {"channels": {"train": "data/train"}}


def test_places_in_a_config_file_are_those_of_the_program(project: Folder) -> None:
    project.write_all(
        {
            "data/a.csv": "1",
            "conf.json": '{"loader": {"args": {"data_dir": "data/"}}, "trainer": {"save_dir": "saved/"}}',
            "conf.yaml": 'input:\n  rows: "more/rows.csv"  # here\nlast: 1\n',
            "conf.toml": "[x]\nplots = 'plots'\n",
            "more/rows.csv": "1",
        }
    )
    script(
        project,
        "import yaml\nc = json.load(open('conf.json'))\ny = yaml.safe_load(open('conf.yaml'))\n"
        "t = toml.load('conf.toml')\n"
        "class Config:\n    def __getitem__(self, key):\n        return c[key]\n"
        "pd.read_csv(os.path.join(c['loader']['args']['data_dir'], 'a.csv'))\npd.read_csv(y['rows'])\n"
        "save = Path(c['trainer']['save_dir']) / c['name']\nsave.mkdir(parents=True)\n"
        "torch.save(1, save / 'm.pt')\nos.makedirs(t['x']['plots'])\nplt.savefig(t['x']['plots'] + '/a.png')\n",
    )
    assert places(project).config == {
        "channels": {"data": "data", "more": "more"},
        "paths": {"data": "{channel:data}", "more": "{channel:more}"},
        "collect": {"model": ["saved/*/m.pt"], "output": ["plots/a.png"]},
    }


def test_files_that_ship_with_the_code_are_no_channels(project: Folder) -> None:
    project.write_all(
        {
            "config.json": "{}",
            "conf/a.yaml": "x: 1",
            "words/vocab.txt": "a",
            "rows.csv": "1",
            "pkg/__init__.py": "",
        }
    )
    project.write("pkg/table.csv", "1")
    script(
        project,
        "import pkg\njson.load(open('config.json'))\nopen('conf/a.yaml')\nopen('words/vocab.txt')\n"
        "pd.read_csv('rows.csv')\npd.read_csv('pkg/table.csv')\n",
    )
    found = places(project)
    assert found.config == {}
    assert [row.topic for row in found.understood] == ["file rows.csv", "file pkg/table.csv"]


def test_data_among_the_code_that_git_ignores_ships_where_it_can(project: Folder) -> None:
    project.write_all(
        {"rows[1].csv": "1", "empty.csv": "", "keys.json": "{}", ".gitignore": "*.csv\n*.json\n"}
    )
    script(project, "pd.read_csv('rows[1].csv')\npd.read_csv('empty.csv')\njson.load(open('keys.json'))\n")
    with (project.root / "large.csv").open("wb") as stream:
        stream.truncate(21_000_000)
    with (project.root / "train.py").open("a") as stream:
        stream.write("pd.read_csv('large.csv')\n")
    project.commit()
    found = places(project)
    assert found.config == {"ship": {"include": ["/rows\\[1].csv"]}}
    shipped = files_that_ship(project.root, found.config["ship"]["include"])
    assert [file.path for file in shipped if file.path.endswith(".csv")] == ["rows[1].csv"]
    assert list(dict.fromkeys(line.split(" which ")[0].split()[-1] for line in found.left)) == [
        "empty.csv,",
        "keys.json,",
        "large.csv,",
    ]


def test_a_model_in_a_place_unknown_is_looked_for_by_its_name(project: Folder) -> None:
    script(project, "torch.save(1, os.path.join(somewhere(), 'best.pt'))\n")
    found = places(project)
    assert found.config == {"collect": {"model": ["**/best.pt"]}}
    assert not found.understood[0].sure


def test_words_of_the_command_line_that_are_counted_at_run_time_are_left_to_the_user(project: Folder) -> None:
    script(project, "import sys\nfor n in range(3):\n    pd.read_csv(sys.argv[n])\n")
    found = places(project)
    assert found.config == {}
    assert 'command = ["python", "train.py"' in found.left[0]


def test_words_of_the_command_line_are_options_without_a_name(project: Folder) -> None:
    script(project, "import sys\npd.read_csv(sys.argv[1])\ntorch.save(1, sys.argv[2])\n")
    found = places(project)
    assert found.config == {"arguments": {"argument-2": "{model}/model.pt"}}
    assert "argument-1 must be given, and train.py:7 pandas.read_csv reads it" in found.left[0]


def test_words_that_no_reader_knows_are_left_to_the_user(project: Folder) -> None:
    script(project, "import sys\npd.read_csv(sys.argv[1])\ntorch.save(1, sys.argv[2])\n")
    found = places(project, reading=options("", {}))
    assert found.config == {}
    assert 'command = ["python", "train.py"' in found.left[0]


HOSTILE = {
    "a name that is itself": "p = p\nwhile True:\n    p = os.path.join(p, 'x')\nopen(p)\n",
    "functions that call each other": "def a(x):\n    return b(x)\ndef b(x):\n    return a(x)\nopen(a('x'))\n",
    "a long sum": "open(" + " + ".join(["'a'"] * 800) + ", 'w')\n",
    "many values": "".join(f"p = x or '{n}'\n" for n in range(300)) + "open(p)\n",
    "odd calls": "open()\nopen(*a)\nopen(**k)\nos.path.join()\nPath()\n''.format()\n'%s' % ()\nopen(1)\nopen(b'x')\n",
    "odd names": "open('\\0')\nopen('x' * 10)\nopen('a\\nb')\npd.read_csv('[')\nos.listdir('**')\nglob.glob('/***')\n",
    "odd files": "open('x'*5000)\nopen('" + "x/" * 3000 + "')\nopen('" + "y" * 5000 + "', 'w')\n",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_code_that_can_not_be_understood_says_less(project: Folder, body: str) -> None:
    script(project, body)
    assert places(project).config.keys() <= {"collect"}


def test_folders_that_are_odd_are_no_channels(project: Folder) -> None:
    (project.root / "loop").symlink_to("loop")
    (project.root / "away").symlink_to("/usr")
    script(project, "os.listdir('loop')\nos.listdir('away')\npd.read_csv('away/x')\n")
    assert places(project).config == {}


def test_a_function_returns_to_the_one_who_called_it(project: Folder) -> None:
    script(
        project,
        """
def ensure(path):
    os.makedirs(path, exist_ok=True)
    return path
def save(model, folder, name="m"):
    joblib.dump(model, os.path.join(ensure(folder), f"{name}.joblib"))
def report(path):
    ensure(os.path.dirname(path))
    with open(path, "w") as handle:
        json.dump({}, handle)
save(1, "artifacts/models")
report("reports/a.json")
""",
    )
    assert places(project).config == {
        "collect": {"model": ["artifacts/models/m.joblib"], "output": ["reports/a.json"]}
    }


HYDRA = """
import hydra
@hydra.main(version_base="1.3", config_path="conf", config_name="train")
def main(cfg):
    run(cfg)
"""


@pytest.mark.parametrize(
    ("config", "folder"),
    [
        ({"conf/train.yaml": "lr: 1\n"}, "outputs"),
        ({"conf/train.yaml": "hydra:\n  run:\n    dir: logs/${name}/${now:%Y}\n"}, "logs"),
        (
            {
                "conf/hydra/default.yaml": "run:\n  dir: ${paths.log_dir}/${task_name}/runs\nsweep:\n  dir: x\n",
                "conf/paths/default.yaml": "root_dir: ${oc.env:PROJECT_ROOT}\nlog_dir: ${paths.root_dir}/kept/logs/\n",
            },
            "kept/logs",
        ),
    ],
)
def test_the_folder_of_a_hydra_run_is_collected(project: Folder, config: dict[str, str], folder: str) -> None:
    project.write_all({"train.py": HYDRA, **config})
    collect = places(project).config["collect"]
    assert collect["output"] == [f"{folder}/**"]
    assert f"{folder}/**/*.ckpt" in collect["model"]


def test_a_hydra_run_in_a_place_unknown_is_left_to_the_user(project: Folder) -> None:
    project.write_all(
        {"train.py": HYDRA, "conf/train.yaml": "hydra:\n  run:\n    dir: ${oc.env:SCRATCH}/x\n"}
    )
    found = places(project)
    assert found.config == {}
    assert "train.py:3 hydra.main" in found.left[0]


def test_many_rules_for_one_folder_are_one(project: Folder) -> None:
    script(
        project,
        "os.makedirs('out/deep')\n"
        + "".join(f"plt.savefig('out/{n}.png')\n" for n in "abcdef")
        + "plt.savefig('x.png')\n",
    )
    assert places(project).config == {"collect": {"output": ["out/**", "x.png"]}}


@pytest.mark.parametrize("path", ["../data/a.csv", "rows/a.csv"])
def test_a_program_that_starts_in_its_own_folder_finds_its_data(project: Folder, path: str) -> None:
    project.write_all({"data/a.csv": "1", "code/rows/a.csv": "1", "code/lib.py": ""})
    project.write(
        "code/train.py", HEAD + f"import lib\npd.read_csv('{path}')\ntorch.save(1, '../models/m.pt')\n"
    )
    found = places(project, "code/train.py")
    folder = path.rpartition("/")[0]
    name = folder.rpartition("/")[2]
    assert found.config == {
        "channels": {name: "data" if name == "data" else "code/rows"},
        "paths": {folder: f"{{channel:{name}}}", "../models": "{model}"},
    }


def test_an_option_of_a_program_that_starts_in_its_own_folder(project: Folder) -> None:
    project.write_all({"data/a.csv": "1"})
    project.write("code/train.py", HEAD + "pd.read_csv(args.src + '/a.csv')\n")
    assert places(project, "code/train.py", options("argparse", {"src": "../data"})).config == {
        "channels": {"data": "data"},
        "arguments": {"src": "{channel:data}"},
    }


def test_a_folder_input_beside_the_project_is_shared_with_the_contract(project: Folder) -> None:
    beside = project.root.parent / "input"
    (beside / "deep").mkdir(parents=True)
    for name in ("train.csv", "test.csv", "deep/x.csv"):
        (beside / name).write_text("1")
    script(
        project,
        "pd.read_csv('../input/train.csv')\npd.read_csv('../input/test.csv')\ntorch.save(1, '../model/m.pt')\n",
    )
    found = places(project)
    assert found.config == {
        "channels": {"input": "../input"},
        "paths": {
            "../input/train.csv": "{channel:input}/train.csv",
            "../input/test.csv": "{channel:input}/test.csv",
        },
    }
    assert found.left == []
    script(project, "pd.read_csv('../input/deep/x.csv')\n")
    assert places(project).config["paths"] == {"../input/deep": "{channel:deep}"}


def test_what_else_is_in_a_channel_is_bound_too(project: Folder) -> None:
    # The folder of a channel does not ship.
    project.write_all({"rows/a.csv": "1", "rows/words.txt": "1", "rows/columns.yaml": "a: 1"})
    script(
        project,
        "pd.read_csv(args.src + '/a.csv')\nPath(args.words).read_text()\nopen('rows/columns.yaml')\n",
    )
    assert places(
        project, reading=options("argparse", {"src": "rows", "words": "rows/words.txt"})
    ).config == {
        "channels": {"rows": "rows"},
        "arguments": {"src": "{channel:rows}", "words": "{channel:rows}/words.txt"},
        "paths": {"rows": "{channel:rows}"},
    }


def test_there_are_never_more_channels_than_a_job_can_have(project: Folder) -> None:
    names = [f"d{number}" for number in range(30)]
    project.write_all(
        {f"data/{name}/x.csv": "1" for name in names} | {f"{name}/x.csv": "1" for name in names}
    )
    reads = "".join(f"pd.read_csv('data/{name}/x.csv')\n" for name in names)
    script(project, reads)
    assert places(project).config == {"channels": {"data": "data"}, "paths": {"data": "{channel:data}"}}
    script(project, reads.replace("data/", ""))
    found = places(project)
    assert len(found.config["channels"]) == 19
    assert "30 folders, more than a job has channels for" in found.left[0]


@pytest.mark.parametrize("above", ["data/", ""])
def test_options_never_make_more_channels_than_a_job_can_have(project: Folder, above: str) -> None:
    names = [f"d{number}" for number in range(25)]
    project.write_all({f"{above}{name}/x.csv": "1" for name in names})
    script(project, "".join(f"pd.read_csv(args.{name} + '/x.csv')\n" for name in names))
    found = places(project, reading=options("argparse", {name: f"{above}{name}" for name in names}))
    channels, arguments = found.config["channels"], found.config["arguments"]
    if above:
        assert channels == {"data": "data"}
        assert arguments == {name: f"{{channel:data}}/{name}" for name in names}
        assert found.left == []
    else:
        assert len(channels) == len(arguments) == 19
        assert found.left == [
            f"the program reads 25 folders, more than a job has channels for: {', '.join(names[19:])}: lay them into one folder"
        ]


def test_a_package_that_looks_for_its_own_modules_reads_no_data(project: Folder) -> None:
    project.write_all(
        {
            "train.py": "import models\n",
            "models/__init__.py": "import os\nfor f in os.listdir(os.path.dirname(__file__)):\n    print(f)\n",
            "models/a.py": "",
        }
    )
    assert places(project).left == []


def test_there_is_no_link_below_a_link(project: Folder) -> None:
    body = """
        import os, torch
        from pathlib import Path
        def keep(folder):
            path = folder / "last.pt"
            if path.exists():
                torch.load(path)
            torch.save({}, path)
        keep(Path("checkpoints"))
        keep(Path("checkpoints") / "checkpoints")
    """
    project.write("train.py", body)
    assert places(project).config["paths"] == {"checkpoints": "{checkpoints}"}

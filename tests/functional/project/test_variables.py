"""Variables of the environment that a program is started with."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder

from skylift.project.init.detect import detect

_TRAINS = "import os, sklearn\nmode = os.environ['MODE']\nif __name__ == '__main__':\n    m.fit(1)\n"
_COMMAND = ["env", "MODE=fast", "python", "train.py"]


def _start(project: Folder, readme: str, code: str = _TRAINS) -> object:
    project.write_all({"train.py": code, "README.md": f"# x\n\n{readme}\n"})
    config = detect(project.root).config
    return config.get("command") or config["entry-point"]


@pytest.mark.parametrize(
    "readme",
    [
        "```\nMODE=fast python train.py\n```",
        "```\nexport MODE=fast\npython train.py\n```",
        "```\nexport MODE=fast && python train.py --lr 1\n```",
        "```\nexport MODE=fast\n```\nthen\n```\npython train.py\n```",
        "    $ export MODE=slow\n    $ export MODE=fast OTHER=1\n    $ python train.py",
        "```\nexport MODE='fast'\nenv X=1 python \\\n  train.py\n```",
    ],
)
def test_what_the_code_demands_is_carried(project: Folder, readme: str) -> None:
    assert _start(project, readme) == _COMMAND


@pytest.mark.parametrize(
    ("readme", "code"),
    [
        ("```\nMODE=$MODE python train.py\n```", _TRAINS),
        ("```\nMODE=<your mode> python train.py\n```", _TRAINS),
        ("```\nOTHER=1 python train.py\n```", _TRAINS),
        ("```\nMODE=fast python train.py\n```", _TRAINS.replace("['MODE']", ".get('MODE')")),
        ("```\nMODE=fast python train.py\n```", f"import os\nos.environ['MODE'] = 'x'\n{_TRAINS}"),
        ("```\nexport MODE=fast\n```\n\n\nmuch\n\nprose\n\n```\npython train.py\n```", _TRAINS),
        ("```\nAPI_KEY=abc python train.py\n```", _TRAINS.replace("MODE", "API_KEY")),
        ("```\nCUDA_VISIBLE_DEVICES=0 python train.py\n```", _TRAINS.replace("MODE", "CUDA_VISIBLE_DEVICES")),
        ("```\nMODE=http://me:pw@h/ python train.py\n```", _TRAINS),
    ],
)
def test_nothing_else_is(project: Folder, readme: str, code: str) -> None:
    assert _start(project, readme, code) == "train.py"


def test_a_launcher_has_them_too(project: Folder) -> None:
    assert _start(project, "```\nMODE=fast accelerate launch train.py\n```") == [
        *("env", "MODE=fast", "accelerate", "launch", "--num_processes={gpus}", "train.py")
    ]


def test_a_folder_that_the_program_imports_from_is_on_its_path(project: Folder) -> None:
    project.write("vendor/lib/third.py")
    code = f"import third\n{_TRAINS.replace('mode', 'mode = 1 #')}"
    assert _start(project, "```\nPYTHONPATH=$PWD/vendor/lib:src python train.py\n```", code) == [
        *("env", "PYTHONPATH=vendor/lib:.", "python", "train.py")
    ]


def test_a_path_that_leads_to_what_is_found_anyway_is_not_written(project: Folder) -> None:
    project.write("lib/helper.py")
    code = "from lib import helper\nimport sklearn\nif __name__ == '__main__':\n    m.fit(1)\n"
    assert _start(project, "```\nPYTHONPATH=. python train.py\n```", code) == "train.py"


def test_its_options_are_read_behind_them(project: Folder) -> None:
    parser = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr')\np.parse_args()\n"
    project.write_all({"train.py": parser + _TRAINS, "README.md": "```\nMODE=fast python train.py\n```\n"})
    found = detect(project.root)
    assert next(row.value for row in found.understood if row.topic == "arguments") == "lr"

"""What only the name of an option says: an input of a program that loads models, a guess, or nothing."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.shown import places

from skylift.project.init.findings import Findings


def script(*lines: str) -> str:
    return "\n".join(["import argparse, torch", "p = argparse.ArgumentParser()", *lines, ""])


def _sure(found: Findings, topic: str) -> bool:
    return next(row.sure for row in found.understood if row.topic == topic)


@pytest.mark.parametrize(
    ("option", "use", "template"),
    [
        ("'--checkpoint'", "torch.load(a.checkpoint)", "{channel:model}/FILE"),
        ("'--model'", "joblib.load(a.model)", "{channel:model}/FILE"),
        ("'--ckpt_path'", "lib.go(a.ckpt_path)", "{channel:model}/FILE"),
        ("'--weights'", "lib.go(a.weights)", "{channel:model}/FILE"),
        ("'--model-dir'", "lib.go(a.model_dir)", "{channel:model}"),
        ("'--checkpoint-dir'", "torch.load(a.checkpoint_dir + '/best.pt')", "{channel:model}"),
        ("'--model-dir'", "Net.from_pretrained(a.model_dir)", "{channel:model}"),
    ],
)
def test_a_model_that_is_evaluated_is_an_input(project: Folder, option: str, use: str, template: str) -> None:
    project.write("data/x.csv")
    project.write(
        "evaluate.py",
        script("import joblib, lib", f"p.add_argument({option}, required=True)", "a = p.parse_args()", use),
    )
    found = places(project, "evaluate.py")
    assert "arguments" not in found.config
    (asked,) = found.unbound
    assert (asked.name, asked.folder) == ("model", "")
    assert f'"{template}"' in found.left[0]
    assert '[channels] model = "FOLDER"' in found.left[0]


def test_so_is_one_that_is_here_and_then_it_is_a_guess(project: Folder) -> None:
    project.write("trained/net.pt", "x")
    project.write("data/x.csv")
    project.write(
        "evaluate.py",
        script(
            "import lib",
            "p.add_argument('--ckpt', default='trained/net.pt')",
            "p.add_argument('--model-dir', default='gone')",
            "lib.go(p.parse_args())",
        ),
    )
    found = places(project, "evaluate.py")
    assert found.config["channels"] == {"trained": "trained"}
    assert found.config["arguments"] == {"ckpt": "{channel:trained}/net.pt"}
    assert not _sure(found, "channel trained")
    assert not _sure(found, "argument ckpt")
    assert [one.key for one in found.unbound] == ["model-dir"]


def test_a_program_that_trains_has_places_for_what_it_makes(project: Folder) -> None:
    project.write(
        "train.py",
        script(
            "import lib",
            "p.add_argument('--checkpoint-dir', default='checkpoints')",
            "p.add_argument('--model-dir', required=True)",
            "p.add_argument('--ckpt', required=True)",
            "a = p.parse_args()",
            "loss.backward()",
            "lib.go(a)",
        ),
    )
    found = places(project)
    assert found.config["arguments"] == {"checkpoint-dir": "{checkpoints}", "model-dir": "{model}"}
    assert not _sure(found, "argument model-dir")
    # A file that has to be given is there before.
    assert [one.key for one in found.unbound] == ["ckpt"]


def test_what_an_evaluation_makes_goes_where_it_did(project: Folder) -> None:
    project.write(
        "evaluate.py",
        script("import lib", "p.add_argument('--save-model-dir', default='kept')", "lib.go(p.parse_args())"),
    )
    assert not places(project, "evaluate.py").unbound


def test_a_folder_that_may_be_written_is_no_channel_by_its_default(project: Folder) -> None:
    project.write_all(
        {"data/x.csv": "1", "history/a.json": "1", "vocabulary/v.bin": "1", "data/runs.csv": "1"}
    )
    project.write(
        "train.py",
        script(
            "import lib",
            "p.add_argument('--data', default='data')",
            "p.add_argument('--history', default='history')",
            "p.add_argument('--vocabulary', default='vocabulary')",
            "p.add_argument('--runs-file', default='data/runs.csv')",
            "lib.go(p.parse_args())",
        ),
    )
    found = places(project)
    assert found.config["arguments"] == {"data": "{channel:data}", "vocabulary": "{channel:vocabulary}"}
    assert not _sure(found, "argument vocabulary")
    assert any(
        line.startswith("--history is history, which is here, and may be written") for line in found.left
    )


def test_a_folder_that_the_program_makes_is_no_channel_by_the_default_of_an_option(project: Folder) -> None:
    project.write("tables/x.bin", "1")
    project.write(
        "train.py",
        script(
            "import lib, os",
            "p.add_argument('--t', default='tables')",
            "os.makedirs('tables')",
            "lib.go(p.parse_args())",
        ),
    )
    assert "channels" not in places(project).config


@pytest.mark.parametrize(("name", "asked"), [("evaluate.py", True), ("train.py", False)])
def test_an_evaluation_that_would_make_a_missing_model_still_wants_the_one_that_was_trained(
    project: Folder, *, name: str, asked: bool
) -> None:
    project.write(
        name,
        script(
            "import os, joblib, lib",
            "p.add_argument('--kept', default='kept/m.joblib')",
            "a = p.parse_args()",
            "if os.path.exists(a.kept):",
            "    m = joblib.load(a.kept)",
            "else:",
            "    m = lib.quick()",
            "    joblib.dump(m, a.kept)",
        ),
    )
    found = places(project, name)
    assert [one.key for one in found.unbound] == (["kept"] if asked else [])
    assert found.config.get("arguments", {}) == ({} if asked else {"kept": "{model}/m.joblib"})

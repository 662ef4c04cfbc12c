"""What a job that ended well has to have left, and what is said where it has not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.functional.runtime.stage import Stage

IMPORTS = "import os, shutil\nmodel, output = os.environ['SM_MODEL_DIR'], os.environ['SM_OUTPUT_DATA_DIR']\n"


def test_a_model_left_beside_the_script_is_told_before_it_is_gone(stage: Stage) -> None:
    stage.script('open("model.pkl", "w").write("x")')
    result = stage.run()
    assert result.code == 0
    assert "no model: nothing was written to SM_MODEL_DIR" in result.err
    assert 'model = ["model.pkl"]' in result.err


def test_an_empty_model_is_told_even_when_nothing_was_left(stage: Stage) -> None:
    stage.script(
        """
        import os
        path = os.environ["SM_MODEL_DIR"] + "/model.bin"
        try:
            open(path, "w").write("half of it")
            raise OSError(28, "No space left on device")
        except OSError:
            os.unlink(path)
        """
    )
    result = stage.run()
    assert (result.code, result.failure) == (0, "")
    assert result.err == "skylift: no model: nothing was written to SM_MODEL_DIR\n"


def test_what_we_say_begins_a_line_of_its_own(stage: Stage) -> None:
    stage.script("import sys\nsys.stderr.write('Epoch 1/2:  50%')")
    result = stage.run()
    assert result.err == "Epoch 1/2:  50%\nskylift: no model: nothing was written to SM_MODEL_DIR\n"


def test_what_a_rule_has_kept_is_not_told_as_lost(stage: Stage) -> None:
    stage.ship("train.py", "import os\nos.makedirs('plots')\nfor n in ('plots/a.png', 'b.txt'): open(n, 'w')")
    stage.job = {"entry_point": "train.py", "collect": {"output": ["plots/*.png"], "model": []}}
    result = stage.run()
    assert "which is not kept: b.txt\n" in result.err
    assert "a.png" not in result.err


def test_nothing_is_said_of_a_model_that_is_there(stage: Stage) -> None:
    stage.ship(
        "train.py", IMPORTS + "shutil.rmtree(model)\nos.makedirs(model + '/sub')\nopen(model + '/sub/m', 'w')"
    )
    stage.job = {"entry_point": "train.py"}
    result = stage.run()
    assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("shutil.rmtree(model)", ("SM_MODEL_DIR (", "is gone: the job has removed it\n", "leave the folder")),
        ("shutil.rmtree(os.path.dirname(output))", ("SM_OUTPUT_DATA_DIR (", "is gone")),
        ("shutil.rmtree(model)\nopen(model, 'w').write('weights')", ("SM_MODEL_DIR (", "is a file\n")),
        (
            "os.rmdir(model)\nos.mkdir('../elsewhere')\nos.symlink(os.path.abspath('../elsewhere'), model)\nopen(model + '/m', 'w').write('weights')",
            ("SM_MODEL_DIR (", "leads to ", "elsewhere, and what is there is not kept\n"),
        ),
    ],
    ids=["removed", "removed with its parent", "a file", "a link"],
)  # fmt: skip
def test_a_folder_that_is_not_packed_is_a_failure(stage: Stage, code: str, says: tuple[str, ...]) -> None:
    stage.ship("train.py", IMPORTS + code)
    stage.job = {"entry_point": "train.py"}
    result = stage.run()
    assert result.code == 1, result.err
    assert result.failure.startswith(says[0])
    for part in says:
        assert part in result.failure
    # And nothing of ours was written where the link led.
    elsewhere = stage.ml / "elsewhere"
    assert not elsewhere.exists() or [path.name for path in elsewhere.iterdir()] == ["m"]


def test_the_proof_follows_no_link(stage: Stage, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    # The runtime's number is the parent's of whoever it has started.
    stage.ship("train.py", IMPORTS + f"os.symlink({str(outside)!r}, model + '/.skylift-%d' % os.getppid())")
    stage.job = {"entry_point": "train.py"}
    result = stage.run()
    assert result.code == 0, result.failure
    assert outside.read_text() == "mine"


def test_where_the_platform_made_no_folders_they_are_made(stage: Stage) -> None:
    stage.ship("train.py", IMPORTS + "open(model + '/m', 'w')\nassert os.path.isdir(output)")
    stage.job = {"entry_point": "train.py"}
    stage.write()
    stage.model.rmdir()
    (stage.ml / "output" / "data").rmdir()
    done = subprocess.run(stage.command(), env=stage.environ(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_hydra_is_asked_for_the_whole_of_an_error_unless_somebody_said_otherwise(stage: Stage) -> None:
    stage.ship("train.py", "import os\nprint(os.environ.get('HYDRA_FULL_ERROR'))")
    stage.job = {"entry_point": "train.py", "spelling": "hydra"}
    assert stage.run().out == "1\n"
    assert stage.run(HYDRA_FULL_ERROR="0").out == "0\n"
    stage.job = {"entry_point": "train.py"}
    assert stage.run().out == "None\n"

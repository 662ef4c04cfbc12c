"""``skylift init``: what is said, asked, written, proposed again, and taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.functional.cli.asking import done, skylift
from tests.functional.cli.terminal import CTRL_C, CTRL_D, converse
from tests.functional.project.folder import Folder

TRAIN = """
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--data-dir", default="data/train")
parser.add_argument("--epochs", type=int, default=3)

if __name__ == "__main__":
    parser.parse_args()
"""
WITH_OUTPUT = TRAIN.replace('"--epochs"', '"--out-dir", default="x")\nparser.add_argument("--epochs"')
PYPROJECT = '# mine\n[project]\nname = "x"   # odd\n[tool.other]\nx = [ 1,\n2 ]\n'


@pytest.fixture
def project(tmp_path: Path) -> Folder:
    root = tmp_path / 'it\'s a "project"; ü'
    root.mkdir()
    folder = Folder(root)
    folder.write_all({"train.py": TRAIN, "data/train/a.csv": "x", "pyproject.toml": PYPROJECT})
    return folder


def without_output(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("out-dir = "))


def two_programs(project: Folder) -> None:
    (project.root / "train.py").unlink()
    project.write_all({"a/train.py": TRAIN, "b/train.py": TRAIN})


def test_what_was_understood_is_told_with_its_reasons_in_80_columns(project: Folder) -> None:
    result = done(project.root, "init", "--yes")
    assert "entry point" in result.stderr
    assert "(a guess: " in result.stderr
    assert "left to you" in result.stderr
    assert "\x1b" not in result.stderr + result.stdout
    assert all(len(line) <= 80 for line in result.stderr.splitlines() if str(project.root) not in line)
    assert "next  skylift run" in result.stderr
    assert done(project.root, "config").stdout


def test_a_dry_run_prints_a_diff_and_writes_nothing(project: Folder) -> None:
    result = done(project.root, "init", "--dry-run")
    assert "+[tool.skylift]" in result.stdout
    assert "-" not in {line[:1] for line in result.stdout.splitlines()[2:]}
    assert (project.root / "pyproject.toml").read_text() == PYPROJECT
    assert not (project.root / ".skylift").exists()
    (project.root / "pyproject.toml").unlink()
    assert 'entry-point = "train.py"' in done(project.root, "init", "--dry-run").stdout
    assert not (project.root / "skylift.toml").exists()


def test_json_has_everything_that_was_found_out(project: Folder) -> None:
    found = json.loads(done(project.root, "init", "--json", "--dry-run").stdout)
    assert not found["written"]
    assert found["config"]["entry-point"] == "train.py"
    row = next(row for row in found["understood"] if row["topic"] == "python")
    assert row == {"topic": "python", "value": "3.11", "why": row["why"], "sure": False, "job": ""}
    assert found["candidates"][0]["path"] == "train.py"
    assert found["left"]
    assert ["entry-point"] in [change["key"] for change in found["changes"]]
    assert json.loads(done(project.root, "init", "--json").stdout)["written"]
    again = json.loads(done(project.root, "init", "--json").stdout)
    assert (again["again"], again["written"], again["changes"]) == (True, False, [])


def test_a_tie_is_an_error_with_the_commands_to_type(project: Folder) -> None:
    two_programs(project)
    for arguments in (["--yes"], [], ["--json"]):
        result = skylift(project.root, "init", *arguments)
        assert result.returncode == 2
        said = result.stdout + result.stderr
        assert "skylift init --entry-point a/train.py" in said
        assert "skylift init --entry-point b/train.py" in said
    told = json.loads(skylift(project.root, "init", "--json").stdout)["error"]["candidates"]
    assert [one["path"] for one in told] == ["a/train.py", "b/train.py"]
    assert (project.root / "pyproject.toml").read_text() == PYPROJECT
    done(project.root, "init", "--entry-point", "b/train.py")
    assert 'entry-point = "b/train.py"' in (project.root / "pyproject.toml").read_text()


def test_in_a_terminal_a_tie_is_a_question_and_guesses_can_be_refused(project: Folder) -> None:
    two_programs(project)
    code, shown = converse(project.root, ["init"], ["2\n", "y\n", "n\n", "y\n"])
    assert code == 0, shown
    assert "1  " in shown
    assert "it is a program" in shown
    text = (project.root / "pyproject.toml").read_text()
    assert 'entry-point = "b/train.py"' in text
    assert "python =" not in text
    done(project.root, "init", "--undo")
    assert (project.root / "pyproject.toml").read_text() == PYPROJECT


@pytest.mark.parametrize("answers", [[CTRL_C], ["2\n", "n\n", CTRL_D]])
def test_nothing_is_written_when_a_question_is_not_answered(project: Folder, answers: list[str]) -> None:
    two_programs(project)
    code, _ = converse(project.root, ["init"], answers)
    assert code == 130
    assert (project.root / "pyproject.toml").read_text() == PYPROJECT
    assert not (project.root / ".skylift").exists()


def test_no_is_an_answer(project: Folder) -> None:
    code, shown = converse(project.root, ["init"], ["n\n", "n\n"])
    assert code == 0
    assert "nothing was written" in shown
    assert (project.root / "pyproject.toml").read_text() == PYPROJECT


def test_colours_are_for_terminals_that_want_them(project: Folder) -> None:
    # Where one stands decides; what is shown is the same.
    assert "\x1b[" in converse(project.root, ["init"], ["n\n", "n\n"])[1]
    assert "\x1b[" not in converse(project.root, ["init"], ["n\n", "n\n"], NO_COLOR="1")[1]
    assert "\x1b[" in converse(project.root, ["run", "nope"], [])[1]
    assert "\x1b[" not in converse(project.root, ["run", "nope"], [], NO_COLOR="1")[1]


def test_only_what_changed_is_proposed_again(project: Folder) -> None:
    done(project.root, "init", "--yes")
    config = project.root / "pyproject.toml"
    config.write_text(config.read_text().replace('python = "3.11"', 'python = "3.12" # ours'))
    before = config.read_text()
    result = done(project.root, "init")
    assert "nothing to do" in result.stderr
    assert config.read_text() == before
    project.write("train.py", WITH_OUTPUT)
    shown = done(project.root, "init", "--dry-run")
    (added,) = [line for line in shown.stdout.splitlines() if line.startswith(("+", "-"))][2:]
    assert added.startswith('+out-dir = "{output}"')
    assert config.read_text() == before
    done(project.root, "init", "--yes")
    after = config.read_text()
    assert without_output(after) == before
    config.write_text(without_output(after))
    assert "stays out" in done(project.root, "init", "--yes").stderr
    assert config.read_text() == before


def test_a_program_that_was_renamed_is_followed(project: Folder) -> None:
    done(project.root, "init", "--yes")
    (project.root / "train.py").rename(project.root / "train_model.py")
    result = done(project.root, "init", "--yes")
    assert "train.py -> train_model.py" in result.stderr
    assert 'entry-point = "train_model.py"' in (project.root / "pyproject.toml").read_text()


def test_a_fresh_clone_is_only_added_to(project: Folder) -> None:
    done(project.root, "init", "--yes")
    (project.root / ".skylift" / "init.json").unlink()
    config = project.root / "pyproject.toml"
    config.write_text(
        config.read_text()
        .replace('train = "data/train"', 'mine = "data/train"')
        .replace("channel:train", "channel:mine")
    )
    project.write("train.py", WITH_OUTPUT)
    before = config.read_text()
    done(project.root, "init", "--yes")
    assert without_output(config.read_text()) == before


def test_an_entry_point_that_the_user_chose_is_not_argued_with(project: Folder) -> None:
    project.write("other.py", TRAIN)
    done(project.root, "init", "--entry-point", "other.py")
    before = (project.root / "pyproject.toml").read_text()
    assert "nothing to do" in done(project.root, "init", "--yes").stderr
    assert (project.root / "pyproject.toml").read_text() == before
    done(project.root, "init", "--entry-point", "train.py", "--yes")
    assert 'entry-point = "train.py"' in (project.root / "pyproject.toml").read_text()


def test_undo_takes_back_every_byte_over_several_inits(project: Folder) -> None:
    done(project.root, "init", "--yes")
    project.write("train.py", WITH_OUTPUT)
    done(project.root, "init", "--yes")
    project.write(".skylift/runs/x/intent.json", "{}")
    assert "-[tool.skylift]" in done(project.root, "init", "--undo", "--dry-run").stdout
    done(project.root, "init", "--undo")
    assert (project.root / "pyproject.toml").read_text() == PYPROJECT
    assert (project.root / ".skylift" / "runs" / "x" / "intent.json").exists()
    assert not (project.root / ".skylift" / "init.json").exists()
    result = skylift(project.root, "init", "--undo")
    assert result.returncode == 2
    assert "nothing here says that skylift init wrote anything" in result.stderr


def test_undo_removes_the_file_that_init_made(project: Folder) -> None:
    (project.root / "pyproject.toml").unlink()
    done(project.root, "init", "--yes")
    assert (project.root / "skylift.toml").exists()
    done(project.root, "init", "--undo")
    assert sorted(path.name for path in project.root.iterdir()) == ["data", "train.py"]


def test_undo_leaves_what_else_changed_in_the_file(project: Folder) -> None:
    done(project.root, "init", "--yes")
    config = project.root / "pyproject.toml"
    config.write_text(
        config.read_text().replace('name = "x"   # odd', 'name = "x"\nversion = "2"')
        + "\n[tool.new]\ny = 1\n"
    )
    done(project.root, "init", "--undo")
    wanted = PYPROJECT.replace('name = "x"   # odd', 'name = "x"\nversion = "2"') + "\n[tool.new]\ny = 1\n"
    assert config.read_text() == wanted


def test_undo_asks_before_it_removes_what_the_user_edited(project: Folder) -> None:
    done(project.root, "init", "--yes")
    config = project.root / "pyproject.toml"
    config.write_text(config.read_text().replace('python = "3.11"', 'python = "3.12"'))
    edited = config.read_text()
    result = skylift(project.root, "init", "--undo")
    assert result.returncode == 2
    assert "python was 3.11, and is 3.12" in result.stderr
    assert "skylift init --undo --yes" in result.stderr
    assert config.read_text() == edited
    assert "nothing was removed" in converse(project.root, ["init", "--undo"], ["n\n"])[1]
    assert config.read_text() == edited
    done(project.root, "init", "--undo", "--yes")
    assert config.read_text() == PYPROJECT


def died_before_writing(project: Folder, text: str) -> None:
    """As if the process had ended between the two: it is known what was to be written, and it was not."""
    (project.root / "pyproject.toml").write_text(text)
    memory = project.root / ".skylift" / "init.json"
    memory.write_text(memory.read_text().replace('"pending": false', '"pending": true'))


def test_a_death_before_the_file_was_written_is_found_out(project: Folder) -> None:
    config = project.root / "pyproject.toml"
    done(project.root, "init", "--yes")
    died_before_writing(project, PYPROJECT)
    assert skylift(project.root, "init", "--undo").returncode == 2
    done(project.root, "init", "--yes")
    first = config.read_text()
    project.write("train.py", WITH_OUTPUT)
    done(project.root, "init", "--yes")
    second = config.read_text()
    assert second != first
    died_before_writing(project, first)
    done(project.root, "init", "--yes")
    assert config.read_text() == second
    done(project.root, "init", "--undo")
    assert config.read_text() == PYPROJECT


def test_undo_after_the_user_went_back_by_hand(project: Folder) -> None:
    done(project.root, "init", "--yes")
    (project.root / "pyproject.toml").write_text(PYPROJECT)
    done(project.root, "init", "--undo")
    assert (project.root / "pyproject.toml").read_text() == PYPROJECT
    assert not (project.root / ".skylift").exists()


def test_what_is_remembered_has_nothing_of_the_rest_of_the_file(project: Folder) -> None:
    token = "https://me:very-secret@example.com/simple"
    project.write("pyproject.toml", f'[[tool.uv.index]]\nurl = "{token}"')
    for arguments in (["--dry-run"], ["--dry-run", "--json"]):
        shown = done(project.root, "init", *arguments)
        assert "very-secret" not in shown.stdout + shown.stderr
    done(project.root, "init", "--yes")
    assert "very-secret" not in (project.root / ".skylift" / "init.json").read_text()
    done(project.root, "init", "--undo")
    assert token in (project.root / "pyproject.toml").read_text()


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": 1}', '{"schema": 1, "edits": 3}', '{"schema": 9}'])
def test_a_memory_that_is_damaged_is_no_crash(project: Folder, text: str) -> None:
    done(project.root, "init", "--yes")
    (project.root / ".skylift" / "init.json").write_text(text)
    assert skylift(project.root, "init").returncode in (0, 3)
    assert skylift(project.root, "init", "--undo").returncode in (2, 3)


def test_two_configs_are_one_too_many(project: Folder) -> None:
    done(project.root, "init", "--yes")
    project.write("skylift.toml", 'entry-point = "train.py"\n')
    result = skylift(project.root, "init")
    assert result.returncode == 2
    assert "two configs" in result.stderr


def test_the_only_program_is_a_guess_that_yes_takes(project: Folder) -> None:
    (project.root / "train.py").unlink()
    project.write("tool.py", TRAIN)
    result = skylift(project.root, "init")
    assert result.returncode == 2
    assert "skylift init --entry-point tool.py" in result.stderr
    assert "a guess: nothing else could train" in done(project.root, "init", "--yes").stderr
    assert 'entry-point = "tool.py" # a guess: ' in (project.root / "pyproject.toml").read_text()
    assert "nothing to do" in done(project.root, "init", "--yes").stderr


def test_what_could_not_be_used_is_said_before_it_is_written(project: Folder) -> None:
    # A stage that depends on more folders than a job has channels: what is declared is not cut.
    for number in range(20):
        project.write(f"data/part-{number}/a.csv", "1")
    needs = "".join(f"      - data/part-{number}\n" for number in range(20))
    project.write("dvc.yaml", f"stages:\n  train:\n    cmd: python train.py\n    deps:\n{needs}")
    result = done(project.root, "init", "--yes")
    assert "to correct before a run" in result.stderr
    assert "next  skylift check" in result.stderr
    assert json.loads(done(project.root, "init", "--json").stdout)["problems"]


def test_a_config_that_is_there_is_changed_by_nobody_who_was_not_told_to(project: Folder) -> None:
    done(project.root, "init", "--yes")
    before = (project.root / "pyproject.toml").read_text()
    project.write("train.py", WITH_OUTPUT)
    assert "skylift init --yes" in done(project.root, "init").stderr
    assert not json.loads(done(project.root, "init", "--json").stdout)["written"]
    assert (project.root / "pyproject.toml").read_text() == before
    code, shown = converse(project.root, ["init"], ["y\n"])
    assert code == 0
    assert "out-dir" in shown
    assert without_output((project.root / "pyproject.toml").read_text()) == before


@pytest.mark.parametrize("text", ["[tool]\nskylift = 3\n", "tool = 3\n", "[project\n"])
def test_a_file_that_can_not_hold_a_config_is_left_alone(project: Folder, text: str) -> None:
    project.write("pyproject.toml", text)
    assert skylift(project.root, "init", "--yes").returncode == 2
    assert (project.root / "pyproject.toml").read_text() == text

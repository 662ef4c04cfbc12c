"""``skylift init``: what is said, asked, written, proposed again, and taken back."""

from __future__ import annotations

import json
import re
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
    code, shown = converse(project.root, ["init"], ["2\n", "y\n", "n\n", "3.10\n", "y\n"])
    assert code == 0, shown
    assert "1  " in shown
    assert "it is a program" in shown
    text = (project.root / "pyproject.toml").read_text()
    assert 'entry-point = "b/train.py"' in text
    assert 'python = "3.10"' in text
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
    assert "put back what is named above" in result.stderr
    assert config.read_text() == edited
    assert "nothing was removed" in converse(project.root, ["init", "--undo"], ["n\n"])[1]
    assert config.read_text() == edited
    done(project.root, "init", "--undo", "--yes")
    assert config.read_text() == PYPROJECT


def test_undo_names_what_was_edited_in_a_config_that_is_older(project: Folder) -> None:
    project.write("pyproject.toml", PYPROJECT + '[tool.skylift]\nentry-point = "train.py"\n')
    done(project.root, "init", "--yes")
    config = project.root / "pyproject.toml"
    text = config.read_text()
    assert "data/train" in text
    config.write_text(text.replace("data/train", "data/other"))
    result = skylift(project.root, "init", "--undo")
    assert result.returncode == 2
    assert "data/train, and is data/other" in result.stderr
    assert "take out by hand" in result.stderr
    # Put back, it is only what init wrote that goes.
    config.write_text(text)
    done(project.root, "init", "--undo")
    assert config.read_text() == PYPROJECT + '[tool.skylift]\nentry-point = "train.py"\n'


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


WANTS_DATA = """
import argparse
import pandas as pd

parser = argparse.ArgumentParser()
parser.add_argument("--rows", required=True)
parser.add_argument("--elsewhere", default="../../x.csv")

if __name__ == "__main__":
    arguments = parser.parse_args()
    pd.read_csv(arguments.rows)
    pd.read_csv(arguments.elsewhere)
"""


def test_what_is_left_can_be_pasted_and_is_not_left_when_the_config_says_it(project: Folder) -> None:
    project.write("train.py", WANTS_DATA)
    (project.root / "data/train/a.csv").rename(project.root / "data/a.csv")
    (project.root / "data/train").rmdir()
    first = done(project.root, "init", "--yes").stderr
    assert "--rows must be given, and train.py:11 pandas.read_csv reads it" in first
    for line in (
        '[channels] data = "data"',
        '[arguments] rows = "{channel:data}/a.csv"',
        '[channels] elsewhere = "FOLDER"',
        '[arguments] elsewhere = "{channel:elsewhere}/x.csv"',
    ):
        assert f"      {line}\n" in first
    assert "[aws] region, storage and role" in first
    config = project.root / "pyproject.toml"
    before = config.read_text()
    again = done(project.root, "init").stderr
    assert "--rows must be given" in again
    assert "[aws]" not in again
    assert "nothing to do" not in again
    config.write_text(
        before
        + '[tool.skylift.channels]\nrows = "data"\n[tool.skylift.arguments]\nrows = "{channel:rows}/a.csv"\n'
    )
    again = done(project.root, "init").stderr
    assert "--rows" not in again
    assert "--elsewhere is ../../x.csv, outside of the project" in again
    config.write_text(config.read_text() + '[tool.skylift.hyperparameters]\nelsewhere = "data/a.csv"\n')
    assert done(project.root, "init").stderr == "pyproject.toml says all that was found: nothing to do\n"
    config.write_text(config.read_text() + '[tool.skylift.aws]\nregion = "eu-central-1"\n')
    assert "[aws]" in done(project.root, "init").stderr


def test_an_import_whose_package_the_config_names_is_not_left(project: Folder) -> None:
    project.write("train.py", TRAIN.replace("import argparse", "import argparse\nimport acme_tools"))
    assert "acme_tools, imported in train.py:3" in done(project.root, "init", "--yes").stderr
    config = project.root / "pyproject.toml"
    for name, is_left in (("other", True), ("acme-tools==1", False)):
        line = f'python = "3.11"\ndependencies = ["{name}"]'
        config.write_text(re.sub(r'python = "3.11"( #.*)?(\ndependencies.*)?', line, config.read_text()))
        assert ("acme_tools, imported" in done(project.root, "init").stderr) == is_left


def test_what_several_jobs_want_is_said_once(project: Folder) -> None:
    commands = "".join(
        f"""
@cli.command()
@click.option("--rows", required=True)
def {name}(rows):
    pd.read_csv(rows)
"""
        for name in ("train", "evaluate", "predict")
    )
    project.write(
        "train.py",
        f"import click\nimport pandas as pd\n\n@click.group()\ndef cli():\n    pass\n{commands}\ncli()\n",
    )
    left = [
        line for line in json.loads(done(project.root, "init", "--json").stdout)["left"] if "--rows" in line
    ]
    assert len(left) == 1
    assert "(the same in evaluate, predict)" in left[0]


def test_naming_a_program_against_a_config_wants_yes_and_says_why(project: Folder) -> None:
    done(project.root, "init", "--yes")
    project.write("other.py", TRAIN)
    before = (project.root / "pyproject.toml").read_text()
    told = done(project.root, "init", "--entry-point", "other.py").stderr
    assert "train.py -> other.py  you said so" in told
    assert "this writes it: skylift init --entry-point other.py --yes" in told
    assert (project.root / "pyproject.toml").read_text() == before
    done(project.root, "init", "--entry-point", "other.py", "--yes")
    assert 'entry-point = "other.py"' in (project.root / "pyproject.toml").read_text()


def test_what_is_next_names_what_a_run_can_not_do_without(project: Folder) -> None:
    options = "".join(f'parser.add_argument("--{name}", required=True)\n' for name in "abcd")
    project.write("train.py", TRAIN.replace("\nif __name__", options + "\nif __name__"))
    assert "next  skylift run a=… b=… c=… …\n" in done(project.root, "init", "--yes").stderr
    done(project.root, "init", "--undo")
    project.write("train.py", WANTS_DATA)
    assert "next  bind --rows in the config, as told above; then: skylift run\n" in (
        done(project.root, "init", "--yes").stderr
    )


def test_what_is_marked_is_what_is_gone_through(project: Folder) -> None:
    project.write("train.py", WITH_OUTPUT)
    code, shown = converse(project.root, ["init"], ["y\n", "y\n", "y\n", "show\n", "y\n"], NO_COLOR="1")
    assert code == 0, shown
    marked = [line for line in shown.splitlines() if line.startswith("? ") and " is a guess:" not in line]
    assert len(marked) == 2
    assert "go through what is a guess (2)?" in shown
    assert "  python: 3.11 (nothing says which; a wrong one shows when the lock is made)? [Y/n]" in shown
    text = (project.root / "pyproject.toml").read_text()
    assert 'out-dir = "{output}"' in text
    assert "a guess" not in text


def test_the_file_is_shown_to_whoever_asks(project: Folder) -> None:
    shown = converse(project.root, ["init"], ["n\n", "n\n"])[1]
    assert "write this to pyproject.toml? [Y/n/show]" in shown
    assert "[tool.skylift]" not in shown
    shown = converse(project.root, ["init"], ["n\n", "what\n", "show\n", "n\n"])[1]
    assert "type yes, no or show" in shown
    assert "[tool.skylift]" in shown


def test_a_number_that_is_none_is_asked_for_again(project: Folder) -> None:
    two_programs(project)
    code, shown = converse(project.root, ["init"], ["7\n", "x\n", "b/train.py\n", "n\n", "y\n"])
    assert code == 0, shown
    assert "there is no 7: type a number from 1 to 2" in shown
    assert "integer" not in shown
    assert 'entry-point = "b/train.py"' in (project.root / "pyproject.toml").read_text()


def test_a_program_that_is_refused_is_asked_for(project: Folder) -> None:
    (project.root / "train.py").unlink()
    saves = (
        TRAIN.replace("import argparse", "import argparse\nimport joblib")
        + "    joblib.dump(1, 'model.pkl')\n"
    )
    project.write_all({"tool_x.py": saves, "lib/other.txt": ""})
    answers = ["y\n", "n\n", "nope.py\n", "more.py\n", "n\n", "y\n"]
    project.write("more.py", "def nothing():\n    pass\n")
    code, shown = converse(project.root, ["init"], answers)
    assert code == 0, shown
    assert "entry point: tool_x.py (" in shown
    assert "`nope.py` is not in the project" in shown
    assert 'entry-point = "more.py"' in (project.root / "pyproject.toml").read_text()


def test_without_a_terminal_a_first_config_is_written_at_once_as_the_help_says(project: Folder) -> None:
    assert "wrote the config to" in done(project.root, "init").stderr
    assert "[tool.skylift]" in (project.root / "pyproject.toml").read_text()
    told = " ".join(skylift(project.root, "init", "--help").stdout.split())
    assert "Without one nobody can be asked: a first config is written at once" in told


def test_without_a_terminal_a_tie_is_told_once(project: Folder) -> None:
    two_programs(project)
    told = skylift(project.root, "init").stderr
    assert told.count("a/train.py: ") == 1
    assert "could train" not in told


def test_a_value_that_was_edited_and_differs_is_told(project: Folder) -> None:
    done(project.root, "init", "--yes")
    config = project.root / "pyproject.toml"
    config.write_text(config.read_text().replace('python = "3.11"', 'python = "3.12"'))
    assert "python is 3.12, as you set it; 3.11 was found" in done(project.root, "init").stderr


def test_undo_says_what_stays(project: Folder) -> None:
    done(project.root, "init", "--yes")
    project.write_all({"pylock.skylift.toml": "", ".skylift/runs/x/intent.json": "{}"})
    told = done(project.root, "init", "--undo").stderr
    assert told.endswith("left as they are: pylock.skylift.toml, .skylift/\n")


def test_undo_in_a_fresh_clone_says_what_to_do_and_yes_does_it(project: Folder) -> None:
    done(project.root, "init", "--yes")
    (project.root / ".skylift/init.json").unlink()
    before = (project.root / "pyproject.toml").read_text()
    result = skylift(project.root, "init", "--undo")
    assert result.returncode == 2
    assert "as in a fresh clone" in result.stderr
    assert "skylift init --undo --yes" in result.stderr
    assert (project.root / "pyproject.toml").read_text() == before
    told = done(project.root, "init", "--undo", "--yes").stderr
    assert "all of the config" in told
    assert (project.root / "pyproject.toml").read_text().strip() == PYPROJECT.strip()


def test_comments_end_where_a_reason_ends(project: Folder) -> None:
    (project.root / "train.py").unlink()
    project.write("a_rather_long_name_of_a_folder/with_another_one_in_it/and_a_program.py", TRAIN)
    done(project.root, "init", "--yes")
    text = (project.root / "pyproject.toml").read_text()
    assert "# a guess: " in text
    assert "…" not in text


def test_rules_are_told_as_they_are_written(project: Folder) -> None:
    plots = "    os.makedirs('plots', exist_ok=True)\n" + "".join(
        f"    plt.savefig('plots/p{number}.png')\n" for number in range(7)
    )
    project.write(
        "train.py",
        TRAIN.replace("import argparse", "import argparse\nimport os\nimport matplotlib.pyplot as plt")
        + plots,
    )
    found = json.loads(done(project.root, "init", "--json", "--dry-run").stdout)
    rows = [row["value"] for row in found["understood"] if row["topic"] == "collect output"]
    assert rows == found["config"]["collect"]["output"] == ["plots/**"]


@pytest.mark.parametrize("text", ["[tool]\nskylift = 3\n", "tool = 3\n", "[project\n"])
def test_a_file_that_can_not_hold_a_config_is_left_alone(project: Folder, text: str) -> None:
    project.write("pyproject.toml", text)
    assert skylift(project.root, "init", "--yes").returncode == 2
    assert (project.root / "pyproject.toml").read_text() == text


@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_channel_and_what_is_bound_to_it_are_one_question(project: Folder, answer: str) -> None:
    project.write("vocabulary/words.bin", "1")
    project.write(
        "train.py",
        "import argparse, json\np = argparse.ArgumentParser()\n"
        "p.add_argument('--vocabulary', default='vocabulary')\njson.go(p.parse_args())\n",
    )
    answers = ["y\n", "y\n", f"{answer}\n", "y\n"]
    code, shown = converse(project.root, ["init"], answers, NO_COLOR="1")
    assert code == 0, shown
    assert "go through what is a guess (2)?" in shown
    assert "to correct before a run" not in shown
    text = (project.root / "pyproject.toml").read_text()
    written = ['vocabulary = "{channel:vocabulary}"' in text, "[tool.skylift.channels]" in text]
    assert written == [answer == "y"] * 2


def test_of_many_programs_the_likeliest_are_shown(project: Folder) -> None:
    for letter in "abcdefghij":
        project.write(f"{letter}/train.py", TRAIN)
    (project.root / "train.py").unlink()
    refused = skylift(project.root, "init", "--yes")
    assert refused.returncode == 2
    assert refused.stderr.count("hint: skylift init --entry-point") == 8
    assert "and 2 more: `skylift init --json` lists all" in refused.stderr
    error = json.loads(skylift(project.root, "init", "--yes", "--json").stdout)["error"]
    assert len(error["candidates"]) == 10


def test_a_python_that_is_refused_is_asked_for(project: Folder) -> None:
    (project.root / "pyproject.toml").unlink()
    code, shown = converse(project.root, ["init"], ["y\n", "n\n", "2.7\n", "3.12.4\n", "y\n"], NO_COLOR="1")
    assert code == 0, shown
    assert "which Python, then" in shown
    assert "type a version from 3.8 on" in shown
    assert 'python = "3.12"' in (project.root / "skylift.toml").read_text()

"""``run --like``: the code, arguments, channels and target of an earlier run; what is not the same is told before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.functional.flow.compared import PYTHON, Compared, copy_of, project_in


@pytest.fixture
def project(weird_tmp_path: Path) -> Compared:
    return project_in(weird_tmp_path)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    project = project_in(tmp_path_factory.mktemp("once"))
    project.run()
    return project


@pytest.fixture
def ran(once: Compared, weird_tmp_path: Path) -> Compared:
    """The project with its first run, as it was started."""
    return copy_of(once, weird_tmp_path)


def like(project: Compared, *arguments: str, expect: int = 0) -> tuple[str, str]:
    done = project.skylift("run", "--like", *arguments, expect=expect)
    return done.stdout.strip(), done.stderr


def test_one_thing_is_changed_and_all_else_is_as_it_was(project: Compared) -> None:
    first = project.run("lr=0.25", "note=a b", "--", "--raw", "x y")
    project.write("part.py", 'WORD = "second"\n')
    project.write("skylift.toml", project.root.joinpath("skylift.toml").read_text().replace("= 2", "= 9"))
    project.commit("second")
    name, said = like(project, first.name, "lr=0.5")
    again = project.record(name)
    assert "not as it was" not in said
    assert project.said(again) == project.said(first) == "said first a b ['--raw', 'x y']"
    assert again.at("Skylift.arguments") == {**first.at("Skylift.arguments"), "lr": 0.5}
    assert again.at("Skylift.revision") == first.at("Skylift.revision")
    assert again.at("Skylift.like") == {"run": first.name, "changed": {"lr": 0.5}, "differs": []}
    assert project.git("status", "--porcelain") == ""
    assert 'WORD = "second"' in (project.root / "part.py").read_text()


def test_uncommitted_changes_come_back_as_they_were(project: Compared) -> None:
    project.write("part.py", 'WORD = "dirty"\n')
    project.write("new/more.py", "x = 1\n")
    (project.root / "link.py").symlink_to("part.py")
    project.write("run.sh", "echo\n")
    (project.root / "run.sh").chmod(0o755)
    project.write("gone.py", "x\n")
    project.commit("more")
    (project.root / "gone.py").unlink()
    project.write("part.py", 'WORD = "dirtier"\n')
    first = project.run()
    project.git("checkout", "-q", "-f", "HEAD~1")
    project.git("clean", "-qfd")
    name, said = like(project, first.name, "--exact", "lr=0.1")
    assert "with the uncommitted changes of then" in said
    assert project.said(project.record(name)).startswith("said dirtier")
    code = project.root / ".skylift" / "runs" / name / "skylift" / "code"
    assert (code / "link.py").is_symlink()
    assert (code / "run.sh").stat().st_mode & 0o100
    assert (code / "new" / "more.py").exists()
    assert not (code / "gone.py").exists()
    assert project.record(name).at("Skylift.revision") == first.at("Skylift.revision")


def test_outside_git_what_was_kept_is_enough(weird_tmp_path: Path) -> None:
    project = project_in(weird_tmp_path, git=False)
    first = project.run()
    project.write("part.py", 'WORD = "second"\n')
    project.write("new.py", "x\n")
    name, _ = like(project, first.name, "--exact")
    assert project.said(project.record(name)).startswith("said first")


def test_arguments_that_are_given_anew_take_the_place_of_the_others(project: Compared) -> None:
    first = project.run("--", "--old")
    name, _ = like(project, first.name, "--", "--new")
    assert project.said(project.record(name)) == "said first  ['--new']"
    assert project.record(name).at("Skylift.like.changed") == {"--": ["--new"]}
    name, _ = like(project, first.name, "--")
    assert project.said(project.record(name)) == "said first  []"


def test_data_that_changed_is_told_before_and_refused_where_it_has_to_be_the_same(ran: Compared) -> None:
    project, first = ran, ran.record("@last")
    project.write("data/train/a.csv", "2\n")
    project.write("data/train/b.csv", "3\n")
    runs = project.root / ".skylift" / "runs"
    before = len(list(runs.iterdir()))
    _, said = like(project, first.name, "--exact", expect=3)
    assert "channel train: data/train holds something else than then (1 changed, 1 added)" in said
    assert len(list(runs.iterdir())) == before
    name, said = like(project, first.name)
    assert said.index("channel train") < said.index("Training")
    (differs,) = project.record(name).at("Skylift.like.differs")
    assert differs.startswith("channel train")


def test_the_work_tree_is_taken_on_purpose_or_for_want_of_better(ran: Compared) -> None:
    project, first = ran, ran.record("@last")
    project.write("part.py", 'WORD = "second"\n')
    name, said = like(project, first.name, "--here")
    assert project.said(project.record(name)).startswith("said second")
    assert "not as it was: code: the work tree as it is now; not as it was: part.py" in said
    shutil.rmtree(project.root / ".skylift" / "known")
    shutil.rmtree(project.root / ".git")
    name, said = like(project, first.name)
    assert project.said(project.record(name)).startswith("said second")
    assert "is not in this repository" in said
    like(project, first.name, "--exact", expect=3)


def test_of_a_run_of_which_nothing_was_kept_the_commit_is_enough(ran: Compared) -> None:
    project, first = ran, ran.record("@last")
    project.write("part.py", 'WORD = "second"\n')
    project.commit("second")
    shutil.rmtree(project.root / ".skylift" / "known")
    name, said = like(project, first.name, "--exact")
    assert project.said(project.record(name)).startswith("said first")
    assert f"commit {first.at('Skylift.revision.commit')[:12]}" in said


def test_a_content_that_nobody_has_any_more_is_not_made_up(project: Compared) -> None:
    project.write("part.py", 'WORD = "dirty"\n')
    first = project.run()
    project.write("part.py", 'WORD = "second"\n')
    shutil.rmtree(project.root / ".skylift" / "known" / "files")
    shutil.rmtree(project.root / ".skylift" / "runs" / first.name / "skylift")
    name, said = like(project, first.name)
    assert "the contents of then are not known here of part.py" in said
    assert project.said(project.record(name)).startswith("said second")


def test_defaults_of_a_script_that_is_taken_as_it_is_now_are_told(ran: Compared) -> None:
    project, first = ran, ran.record("@last")
    program = (project.root / "train.py").read_text()
    project.write("train.py", program.replace("default=0.5", "default=0.75"))
    _, said = like(project, first.name, "--here")
    assert "parameter lr: 0.5 then, 0.75 now" in said


def test_a_config_of_this_machine_is_told(ran: Compared) -> None:
    project, first = ran, ran.record("@last")
    project.write("part.py", "WORD = 1\n")
    project.write("skylift.local.toml", "[targets.local]\nmax-run = 60\n")
    name, said = like(project, first.name, "lr=0.1")
    assert "with skylift.local.toml as it is now, which is not in git" in said
    assert "max-run of target local: 86400 then, 60 now" in said
    assert project.record(name).status == "Completed"


def test_a_plan_says_it_all_and_makes_nothing(ran: Compared) -> None:
    project, first = ran, ran.record("@last")
    project.write("data/train/a.csv", "2\n")
    project.write("part.py", 'WORD = "second"\n')
    runs = project.root / ".skylift" / "runs"
    before = sorted(runs.iterdir())
    done = project.skylift("run", "--like", first.name, "lr=0.1", "--dry-run", "--json")
    plan = json.loads(done.stdout)
    assert plan["request"]["HyperParameters"] == {"epochs": "2", "lr": "0.1"}
    assert f"like {first.name}: lr=0.1" in plan["notes"]
    assert any("channel train" in note for note in plan["notes"])
    assert sorted(runs.iterdir()) == before


def test_a_mistake_in_what_is_changed_is_told_as_ever(ran: Compared) -> None:
    project, first = ran, ran.record("@last")
    _, said = like(project, first.name, "epohcs=3", expect=0)
    assert "epohcs" in said
    _, said = like(project, first.name, "epochs=many", expect=2)
    assert "epochs" in said


@pytest.mark.parametrize(
    "arguments",
    [["--here"], ["--exact"], ["--like", "@last", "--shell"], ["--like", "@last", "--job", "train"]],
)
def test_options_that_do_not_go_together_are_refused(project: Compared, arguments: list[str]) -> None:
    project.skylift("run", *arguments, expect=2)


def test_a_repeated_run_is_repeated_as_well(project: Compared) -> None:
    first = project.run("lr=0.25")
    second, _ = like(project, first.name, "epochs=3")
    third, _ = like(project, second, "lr=0.75", *PYTHON)
    found = project.record(third)
    assert found.at("Skylift.given") == {"epochs": 3, "lr": 0.75}
    assert found.at("Skylift.like.run") == second

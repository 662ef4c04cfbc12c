"""What ``skylift check`` finds in a project, and what it leaves alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.functional.cli.asking import done, skylift
from tests.functional.project.folder import Folder

from skylift.project.checks.subject import Subject
from skylift.project.checks.table import checked
from skylift.project.config.load import load
from skylift.values.finding import Finding

CONFIG = """
entry-point = "train.py"
python = "3.11"
[channels]
train = "data/train"
"""
TRAIN = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--data-dir", default="x")
if __name__ == "__main__":
    print("loss=0.1", parser.parse_args())
"""
# In pieces, so that nobody takes this file for one that has a key in it.
AWS_KEY = "AKIA" + "ABCDEFGHIJKLMNOP"
PRIVATE_KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\n"


@pytest.fixture
def clean(project: Folder) -> Folder:
    project.write_all({"skylift.toml": CONFIG, "train.py": TRAIN, "data/train/a.csv": "1"})
    return project


def found(project: Folder) -> list[Finding]:
    return checked(Subject(load(project.root, environment={}, home=Path("/nonexistent"))))


def ids(project: Folder) -> set[str]:
    return {one.id for one in found(project)}


def one_of(project: Folder, name: str) -> Finding:
    (finding,) = [one for one in found(project) if one.id == name]
    return finding


def add(project: Folder, text: str) -> None:
    project.write("skylift.toml", CONFIG + text)


def test_nothing_is_found_where_nothing_is_wrong(clean: Folder) -> None:
    assert found(clean) == []


def test_what_init_could_not_read_is_one_line(clean: Folder) -> None:
    clean.write_all(
        {"evaluate.py": "if __name__ == '__main__':\n    print 'old'\n", "train_more.py": "def x(:\n"}
    )
    finding = one_of(clean, "unread")
    assert finding.severity == "note"
    assert "evaluate.py is a program of Python 2 (line 2)" in finding.what
    assert "\n" not in finding.what


def test_values_that_the_program_can_not_be_given(clean: Folder) -> None:
    add(clean, '[hyperparameters]\nlrr = 1\nlr = "fast"\n[arguments]\ndata-dri = "{channel:train}"\n')
    by_key = {one.where: one for one in found(clean)}
    assert by_key["skylift.toml hyperparameters.lrr"].remedy.startswith("did you mean `lr`?")
    assert "wants a number" in by_key["skylift.toml hyperparameters.lr"].what
    assert by_key["skylift.toml arguments.data-dri"].remedy.startswith("did you mean `data-dir`?")
    assert {one.severity for one in by_key.values()} == {"error"}


def test_a_value_that_nothing_gives(clean: Folder) -> None:
    clean.write("train.py", TRAIN.replace('"--lr", type=float, default=0.1', '"--lr", required=True'))
    assert "skylift run lr=VALUE" in one_of(clean, "required").remedy
    add(clean, '[arguments]\nlr = "{model}"\n')
    assert "required" not in ids(clean)


REQUIRED = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("-d", "--data", required=True)
parser.add_argument("--lr", type=float, required=True)
parser.add_argument("words", nargs=1)
if __name__ == "__main__":
    print("loss=0.1", parser.parse_args())
"""


def test_what_is_required_is_a_note_and_told_once(clean: Folder) -> None:
    clean.write("train.py", REQUIRED)
    clean.write("tune.py", REQUIRED)
    add(clean, '[arguments]\ndata = "{channel:train}"\n[jobs.tune]\nentry-point = "tune.py"\n')
    rows = [(one.id, one.severity, one.what) for one in found(clean)]
    lr, words = (("required", "note", f"the program requires `{name}`") for name in ("lr", "words"))
    assert rows == [lr, words, ("required", "note", "the program requires `data`"), lr, words]
    assert "--job tune" in next(one for one in found(clean) if "`data`" in one.what).remedy
    assert done(clean.root, "check").returncode == 0


def test_an_option_that_is_bound_by_another_of_its_names_is_filled(clean: Folder) -> None:
    clean.write("train.py", REQUIRED.replace('"-d", "--data"', '"--data", dest="folder"'))
    add(clean, '[arguments]\nfolder = "{channel:train}"\n[hyperparameters]\nlr = 1\nwords = "a"\n')
    assert found(clean) == []


def test_a_sub_command_that_is_not_chosen_is_a_note(clean: Folder) -> None:
    clean.write(
        "train.py",
        """
        import argparse
        parser = argparse.ArgumentParser()
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("fit").add_argument("--epochs", type=int, required=True)
        commands.add_parser("score")
        print(parser.parse_args())
        """,
    )
    assert "command=fit" in one_of(clean, "required").remedy
    add(clean, '[hyperparameters]\ncommand = "fit"\n')
    assert "`epochs`" in one_of(clean, "required").what
    add(clean, '[hyperparameters]\ncommand = "fitt"\n')
    assert one_of(clean, "parameter").where == "skylift.toml hyperparameters.command"


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_binding_that_the_program_would_refuse_keeps_a_run_from_starting(
    clean: Folder, command: str
) -> None:
    add(clean, '[arguments]\ndata-dri = "{channel:train}"\n')
    result = skylift(clean.root, command)
    assert result.returncode == 2
    said = result.stdout + result.stderr
    assert "the program has no option `data-dri`" in said
    assert "data-dir" in said
    assert "skylift init" in said
    assert not (clean.root / ".skylift/runs").exists()


IMPORTS = "import xgboost\nimport numpy as np\nimport acme_tools\nprint(np, xgboost, acme_tools)\n"


def test_imports_that_no_requirement_brings(clean: Folder) -> None:
    clean.write("train.py", IMPORTS)
    add(clean, "")
    clean.write("skylift.toml", 'requirements = ["requirements.txt"]\n' + CONFIG)
    clean.write("requirements.txt", "pandas==2.2.0\n")
    rows = {one.where: one for one in found(clean) if one.id == "undeclared"}
    # pandas brings numpy.
    assert set(rows) == {"train.py:1", "train.py:3"}
    assert rows["train.py:1"].remedy == "add `xgboost` to requirements.txt"
    assert {one.severity for one in rows.values()} == {"warning"}
    clean.write("more.txt", "xgboost\nacme-tools\n")
    clean.write("requirements.txt", "-r more.txt\npandas==2.2.0\n")
    assert "undeclared" not in ids(clean)


@pytest.mark.parametrize(
    "pyproject",
    [
        '[project]\nname = "x"\nversion = "1"\ndependencies = ["xgboost", "acme-tools"]\n',
        '[project]\nname = "x"\nversion = "1"\noptional-dependencies.train = ["xgboost", "acme-tools"]\n',
        '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nxgboost = "*"\nacme-tools = "*"\n',
    ],
)
def test_what_pyproject_brings_is_declared(clean: Folder, pyproject: str) -> None:
    clean.write("train.py", IMPORTS.replace("import numpy as np", "np = 1"))
    clean.write("pyproject.toml", pyproject)
    clean.write("skylift.toml", ('extras = ["train"]\n' if "optional" in pyproject else "") + CONFIG)
    assert "undeclared" not in ids(clean)
    clean.write("pyproject.toml", pyproject.replace("xgboost", "other"))
    assert one_of(clean, "undeclared").remedy == "add `xgboost` to pyproject.toml"


def test_what_a_lock_brings_is_declared(clean: Folder) -> None:
    clean.write("train.py", IMPORTS)
    loaded = load(clean.root, environment={}, home=Path("/nonexistent"))
    brought = frozenset({"xgboost", "numpy", "acme-tools"})
    assert not [one for one in checked(Subject(loaded, brought)) if one.id == "undeclared"]
    clean.write("skylift.toml", CONFIG + '[image]\nbase = "example.com/base:1"\n')
    assert {one.severity for one in found(clean) if one.id == "undeclared"} == {"note"}


def test_channels_whose_folder_is_missing_or_empty(clean: Folder) -> None:
    (clean.root / "data/train/a.csv").unlink()
    assert one_of(clean, "channel-empty").severity == "warning"
    (clean.root / "data/train").rmdir()
    missing = one_of(clean, "channel-missing")
    assert (missing.severity, missing.waits) == ("error", True)
    clean.write(
        "skylift.toml", CONFIG.replace('"data/train"', '{ local = "data/train", cloud = "s3://b/p/" }')
    )
    assert one_of(clean, "channel-missing").severity == "note"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ('[arguments]\ndata-dir = "{channel:train}/holdout.csv"\n', "skylift.toml arguments.data-dir"),
        ('[paths]\n"raw.csv" = "{channel:train}/holdout.csv"\n', 'skylift.toml paths."raw.csv"'),
        ('[arguments]\ndata-dir = "{channel:train}/./holdout.csv"\n', "skylift.toml arguments.data-dir"),
    ],
)
def test_a_file_that_is_named_in_a_channel_and_is_not_there(clean: Folder, text: str, at: str) -> None:
    add(clean, text)
    missing = one_of(clean, "file-missing")
    assert (missing.severity, missing.where, missing.waits) == ("warning", at, True)
    assert "`data/train/holdout.csv` is not there" in missing.what
    clean.write("data/train/holdout.csv", "1")
    assert found(clean) == []


@pytest.mark.parametrize("named", ["a", "a.csv", "*.csv", "a*", "[ab].csv"])
def test_what_a_program_may_add_to_a_name_is_not_missing(clean: Folder, named: str) -> None:
    add(clean, f'[arguments]\ndata-dir = "{{channel:train}}/{named}"\n')
    assert found(clean) == []


def test_a_file_of_a_channel_that_is_not_here_is_told_with_the_channel(clean: Folder) -> None:
    add(clean, '[arguments]\ndata-dir = "{channel:train}/holdout.csv"\n')
    (clean.root / "data/train/a.csv").unlink()
    (clean.root / "data/train").rmdir()
    assert ids(clean) == {"channel-missing"}


def test_a_file_that_the_cloud_may_have_is_a_note(clean: Folder) -> None:
    cloud = CONFIG.replace('"data/train"', '{ local = "data/train", cloud = "s3://b/p/" }')
    clean.write("skylift.toml", cloud + '[arguments]\ndata-dir = "{channel:train}/holdout.csv"\n')
    assert one_of(clean, "file-missing").severity == "note"


def test_a_file_that_a_command_names_in_a_channel(clean: Folder) -> None:
    command = 'command = ["python", "train.py", "--data-dir={channel:train}/holdout.csv"]'
    clean.write("skylift.toml", CONFIG.replace('entry-point = "train.py"', command))
    assert one_of(clean, "file-missing").where == "skylift.toml command"


def test_data_that_only_this_machine_has(clean: Folder) -> None:
    clean.write(".gitignore", "/data\n")
    clean.commit()
    assert one_of(clean, "data-here-only").severity == "note"


def test_data_of_several_jobs_is_told_once(clean: Folder) -> None:
    add(clean, '[jobs.evaluate]\nentry-point = "train.py"\n[jobs.evaluate.channels]\ntest = "data/train"\n')
    clean.write(".gitignore", "/data\n")
    clean.commit()
    assert one_of(clean, "data-here-only").where.endswith("channels.train")


_TWO_COMMANDS = """
import click, joblib
@click.group()
def cli():
    pass
@cli.command()
def train():
    joblib.dump(1, "data/train/net.joblib")
@cli.command()
def evaluate():
    joblib.load("data/train/net.joblib")
cli()
"""


@pytest.mark.parametrize(("command", "written"), [("train", True), ("evaluate", False)])
def test_what_another_command_writes_is_not_written_into_a_channel(
    clean: Folder, *, command: str, written: bool
) -> None:
    clean.write("train.py", _TWO_COMMANDS)
    add(clean, f'[hyperparameters]\ncommand = "{command}"\n')
    assert ("channel-written" in ids(clean)) is written


def test_large_files_ship_and_can_be_left_out(clean: Folder) -> None:
    (clean.root / "dump [1].bin").write_bytes(bytes(10_000_001))
    (clean.root / "known.bin").write_bytes(bytes(10_000_001))
    clean.write("train.py", TRAIN + '\nopen("known.bin")\n')
    dump, known = sorted((one for one in found(clean) if one.id == "large-file"), key=lambda one: one.where)
    assert dump.fixable
    assert not known.fixable
    done(clean.root, "check", "--fix")
    assert [one.where for one in found(clean) if one.id == "large-file"] == ["known.bin"]


@pytest.mark.parametrize(
    ("path", "text", "where"),
    [
        ("keys/id_rsa", "x", "keys/id_rsa"),
        ("client key.pem", PRIVATE_KEY, "client key.pem"),
        ("config.py", f"\n\nKEY = '{AWS_KEY}'\n", "config.py:3"),
        ("notes.md", "hf_" + "a" * 34, "notes.md:1"),
        (".github/x.yml", "ghp_" + "a1" * 18, ".github/x.yml:1"),
        ("pip.conf", "https://me:" + "hunter22@example.com/simple", "pip.conf:1"),
    ],
)
def test_secrets_that_would_ship(clean: Folder, path: str, text: str, where: str) -> None:
    clean.write(path, text)
    finding = one_of(clean, "secret-ships")
    assert (finding.where, finding.severity) == (where, "error")
    said = finding.what + finding.remedy
    assert AWS_KEY not in said
    assert "hunter22" not in said


def test_every_kind_of_secret_on_a_line_is_named(clean: Folder) -> None:
    token, password = "ghp_" + "a1" * 18, "https://me:" + "hunter22@example.com"
    clean.write("creds.py", f"A = '{AWS_KEY}', '{token}', '{password}'\nB = 1\nC = '{AWS_KEY}'\n")
    first, second = (one for one in found(clean) if one.id == "secret-ships")
    kinds = "a key of AWS, a token of GitHub and a password in an address"
    assert (first.where, first.what.endswith(kinds)) == ("creds.py:1", True)
    assert (second.where, second.what.endswith("a key of AWS")) == ("creds.py:3", True)
    assert "revoke" in first.remedy
    clean.write("creds.py", "AWS_SECRET_ACCESS_KEY = '" + "abcdefghij" * 4 + "'\n")
    assert one_of(clean, "secret-ships").what.endswith("a secret key of AWS")


def test_a_file_of_variables_that_never_ships_is_nothing_to_tell(clean: Folder) -> None:
    clean.write("train.py", TRAIN + "\nload_dotenv('.env')\n")
    clean.write(".env", "A=1\n")
    assert found(clean) == []
    assert "nothing to fix: what was found is for you to do" in done(clean.root, "check", "--fix").stderr


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("ca.pem", "-----BEGIN CERTIFICATE-----\n"),
        ("readme.md", "AKIA" + "IOSFODNN7EXAMPLE and https://user:$TOKEN@example.com and hf_short"),
        (".env", "A=" + AWS_KEY),
        ("model.bin", "\0\0" + AWS_KEY),
    ],
)
def test_what_only_looks_like_a_secret_or_does_not_ship(clean: Folder, path: str, text: str) -> None:
    clean.write(path, text)
    assert found(clean) == []


def test_files_that_the_program_wants_and_git_ignores(clean: Folder) -> None:
    clean.write_all(
        {".gitignore": "vocab.json\nmine.py\n", "vocab.json": "{}", "mine.py": "", "other.json": "{}"}
    )
    clean.write(
        "train.py",
        "import mine\n" + TRAIN + '\nopen("vocab.json"), open("other.json"), open("made.txt", "w")\n',
    )
    clean.commit()
    left = {one.where: one for one in found(clean) if one.id == "left-out"}
    assert set(left) == {"mine.py", "train.py:10"}
    assert ".gitignore:2" in left["mine.py"].what
    assert ".gitignore:1" in left["train.py:10"].what


def test_links_that_leave_the_project(clean: Folder) -> None:
    (clean.root / "out").symlink_to("/etc")
    assert one_of(clean, "link").severity == "error"


def test_state_of_this_machine_in_git(clean: Folder) -> None:
    clean.write_all({"skylift.local.toml": "", ".skylift/runs/x": ""})
    clean.git("init", "--quiet")
    assert {one.where for one in found(clean) if one.id == "state-in-git"} == {
        ".skylift",
        "skylift.local.toml",
    }
    done(clean.root, "check", "--fix")
    assert "state-in-git" not in ids(clean)
    assert clean.git("status", "--porcelain", "--", ".skylift", "skylift.local.toml") == ""


def test_what_can_be_seen_in_the_code(clean: Folder) -> None:
    clean.write(
        "train.py",
        """
        import argparse
        p = argparse.ArgumentParser()
        p.add_argument("--flag", type=bool)
        p.add_argument("--data", default="/home/ada/data")
        open("data/train/cache", "w").write("x")
        open("/opt/ml/model/x", "w")
        """,
    )
    rows = {(one.id, one.where) for one in found(clean)}
    assert {
        ("bool-type", "train.py:4"),
        ("absolute-path", "train.py:5"),
        ("channel-written", "train.py:6"),
    } <= rows
    assert not any(where == "train.py:7" for _, where in rows)
    clean.write("train.py", "x = 1\n")
    assert one_of(clean, "silent").severity == "note"


def test_paths_are_followed_as_init_follows_them(clean: Folder) -> None:
    clean.write(
        "train.py",
        """
        import os
        import pandas as pd
        ROOT = "/datasets/mine"
        OUT = os.path.join("data", "train")
        print(pd.read_csv(os.path.join(ROOT, "a.csv")))
        def save(frame, folder=OUT):
            frame.to_csv(os.path.join(folder, "b.csv"))
        save(pd.DataFrame())
        open("/tmp/scratch.txt", "w")
        """,
    )
    rows = {one.id: (one.where, one.what) for one in found(clean)}
    where, what = rows["absolute-path"]
    assert where == "train.py:6"
    assert "/datasets/mine/a.csv" in what
    assert rows["channel-written"][0] == "train.py:8"
    assert not any("/tmp" in what for _, what in rows.values())


def test_a_default_that_every_run_replaces_is_no_path_of_one_machine(clean: Folder) -> None:
    clean.write("train.py", TRAIN.replace('default="x"', 'default="/home/ada/data"'))
    assert "absolute-path" in ids(clean)
    add(clean, '[arguments]\ndata-dir = "{channel:train}"\n')
    assert found(clean) == []


def test_an_environment_of_another_python(clean: Folder) -> None:
    clean.write(".venv/pyvenv.cfg", "home = /usr/bin\nversion = 3.9.2\n")
    assert one_of(clean, "python").where == "skylift.toml python"


@pytest.mark.parametrize("text", ["def broken(:\n", "\0", "x = 1\n" * 3])
def test_sources_that_can_not_be_read_are_no_crash(clean: Folder, text: str) -> None:
    clean.write("train.py", text)
    clean.write("weird.py", "\ud800".encode(errors="surrogatepass").decode(errors="replace"))
    assert not [one for one in found(clean) if one.severity == "error"]


def test_exit_codes_say_what_kind_of_work_is_left(clean: Folder) -> None:
    assert skylift(clean.root, "check").returncode == 0
    clean.write("pylock.skylift.toml", "lock-version = '1.0'\n")
    stale = skylift(clean.root, "check")
    # The next run renews it.
    assert stale.returncode == 0
    assert "warning pylock.skylift.toml  [lock]" in stale.stdout
    (clean.root / "data/train/a.csv").unlink()
    (clean.root / "data/train").rmdir()
    assert skylift(clean.root, "check").returncode == 3
    clean.write("data/train/a.csv", "1")
    add(clean, "[hyperparameters]\nlrr = 1\n")
    assert skylift(clean.root, "check").returncode == 2


def test_json_has_a_list_that_scripts_can_read(clean: Folder) -> None:
    clean.write("id_rsa", "x")
    told = json.loads(skylift(clean.root, "check", "--json").stdout)
    assert told["exit_code"] == 2
    row = next(one for one in told["findings"] if one["id"] == "secret-ships")
    assert row["fixable"]
    assert row["fix"] == {"file": ".skyliftignore", "text": "/id_rsa"}
    fixed = json.loads(done(clean.root, "check", "--json", "--fix").stdout)
    assert [one["id"] for one in fixed["fixed"]] == ["secret-ships"]
    assert "secret-ships" not in {one["id"] for one in fixed["findings"]}


def test_every_problem_of_a_config_is_a_finding(clean: Folder) -> None:
    add(clean, '[imag]\nx = 1\n[targets.gpu]\nmax-run = "soon"\n')
    result = skylift(clean.root, "check")
    assert result.returncode == 2
    assert "imag" in result.stdout
    assert "max-run" in result.stdout


def test_a_pipeline_file_that_is_stale(clean: Folder) -> None:
    done(clean.root, "ci", "plain", "--on", "docker")
    assert skylift(clean.root, "check").returncode == 0
    clean.write("skylift.toml", 'name = "renamed"\n' + CONFIG)
    text = (clean.root / "skylift-ci.sh").read_text()
    (clean.root / "skylift-ci.sh").write_text(text + "# old\n")
    result = skylift(clean.root, "check")
    assert result.returncode == 3
    assert "skylift ci plain --on docker" in result.stdout


def test_every_kind_of_finding_is_in_the_list() -> None:
    root = Path(__file__).parents[3]
    sources = [*(root / "src/skylift/project/checks").glob("*.py"), root / "src/skylift/flow/checking.py"]
    named = {name for path in sources for name in re.findall(r'Finding\(\s*"([a-z-]+)"', path.read_text())}
    listed = set(re.findall(r"^\| `([a-z-]+)` \|", (root / "docs/checks.md").read_text(), re.MULTILINE))
    assert named == listed


def test_an_environment_without_what_is_required_is_told_before_there_is_a_lock(clean: Folder) -> None:
    add(clean, "")
    text = CONFIG.replace(
        "[channels]", 'dependencies = ["numpy>=2", "scipy", "old; python_version < \'3\'"]\n[channels]'
    )
    clean.write_all(
        {
            "skylift.toml": text,
            ".venv/pyvenv.cfg": "version = 3.11.2\n",
            ".venv/lib/python3.11/site-packages/numpy-1.26.4.dist-info/METADATA": "",
        }
    )
    finding = one_of(clean, "environment")
    assert finding.what == ".venv differs from what is required: numpy is 1.26.4, not >=2; scipy is missing"
    for name in ("numpy-2.1.0", "scipy-1.0"):
        clean.write(f".venv/lib/python3.11/site-packages/{name}.dist-info/METADATA")
    clean.write("skylift.toml", text.replace("numpy>=2", "numpy"))
    assert "environment" not in ids(clean)

"""Inputs and outputs: channels by content, hard-coded paths, files that a script leaves behind."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.functional.runtime.stage import Stage

from skylift_runtime.channels import lay_channels
from skylift_runtime.contract import Tree
from skylift_runtime.failure import Unusable

FILES = {
    "a.csv": ("1,2\n", False),
    "deep/er/b c'\"\n.txt": ("same", False),
    "deep/copy.txt": ("same", False),
    "empty": ("", False),
    "übung/漢字.json": ("{}", False),
    "bin/tool": ("#!/bin/sh\necho hi\n", True),
    "bin/text": ("#!/bin/sh\necho hi\n", False),
}

READ = """
    import json, os
    top = os.environ["SM_CHANNEL_TRAIN"]
    found = {}
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            found[os.path.relpath(path, top)] = [open(path, encoding="utf-8").read(), os.access(path, os.X_OK)]
    print(json.dumps({"top": top, "channels": os.environ["SM_CHANNELS"], "found": found}))
"""


@pytest.fixture
def form(runtime: Path) -> Path:
    """None of this depends on whether the runtime is a folder or an archive."""
    return runtime


def test_a_channel_by_content_is_the_users_tree_again(any_stage: Stage) -> None:
    any_stage.script(READ)
    folder = any_stage.indexed_channel("train", FILES)

    for _ in range(2):  # the second start finds everything laid already
        result = any_stage.run()
        assert result.code == 0, result.err
        told = json.loads(result.out)
        assert told["top"] == str(folder)
        assert told["channels"] == '["train"]'
        expected = {path: text for path, (text, _) in FILES.items()}
        assert {path: text for path, (text, _) in told["found"].items()} == expected
        assert told["found"]["bin/tool"][1] is True
    links = [path for path in folder.rglob("*") if path.is_symlink()]
    assert len(links) == len(FILES) - 1
    assert not [link for link in links if link.readlink().is_absolute()]
    assert not (folder / "bin" / "text").stat().st_mode & 0o111


def test_a_missing_or_broken_object_is_named(stage: Stage) -> None:
    stage.script("")
    folder = stage.indexed_channel("train", FILES)
    broken = folder / hashlib.sha256(b"1,2\n").hexdigest()
    broken.write_text("1,2")
    result = stage.run()
    assert (result.code, result.failure) == (2, "channel `train`: a.csv has 3 bytes instead of 4")
    broken.unlink()
    (stage.ml / "output" / "failure").unlink()
    assert stage.run().failure == "channel `train`: a.csv was not downloaded"


def test_a_host_of_a_sharded_channel_has_only_its_part(stage: Stage) -> None:
    stage.script(READ)
    folder = stage.indexed_channel("train", FILES, S3DistributionType="ShardedByS3Key")
    (folder / hashlib.sha256(b"same").hexdigest()).unlink()
    found = json.loads(stage.run().out)["found"]
    assert sorted(found) == ["a.csv", "bin/text", "bin/tool", "empty", "übung/漢字.json"]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "a//b", "", "./a"])
def test_an_index_cannot_lead_out_of_its_channel(stage: Stage, path: str) -> None:
    stage.indexed_channel("train", {path: ("x", False)})
    with pytest.raises(Unusable, match="not a path inside the channel"):
        lay_channels(Tree(str(stage.ml)), stage.channels)


def test_an_empty_dataset_is_an_empty_folder(stage: Stage) -> None:
    folder = stage.indexed_channel("train", {"a": ("x", False)})
    (stage.ml / "input" / "data" / "skylift" / "indexes.json").write_text('{"train": []}')
    (folder / hashlib.sha256(b"x").hexdigest()).unlink()
    folder.rmdir()
    assert lay_channels(Tree(str(stage.ml)), {"train": {}}) == {"train": str(folder)}
    assert list(folder.iterdir()) == []


def test_it_goes_on_where_an_earlier_start_died(stage: Stage) -> None:
    folder = stage.indexed_channel("train", FILES)
    objects = stage.ml / "input" / ".objects" / "train"
    objects.parent.mkdir()
    folder.rename(objects)
    (folder / "deep").mkdir(parents=True)
    (folder / "a.csv").symlink_to(os.path.relpath(objects / hashlib.sha256(b"1,2\n").hexdigest(), folder))
    lay_channels(Tree(str(stage.ml)), {"train": {}})
    assert {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} == set(FILES)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_where_a_mount_forbids_moving_the_tree_is_laid_elsewhere(stage: Stage) -> None:
    stage.script(READ)
    folder = stage.indexed_channel("train", FILES)
    stage.write()
    # A bind mount in a namespace of its own, gone with the process.
    script = 'mount --bind "$0" "$0" || exit 99; exec "$@"'
    wrapped = ["unshare", "--mount", "sh", "-c", script, str(folder), *stage.command()]
    before = sorted(os.listdir(folder))  # noqa: PTH208
    done = _run(wrapped, stage)
    if done[0] == 99 or "unshare:" in done[2]:
        pytest.skip(done[2].strip())
    assert done[0] == 0, done[2]
    told = json.loads(done[1])
    assert told["top"] == f"{stage.ml}/input/.objects/train+tree"
    assert {path: text for path, (text, _) in told["found"].items()} == {p: t for p, (t, _) in FILES.items()}
    assert sorted(os.listdir(folder)) == before  # noqa: PTH208


def _run(command: list[str], stage: Stage) -> tuple[int, str, str]:
    done = subprocess.run(
        command, env=stage.environ(), capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


def test_a_plain_channel_is_left_as_it_is(stage: Stage) -> None:
    stage.script(READ)
    folder = stage.channel("train", {"x y.csv": "1"})
    os.utime(folder, (1, 1))
    told = json.loads(stage.run().out)
    assert told["found"] == {"x y.csv": ["1", False]}
    assert folder.stat().st_mtime == 1


def test_hard_coded_paths_show_the_channel(any_stage: Stage) -> None:
    any_stage.channel("train", {"x.csv": "from the channel"})
    any_stage.ship("data/raw/x.csv", "shipped by mistake")
    any_stage.script("print(open('data/raw/x.csv').read()); print(open('new/deep/x.csv').read())")
    any_stage.job["paths"] = {"data/raw": "{channel:train}", "new/deep/x.csv": "{channel:train}/x.csv"}

    result = any_stage.run()

    assert (result.code, result.out) == (0, "from the channel\n" * 2), result.err
    assert (any_stage.project / "code" / "data" / "raw" / "x.csv").read_text() == "shipped by mistake"


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        ({"../model": "{channel:train}"}, "`../model`, which is not a path inside the project"),
        ({"/data": "{channel:train}"}, "`/data`, which is not a path inside the project"),
        ({".": "{channel:train}"}, "`.`, which is not a path inside the project"),
        ({"data": "{channel:train}", "data/x": "{model}"}, "`data/x`, which lies below another link"),
        ({"data": "{channel:other}"}, "`{channel:other}`, but there is only {checkpoints}, {gpus}"),
        ({"data": "{nonsense}"}, "`{nonsense}`, but there is only"),
    ],
)
def test_paths_that_cannot_be_laid_are_refused(stage: Stage, paths: dict[str, str], words: str) -> None:
    stage.script("")
    folder = stage.channel("train", {"x.csv": "1"})
    stage.job["paths"] = paths
    result = stage.run()
    assert result.code == 2
    assert words in result.failure
    assert [path.name for path in folder.iterdir()] == ["x.csv"]


def test_bindings_fill_in_what_the_user_did_not_say(stage: Stage) -> None:
    stage.script("import json, sys; print(json.dumps(sys.argv[1:]))")
    stage.channel("train", {})
    stage.job["parameters"] = [{"key": "data-dir", "flag": "--data-dir"}, {"key": "out", "flag": ""}]
    stage.job["arguments"] = {
        "data-dir": "{channel:train}/x",
        "out": "{model}",
        "other": "{channel:not-there}",
        "ckpt": "{checkpoints}{{}}",
    }
    stage.hyperparameters = {"other": "given"}
    ml = str(stage.ml)
    assert json.loads(stage.run().out) == [
        "--other", "given", "--data-dir", f"{ml}/input/data/train/x", "--ckpt", f"{ml}/checkpoints{{}}", f"{ml}/model",
    ]  # fmt: skip


def test_what_a_script_leaves_is_collected(any_stage: Stage) -> None:
    any_stage.channel("train", {"in.pkl": "input"})
    any_stage.ship("weights.pkl", "shipped")
    any_stage.ship("start.pkl", "shipped")
    any_stage.ship("logs/.keep", "")
    any_stage.script(
        """
        import os
        open("best.pkl", "w").write("best")
        open("start.pkl", "a").write(" and changed")
        os.makedirs("logs/a b")
        open("logs/a b/ü.txt", "w").write("log")
        open("logs/a b/empty", "w").close()
        os.symlink("best.pkl", "last.pkl")
        os.symlink("gone", "broken.pkl")
        os.mkdir("sub")
        open("sub/not-asked-for.pkl", "w").close()
        """
    )
    any_stage.job["collect"] = {"model": ["*.pkl"], "output": ["logs/**"]}
    any_stage.job["paths"] = {"data.pkl": "{channel:train}/in.pkl"}

    result = any_stage.run()

    assert result.code == 0, result.err
    model = {path.name: path.read_text() for path in any_stage.model.iterdir()}
    assert model == {"best.pkl": "best", "last.pkl": "best", "start.pkl": "shipped and changed"}
    output = any_stage.ml / "output" / "data"
    files = sorted(str(path.relative_to(output)) for path in output.rglob("*") if path.is_file())
    assert files == ["logs/a b/empty", "logs/a b/ü.txt"]


def test_nothing_is_collected_from_a_failed_job(stage: Stage) -> None:
    stage.script("open('best.pkl', 'w').close(); raise SystemExit(3)")
    stage.job["collect"] = {"model": ["*.pkl"]}
    assert stage.run().code == 3
    assert list(stage.model.iterdir()) == []


def test_results_that_cannot_be_written_fail_the_job(stage: Stage) -> None:
    stage.job["collect"] = {"model": ["best.pkl"]}
    stage.script(
        "import os; os.mkdir(os.environ['SM_MODEL_DIR'] + '/best.pkl'); open('best.pkl', 'w').close()"
    )
    result = stage.run()
    assert result.code == 1
    assert result.failure.startswith("the results could not be written:")
    assert str(stage.model) in result.failure
    assert os.strerror(errno.EISDIR) in result.failure


def test_a_model_folder_may_be_empty_and_stays_so(stage: Stage) -> None:
    stage.script("")
    assert stage.run().code == 0
    assert list(stage.model.iterdir()) == []


def test_the_work_directory_is_a_writable_copy(stage: Stage, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("secret")
    stage.script(
        """
        import os
        open("pkg/data.txt", "a").write("!")
        print(os.access("tool.sh", os.X_OK), os.path.lexists("out"), os.readlink("inside"), open("inside").read())
        """
    )
    stage.ship("pkg/data.txt", "x", mode=0o444)
    stage.ship("tool.sh", "", mode=0o755)
    code = stage.project / "code"
    (code / "out").symlink_to(outside)
    (code / "up").symlink_to("../../outside")
    (code / "inside").symlink_to("pkg/data.txt")
    stage.work.mkdir(parents=True)
    (stage.work / "stale").write_text("from before")

    result = stage.run()

    assert (result.code, result.out) == (0, "True False pkg/data.txt x!\n"), result.err
    said = sorted(result.err.splitlines())
    assert said[:2] == [
        "skylift: left out out: the link leads out of the project",
        "skylift: left out up: the link leads out of the project",
    ]
    assert (code / "pkg" / "data.txt").read_text() == "x"
    assert not (stage.work / "stale").exists()

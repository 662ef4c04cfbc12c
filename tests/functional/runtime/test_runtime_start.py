"""The runtime starts the user's code as the user would have, on every interpreter that is here."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.functional.runtime.stage import Stage

TELL = """
    import json, os, sys
    print(json.dumps({
        "argv": sys.argv, "path": sys.path, "cwd": os.getcwd(), "name": __name__, "file": __file__,
        "main": sys.modules["__main__"].__dict__ is globals(), "spec": str(__spec__), "names": sorted(globals()),
        "stdin": sys.stdin.read(), "environ": dict(os.environ),
    }))
"""


def told(out: str) -> dict[str, object]:
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


HOSTILE = {
    "plain": "adam",
    "spaces": "two words  and more ",
    "quotes": """it's "quoted" \\ `x`""",
    "newline": "first\nsecond\n",
    "empty": "",
    "dash": "-5 of them",
    "dashes": "--epochs",
    "shell": "$HOME;*(a)&|>x #!",
    "unicode": "Überraschung 漢字 🚀",
    "braces": "{channel:train} {{x}}",
}


def test_every_argument_arrives_as_it_was_given(any_stage: Stage) -> None:
    any_stage.script("import json, sys; print(json.dumps(sys.argv))")
    any_stage.hyperparameters = {key: json.dumps(value) for key, value in HOSTILE.items()}

    result = any_stage.run()

    assert result.code == 0, result.err
    expected = ["train.py"]
    for key, value in HOSTILE.items():
        expected += [f"--{key}={value}"] if value.startswith("-") else [f"--{key}", value]
    assert json.loads(result.out) == expected


def test_raw_arguments_come_last_and_untouched(stage: Stage) -> None:
    stage.script("import json, sys; print(json.dumps(sys.argv))")
    raw = ["--x", "", "a b", "--", "-v", "{model}"]
    stage.hyperparameters = {"lr": "0.1", "skylift_raw_arguments": json.dumps(raw)}

    assert json.loads(stage.run().out) == ["train.py", "--lr", "0.1", *raw]


def test_a_script_is_the_real_main_module(any_stage: Stage) -> None:
    any_stage.ship("pkg/train.py", TELL)
    any_stage.job = {"entry_point": "pkg/train.py"}
    any_stage.python_path = ["src"]

    result = any_stage.run()

    assert result.code == 0, result.err
    told_ = told(result.out)
    work = str(any_stage.work.resolve())
    assert told_["main"] is True
    assert (told_["name"], told_["spec"], told_["stdin"]) == ("__main__", "None", "")
    assert told_["file"] == f"{work}/pkg/train.py"
    assert told_["cwd"] == work
    path = told_["path"]
    assert isinstance(path, list)
    assert path[:3] == [f"{work}/pkg", f"{work}/src", work]
    # Nothing of ours is left that a plain `python train.py` would not have.
    assert not [entry for entry in path if entry.startswith(str(any_stage.runtime.parent))]
    assert set(told_["names"]) <= {  # type: ignore[call-overload]
        "__annotations__", "__builtins__", "__cached__", "__doc__", "__file__", "__loader__", "__name__",
        "__package__", "__spec__", "json", "os", "sys",
    }  # fmt: skip


def test_a_module_runs_as_python_m_runs_it(any_stage: Stage) -> None:
    any_stage.ship("src/pkg/__init__.py", "")
    any_stage.ship("src/pkg/train.py", TELL)
    any_stage.job = {"entry_point": "-m pkg.train"}
    any_stage.python_path = ["src"]
    any_stage.hyperparameters = {"lr": "0.1"}

    result = any_stage.run()

    assert result.code == 0, result.err
    told_ = told(result.out)
    train = f"{any_stage.work.resolve()}/src/pkg/train.py"
    assert told_["argv"] == [train, "--lr", "0.1"]
    assert told_["main"] is True
    assert "pkg.train" in str(told_["spec"])


def test_a_function_gets_the_hyperparameters_as_keywords(any_stage: Stage) -> None:
    any_stage.ship("pkg/__init__.py", "")
    any_stage.ship(
        "pkg/mod.py",
        """
        def fit(*, batch_size, lr, names, data_dir, flag=False):
            print(repr((batch_size, lr, names, data_dir.endswith("/input/data/train"), flag)))
            return 3
        """,
    )
    any_stage.channel("train", {})
    any_stage.job = {"entry_point": "pkg.mod:fit", "arguments": {"data-dir": "{channel:train}"}}
    any_stage.hyperparameters = {"batch-size": "32", "lr": "1e-05", "names": '["a"]', "flag": "true"}

    result = any_stage.run()

    assert (result.code, result.out) == (0, "(32, 1e-05, ['a'], True, True)\n"), result.err


@pytest.mark.parametrize(("returned", "code"), [("3", 3), ("None", 0), ("{'loss': 1}", 0)])
def test_a_function_of_a_console_script_gets_a_command_line(
    any_stage: Stage, returned: str, code: int
) -> None:
    any_stage.ship("pkg/__init__.py", "")
    any_stage.ship(
        "pkg/cli.py",
        f"""
        import argparse
        def main(argv=None):
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float)
            print(parser.prog, parser.parse_args(argv).lr, __name__)
            return {returned}
        """,
    )
    any_stage.job = {
        "entry_point": "pkg.cli:main",
        "console": True,
        "parameters": [{"key": "lr", "flag": "--lr"}],
    }
    any_stage.hyperparameters = {"lr": "0.5"}

    result = any_stage.run()

    assert (result.code, result.out) == (code, "main 0.5 pkg.cli\n"), result.err


def test_multiprocessing_can_spawn_from_the_script(any_stage: Stage) -> None:
    any_stage.script(
        """
        import multiprocessing

        class Thing:
            value = 7

        def work(thing, queue):
            queue.put((type(thing).__module__ in ("__main__", "__mp_main__"), thing.value))

        if __name__ == "__main__":
            context = multiprocessing.get_context("spawn")
            queue = context.Queue()
            process = context.Process(target=work, args=(Thing(), queue))
            process.start()
            print(queue.get(timeout=30))
            process.join()
        """
    )

    result = any_stage.run()

    assert (result.code, result.out) == (0, "(True, 7)\n"), result.err


def test_classes_of_the_script_can_be_pickled(stage: Stage) -> None:
    stage.script(
        """
        import pickle
        class Model: pass
        print(type(pickle.loads(pickle.dumps(Model()))) is Model)
        """
    )
    assert stage.run().out == "True\n"


def test_a_command_gets_its_places_and_the_arguments(stage: Stage) -> None:
    stage.ship("tell.sh", '#!/bin/sh\nfor word; do printf "[%s]" "$word"; done\n', mode=0o755)
    stage.job = {"command": ["./tell.sh", "n={gpus}", "{hosts}/{rank}", "{run}", "{{x}}", "{model}"]}
    stage.hyperparameters = {"lr": "0.1", "user": "{model}"}

    result = stage.run()

    model = stage.model
    assert result.out == f"[n=1][1/0][project-run][{{x}}][{model}][--lr][0.1][--user][{{model}}]", result.err


def test_a_shell_script_needs_no_executable_bit(stage: Stage) -> None:
    stage.ship("train.sh", 'echo "$SM_USER_ENTRY_POINT $1 $2"')
    stage.job = {"entry_point": "train.sh"}
    stage.hyperparameters = {"a": "1"}
    assert stage.run().out == "train.sh --a 1\n"


def test_programs_of_our_own_environment_are_found(stage: Stage) -> None:
    stage.ship("show.py", "import sys; print(sys.prefix)")
    stage.job = {"command": ["python", "show.py"]}
    asked = subprocess.run(
        [stage.python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True
    )
    assert stage.run(PATH="/usr/bin:/bin").out == asked.stdout


def test_encodings_and_bad_syntax_are_those_of_the_interpreter(stage: Stage) -> None:
    (stage.project / "code").mkdir(parents=True)
    (stage.project / "code" / "train.py").write_bytes(
        "# -*- coding: latin-1 -*-\nprint(ascii('é'))\n".encode("latin-1")
    )
    stage.job = {"entry_point": "train.py"}
    assert stage.run().out == "'\\xe9'\n"


def test_accelerators_are_counted_by_their_own_tools(stage: Stage, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "nvidia-smi").write_text("#!/bin/sh\necho 'GPU 0: X (UUID: a)'\necho 'GPU 1: X (UUID: b)'\n")
    (tools / "neuron-ls").write_text('#!/bin/sh\necho \'[{"nc_count": 2}, {"nc_count": 2}]\'\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    stage.job = {"command": ["sh", "-c", 'echo "$SM_NUM_GPUS $SM_NUM_NEURONS {gpus}"']}
    assert stage.run(PATH=f"{tools}:/usr/bin:/bin").out == "2 4 2\n"
    (tools / "nvidia-smi").write_text("#!/bin/sh\nexit 9\n")
    (tools / "neuron-ls").write_text("#!/bin/sh\necho no devices\n")
    assert stage.run(PATH=f"{tools}:/usr/bin:/bin").out == "0 0 1\n"


def test_files_that_the_platform_did_not_write_have_defaults(stage: Stage) -> None:
    stage.script("import os; print(os.environ['SM_HOSTS'], os.environ['SM_CHANNELS'], os.environ['SM_HPS'])")
    stage.write()
    for file in (stage.ml / "input" / "config").iterdir():
        file.unlink()
    done = subprocess.run(stage.command(), env=stage.environ(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, '["algo-1"] [] {}\n'), done.stderr


def test_a_variable_that_cannot_be_is_left_out_and_named(stage: Stage) -> None:
    stage.script("import os, sys; print('SM_HPS' in os.environ, os.environ['SM_HP_A1'][:3], len(sys.argv))")
    stage.hyperparameters = {f"a{number}": "x" * 2500 for number in range(60)}
    result = stage.run()
    assert (result.code, result.out) == (0, "False xxx 121\n"), result.err
    assert "skylift: left out SM_HPS: it is longer than a variable can be\n" in result.err

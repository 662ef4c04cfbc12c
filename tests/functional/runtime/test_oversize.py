"""Hyperparameters that do not fit a request: the job, and whoever reads the platform's files in it, sees them."""

from __future__ import annotations

import json

from tests.functional.runtime.stage import Stage

from skylift_runtime.contract import ARGUMENTS_KEY, ARGUMENTS_REFERENCE

LONG = "ü $;* " * 500
TELL = """
    import json, os, sys
    with open(os.path.join(os.environ["SM_INPUT_CONFIG_DIR"], "hyperparameters.json")) as stream:
        file = json.load(stream)
    names = ("SM_HPS", "SM_HP_TEXT", "SM_HP_TREE", "SM_HP_MORE", "SM_CHANNELS")
    print(json.dumps({"argv": sys.argv[1:], "file": file, **{n: os.environ.get(n) for n in names}}))
"""


def _tell(stage: Stage) -> dict[str, object]:
    result = stage.run()
    assert result.code == 0, result.err
    found: dict[str, object] = json.loads(result.out)
    return found


def test_values_come_from_the_file_of_the_reserved_channel(any_stage: Stage) -> None:
    any_stage.script(TELL)
    kept = {"text": LONG, "tree": [1, "ü"], "more": 7}
    (any_stage.channel("skylift", {}) / "arguments.json").write_text(json.dumps(kept))
    references = {key: f"{ARGUMENTS_REFERENCE}#{key}" for key in ("text", "tree")}
    any_stage.hyperparameters = {"lr": "0.1", **references, ARGUMENTS_KEY: ARGUMENTS_REFERENCE}

    found = _tell(any_stage)

    assert found == {
        "argv": ["--lr", "0.1", "--text", LONG, "--tree", '[1, "ü"]', "--more", "7"],
        "file": {"lr": "0.1", "text": LONG, "tree": '[1, "\\u00fc"]', "more": "7"},
        "SM_HPS": json.dumps(
            {"lr": 0.1, "more": 7, "text": LONG, "tree": [1, "ü"]}, separators=(",", ":"), sort_keys=True
        ),
        "SM_HP_TEXT": LONG,
        "SM_HP_TREE": '[1,"\\u00fc"]',
        "SM_HP_MORE": "7",
        "SM_CHANNELS": "[]",
    }


def test_a_second_start_in_the_same_tree_sees_the_same(stage: Stage) -> None:
    # What looks like a reference by now is a value.
    kept = {"text": f"{ARGUMENTS_REFERENCE}#tree", "tree": "x"}
    stage.script(TELL + "    sys.exit(0 if os.environ.get('AGAIN') else 3)\n")
    stage.job["retry"] = {"max": 1}
    (stage.channel("skylift", {}) / "arguments.json").write_text(json.dumps(kept))
    stage.hyperparameters = {"text": f"{ARGUMENTS_REFERENCE}#text"}

    first, second = map(json.loads, stage.run().out.splitlines())

    assert first == second
    assert first["argv"] == ["--text", f"{ARGUMENTS_REFERENCE}#tree"]
    written = json.loads((stage.ml / "input" / "config" / "hyperparameters.json").read_text())
    stage.hyperparameters = written
    assert json.loads(stage.run(AGAIN="1").out) == first


def test_a_file_that_did_not_come_is_told(stage: Stage) -> None:
    stage.script(TELL)
    stage.hyperparameters = {"text": f"{ARGUMENTS_REFERENCE}#text"}
    result = stage.run()
    assert result.code == 2
    assert "the values of text are in" in result.failure
    (stage.channel("skylift", {}) / "arguments.json").write_text("{}")
    assert "the hyperparameter text is not in arguments.json" in stage.run().err


def test_more_values_than_variables_have_room_for_still_arrive(stage: Stage) -> None:
    # In two megabytes there is room for the arguments, and not for the same again as variables.
    kept = {f"p{number}": "😀" * 3000 for number in range(110)}
    stage.script(
        "import json, os, sys; print(len(sys.argv), max(map(len, sys.argv)), 'SM_HP_LR' in os.environ)"
    )
    (stage.channel("skylift", {}) / "arguments.json").write_text(json.dumps(kept))
    stage.hyperparameters = {"lr": "1", ARGUMENTS_KEY: ARGUMENTS_REFERENCE}
    result = stage.run()
    assert result.out == "223 3000 True\n"
    assert "other variables: there is no room for them beside the arguments" in result.err

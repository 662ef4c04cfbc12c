"""What the service is told to look for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from skylift.runs.definitions import definitions
from skylift.runs.forms import Forms, form_of
from skylift.runs.points import Point
from skylift.values.patterns import outside_common
from skylift.values.printed import escape
from skylift.values.record import Record


@pytest.mark.parametrize(
    ("line", "name", "value", "form"),
    [
        ("[3]\tvalidation-auc:0.71\ttrain-auc:0.8", "validation:auc", 0.71, "validation-auc:"),
        ("[3]#011validation-auc:0.71#011train-auc:0.8", "train:auc", 0.8, "train-auc:"),
        ("{'eval_loss': 0.41, 'epoch': 1.0}", "eval_loss", 0.41, "'eval_loss': "),
        ("{'eval_loss': '0.41'}", "eval_loss", 0.41, "'eval_loss': '"),
        ("- loss: 0.25 - val_loss: 0.5", "loss", 0.25, "loss: "),
        ("val_loss: 0.5", "loss", 0.5, ""),
        ("valid_1's auc: 0.3", "valid_1:auc", 0.3, "valid_1's auc: "),
        ("Val Acc: 91.2%", "val_acc", 0.912, "Val Acc: "),
        ("Val Acc: 91.2%", "val_acc", 91.2, "Val Acc: "),
        ("loss=tensor(0.3)", "loss", 0.3, "loss=tensor("),
        ("\x1b[32mloss=0.3", "loss", 0.3, "loss="),
        ("\r 10% loss=0.2\r20% loss=0.1", "loss", 0.1, "loss="),
        ("0 0.41 0.5", "train_loss", 0.41, ""),
        ("loss=nan", "loss", float("nan"), ""),
        (" * Acc@1 71.3 Acc@5 90.1", "test:acc@1", 71.3, "* Acc@1 "),
        (" * Acc@1 71.3 Acc@5 90.1", "test:acc@5", 90.1, ""),
        ("x", "", 1.0, ""),
        ("loss=1" * 100_000, "loss", 2.0, ""),
        ("=" * 100_000 + "1", "loss", 1.0, ""),
    ],
)
def test_the_form_of_a_metric(line: str, name: str, value: float, form: str) -> None:
    assert form_of(line, Point(name, value, None)) == form


def test_a_form_is_looked_for_in_few_lines_only() -> None:
    forms = Forms()
    points = [Point("in_a_table", float(step), step) for step in range(100)]
    assert len(forms.wants(points)) == 20
    forms.learn([Point("loss", 0.5, 1)], ["nothing", "loss=0.5"])
    assert forms.as_json() == {"loss": "loss="}
    assert forms.wants([Point("loss", 0.6, 2)]) == []


def record(forms: dict[str, str] | None, *more: str, **metrics: Any) -> Record:
    last = dict.fromkeys((*(forms or {}), *more), 0.5)
    said = {"last": last, **({"forms": forms} if forms is not None else {}), **metrics}
    return Record({"TrainingJobName": "p-260101000000-abcd", "Skylift": {"metrics": said}})


LINE = "epoch 3 \tloss: 0.25 - Test loss: 0.5 - val_loss: 0.75 auc=0.125"
FORMS = {"loss": "loss: ", "test_loss": "Test loss: ", "val_loss": "val_loss: ", "auc": "auc="}


def test_each_definition_finds_its_own_number_in_the_line_of_another() -> None:
    found = definitions({}, record(FORMS))
    expected = {"loss": "0.25", "test_loss": "0.5", "val_loss": "0.75", "auc": "0.125"}
    for text in (LINE, escape(LINE)):
        assert {name: re.findall(pattern, text) for name, pattern in found.patterns.items()} == {
            name: [number] for name, number in expected.items()
        }
    assert not any(outside_common(pattern) for pattern in found.patterns.values())
    assert found.notes == ("MetricDefinitions: 4 as run p-260101000000-abcd printed them",)


def test_the_configs_own_come_first_and_stay_as_they_are() -> None:
    found = definitions({"auc": "AUC (.*)", "odd": "(?<!x)y(.*)"}, record(FORMS))
    assert found.patterns["auc"] == "AUC (.*)"
    assert len(found.patterns) == 5
    assert found.notes[0].startswith("MetricDefinitions: 2 of the config and 3 as run")
    assert "odd has a look behind" in found.notes[-1]


def test_beyond_forty_the_objective_stays_and_what_improves() -> None:
    forms = {f"a{number}": f"a{number}=" for number in range(60)} | {"loss": "loss=", "zeta": "zeta="}
    found = definitions({}, record(forms, objective="zeta"))
    assert len(found.patterns) == 40
    assert list(found.patterns)[:2] == ["zeta", "loss"]
    assert any("22 left out, the service takes 40: " in note for note in found.notes)


def test_what_no_pattern_finds_is_left_out_and_told() -> None:
    found = definitions({}, record({"loss": "loss="}, "in_a_table"))
    assert list(found.patterns) == ["loss"]
    assert "in_a_table" in found.notes[-1]


def test_a_name_that_stands_in_the_words_of_another_is_left_out() -> None:
    found = definitions({}, record({"loss": '"loss": ', "lr": '"lr": '}, "val:loss"))
    assert list(found.patterns) == ["lr"]


def test_where_every_metric_stood_in_a_table_nothing_is_looked_for() -> None:
    found = definitions({}, record({}, "in_a_table", "and_another"))
    assert found.patterns == {}
    assert "2 left out, no pattern" in found.notes[0]


def test_a_record_from_before_forms_were_kept_gives_general_patterns() -> None:
    found = definitions({}, record(None, "validation:auc", "loss"))
    for line in ("validation:auc=0.5 loss=1.5", "loss: 1.5, validation:auc: 0.5"):
        assert re.search(found.patterns["validation:auc"], line)[1] == "0.5"  # type: ignore[index]
        assert re.search(found.patterns["loss"], line)[1] == "1.5"  # type: ignore[index]


def test_without_a_run_there_is_what_the_config_says() -> None:
    assert definitions({"a": "(b)"}, None).patterns == {"a": "(b)"}
    assert definitions({}, None).notes == ()


@pytest.mark.parametrize(
    "metrics",
    [None, [], {"last": []}, {"last": {"loss": 1}, "forms": []}, {"last": {"loss": 1}, "forms": {"loss": 3}}],
)
def test_a_record_of_somebody_else_does_no_harm(metrics: Any) -> None:
    found = definitions({}, Record({"TrainingJobName": "x", "Skylift": {"metrics": metrics}}))
    assert len(found.patterns) <= 1


def test_names_that_are_long_or_hostile_make_no_request_that_is_refused() -> None:
    forms = {"n" * 300: "x=", "a": "(" * 600, "b": "\x1b[31m.*=", "c": "c" * 119 + "="}
    found = definitions({}, record(forms))
    assert set(found.patterns) == {"b", "c"}
    assert re.search(found.patterns["b"], "x #033[31m.*=3")


def test_of_a_log_with_a_new_name_in_each_line_few_are_looked_for() -> None:
    forms, wanted = Forms(), 0
    for number in range(1000):
        wanted += len(forms.wants([Point(f"m{number}_loss", 0.5, 1)]))
    assert 0 < wanted < 100


def test_what_keras_evaluates_takes_no_definition_from_training() -> None:
    found = definitions({}, record({"loss": "loss: "}, "evaluate:loss", "val:acc", "acc"))
    assert list(found.patterns) == ["loss"]

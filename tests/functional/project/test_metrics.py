"""What programs print, and the patterns that ``init`` writes for it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence

import pytest
from tests.functional.project.folder import Folder

from skylift.flow.initialise import read_alone
from skylift.project.init.detect import detect
from skylift.project.init.metrics import read_metrics
from skylift.project.init.samples import nothing_is_read
from skylift.project.source.program import Program
from skylift.runs.metrics import MetricReader
from skylift.values.patterns import outside_common
from skylift.values.ports import ReadsMetrics

LOGGED = "log.info('train/loss: %.3f after %d', loss, epoch)"
PRINTED = {
    "as arguments": ("print('Loss:', loss)", {"loss": 0.25}),
    "an f-string": ("print(f'epoch {epoch}/9 | test loss {loss:.4f}')", {"test_loss": 0.25}),
    "an f-string of another line": ("line = f'val acc: {100 * loss:>5.1f}%'\nprint(line)", {"val_acc": 25.0}),
    "a template": (
        "print('Average loss: {:.3f}, Accuracy: {}/{}'.format(loss, 3, 4))",
        {"average_loss": 0.25},
    ),
    "a share with its percentage": (
        "print('Accuracy: {}/{} ({:.0f}%), loss: {}'.format(9, 10, 90.0, loss))",
        {"accuracy": 90.0, "loss": 0.25},
    ),
    "percent": (
        "print('[%d/%d]\\tLoss_D: %.4f Loss_G: %.4f' % (epoch, 9, loss, -loss))",
        {"loss_d": 0.25, "loss_g": -0.25},
    ),
    "a sum": ("print('step ' + str(epoch) + ' rmse: ' + str(loss))", {"rmse": 0.25}),
    "equals and blanks": (
        "print('val_loss =', loss, 'val_acc=', 1e-3)",
        {"val_loss": 0.25, "val_acc": 0.001},
    ),
    "a logger": (
        "import logging, sys; logging.basicConfig(level=20, stream=sys.stdout); log = logging.getLogger('a.b')\n"
        + LOGGED,
        {"train/loss": 0.25},
    ),
    "a function of the project": (
        "def show(text):\n    print(text)\nshow('perplexity: %.1f' % loss)",
        {"perplexity": 0.2},
    ),
    "a tensor": (
        "class Tensor:\n    __str__ = lambda self: 'tensor(0.25, grad_fn=<Mean>)'\nprint('loss:', Tensor())",
        {"loss": 0.25},
    ),
}

METER = """
class Meter:
    def __init__(self, title, unit=1, form=':.3f'):
        self.title, self.unit = title, unit
        self.form = form
        self.value = self.mean = 0.25
"""
MAKES = (
    "\nfor meter in (Meter('Loss'), Meter(form=':6.2f', title='Prec@5'), Meter('Seconds')):\n    print({})\n"
)
AS_A_TEXT = (
    METER
    + """
    def __str__(self):
        form = '{title} {value' + self.form + '} ({mean' + self.form + '})'
        return form.format(**self.__dict__)
"""
)
AS_A_SUMMARY = (
    METER
    + """
    def summary(self):
        line = ''
        if self.form == ':.3f':
            line = '{title}: {value:.3f}'
        else:
            line = '{title}: {mean:.3f}'
        return line.format(title=self.title, value=self.value, mean=self.mean)
"""
)
AS_AN_F_STRING = METER + "    def show(self):\n        return f'{self.title} ({self.value:.2f})'\n"
FIELDS = """
import dataclasses
@dataclasses.dataclass
class Gauge:
    name: str
    value: float = 0.25
    def line(self):
        return '%s: %.3f' % (self.name, self.value)
print(Gauge('rmse').line(), Gauge(value=0.5, name='val_rmse').line(), sep=' | ')
"""
BY_NAME = "log = {'epoch': epoch, 'loss': loss}\nlog.update(**{'val_' + key: value for key, value in {'auc': 0.75}.items()})\n"
RUNS_BY_NAME: dict[str, tuple[str, dict[str, float]]] = {
    "a meter": (AS_A_TEXT + MAKES.format("meter"), {"loss": 0.25, "prec@5": 0.25}),
    "a meter's summary": (AS_A_SUMMARY + MAKES.format("meter.summary()"), {"loss": 0.25, "prec@5": 0.25}),
    "a meter with fields": (FIELDS, {"rmse": 0.25, "val_rmse": 0.5}),
    "a loop over results": (
        BY_NAME + "for key, value in log.items():\n    print('    {:15s}: {}'.format(str(key), value))",
        {"loss": 0.25, "val_auc": 0.75},
    ),
    "a loop over sorted results": (
        BY_NAME + "for key, value in sorted(log.items()):\n    print('%-12s %.4f' % (key, value))",
        {"loss": 0.25, "val_auc": 0.75},
    ),
    "a line of results": (
        BY_NAME + "print(epoch, ' ; '.join(f'{key}: {value:05.3f}' for key, value in log.items()))",
        {"loss": 0.25, "val_auc": 0.75},
    ),
    "functions by their names": (
        ("from metrics import every\nresult = {one.__name__: one(1) for one in every}\n"
        "for name, score in result.items():\n    print(f'{name} -> {score}')"),
        {"top_accuracy": 0.5},
    ),
    "keywords of an update": (
        ("class Board(dict):\n    pass\nboard = Board()\nboard.update(loss=loss, lr=0.1)\n"
        "for key, value in board.items():\n    print('{}: {}'.format(key, value))"),
        {"loss": 0.25},
    ),
    "a dictionary": ("found = {'accuracy': 0.5, 'lr': 0.1}\nfound['f1'] = 0.125\nprint(found)", {"accuracy": 0.5, "lr": 0.1, "f1": 0.125}),
    "a dictionary behind words": ("print('after', epoch, {'auc': 1 / 4})", {"auc": 0.25}),
    "one measure in two forms": (
        "print(f'Loss {0.5}')\nlog = {'loss': loss}\nfor key, value in log.items():\n    print(f'{key}: {value}')",
        {"loss": 0.25},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "values"), RUNS_BY_NAME.values(), ids=RUNS_BY_NAME.keys())
def test_what_is_printed_by_names_from_elsewhere_is_read(
    project: Folder, code: str, values: dict[str, float]
) -> None:
    project.write("metrics.py", "def top_accuracy(_):\n    return 0.5\nevery = [top_accuracy]\n")
    test_what_is_printed_in_words_is_read(project, code, values)


KERAS = """
import tensorflow as tf
net = tf.keras.Sequential([])
net.compile('adam', loss='mse', metrics=['accuracy', tf.keras.metrics.AUC(name='area'), keras.metrics.TopKCategoricalAccuracy()])
net.fit(x, y, validation_split=0.1{rest})
"""
LINE = (
    "12/12 [=====] - 1s 9ms/step - loss: 0.5 - accuracy: 0.75 - area: 0.5 - top_k_categorical_accuracy: 1.0"
    " - val_loss: 0.25 - val_accuracy: 0.5 - val_area: 0.5 - val_top_k_categorical_accuracy: 1e-1"
)


def test_what_keras_prints_while_it_fits_is_read(project: Folder) -> None:
    project.write("train.py", KERAS.format(rest=""))
    points = {point.name: point.value for point in MetricReader(_patterns(project)).read(LINE)}
    assert points.keys() >= {"loss", "accuracy", "area", "top_k_categorical_accuracy", "val_area"}
    assert (points["loss"], points["val_loss"], points["val_top_k_categorical_accuracy"]) == (0.5, 0.25, 0.1)


def test_keras_prints_nothing_of_what_it_does_not_do(project: Folder) -> None:
    project.write("train.py", KERAS.format(rest=", verbose=0"))
    assert _patterns(project) == {}
    project.write("train.py", KERAS.replace("validation_split=0.1{rest}", ""))
    assert "loss" in _patterns(project)
    assert not [name for name in _patterns(project) if name.startswith("val_")]
    project.write("train.py", "import keras, re\nre.compile('loss')\nforest.fit(x, y)\n")
    assert _patterns(project) == {}


def test_what_the_trainer_of_transformers_prints_is_read(project: Folder) -> None:
    project.write(
        "train.py",
        "from transformers import Trainer\nfrom scoring import score\n"
        "Trainer(model, args, train_dataset=a, eval_dataset=b, compute_metrics=score).train()\n",
    )
    project.write("scoring.py", "def score(found):\n    return {'accuracy': 1, 'f1': 0.5}\n")
    reader = MetricReader(_patterns(project))
    line = "{'eval_loss': 0.5, 'eval_accuracy': 0.75, 'eval_f1': '0.125', 'eval_runtime': 1.2, 'epoch': 1.0}"
    assert {point.name: point.value for point in reader.read(line)} == {
        "eval_loss": 0.5,
        "eval_accuracy": 0.75,
        "eval_f1": 0.125,
    }
    line = "{'loss': 0.5, 'learning_rate': 5e-05}"
    assert {point.name for point in reader.read(line)} == {"loss", "learning_rate"}
    assert {point.name for point in reader.read("{'train_runtime': 9.1, 'train_loss': 0.4}")} == {
        "train_loss"
    }


def test_a_trainer_is_of_transformers_if_it_comes_from_there(project: Folder) -> None:
    makes = "from loop import Trainer\nTrainer(model).train()\n"
    project.write("train.py", makes)
    project.write("loop.py", "import transformers\nclass Trainer:\n    pass\n")
    assert _patterns(project) == {}
    project.write("loop.py", "import transformers\nclass Trainer(transformers.Trainer):\n    pass\n")
    assert _patterns(project).keys() == {"loss", "train_loss"}


@pytest.mark.parametrize(("code", "values"), PRINTED.values(), ids=PRINTED.keys())
def test_what_is_printed_in_words_is_read(project: Folder, code: str, values: dict[str, float]) -> None:
    path = project.write("train.py", "")
    path.write_text(f"epoch, loss = 3, 0.25\n{code}\n")
    printed = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True).stdout
    reader = MetricReader(_patterns(project))
    points = {point.name: point.value for line in printed.splitlines() for point in reader.read(line)}
    assert points == values


def test_a_measure_is_not_found_in_the_name_of_another(project: Folder) -> None:
    project.write("train.py", "print('loss:', 1 / 3)\nprint('test loss:', 1 / 4)\n")
    reader = MetricReader(_patterns(project))
    assert {point.name for point in reader.read("test loss: 0.25")} == {"test_loss"}
    assert {point.name for point in reader.read("#011loss: 0.25")} == {"loss"}
    assert {point.name for point in reader.read("INFO epoch 1 loss: 0.25")} == {"loss"}
    assert {point.name for point in reader.read("12:30 INFO loss: 0.25")} == {"loss"}


NO_METRICS = (
    "raise ValueError(f'loss: {1 / 2}')",
    "logging.error('loss: %s', 1)",
    "print(f'Error: {1}')",
    "try:\n    1 / 0\nexcept ArithmeticError as problem:\n    print(f'disk error: {problem}')",
    "print('loss: no number')",
    "print(f'loss={1 / 2}')",
    "print(f'lossless: {1}')",
    "print(f'power: {1}, lower {2}, follower {3}')",
    "print(f'Accuracy: {9}/{10}')",
    "print(f'accuracy {9} of {10}')",
    "plt.title(f'loss: {1}')",
    "print(f'{1}')",
    "print('{'.format(1), '%' % ())",
    "seen = {'loss': 'mse'}\nfor key, value in vars(args).items():\n    print(f'{key}: {value}')",
    "seen = {'loss': 'mse'}\nfor key, value in config.items():\n    print(key, ':', value)",
    "for key, value in counts.items():\n    print(f'{key}: {value}')",
    "found = {'loss_weight': 0.5, 'iou_thres': 0.1, 'lr': 1}\nprint(found)",
    "options = {'loss': 0.5}\nprint(options)",
    "tracker.log({'loss': 0.5})",
    (
        "class Meter:\n    def __init__(self, name):\n        self.name = name\n"
        "    def __str__(self):\n        return f'{self.name} {self.value}'\nprint(Meter(name))"
    ),
    (
        "class Meter:\n    def __init__(self, name):\n        self.name = name\n"
        "    def save(self):\n        open(f'{self.name}.txt', 'w')\nMeter('loss')"
    ),
)


@pytest.mark.parametrize("code", NO_METRICS)
def test_no_pattern_is_written_for(project: Folder, code: str) -> None:
    project.write("train.py", code + "\n")
    assert _patterns(project) == {}


def test_init_writes_the_patterns_and_says_where_they_come_from(project: Folder) -> None:
    project.write("train.py", "import loop\nif __name__ == '__main__':\n    loop.loop()\n")
    project.write("loop.py", "def loop():\n    print(f'loss: {1 / 3}')\n")
    found = detect(project.root)
    assert list(found.config["metrics"]) == ["loss"]
    row = next(row for row in found.understood if row.topic == "metrics")
    assert (row.value, row.why, row.sure) == ("loss", "printed in words, loop.py:2", False)


@pytest.mark.parametrize(
    ("code", "values"),
    [*PRINTED.values(), *RUNS_BY_NAME.values()],
    ids=[*PRINTED.keys(), *RUNS_BY_NAME.keys()],
)
def test_what_gets_no_pattern_is_read_without_one(
    project: Folder, code: str, values: dict[str, float]
) -> None:
    project.write("metrics.py", "def top_accuracy(_):\n    return 0.5\nevery = [top_accuracy]\n")
    path = project.write("train.py", "")
    path.write_text(f"epoch, loss = 3, 0.25\n{code}\n")
    printed = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True).stdout
    reader = MetricReader(_patterns(project, read_alone))
    points = {point.name: point.value for line in printed.splitlines() for point in reader.read(line)}
    assert {name: points.get(name) for name in values} == values


def read_all(lines: Sequence[str]) -> list[dict[str, float]]:
    """A reader that takes each word with a colon and a number for a metric."""
    form = re.compile(r"([\w ]+): ([\d.]+)")
    return [
        {name.strip().replace(" ", "_"): float(value) for name, value in form.findall(line)} for line in lines
    ]


def test_what_is_read_by_itself_gets_no_pattern_and_is_told(project: Folder) -> None:
    project.write("train.py", "print(f'val loss: {1 / 3}, auc -> {1 / 4}, acc={1 / 2}')\n")
    program = Program.read(project.root, project.root / "train.py")
    assert program is not None
    found = read_metrics(program, read_all)
    assert list(found.config["metrics"]) == ["auc"]
    rows = [(row.value, row.sure) for row in found.understood if row.topic == "metrics"]
    assert rows == [("auc", False), ("val_loss, acc", True)]
    assert "without a pattern, train.py:1" in found.understood[1].why


def test_a_number_that_is_read_under_another_name_keeps_its_pattern(project: Folder) -> None:
    def elsewhere(lines: Sequence[str]) -> list[dict[str, float]]:
        return [{f"x_{name}": value for name, value in found.items()} for found in read_all(lines)]

    project.write("train.py", "print(f'epoch {1} loss: {1 / 3}')\n")
    assert _patterns(project, elsewhere).keys() == {"loss"}
    # And one that is read from elsewhere in the line: the number of the epoch is none of the loss.
    assert _patterns(project, lambda lines: [{"loss": 1.0} for _ in lines]).keys() == {"loss"}


@pytest.mark.parametrize("forms", [3, 12])
def test_no_pattern_is_longer_than_the_service_takes(project: Folder, forms: int) -> None:
    lines = [
        f"print('{'x' * 60} {number} a{number} loss{number % 2 * ' '}:', 1 / 3)\n" for number in range(forms)
    ]
    project.write(
        "train.py", "print('loss:', 1 / 2)\nprint('loss', 1 / 2)\nprint('loss ->', 1 / 2)\n" + "".join(lines)
    )
    assert max(map(len, _patterns(project).values())) <= 500
    assert not any(map(outside_common, _patterns(project).values()))


def test_no_more_patterns_than_a_log_can_bear(project: Folder) -> None:
    project.write("train.py", "".join(f"print('head{number} loss:', 1 / 3)\n" for number in range(100)))
    assert 5 < len(_patterns(project)) < 20


def _patterns(project: Folder, reads: ReadsMetrics = nothing_is_read) -> dict[str, str]:
    program = Program.read(project.root, project.root / "train.py")
    assert program is not None
    return dict(read_metrics(program, reads).config.get("metrics", {}))


SENTENCES = """
print(f"The validation loss is {a} and the validation accuracy is {b}")
print(f"Test-set R2: {c}")
print(f"Cohen's kappa: {d}")
print(f"5-fold CV AUC: {e}")
"""


def test_what_is_said_in_sentences_is_called_as_it_is_read(project: Folder) -> None:
    project.write("train.py", SENTENCES)
    program = Program.read(project.root, project.root / "train.py")
    assert program is not None
    found = read_metrics(program, read_alone)
    assert "metrics" not in found.config
    said = {name for row in found.understood for name in row.value.split(", ")}
    assert said == {"validation_loss", "validation_accuracy", "test_r2", "cohen_kappa", "cv_auc"}


def test_words_of_a_sentence_are_no_part_of_a_name(project: Folder) -> None:
    project.write(
        "train.py", "print(f'The validation loss is {a} and the validation accuracy is {b} here')\n"
    )
    assert set(_patterns(project)) == {"validation_loss", "validation_accuracy"}

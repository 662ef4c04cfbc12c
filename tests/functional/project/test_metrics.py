"""What programs print, and the patterns that ``init`` writes for it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.functional.project.folder import Folder

from skylift.project.init.detect import detect
from skylift.project.init.metrics import read_metrics
from skylift.project.source.program import Program
from skylift.runs.metrics import MetricReader

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


def test_no_more_patterns_than_a_log_can_bear(project: Folder) -> None:
    project.write("train.py", "".join(f"print('head{number} loss:', 1 / 3)\n" for number in range(100)))
    assert 5 < len(_patterns(project)) < 20


def _patterns(project: Folder) -> dict[str, str]:
    program = Program.read(project.root, project.root / "train.py")
    assert program is not None
    return dict(read_metrics(program).config.get("metrics", {}))

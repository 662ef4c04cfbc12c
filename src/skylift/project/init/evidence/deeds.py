"""What a program's code does, as far as it tells whether it trains: the best evidence there is."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from skylift.project.init.evidence.roles import role_of_name, words
from skylift.project.source.modules import is_main_guard
from skylift.project.source.trees import walk

_FRAMEWORKS = words(
    "torch tensorflow keras sklearn xgboost lightgbm catboost transformers pytorch_lightning lightning jax flax mxnet "
    "paddle fastai gensim statsmodels prophet detectron2 ultralytics accelerate deepspeed trl peft stable_baselines3 "
    "implicit surprise cuml pyspark spacy sentence_transformers autogluon flaml tpot pycaret darts timm tinygrad optax "
    "equinox haiku composer mlx"
)
_STEPS = words(
    "backward fit fit_generator partial_fit train_on_batch train_and_evaluate apply_gradients "
    "value_and_grad GradientTape minimize fit_one_cycle fine_tune finetune"
)
_TRAINERS = words("Trainer Seq2SeqTrainer SFTTrainer DPOTrainer Learner LightningCLI")
_TRAIN = frozenset({"train", "run_training", "train_model", "train_epoch", "train_one_epoch", "fit_model"})
_SAVES = words(
    "save save_pretrained save_model save_weights save_checkpoint dump export_model to_onnx save_state_dict"
)
_PARSERS = {
    "argparse": "argparse",
    "click": "click",
    "typer": "typer",
    "fire": "fire",
    "absl": "absl",
    "hydra": "Hydra",
    "tyro": "tyro",
    "simple_parsing": "simple-parsing",
    "jsonargparse": "jsonargparse",
    "docopt": "docopt",
    "optparse": "optparse",
    "omegaconf": "OmegaConf",
}
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CREATES = frozenset(
    {
        "create_training_job",
        "create_processing_job",
        "create_hyper_parameter_tuning_job",
        "create_auto_ml_job",
    }
)
_SERVERS = frozenset(
    {"flask", "fastapi", "uvicorn", "streamlit", "gradio", "dash", "bottle", "sanic", "bentoml", "torchserve"}
)
_TESTING = frozenset({"pytest", "unittest"})


@dataclass(frozen=True)
class Deeds:
    """One file's syntax tree, asked."""

    tree: ast.Module

    @cached_property
    def _nodes(self) -> tuple[ast.AST, ...]:
        return walk(self.tree)

    @cached_property
    def imports(self) -> frozenset[str]:
        """Top names of all that is imported, anywhere in the file."""
        found: set[str] = set()
        for node in self._nodes:
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add((node.module or "").partition(".")[0])
        return frozenset(found)

    @cached_property
    def imported_names(self) -> frozenset[str]:
        froms = (node for node in self._nodes if isinstance(node, ast.ImportFrom))
        return frozenset(alias.name for node in froms for alias in node.names)

    @cached_property
    def guarded(self) -> bool:
        return any(is_main_guard(node) for node in self.tree.body)

    @cached_property
    def acts(self) -> bool:
        """Whether it has statements at top level that are more than definitions."""
        return any(
            (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
            or isinstance(node, ast.For | ast.While | ast.With | ast.Try)
            or (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call))
            for node in self.tree.body
        ) and (self._loose_calls > 0)

    @cached_property
    def _loose_calls(self) -> int:
        tries = [inner for node in self.tree.body if isinstance(node, ast.Try) for inner in node.body]
        return sum(
            isinstance(node, ast.For | ast.While | ast.With)
            or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
            or (isinstance(node, ast.Assign) and _reads_command_line(node.value))
            for node in (*self.tree.body, *tries)
        )

    @cached_property
    def defines_only(self) -> bool:
        """Whether starting it does nothing of what it defines, and trains nothing: a module for others to import."""
        own = {node.name for node in self.tree.body if isinstance(node, _DEFINITIONS)}
        rest = [node for node in self.tree.body if not isinstance(node, _DEFINITIONS)]
        if not own or any(isinstance(node, ast.For | ast.While | ast.With) for node in rest):
            return False
        inner = [node for one in rest for node in walk(one)]
        uses = any(isinstance(node, ast.Name) and node.id in own for node in inner)
        return not uses and not any(isinstance(node, ast.Call) and self._step(node) for node in inner)

    @cached_property
    def relative(self) -> bool:
        return any(isinstance(node, ast.ImportFrom) and node.level for node in self._nodes)

    @cached_property
    def parser(self) -> str:
        """The kind of parser that it uses, as its name; ``HfArgumentParser`` comes with transformers."""
        if "HfArgumentParser" in self.imported_names:
            return "HfArgumentParser"
        return next((name for module, name in _PARSERS.items() if module in self.imports), "")

    @cached_property
    def reads_argv(self) -> bool:
        """Whether it takes its arguments by their place, from ``sys.argv``."""
        return any(
            isinstance(node, ast.Attribute) and node.attr == "argv" and isinstance(node.value, ast.Name)
            for node in self._nodes
        )

    @cached_property
    def trains(self) -> str:
        """The first call by which it trains, with its line; empty when there is none."""
        found = [
            (node.lineno, text)
            for node in self._nodes
            if isinstance(node, ast.Call) and (text := self._step(node))
        ]
        line, text = min(found, default=(0, ""))
        return f"it calls {text}, line {line}" if text else ""

    def train(self, calls: Iterable[ast.Call]) -> bool:
        """Whether any of these calls of the file trains."""
        return any(self._step(call) for call in calls)

    def _step(self, call: ast.Call) -> str:
        name = _last(call.func)
        if name in _STEPS and self._has_framework(name):
            return f"{_receiver(call.func)}{name}()"
        if name in _TRAINERS:
            return f"{name}()"
        if (
            name == "train"
            and isinstance(call.func, ast.Attribute)
            and (call.args or call.keywords or "rainer" in _receiver(call.func))
        ):
            # model.train() and model.train(True) only choose a mode.
            mode = len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and not call.keywords
            return "" if mode else f"{_receiver(call.func)}train()"
        return ""

    def _has_framework(self, step: str) -> bool:
        # `fit` and `backward` of a class of the project's own is training as well.
        return step in ("fit", "backward") or bool(self.imports & _FRAMEWORKS)

    @cached_property
    def calls_training(self) -> bool:
        """Whether it calls a function that is named after training."""
        calls = (_last(node.func) for node in self._nodes if isinstance(node, ast.Call))
        return any(name in _TRAIN for name in calls)

    @cached_property
    def training_command(self) -> str:
        """The sub-command that it has for training: ``add_parser("train")``, or a function that is a command."""
        names = (_command_name(node) for node in self._nodes)
        return next((name for name in names if role_of_name(name) == "train"), "")

    @cached_property
    def names_training(self) -> bool:
        """Whether it calls something that has training in its name: ``ModelTrainer()``, ``start_training()``."""
        calls = (_last(node.func).lower() for node in self._nodes if isinstance(node, ast.Call))
        return any("trainer" in name or "training" in name for name in calls)

    @cached_property
    def saves(self) -> bool:
        calls = (_last(node.func) for node in self._nodes if isinstance(node, ast.Call))
        return any(name in _SAVES for name in calls)

    @cached_property
    def submits(self) -> bool:
        """Whether it has somebody else train: it creates jobs."""
        calls = {_last(node.func) for node in self._nodes if isinstance(node, ast.Call)}
        if calls & _CREATES or "submitit" in self.imports:
            return True
        return "sagemaker" in self.imports and bool(
            calls & {"fit", "train", "Estimator", "ModelTrainer", "Pipeline", "deploy"}
        )

    @cached_property
    def serves(self) -> bool:
        return bool(self.imports & _SERVERS)

    @cached_property
    def tests(self) -> bool:
        return bool(self.imports & _TESTING)

    @cached_property
    def reads_rank(self) -> bool:
        """Whether it can be one of several processes that a launcher has started."""
        return any(isinstance(node, ast.Constant) and node.value == "LOCAL_RANK" for node in self._nodes)

    @property
    def frameworks(self) -> list[str]:
        return sorted(self.imports & _FRAMEWORKS)


@lru_cache(maxsize=512)
def deeds_of(tree: ast.Module) -> Deeds:
    """Asked once for each tree, which nobody changes."""
    return Deeds(tree)


def _command_name(node: ast.AST) -> str:
    """What a function, or a parser, is called on the command line; empty where it is no command of several."""
    if isinstance(node, ast.Call):
        return _text(node.args[:1]) if _last(node.func) == "add_parser" else ""
    for one in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
        called = one.func if isinstance(one, ast.Call) else one
        # `@click.command()` is a program by itself, `@cli.command()` is one of those of `cli`.
        if isinstance(called, ast.Attribute) and called.attr == "command" and _last(called.value) != "click":
            return (_text(one.args[:1]) if isinstance(one, ast.Call) else "") or getattr(node, "name", "")
    return ""


def _text(nodes: Iterable[ast.expr]) -> str:
    return next((str(node.value) for node in nodes if isinstance(node, ast.Constant)), "")


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _receiver(node: ast.expr) -> str:
    """``model.`` of ``self.model.fit``; empty for a bare function."""
    if not isinstance(node, ast.Attribute):
        return ""
    name = _last(node.value)
    return f"{name}." if name else ""


def _reads_command_line(node: ast.expr) -> bool:
    """``args = parser.parse_args()``: who does that as soon as it is started is a program."""
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr.startswith(("parse_args", "parse_known_args"))

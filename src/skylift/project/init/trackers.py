"""Where libraries that follow a training keep what they are told, if nobody says where (joint 8)."""

from __future__ import annotations

import ast
import posixpath
import re

from skylift.project.init.scope import Scope
from skylift.project.init.scopes import Scopes
from skylift.project.init.tables import Tables

_MLFLOW = re.compile(r"mlflow\.(\w+\.)*(start_run|log_\w+|autolog|set_experiment|create_experiment|run)")
_MLFLOW_MODEL = re.compile(r"mlflow\.(\w+\.)*(log_model|autolog)")
_TRAINERS = ("pytorch_lightning", "lightning")
_FOLDERS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (r"(torch\.utils\.tensorboard|tensorboardX)(\.\w+)*\.SummaryWriter", ("log_dir", "logdir"), "runs"),
    (r"(tensorflow\.)?keras\.callbacks\.TensorBoard", ("log_dir",), "logs"),
    (r"dvclive(\.\w+)*\.(Live|DVCLive\w+)", ("dir",), "dvclive"),
)
"""Calls, the arguments that name a folder (the first of them by its place, too), and the folder without one."""
_USUAL = [(re.compile(call), names, folder) for call, names, folder in _FOLDERS]
_TRACKING_URI = "MLFLOW_TRACKING_URI"

_Calls = list[tuple[str, ast.Call, Scope]]


def read_trackers(scopes: Scopes, tables: Tables) -> None:
    """Collect the folders that trackers make where they have no server; models in them only where there is no other."""
    calls = [(scope.full_name(call.func), call, scope) for scope in scopes.every() for call in scope.calls]
    texts = {str(node.value) for node, _ in scopes.texts}
    _mlflow(calls, texts, tables)
    _lightning(calls, tables)
    _wandb(calls, texts, tables)
    for name, call, scope in calls:
        for pattern, arguments, folder in _USUAL:
            if pattern.fullmatch(name) and not call.args and not _given(call, *arguments):
                tables.gather("output", f"{folder}/**", f"{_where(call, scope)} {name} writes there")


def _mlflow(calls: _Calls, texts: set[str], tables: Tables) -> None:
    uses = [(call, scope, name) for name, call, scope in calls if _MLFLOW.fullmatch(name)]
    addresses = [call for name, call, _ in calls if name.endswith("mlflow.set_tracking_uri")]
    if not uses or _TRACKING_URI in texts:
        return
    folder = "mlruns"
    for call in addresses[-1:]:
        folder = _local(call)
    if not folder:
        return
    call, scope, name = uses[0]
    why = f"{_where(call, scope)} {name}, and mlflow keeps its runs there without a server"
    models = [one for one in uses if _MLFLOW_MODEL.fullmatch(one[2])]
    if models and not tables.has_model:
        call, scope, name = models[0]
        reason = f"{_where(call, scope)} {name} keeps the model there, among other artifacts"
        tables.gather("model", f"{folder}/**/artifacts/**", reason, sure=False)
    tables.gather("output", f"{folder}/**", why)
    # The newer versions keep all but files in a database.
    tables.gather("output", "mlflow.db", why, sure=False)


def _local(call: ast.Call) -> str:
    """The folder of a tracking URI; empty for a server, and for what is only known at run time."""
    given = call.args[0] if call.args else _given(call, "uri")
    text = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else "?"
    if text.startswith("sqlite:"):
        return "mlruns"
    path = posixpath.normpath(text.removeprefix("file://").removeprefix("file:") or ".")
    away = "://" in text or path.startswith(("/", "..", "databricks")) or path in (".", "?")
    return "" if away else path


def _lightning(calls: _Calls, tables: Tables) -> None:
    for name, call, scope in calls:
        top, last = name.split(".")[0], name.rpartition(".")[2]
        if (
            top not in _TRAINERS
            or last not in ("Trainer", "LightningCLI")
            or _given(call, "default_root_dir")
        ):
            continue
        why = f"{_where(call, scope)} {name}"
        logger = _given(call, "logger")
        if logger is None or (isinstance(logger, ast.Constant) and logger.value is True):
            tables.gather("output", "lightning_logs/**", f"{why} has no logger of its own")
        keeps = _given(call, "enable_checkpointing")
        if not (tables.has_model or (isinstance(keeps, ast.Constant) and keeps.value is False)):
            tables.gather("model", "**/checkpoints/*.ckpt", f"{why} keeps its checkpoints there", sure=False)


def _wandb(calls: _Calls, texts: set[str], tables: Tables) -> None:
    """Only what is kept here to be sent later: else it is on the server."""
    for name, call, scope in calls:
        if name != "wandb.init" or _given(call, "dir"):
            continue
        mode = _given(call, "mode")
        offline = isinstance(mode, ast.Constant) and mode.value == "offline"
        if offline or {"WANDB_MODE", "offline"} <= texts:
            tables.gather(
                "output", "wandb/**", f"{_where(call, scope)} wandb.init keeps its runs there, offline"
            )


def _given(call: ast.Call, *names: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)


def _where(call: ast.Call, scope: Scope) -> str:
    return f"{scope.file}:{call.lineno}"

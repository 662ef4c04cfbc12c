"""What a job's config means: its entry point, its channels, and the places that its templates name."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from skylift.errors import Issue
from skylift.project.config.layers import KeyPath
from skylift.project.config.metric_checks import check_metrics
from skylift.project.source.entry import entry_file, python_files
from skylift.project.source.notebooks import Unreadable, is_notebook, notebook_of
from skylift.values.settings import ChannelSettings, JobSettings
from skylift.values.words import first_of
from skylift_runtime.contract import (
    ARGUMENTS_KEY,
    CHANNEL_LIMIT,
    HYPERPARAMETER_KEY_LIMIT,
    RAW_ARGUMENTS_KEY,
    RESERVED_CHANNEL,
    TREE_NAMES,
    beside,
)
from skylift_runtime.notebook_file import SUFFIX
from skylift_runtime.references import FORMS, parse_reference

Where = Callable[[KeyPath], str]
_CHANNEL = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9.\-_]{1,64}")
_NOT_YET = ("run:", "dataset:", "fsx://", "efs://")
_COLLECTED = ("model", "output")
_RETRIES = 100
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTRACTS_OWN = ("SM_", "SAGEMAKER_", "SKYLIFT_", "TRAINING_JOB_")
_PLACES = ("model", "output", "checkpoints", "gpus", "hosts", "rank", "run")
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}?|\}")


def check_job(job: JobSettings, root: Path, where: Where) -> Iterator[Issue]:
    """Everything that is wrong with one job."""
    yield from _entry(job, root, where)
    yield from _channels(job, where)
    yield from _hyperparameters(job, where)
    yield from _templates(job, where)
    yield from _paths(job, where)
    yield from _secrets(job, where)
    if not 0 <= job.retry.max <= _RETRIES:
        yield Issue(where(("retry", "max")), f"wants 0 to {_RETRIES}, not {job.retry.max}")
    for place in job.collect:
        if place not in _COLLECTED:
            what = f"files are collected into {' or '.join(_COLLECTED)}, not {place!r}"
            yield Issue(where(("collect", place)), what)
    yield from check_metrics(job, where)


def _entry(job: JobSettings, root: Path, where: Where) -> Iterator[Issue]:
    at = where(("entry-point",))
    if job.entry_point and job.command:
        yield Issue(at, "there is a command as well", "keep one of the two")
    elif not job.entry_point and not job.command:
        yield Issue(at, f"nothing says what starts the job `{job.name}`", "set entry-point or command")
    elif job.entry_point and entry_file(root, job.entry_point) is None:
        what = f"entry point `{job.entry_point}` is not in the project"
        yield Issue(at, what, _nearest(root, job.entry_point))
    elif is_notebook(job.entry_point):
        yield from _notebook(root / str(job.entry_point), at, str(job.entry_point))


def _notebook(path: Path, at: str, name: str) -> Iterator[Issue]:
    try:
        notebook_of(path)
    except Unreadable as problem:
        yield Issue(
            at, f"{name} {problem}", "open it in Jupyter and save it as a notebook of a Python kernel"
        )


def _nearest(root: Path, entry_point: str) -> str:
    files = [*python_files(root), *python_files(root, SUFFIX)]
    by_name = {posixpath.basename(path): path for path in reversed(files)}
    names = difflib.get_close_matches(posixpath.basename(entry_point), by_name, 1, 0.6)
    near = difflib.get_close_matches(entry_point, files, 1, 0.8) or [by_name[name] for name in names]
    if near:
        return f"did you mean `{near[0]}`?"
    return "name a script or a notebook of the project, `-m package.module` or `package.module:function`"


def _channels(job: JobSettings, where: Where) -> Iterator[Issue]:
    if len(job.channels) > CHANNEL_LIMIT - 1:
        what = f"{len(job.channels)} channels, and there can be {CHANNEL_LIMIT - 1}"
        yield Issue(where(("channels",)), what)
    for name, channel in job.channels.items():
        at = where(("channels", name))
        if name == RESERVED_CHANNEL:
            yield Issue(at, f"the channel `{name}` is Skylift's own", "choose another name")
        elif not _CHANNEL.fullmatch(name):
            what = f"not a name for a channel: {name!r}"
            yield Issue(at, what, "use up to 64 letters, digits, dots, dashes and underscores")
        yield from _channel(name, channel, at)
        pipe = re.fullmatch(r"(.+)_[0-9]+", name)
        other = job.channels.get(pipe[1]) if pipe else None
        if other is not None and other.mode == "Pipe":
            what = f"the channel `{name}` has the name of a pipe of the channel `{name.rpartition('_')[0]}`"
            yield Issue(at, what, "choose another name")


def _channel(name: str, channel: ChannelSettings, at: str) -> Iterator[Issue]:
    said = [text for text in (channel.local, channel.cloud) if text]
    later = next((text for text in said if text.startswith(_NOT_YET)), None)
    if not said:
        yield Issue(at, f"channel `{name}` has neither a local folder nor a place in the cloud")
    elif later:
        yield Issue(at, f"{later!r} can not be read by this version", "name a folder or an s3:// prefix")
    elif channel.local and "://" in channel.local:
        yield Issue(at, f"local wants a folder, not {channel.local!r}", "write an s3:// prefix as cloud")
    elif channel.cloud and not channel.cloud.startswith("s3://"):
        yield Issue(at, f"cloud wants s3://bucket/prefix, not {channel.cloud!r}")
    wrapped = channel.compression != "None" or channel.record_wrapper != "None"
    if channel.mode != "Pipe" and (wrapped or channel.shuffle_seed is not None):
        what = f"compression, record-wrapper and shuffle-seed are for mode Pipe, not {channel.mode}"
        yield Issue(at, what, 'set mode = "Pipe", or leave them out')


def _hyperparameters(job: JobSettings, where: Where) -> Iterator[Issue]:
    for name in job.hyperparameters:
        at = where(("hyperparameters", name))
        if name.startswith("sagemaker_") or name in (RAW_ARGUMENTS_KEY, ARGUMENTS_KEY):
            yield Issue(at, f"the name {name!r} is reserved", "choose another name")
        elif not 0 < len(name) <= HYPERPARAMETER_KEY_LIMIT:
            yield Issue(at, f"a name has 1 to {HYPERPARAMETER_KEY_LIMIT} characters, not {len(name)}")


def _templates(job: JobSettings, where: Where) -> Iterator[Issue]:
    rows = [(("arguments", key), text) for key, text in job.arguments.items()]
    rows += [(("paths", key), text) for key, text in job.paths.items()]
    known = [*_PLACES, *(f"channel:{name}" for name in job.channels)]
    for path, text in rows:
        yield from _places(where(path), text, known)
    for word in job.command:
        yield from _places(where(("command",)), word, known)


def _places(at: str, text: str, known: list[str]) -> Iterator[Issue]:
    for match in _PLACE.finditer(text):
        name = match[1]
        if match[0] in ("{{", "}}") or name in known:
            continue
        if name is None or not match[0].endswith("}"):
            yield Issue(at, f"a lone brace in {text!r}", "write {{ for { and }} for }")
            continue
        near = difflib.get_close_matches(name, known, 1)
        guess = f"did you mean {{{near[0]}}}? " if near else ""
        there = ", ".join(f"{{{place}}}" for place in known)
        yield Issue(at, f"there is no {{{name}}}", f"{guess}there are: {there}")


def _paths(job: JobSettings, where: Where) -> Iterator[Issue]:
    for path in job.paths:
        pure = PurePosixPath(path)
        if not beside(path) and (pure.is_absolute() or ".." in pure.parts or not pure.parts):
            yield Issue(
                where(("paths", path)), f"wants a path inside the project, not {path!r}", _beside(path)
            )


def _beside(path: str) -> str:
    """What to do about a path that leads out of the project, where that can be said."""
    if path.startswith("../"):
        return f"one level up there can be other names than {first_of(sorted(TREE_NAMES), len(TREE_NAMES))}"
    return ""


def _secrets(job: JobSettings, where: Where) -> Iterator[Issue]:
    for name, text in job.secrets.items():
        at = where(("secrets", name))
        if not _VARIABLE.fullmatch(name):
            yield Issue(at, f"not the name of a variable: {name!r}")
        elif name.startswith(_CONTRACTS_OWN):
            yield Issue(at, f"the contract sets {name} itself", "choose another name")
        try:
            parse_reference(text)
        except ValueError as error:
            yield Issue(at, str(error), f"write {FORMS}")

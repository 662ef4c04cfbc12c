"""Checks of the code of the jobs, as far as it can be read without running it."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from skylift.project.checks.subject import CodeCall, Subject, folders
from skylift.project.files.left_out import Rules, why_left_out
from skylift.project.init.candidates import worth_a_look
from skylift.project.init.evidence.survey import Survey
from skylift.project.init.evidence.unread import unread
from skylift.project.init.results import NOBODYS
from skylift.project.source.trees import walk
from skylift.values.finding import Finding
from skylift.values.settings import JobSettings
from skylift_runtime.contract import Tree

_HOME = re.compile(r"(/home/|/Users/|/root/|/mnt/|/data/|/scratch/|/content/|/kaggle/|[A-Za-z]:[\\/])[^\s]*")
_READING = re.compile(
    r"open|read|read_\w+|load|load_\w+|loadtxt|genfromtxt|imread|from_file|listdir|scandir|glob|Path"
)
_SPEAKING = re.compile(
    r"print|info|warning|debug|log|log_metric|log_metrics|write|echo|fit|tqdm|trange|train"
)
_MODE = re.compile(r"[wax]b?\+?t?|[wax]\+?[bt]?")
_MOST = 20


def bool_types(subject: Subject) -> Iterator[Finding]:
    """An option that is declared with type=bool, for which every text but the empty one is true."""
    for call in subject.calls:
        if call.name != "add_argument":
            continue
        kinds = [one.value for one in call.node.keywords if one.arg == "type"]
        if any(isinstance(kind, ast.Name) and kind.id == "bool" for kind in kinds):
            flag = next((text for text in call.texts if text.startswith("-")), "an option")
            what = f"{flag} has type=bool, and argparse takes every text for true: `{flag} False` is True"
            remedy = "declare it with action=argparse.BooleanOptionalAction"
            yield Finding("bool-type", "warning", subject.shown(call.path, call.node.lineno), what, remedy)


def absolute_paths(subject: Subject) -> Iterator[Finding]:
    """A path of one machine, in the code: no job elsewhere has it."""
    rows = dict.fromkeys([*_written_down(subject), *_opened(subject)])
    told: list[str] = []
    for at, text in rows:
        # `ROOT + "/a.csv"` is told where it is opened, unless ROOT itself was.
        if text in told or any(text.startswith(f"{one}/") for one in told) or len(told) == _MOST:
            continue
        told.append(text)
        what = f"`{text}` is a path of one machine"
        remedy = "make it an option, or a path inside the project that [paths] can lay"
        yield Finding("absolute-path", "warning", at, what, remedy)


def _written_down(subject: Subject) -> Iterator[tuple[str, str]]:
    """Literals that look like one, but for defaults of options that each run is given something else for."""
    bound = {
        str(parameter.default)
        for job in subject.jobs
        for name in (*job.arguments, *job.hyperparameters)
        if (parameter := subject.schemas[job.name].find(name)) is not None
    }
    for path, tree in subject.modules.items():
        for node in walk(tree):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if "\n" not in text and _HOME.fullmatch(text) and text not in bound:
                yield subject.shown(path, node.lineno), text.rstrip("/")  # type: ignore[attr-defined]


def _opened(subject: Subject) -> Iterator[tuple[str, str]]:
    """What is read or written at a path that leads out of the project, wherever its pieces were put together."""
    for uses in subject.uses.values():
        for use in uses:
            text = use.way.text
            is_one = text.startswith(("/", "~")) and not text.startswith(NOBODYS) and not _in_the_tree(text)
            if use.way.is_fixed and is_one and (use.reads or use.writes) and text != "/":
                yield use.where, text


def _in_the_tree(path: str) -> bool:
    return _is_below(path, Tree().root)


def files_left_out(subject: Subject) -> Iterator[Finding]:
    """A file that the program opens or imports, that the project has, and that does not ship."""
    shipped = {file.path for file in subject.files}
    above = {parent for path in shipped for parent in _parents(path)}
    if not shipped:
        return
    for job in subject.jobs:
        rules = _rules(subject, job)
        program = subject.programs.get(job.name)
        for path, _ in program.modules if program is not None else ():
            name = subject.shown(path)
            if name not in shipped and (why := why_left_out(rules, name)):
                yield Finding(
                    "left-out", "error", name, f"the program imports it; {why}", "see that it ships"
                )
    rules = _rules(subject, *subject.jobs)
    for at, text in dict.fromkeys(_read(subject)):
        bound = any(
            _is_below(text, path) for job in subject.jobs for path in (*folders(job).values(), *job.paths)
        )
        if text in shipped or text in above or bound or not (subject.root / text).exists():
            continue
        if why := why_left_out(rules, text):
            yield Finding("left-out", "warning", at, f"the program opens a file that is not there: {why}")


def writes_to_channels(subject: Subject) -> Iterator[Finding]:
    """A file that the program writes into the folder of a channel, which is input."""
    for job in subject.jobs:
        channels = {folder: name for name, folder in folders(job).items()}
        defaults = _defaults(subject, job)
        for use in subject.uses.get(job.name, ()):
            head = defaults.get(use.way.option, "") if use.way.option else ""
            if not use.writes or use.way.variable or (use.way.option and not head):
                continue
            path = posixpath.normpath(head + use.way.text)
            name = next((name for folder, name in channels.items() if _is_below(path, folder)), "")
            if name:
                what = f"`{path}` is written into channel `{name}`, which is input: it is gone with the job"
                remedy = (
                    "write to SM_MODEL_DIR or SM_OUTPUT_DATA_DIR, or into the work directory and [collect]"
                )
                yield Finding("channel-written", "warning", use.where, what, remedy)


def _defaults(subject: Subject, job: JobSettings) -> dict[str, str]:
    """The folder of each option that is bound to one of the job's channels, or is left at its default, by its dest."""
    schema = subject.schemas[job.name]
    found: dict[str, str] = {}
    for parameter in schema.parameters:
        names = {name.replace("-", "_") for name in (parameter.key, *parameter.aliases)}
        bound = [to for name, to in job.arguments.items() if name.replace("-", "_") in names]
        text = bound[0] if bound else parameter.default if isinstance(parameter.default, str) else ""
        for name, folder in folders(job).items():
            text = text.replace(f"{{channel:{name}}}", folder)
        found |= dict.fromkeys(names, text if "{" not in text else "")
    return found


def not_understood(subject: Subject) -> Iterator[Finding]:
    """Programs that ``init`` could not read, in one line: what they do, no check knows either."""
    survey = Survey.of(subject.root)
    told = list(unread(survey, worth_a_look(survey, ())))
    if told:
        where, _, _ = told[0].partition(" ")
        yield Finding("unread", "note", where, "; ".join(told), "mend what is said there; then: skylift init")


def silence(subject: Subject) -> Iterator[Finding]:
    """A program that prints nothing: no metric can be read from its log."""
    for job in subject.jobs:
        program = subject.programs.get(job.name)
        if program is None or program.path.suffix != ".py":
            continue
        paths = {path for path, _ in program.modules}
        if not any(_SPEAKING.fullmatch(call.name) for call in subject.calls if call.path in paths):
            what = "it prints nothing: there is no metric to compare runs by"
            yield Finding("silent", "note", program.name, what, 'print("loss=0.41") after each epoch')


def _opens_to_write(call: CodeCall) -> bool:
    return call.name == "open" and any(_MODE.fullmatch(text) for text in call.texts[-1:])


def _read(subject: Subject) -> Iterator[tuple[str, str]]:
    for call in subject.calls:
        if _READING.fullmatch(call.name) and call.name != "load_dotenv" and not _opens_to_write(call):
            for text in call.texts[:1]:
                path = posixpath.normpath(text) if text and "\0" not in text else ".."
                if not path.startswith(("/", "..")) and path != "." and "://" not in text and len(path) < 250:
                    yield subject.shown(call.path, call.node.lineno), path
    for uses in subject.uses.values():
        for use in uses:
            text = use.way.text
            if use.reads and use.way.is_fixed and "*" not in text and not text.startswith(("/", "..", "~")):
                yield use.where, text


def _rules(subject: Subject, *jobs: JobSettings) -> Rules:
    channels = {folder: name for job in jobs for name, folder in folders(job).items()}
    return Rules(subject.root, subject.settings.ship.include, channels)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _parents(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path

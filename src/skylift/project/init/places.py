"""Which folders a program reads and writes: channels, arguments, paths and what is collected (joint 8)."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from skylift.project.files.made import Made
from skylift.project.init.bindings import Bindings, shared_folders
from skylift.project.init.branches import Usual
from skylift.project.init.dispatch import leave_out_others
from skylift.project.init.evidence.deeds import deeds_of
from skylift.project.init.evidence.roles import role_of, role_of_name
from skylift.project.init.findings import Findings
from skylift.project.init.ground import Ground
from skylift.project.init.hydra_runs import read_hydra
from skylift.project.init.inputs import fixed_inputs
from skylift.project.init.named_channels import channel_by_name
from skylift.project.init.network import read_network
from skylift.project.init.notebook_home import home_of, options_from_root, seen_from_root
from skylift.project.init.option_names import default_text, is_of, may_be_written
from skylift.project.init.results import Results
from skylift.project.init.scopes import Scopes, scopes_of
from skylift.project.init.settled import Settled, by_key, read_settled, settled_inputs
from skylift.project.init.tables import Tables
from skylift.project.init.trackers import read_trackers
from skylift.project.init.uses import GLOBALS, Use, uses_of
from skylift.project.init.ways import is_in
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.literals import environment_variable, module_constants
from skylift.project.source.program import Program
from skylift.project.source.trees import walk

_CHANNEL = "SM_CHANNEL_"


def read_places(
    program: Program, reading: Reading, words: Sequence[str] = (), made: Sequence[Made] = ()
) -> Findings:
    """The tables ``channels``, ``arguments``, ``paths`` and ``collect`` of one job.

    What an option is depends on what the code does with it; its name only supports that.

    :param words: what the job's command gives the program by place: paths that are as good as hard-coded.
    :param made: what other jobs make.
    """
    tables = Tables()
    try:
        _read(Ground(program, made), reading, tables, words)
    except RecursionError:
        tables.leave(
            f"{program.name} is nested too deeply to see what it reads and writes: say it in [channels]"
        )
    return tables.findings()


def read_uses(program: Program, reading: Reading, words: Sequence[str] = ()) -> tuple[Use, ...]:
    """What one job does with paths, for those who look at nothing else; nothing where that can not be followed."""
    try:
        scopes = _scopes(program, reading)
        return tuple(_uses(program, scopes, reading, words))
    except RecursionError:
        return ()


def _scopes(program: Program, reading: Reading) -> Scopes:
    scopes = scopes_of(program)
    leave_out_others(scopes, reading)
    return scopes


def _uses(program: Program, scopes: Scopes, reading: Reading, words: Sequence[str]) -> list[Use]:
    settled = by_key(_settled(program, scopes, reading))
    found = uses_of(scopes, reading, settled, program.name, words)
    return seen_from_root(found, home_of(program, scopes), program)


def _only_reads(program: Program, reading: Reading, scopes: Scopes, uses: Sequence[Use]) -> bool:
    """Whether a program loads models that others have made, and makes none."""
    models = [use for use in uses if use.content in ("model", "checkpoint")]
    role = role_of_name(reading.command) if reading.command else role_of(program.name)
    # An evaluation may make the model that it does not find: what it is about is the one that is there.
    made = {use.way for use in models if use.writes}
    if made and not (role == "evaluate" and any(use.reads and use.way in made for use in uses)):
        return False
    if role == "evaluate":
        return True
    modules = {
        scope.file: deeds_of(scope.node)
        for scope in scopes.modules.values()
        if isinstance(scope.node, ast.Module)
    }
    trains = any(modules[scope.file].train(scope.calls) for scope in scopes.every() if scope.file in modules)
    return not trains and (role == "other" or any(use.reads for use in models))


def _settled(program: Program, scopes: Scopes, reading: Reading) -> list[Settled]:
    return read_settled(program, scopes, [default_text(option) for option in reading.options])


def _read(ground: Ground, reading: Reading, tables: Tables, words: Sequence[str]) -> None:
    program = ground.program
    scopes = _scopes(program, reading)
    uses = _uses(program, scopes, reading, words)
    options = options_from_root(reading, home_of(program, scopes), ground)
    tables.shared = shared_folders(ground, options)
    _variables(ground, tables, scopes)
    imports = frozenset(full.split(".")[0] for scope in scopes.every() for full in scope.imports.values())
    bindings = Bindings(ground, tables, uses, imports, reader=_only_reads(program, reading, scopes, uses))
    for option in options:
        bindings.option(option)
    fixed_inputs(ground, tables, uses)
    settled_inputs(ground, tables, _settled(program, scopes, reading), uses)
    _words(program, tables, uses)
    _rest_of_channels(ground, tables, options, uses)
    Results(ground, tables, uses).read()
    read_hydra(program, scopes, tables)
    read_trackers(scopes, tables)
    defaults = {option.dest: default_text(option) for option in reading.options}
    known = {one.dest: one.parameter.default for one in reading.options if one.parameter.default_known}
    usual = Usual(known, reading.source in GLOBALS)
    required = frozenset(one.dest for one in reading.options if one.parameter.required)
    network = read_network(scopes, uses, _shown(reading, tables), defaults, usual, required)
    tables.understood += network.understood
    tables.left += [line for line in network.left if line not in tables.left]


def _rest_of_channels(ground: Ground, tables: Tables, options: list[Option], uses: list[Use]) -> None:
    """A folder that is a channel does not ship: whatever else of it is used has to be bound, too."""
    for option in options:
        text, key = default_text(option), option.parameter.key
        inside = tables.inside(text) if text and key not in tables.arguments and ground.matches(text) else ""
        if inside and not option.variable and not may_be_written(key):
            known = any(is_of(use, option) and use.reads for use in uses)
            tables.bind(key, inside, f"its default is {text}, which is in the channel", sure=known)
    for use in uses:
        text = use.way.text
        inside = tables.inside(text) if use.way.is_fixed and use.reads and ground.matches(text) else ""
        name = inside.partition("}")[0].removeprefix("{channel:")
        if inside and not any(is_in(text, path) for path in tables.paths):
            tables.lay(tables.channels[name], f"{{channel:{name}}}", f"{use.because} reads {text}")


def _words(program: Program, tables: Tables, uses: list[Use]) -> None:
    """Paths that are words of the command line, which no parser has read."""
    words = [use for use in uses if use.way.variable.startswith("sys.argv")]
    if words:
        does = "writes" if words[0].writes else "reads"
        tables.leave(
            f"{words[0].because} {does} what {words[0].way.variable} names: say the words, with places in them, "
            f'in command = ["python", "{program.name}", "{{channel:NAME}}", "{{model}}/NAME"]'
        )


def _shown(reading: Reading, tables: Tables) -> frozenset[str]:
    """Folders and options that show a channel."""
    laid = {path for path, template in tables.paths.items() if template.startswith("{channel:")}
    bound = {key for key, template in tables.arguments.items() if template.startswith("{channel:")}
    return frozenset(laid | {option.dest for option in reading.options if option.parameter.key in bound})


def _variables(ground: Ground, tables: Tables, scopes: Scopes) -> None:
    files = {file for node, file in scopes.texts if str(node.value).startswith(_CHANNEL)}
    for scope in (scope for file, scope in scopes.modules.items() if file in files):
        assert isinstance(scope.node, ast.Module)
        for variable, fallback, line in _channel_variables(scope.node):
            name = variable.removeprefix(_CHANNEL).lower()
            channel_by_name(ground, tables, name, fallback, f"{scope.file}:{line} reads {variable}")


def _channel_variables(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    constants = module_constants(tree)
    for node in walk(tree):
        found = environment_variable(node, constants)
        if found is not None and found.variable.startswith(_CHANNEL):
            yield (
                found.variable,
                found.value if isinstance(found.value, str) else "",
                getattr(node, "lineno", 0),
            )

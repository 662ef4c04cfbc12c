"""What an expression may be, as a path: followed backwards to literals and options, some steps and no more."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from skylift.project.init.expressions import MOST_VALUES, NOTHING, UNDERSTOOD, called, spelled
from skylift.project.init.scope import Given, Scope
from skylift.project.init.scopes import Scopes
from skylift.project.init.ways import UNKNOWN, Ref, Setting, Text, folder_of
from skylift.project.source.literals import environment_variable

_MOST_STEPS = 2_000
"""Of one path."""
_MOST_OF_ALL = 150_000
_DEEPEST = 14
_MOST_CALLERS = 20
_ENTRY_DECORATED = re.compile(r"(^|\.)(command|cli|main|app|task|entrypoint|autocommand|option|argument)$")


@dataclass
class Evaluation:
    """The values of expressions in one program.

    :param options: the dests that the program's options have.
    :param settings: values of the config files that the program reads, by the last part of their key.
    """

    scopes: Scopes
    options: Collection[str]
    settings: Mapping[str, tuple[str, ...]]
    globals_are_options: bool = False
    """``--key=value`` goes to the globals of the entry file."""
    entry: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    """What the program's command says by place: ``sys.argv[1]``."""
    steps: int = 0
    most: int = 0
    _busy: set[tuple[int, int]] = field(default_factory=set)
    _frames: dict[Scope, tuple[ast.Call, Scope]] = field(default_factory=dict)
    """Of the functions whose results are being looked at, the calls that want them."""

    def paths(self, node: ast.expr, scope: Scope) -> tuple[Text, ...]:
        """The paths that an argument may be; an unknown one where only that is known."""
        self.most = min(self.steps + _MOST_STEPS, _MOST_OF_ALL)
        return tuple(text for text in self.values(node, scope) if text and text != (UNKNOWN,))

    def values(self, node: ast.expr, scope: Scope) -> tuple[Text, ...]:
        """The values that an expression may have; nothing where nothing at all is known of it."""
        key = (id(node), id(scope))
        self.steps += 1
        if key in self._busy or len(self._busy) > _DEEPEST or self.steps > self.most:
            return NOTHING
        self._busy.add(key)
        try:
            found = dict.fromkeys(self._values(node, scope))
        finally:
            self._busy.discard(key)
        return tuple(found)[:MOST_VALUES]

    def _values(self, node: ast.expr, scope: Scope) -> Iterable[Text]:
        if isinstance(node, ast.Constant):
            return [(node.value,)] if isinstance(node.value, str) else NOTHING
        found = environment_variable(node, {})
        if found is not None:
            return self._variable(found.variable, node, scope)
        if isinstance(node, ast.Name):
            return self._name(node, scope)
        if isinstance(node, ast.Attribute | ast.Subscript):
            return self._part(node, scope)
        if isinstance(node, ast.Call):
            return self._call(node, scope)
        return self._any_of(node, scope) or spelled(node, scope, self.values)

    def _variable(self, variable: str, node: ast.expr, scope: Scope) -> Iterable[Text]:
        if variable.startswith("SM_"):
            return [(Ref(variable, is_variable=True),)]
        last = node.values[-1] if isinstance(node, ast.BoolOp) else node
        if isinstance(last, ast.Call):
            return self.values(last.args[1], scope) if len(last.args) > 1 else NOTHING
        return self.values(last, scope) if last is not node else NOTHING

    def _name(self, node: ast.Name, scope: Scope) -> Iterable[Text]:
        here: Scope | None = scope
        while here is not None:
            if self._is_option(node.id, here):
                return [(Ref(node.id),)]
            is_parameter = here.has_parameter(node.id)
            if node.id in here.names or is_parameter:
                known, more = here.given(node.id, node.lineno if here is scope else 0)
                found = [text for given in known for text in self._given(given, here)]
                return [*found, *(self._parameter(node.id, here) if is_parameter and more else ())]
            if node.id in here.imports:
                return self._imported(here.imports[node.id])
            for module in here.stars:
                by_star = self._of_module(node.id, module)
                if by_star:
                    return by_star
            here = here.parent
        return [(scope.file,)] if node.id == "__file__" else NOTHING

    def _is_option(self, name: str, scope: Scope) -> bool:
        if name not in self.options:
            return False
        if isinstance(scope.node, ast.Module):
            return self.globals_are_options and scope.file == self.entry
        is_parameter = any(name == one.arg for one in scope.parameters)
        callers = self.scopes.callers.get(scope, ())
        return is_parameter and not any(call.args or call.keywords for call, _ in callers)

    def _given(self, given: Given, scope: Scope) -> Iterable[Text]:
        if not given.each:
            return self.values(given.value, scope)
        if isinstance(given.value, ast.List | ast.Tuple | ast.Set):
            return [text for item in given.value.elts for text in self.values(item, scope)]
        lists = scope.names.get(given.value.id, ()) if isinstance(given.value, ast.Name) else ()
        found = [
            text
            for one in lists
            if isinstance(one.value, ast.List | ast.Tuple)
            for item in one.value.elts
            for text in self.values(item, scope)
        ]
        is_known = isinstance(given.value, ast.Call | ast.Name)
        return found or (self.values(given.value, scope) if is_known else NOTHING)

    def _parameter(self, name: str, scope: Scope) -> Iterator[Text]:
        assert not isinstance(scope.node, ast.Module)
        position = next(n for n, one in enumerate(scope.parameters) if one.arg == name)
        given_by_all = True
        callers = [self._frames[scope]] if scope in self._frames else self.scopes.callers.get(scope, [])
        for call, caller in callers[:_MOST_CALLERS]:
            named = {keyword.arg: keyword.value for keyword in call.keywords}
            if name in named:
                yield from self.values(named[name], caller)
            elif position < len(call.args) and not isinstance(call.args[position], ast.Starred):
                yield from self.values(call.args[position], caller)
            else:
                # `load(**config["data"])`
                yield from self._setting(name, scope) if None in named else ()
                given_by_all = given_by_all and None in named
        default = scope.default(name)
        if default is not None and not (given_by_all and callers):
            yield from self.values(default, scope.parent or scope)

    def _imported(self, full: str) -> Iterable[Text]:
        module, _, name = full.rpartition(".")
        return self._of_module(name, module)

    def _of_module(self, name: str, module: str) -> Iterable[Text]:
        found = self.scopes.with_name(name, module)
        if found is None:
            return NOTHING
        return [text for given in found.names[name] for text in self._given(given, found)]

    def _part(self, node: ast.Attribute | ast.Subscript, scope: Scope) -> Iterable[Text]:
        return (
            self._attribute(node, scope) if isinstance(node, ast.Attribute) else self._subscript(node, scope)
        )

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Iterable[Text]:
        if node.attr == "parent":
            return [folder_of(text) for text in self.values(node.value, scope)]
        if node.attr in ("name", "stem"):
            return [(UNKNOWN,)]
        full = scope.full_name(node)
        dest = self._dest(full)
        if dest:
            return [(Ref(dest),)]
        known = self._imported(full) if full.count(".") else NOTHING
        if known:
            return known
        given = self.scopes.attribute(node, scope)[:MOST_VALUES]
        found = [text for one in given for text in self.values(one.value, one.scope)]
        return found or self._property(node.attr) or self._setting(node.attr, scope, node.value)

    def _property(self, name: str) -> list[Text]:
        methods = [one for some in self.scopes.methods.get(name, {}).values() for one in some]
        return self._returned([one for one in methods if one.node in self.scopes.decorated])

    def _dest(self, full: str) -> str:
        """The option that a chain of attributes ends with: ``cfg.data.dir``; ``self.dir`` is something else."""
        parts = full.split(".")
        for start in range(1, len(parts)):
            dest = ".".join(parts[start:])
            before = parts[start - 1]
            if dest in self.options and before not in ("self", "os", "cls", ""):
                return dest
        return ""

    def _setting(self, key: str, scope: Scope, holder: ast.expr | None = None) -> list[Text]:
        """What the config files have by that key: in the section that it is asked of, where that is known."""
        sections = [*_sections(holder, scope), _snake(scope.class_name)]
        known = next((full for one in sections if (full := f"{one}.{key}") in self.settings), key)
        return [(Setting(value),) for value in self.settings.get(known, ())]

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Iterable[Text]:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
            depth = node.slice.value if isinstance(node.slice, ast.Constant) else None
            return self._above(self.values(node.value.value, scope), depth)
        if scope.full_name(node.value) == "sys.argv":
            word = ast.unparse(node)
            if word in self.words:
                return [(self.words[word],)]
            return [(Ref(word, is_variable=word not in self.options),)]
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return self._item(node.value, node.slice.value, scope)
        return self.values(node.value, scope) if isinstance(node.value, ast.Call) else NOTHING

    def _above(self, texts: Iterable[Text], depth: object) -> list[Text]:
        found = list(texts)
        for _ in range(depth + 1 if isinstance(depth, int) and 0 <= depth < _DEEPEST else 0):
            found = [folder_of(text) for text in found]
        return found

    def _item(self, holder: ast.expr, key: str, scope: Scope) -> Iterable[Text]:
        """``config["data_dir"]``: an option, an item of a literal dictionary, or of a config file."""
        if key in self.options:
            return [(Ref(key),)]
        found = [
            text for value, inner in self._items(holder, key, scope) for text in self.values(value, inner)
        ]
        return found or self._setting(key, scope, holder)

    def _items(self, holder: ast.expr, key: str, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        here: Scope | None = scope
        displays: list[tuple[ast.expr, Scope]] = [(holder, scope)]
        while isinstance(holder, ast.Name) and here is not None:
            displays += [(given.value, here) for given in here.names.get(holder.id, ())]
            full = here.imports.get(holder.id, "")
            module, _, name = full.rpartition(".")
            displays += [
                (given.value, one) for one in self.scopes.named(module) for given in one.names.get(name, ())
            ]
            here = here.parent
        for display, inner in displays:
            if isinstance(display, ast.Dict):
                for item, value in zip(display.keys, display.values, strict=True):
                    if isinstance(item, ast.Constant) and item.value == key:
                        yield value, inner

    def _call(self, node: ast.Call, scope: Scope) -> Iterable[Text]:
        full = scope.full_name(node.func)
        last = full.rpartition(".")[2]
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
        if last in ("get", "pop", "setdefault", "getattr") and node.args:
            return self._lookup(node, receiver, last, scope)
        if last not in UNDERSTOOD or isinstance(node.func, ast.Name):
            own = self.scopes.called(node, scope)
            if own:
                return self._returned(own, (node, scope))
        return called(node, scope, self.values)

    def _lookup(self, node: ast.Call, receiver: ast.expr | None, last: str, scope: Scope) -> Iterable[Text]:
        holder, rest = (receiver, node.args) if last != "getattr" else (node.args[0], node.args[1:])
        if holder is None or not rest or not isinstance(rest[0], ast.Constant):
            return NOTHING
        found = list(self._item(holder, str(rest[0].value), scope))
        return found or (self.values(rest[1], scope) if len(rest) > 1 else NOTHING)

    def _returned(self, functions: list[Scope], by: tuple[ast.Call, Scope] | None = None) -> list[Text]:
        """What a function returns, to the one who calls it."""
        if len(functions) != 1:
            return []
        inner = functions[0]
        before = self._frames.get(inner)
        if by is not None:
            self._frames[inner] = by
        try:
            return [text for value in inner.returns[:MOST_VALUES] for text in self.values(value, inner)]
        finally:
            self._frames.pop(inner, None)
            if before is not None:
                self._frames[inner] = before

    def _any_of(self, node: ast.expr, scope: Scope) -> Iterable[Text]:
        parts: list[ast.expr] = node.values if isinstance(node, ast.BoolOp) else []
        parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else parts
        return [text for part in parts for text in self.values(part, scope)]


def _sections(holder: ast.expr | None, scope: Scope) -> list[str]:
    """``data`` for ``cfg.data`` and ``cfg["data"]``, and for a name that is given that."""
    if isinstance(holder, ast.Name):
        given, _ = scope.given(holder.id, 0)
        return [
            section
            for one in given
            if not isinstance(one.value, ast.Name)
            for section in _sections(one.value, scope)
        ]
    if isinstance(holder, ast.Attribute):
        return [holder.attr]
    if isinstance(holder, ast.Subscript) and isinstance(holder.slice, ast.Constant):
        return [str(holder.slice.value)]
    return []


def _snake(name: str) -> str:
    """
    >>> _snake("ModelTrainer"), _snake("DataIngestionConfig")
    ('model_trainer', 'data_ingestion')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.removesuffix("Config")).lower()

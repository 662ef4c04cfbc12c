"""Calls: of the project's functions and classes, which are followed, and of everybody else's, which are not."""

from __future__ import annotations

import ast
import posixpath
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping

from skylift.project.source.program import Program
from skylift.project.source.symbolic.expressions import Expressions
from skylift.project.source.symbolic.library import call_library, call_method, is_kind
from skylift.project.source.symbolic.values import (
    PLAIN,
    Actor,
    Class,
    External,
    Function,
    Given,
    Instance,
    Listener,
    Method,
    Opaque,
    Partial,
    Place,
    Scope,
)

_DEEPEST = 25
_MOST_CALLS = 40
"""Of one function: more would only be a training loop."""


class Calls(Expressions):
    """What a call does."""

    def __init__(self, program: Program, listener: Listener) -> None:
        super().__init__(program)
        self._listener = listener
        self._depth = 0
        self.called: dict[ast.AST, int] = {}

    @abstractmethod
    def block(self, nodes: Iterable[ast.stmt], scope: Scope) -> str | None:
        """Follow statements."""

    def attribute(self, value: object, name: str, at: Place) -> object:
        if isinstance(value, Instance) and value.acts is not None:
            own = name in value.attributes or value.of.find(name) is not None
            return super().attribute(value, name, at) if own else Method(value.acts, name)
        if isinstance(value, str) and name == "parent":
            # No text has one, but every path.
            return posixpath.dirname(value) or "."
        if isinstance(value, Actor | str | list | dict | tuple):
            return Method(value, name)
        if isinstance(value, _Super):
            return self._of_super(value, name)
        return super().attribute(value, name, at)

    def call(self, function: object, given: Given, at: Place) -> object:
        self.step()
        if isinstance(function, Instance):
            function = self.attribute(function, "__call__", at)
        if isinstance(function, Function):
            return self._function_call(function, given)
        if isinstance(function, Class):
            return self._instance(function, given, at)
        if isinstance(function, Method):
            said = self._of_a_path(function, given, at)
            return _called(function, given, at) if said is None else said
        if isinstance(function, Partial):
            return self.call(function.function, _together(function.given, given), at)
        if isinstance(function, External):
            return self._library(function.name, given, at)
        return self._unknown(function, given, at)

    def _library(self, name: str, given: Given, at: Place) -> object:
        if name == "isinstance" and len(given.args) == 2:
            known = is_kind(*given.args)
            return Opaque("isinstance") if known is None else known
        if name in ("getattr", "hasattr") and len(given.args) > 1 and isinstance(given.args[1], str):
            return self.attribute(given.args[0], given.args[1], at) if name == "getattr" else Opaque(name)
        if name in _MAKERS:
            return _MAKERS[name](given)
        if name == "map" and len(given.args) == 2 and (items := self.iterated(given.args[1])) is not None:
            return [self.call(given.args[0], Given((item,), {}), at) for item in items]
        said = self._listener.library_call(name, given, at)
        if said is not None:
            return said
        self._hand_over(given, at)
        items = [one.members() if isinstance(one, Class) and one.is_enum else one for one in given.args]
        return call_library(name, Given(tuple(items), given.keywords, given.open))

    def _of_a_path(self, method: Method, given: Given, at: Place) -> object:
        """A path is text to us: what text has no such method for is done to a file."""
        if not isinstance(method.value, str) or hasattr(str, method.name):
            return None
        there = Given((method.value, *given.args), given.keywords, given.open)
        return self._listener.library_call(f"pathlib.Path.{method.name}", there, at)

    def _unknown(self, function: object, given: Given, at: Place) -> object:
        said, name = None, ""
        if isinstance(function, Opaque):
            name = function.name
            if function.of is not None:
                said = self._listener.opaque_call(function.of, name.rpartition(".")[2], given, at)
        if said is None:
            said = self._listener.library_call(name, given, at)
        if said is None:
            self._hand_over(given, at)
        return Opaque(name) if said is None else said

    def _hand_over(self, given: Given, at: Place) -> None:
        """A function that is given to somebody is called by them: ``spawn(main)``, ``app.run(main)``."""
        for value in (*given.args, *given.keywords.values()):
            if isinstance(value, Function) and value.node not in self.called:
                self.call(value, Given((), {}), at)

    def _function_call(self, function: Function, given: Given) -> object:
        count = self.called.get(function.node, 0)
        self.called[function.node] = count + 1
        if self._depth >= _DEEPEST or count >= _MOST_CALLS:
            return Opaque(function.name)
        scope = self._called_scope(function, given)
        self._depth += 1
        try:
            if isinstance(function.node, ast.Lambda):
                return self.value(function.node.body, scope)
            self.block(function.node.body, scope)
        finally:
            self._depth -= 1
        if scope.yielded:
            return scope.yielded
        return _best(scope.returned, function.name)

    def _called_scope(self, function: Function, given: Given) -> Scope:
        outer = function.scope
        scope = Scope(outer.module, {}, outer, owner=function.owner, certain_at=self.uncertain)
        is_method = function.receiver is not None
        args = (function.receiver, *given.args) if is_method else given.args
        scope.names |= self._bound(function, Given(tuple(args), given.keywords, given.open))
        named = [*function.node.args.posonlyargs, *function.node.args.args]
        scope.receiver = scope.names.get(named[0].arg) if named and function.owner is not None else None
        return scope

    def _bound(self, function: Function, given: Given) -> dict[str, object]:
        """Parameters with what is given for them, else their defaults, else something unknown."""
        signature = function.node.args
        positional = [*signature.posonlyargs, *signature.args]
        found: dict[str, object] = {}
        for parameter, default in [
            *zip(reversed(positional), reversed(signature.defaults), strict=False),
            *zip(signature.kwonlyargs, signature.kw_defaults, strict=True),
        ]:
            if default is not None:
                found[parameter.arg] = self.value(default, function.scope)
        if given.open:
            found = {name: Opaque(name) for name in found}
        found |= {parameter.arg: value for parameter, value in zip(positional, given.args, strict=False)}
        names = {parameter.arg for parameter in [*positional, *signature.kwonlyargs]}
        found |= {name: value for name, value in given.keywords.items() if name in names}
        if signature.vararg is not None:
            found[signature.vararg.arg] = tuple(given.args[len(positional) :])
        if signature.kwarg is not None:
            rest = {name: value for name, value in given.keywords.items() if name not in names}
            found[signature.kwarg.arg] = Opaque("keywords") if given.open else rest
        return {**{name: Opaque(name) for name in names}, **found}

    def _instance(self, made_of: Class, given: Given, at: Place) -> object:
        if made_of.is_enum:
            return next(
                (
                    one
                    for one in made_of.members()
                    if isinstance(one, Instance) and given.args and one.attributes["value"] == given.args[0]
                ),
                Opaque(made_of.name),
            )
        made = Instance(made_of)
        for base in made_of.library_bases():
            said = (
                self._listener.library_call(base, Given((), {}), at)
                if not isinstance(made.acts, Actor)
                else None
            )
            made.acts = said if isinstance(said, Actor) else made.acts
        initialise = made_of.find("__init__")
        if isinstance(initialise, Function):
            self.call(initialise.bound(made), given, at)
        elif made.acts is not None:
            made.acts.act("__init__", given, at)
        else:
            made.attributes |= self._fields(made_of, given)
        return made

    def _fields(self, made_of: Class, given: Given) -> dict[str, object]:
        """What the generated ``__init__`` of a dataclass or a named tuple sets."""
        inherited = [name for base in made_of.bases if isinstance(base, Class) for name in base.fields]
        names = list(dict.fromkeys([*inherited, *made_of.fields]))
        found = dict(zip(names, given.args, strict=False))
        return found | {name: value for name, value in given.keywords.items() if name in names}

    def _call(self, node: ast.Call, scope: Scope) -> object:
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return _super(scope)
        return super()._call(node, scope)

    def _of_super(self, value: _Super, name: str) -> object:
        for base in value.owner.bases:
            found = base.find(name) if isinstance(base, Class) else None
            if isinstance(found, Function):
                return found if found.kind == "staticmethod" else found.bound(value.receiver)
        acts = value.receiver.acts if isinstance(value.receiver, Instance) else None
        return Method(acts, name) if acts is not None else Opaque(name)


class _Super:
    """``super()`` in a method."""

    def __init__(self, owner: Class, receiver: object) -> None:
        self.owner, self.receiver = owner, receiver


def _super(scope: Scope) -> object:
    method: Scope | None = scope
    while method is not None and method.owner is None:
        method = method.outer
    return (
        Opaque("super") if method is None or method.owner is None else _Super(method.owner, method.receiver)
    )


def _called(method: Method, given: Given, at: Place) -> object:
    if isinstance(method.value, Actor):
        return method.value.act(method.name, given, at)
    return call_method(method.value, method.name, given)


def _together(first: Given, second: Given) -> Given:
    """What a partial was made with, and what it is called with."""
    both = {**first.keywords, **second.keywords}
    return Given((*first.args, *second.args), both, first.open or second.open)


def _partial(given: Given) -> object:
    return (
        Partial(given.args[0], Given(given.args[1:], given.keywords, given.open)) if given.args else Opaque()
    )


def _fields_of(given: Given) -> object:
    """``dataclasses.fields``"""
    made = given.get(0, "class_or_instance")
    made = made.of if isinstance(made, Instance) else made
    if not isinstance(made, Class) or not made.fields:
        return Opaque("fields")
    kind = Class("Field", (), {})
    found: list[object] = []
    for name in made.fields:
        default = made.names.get(name, External("dataclasses.MISSING"))
        said = {"name": name, "type": made.annotations.get(name, Opaque("a type")), "default": default}
        found.append(Instance(kind, said))
    return found


def _named_tuple(given: Given) -> object:
    fields = given.get(1, "field_names")
    names = fields.replace(",", " ").split() if isinstance(fields, str) else fields
    if not isinstance(names, list | tuple) or given.open:
        return Opaque("a type")
    return Class(str(given.get(0, "typename")), (), {}, tuple(str(name) for name in names))


def _best(returned: list[object], name: str) -> object:
    """What a function gives back: where it depends, the thing that is followed, else something unknown."""
    if not returned:
        return None
    followed = [one for one in returned if isinstance(one, Actor | Instance | Function | Class)]
    if followed or len(returned) == 1:
        return [*followed, *returned][0]
    plain = all(isinstance(one, PLAIN) and one == returned[0] for one in returned)
    return returned[0] if plain else Opaque(name)


_MAKERS: Mapping[str, Callable[[Given], object]] = {
    "collections.namedtuple": _named_tuple,
    "namedtuple": _named_tuple,
    "functools.partial": _partial,
    "dataclasses.fields": _fields_of,
}

"""Code followed without running it, with Python itself as the judge of what is known."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from skylift.project.source.program import Program
from skylift.project.source.symbolic.follow import Follower
from skylift.project.source.symbolic.values import Given, Opaque, Place, Varying

HEAD = "import os, sys, pathlib, itertools, collections, functools\n"
KNOWN = [
    "1 + 2 * 3",
    "'a' + 'b'",
    "'%s-%d' % ('a', 3)",
    "f'{1}-{\"x\"}'",
    "'{}/{}'.format('a', 'b')",
    "[x * 2 for x in range(3) if x != 1]",
    "{k: v for k, v in zip('ab', (1, 2))}",
    "sorted(['b', 'a'])",
    "list({'x': 1, 'y': 2})",
    "list({'x': 1, 'y': 2}.keys())",
    "{'a': {'b': 1}}['a']['b']",
    "[1, 2, 3][-1]",
    "[1, 2, 3][1:]",
    "'abc'[::-1]",
    "(lambda x, y=2: x + y)(1)",
    "1 if 2 > 1 else 3",
    "None or 'x'",
    "0 and 1",
    "not []",
    "'a' in {'a': 1}",
    "dict(a=1, **{'b': 2})",
    "dict([('a', 1)], b=2)",
    "[*range(2), *(5, 6)]",
    "'a,b'.split(',')",
    "max([1, 3, 2])",
    "len('abc')",
    "int('7') + float('0.5')",
    "[n for n, _ in enumerate('ab', 1)]",
    "isinstance((1,), tuple)",
    "type(0.5)('2')",
    "[t('1') for t in (type(1), type('x'))]",
    "list(itertools.chain([1], [2]))",
    "(lambda *a, **k: (a, k))(1, x=2)",
    "f()",
    "g(3)['n']",
    "Point(1, y=2).y",
    "Pair(1, 2).b",
    "Child().name()",
    "Child.made().size",
    "Child().double",
    "h(1)(2)",
    "sum(gen())",
]
CODE = """
class Base:
    size = 1
    def __init__(self, size=4): self.size = size
    @classmethod
    def made(cls): return cls(7)
    @property
    def double(self): return self.size * 2
    def name(self): return "base"
class Child(Base):
    def name(self): return "child of " + super().name()
Point = collections.namedtuple("Point", "x y")
import typing
class Pair(typing.NamedTuple):
    a: int
    b: int
def f(a=1, *, b=2):
    total = 0
    for n in range(4):
        if n == 3:
            break
        total += n * a
    return total + b
def g(n):
    made = {}
    made["n"] = n
    if n > 100:
        return None
    return made
def h(a):
    def inner(b):
        return a + b
    return inner
def gen():
    for n in (1, 2):
        yield n
"""


class Deaf:
    def library_call(self, name: str, given: Given, at: Place) -> None:
        return None

    def opaque_call(self, owner: Opaque, method: str, given: Given, at: Place) -> None:
        return None


def followed(code: str) -> object:
    program = Program(Path("/p"), Path("/p/train.py"), ast.parse(HEAD + code))
    follower = Follower(program, Deaf())
    follower.run()
    assert not follower.exhausted
    return follower.entry.scope.names["result"]


@pytest.mark.parametrize("expression", KNOWN)
def test_what_is_known_is_what_python_makes_of_it(expression: str) -> None:
    names: dict[str, object] = {}
    exec(f"{HEAD}{CODE}result = {expression}", names)  # the judge runs what we only follow
    assert followed(f"{CODE}result = {expression}") == names["result"]


@pytest.mark.parametrize(
    "code",
    [
        "result = compute()",
        "result = [x for x in unknown()]",
        "result = 1 / 0",
        "result = 'x' * 10 ** 13",
        "result = [1][5]",
        "result = unknown + 1",
        "result = open('x').read()",
        "result = 1\nif unknown():\n    result = 2",
        "for n in unknown():\n    result = n",
        "def f():\n    if unknown():\n        return 1\n    return 2\nresult = f()",
        "def f(): return f()\nresult = f()",
        "result = int('x')",
        "result = f'{unknown()}'",
    ],
)
def test_what_only_a_run_can_say_is_left_open(code: str) -> None:
    assert isinstance(followed(code), Opaque)


@pytest.mark.parametrize(
    ("expression", "variable", "value"),
    [
        ("os.environ['A']", "A", None),
        ("os.environ.get('A', 'b')", "A", "b"),
        ("os.getenv('A') or 'b'", "A", "b"),
        ("os.path.join(os.environ.get('A', 'b'), 'c')", "A", "b/c"),
        ("int(os.environ.get('A', '3'))", "A", 3),
    ],
)
def test_the_environment_is_not_ours(expression: str, variable: str, value: object) -> None:
    assert followed(f"result = {expression}") == Varying(variable, value)


@pytest.mark.parametrize(
    "code",
    [
        "while True:\n    x = 1",
        "def f(n): return f(n + 1) + f(n + 2)\nf(1)",
        "x = [0]\nfor y in x:\n    x.append(y)",
    ],
)
def test_code_without_end_ends(code: str) -> None:
    assert followed(f"{code}\nresult = 1") == 1


def test_a_branch_that_may_not_be_taken_leaves_what_is_made_in_it() -> None:
    assert followed("if unknown():\n    result = 1") == 1
    assert followed("try:\n    import x\n    result = 'with'\nexcept ImportError:\n    pass") == "with"

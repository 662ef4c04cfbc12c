"""Words become a tree::

question    conjunction { "or" conjunction }
conjunction part { "and" part }
part        "not" part | "(" question ")" | comparison
comparison  field [ operator value | [ "not" ] "in" "(" value { "," value } ")" | "is" [ "not" ] "null" ]
operator    "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~"
field       word | "param:" name | "metric:" name | …
value       word | "in quotes"
"""

from __future__ import annotations

from skylift.runs.query.problems import Problem, QueryError
from skylift.runs.query.tree import MISSING, PRESENT, TRUE, And, Comparison, Field, Not, Or, Tree, Value
from skylift.runs.query.words import Word, words

_DEEPEST = 50
_OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "~", "!~")


def parse(text: str, name: str = "where") -> Tree:
    """
    :raises QueryError: when it is no question.

    >>> str(parse("not (status=failed or param:lr in (1, 'a b'))"))
    'not (status = failed or param:lr in (1, "a b"))'
    """
    reader = _Reader(text, name)
    tree = reader.question()
    reader.end()
    return tree


def parse_fields(text: str, name: str) -> list[Field]:
    """
    Fields with commas between them.

    :raises QueryError: when they are none.

    >>> [str(field) for field in parse_fields('age, param:lr,metric:"a b"', "columns")]
    ['age', 'param:lr', 'metric:"a b"']
    """
    reader = _Reader(text, name)
    found = [reader.field()]
    while reader.took(","):
        found.append(reader.field())
    reader.end()
    return found


def parse_order(text: str, name: str = "sort") -> list[tuple[Field, bool]]:
    """
    The same, where ``-`` in front of a field turns its order round.

    :raises QueryError: when they are none.

    >>> [(str(field), down) for field, down in parse_order("job,-metric:auc")]
    [('job', False), ('metric:auc', True)]
    """
    found = parse_fields(text, name)
    return [
        (Field(one.kind.removeprefix("-"), one.name, one.span), one.kind.startswith("-")) for one in found
    ]


class _Reader:
    """Recursive descent, one method a rule."""

    def __init__(self, text: str, name: str) -> None:
        self._text, self._name = text, name
        self._words = words(text, name)
        self._at = self._depth = 0

    def question(self) -> Tree:
        parts = [self._conjunction()]
        while self._keyword("or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def field(self) -> Field:
        word = self._next
        if word.kind != "word" or word.is_keyword("and", "or", "in", "is", "not"):
            raise self._wrong("a field is wanted here: status, param:lr, metric:auc, …")
        self._at += 1
        kind, _, name = word.text.partition(":")
        name = word.name or name
        # Behind a second colon the name goes on: metric:validation:auc.
        if word.name and word.text.count(":") > 1:
            name = word.text.partition(":")[2] + word.name
        return Field(kind, name, word.span)

    def took(self, sign: str) -> bool:
        taken = self._next.is_sign(sign)
        self._at += taken
        return taken

    def end(self) -> None:
        if self._next.kind != "end":
            raise self._wrong("this is one too many" if self._next.is_sign(")") else self._between())

    @property
    def _next(self) -> Word:
        return self._words[self._at]

    def _keyword(self, *texts: str) -> bool:
        taken = self._next.is_keyword(*texts)
        self._at += taken
        return taken

    def _conjunction(self) -> Tree:
        parts = [self._part()]
        while self._keyword("and"):
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _part(self) -> Tree:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._wrong("this is nested too deeply")
        if self._keyword("not"):
            found: Tree = Not(self._part())
        elif self.took("("):
            found = self.question()
            if not self.took(")"):
                raise self._wrong("`)` is wanted here" if self._next.kind == "end" else self._between())
        else:
            found = self._comparison()
        self._depth -= 1
        return found

    def _comparison(self) -> Tree:
        field = self.field()
        if self._keyword("is"):
            operator, values = (PRESENT if self._keyword("not") else MISSING), ()
            if not self._keyword("null", "missing"):
                raise self._wrong("`null` is wanted here: a field `is null`, or `is not null`")
            return self._made(field, operator, values)
        if self._next.is_sign(*_OPERATORS):
            operator = self._next.text
            self._at += 1
            return self._made(field, operator, (self._value(),))
        negated = self._next.is_keyword("not") and self._words[self._at + 1].is_keyword("in")
        self._at += negated
        if self._keyword("in"):
            return self._made(field, "not in" if negated else "in", self._values())
        return self._made(field, TRUE, ())

    def _made(self, field: Field, operator: str, values: tuple[Value, ...]) -> Comparison:
        return Comparison(field, operator, values, (field.span[0], self._words[self._at - 1].span[1]))

    def _values(self) -> tuple[Value, ...]:
        if not self.took("("):
            raise self._wrong("`(` is wanted here: in (a, b)")
        found = [self._value()]
        while self.took(","):
            found.append(self._value())
        if not self.took(")"):
            raise self._wrong("`,` or `)` is wanted here")
        return tuple(found)

    def _value(self) -> Value:
        word = self._next
        if word.is_keyword("null", "missing"):
            raise self._wrong("nothing is compared with null: write `is null`, or `is not null`")
        if word.kind not in ("word", "string") or word.is_keyword("and", "or", "not", "in", "is"):
            raise self._wrong("a value is wanted here")
        self._at += 1
        # A word with quotes behind its colon is one text as well.
        return Value(word.text + word.name, word.span)

    def _between(self) -> str:
        return "`and`, `or` or an operator is wanted before this"

    def _wrong(self, what: str) -> QueryError:
        start, end = self._next.span
        return QueryError(self._text, [Problem(start, end - start, what)], name=self._name)

"""Named tuples as ``typing`` has them, without importing it: every job waits for what is imported at its start."""

from __future__ import annotations

from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, NamedTuple, Tuple
else:

    class _Named(type):
        """Makes a class whose annotations are its fields."""

        def __new__(mcs, name: str, bases: Tuple[type, ...], namespace: dict[str, Any]) -> type:
            made = super().__new__(mcs, name, bases, {"__slots__": (), **namespace})
            if tuple not in bases:
                made._fields = tuple(made.__annotations__)
                made._usual = {field: namespace[field] for field in made._fields if field in namespace}
                for place, field in enumerate(made._fields):
                    setattr(made, field, property(itemgetter(place)))
            return made

    class NamedTuple(tuple, metaclass=_Named):
        """
        >>> class Pair(NamedTuple):
        ...     left: int
        ...     right: int = 2
        >>> Pair(1), Pair(right=3, left=1)._replace(left=0) == (0, 3), Pair(1)._asdict()
        (Pair(left=1, right=2), True, {'left': 1, 'right': 2})
        """

        __slots__ = ()

        def __new__(cls, *given: Any, **named: Any) -> Any:
            fields = cls._fields
            values = {**cls._usual, **{fields[place]: value for place, value in enumerate(given)}, **named}
            if len(values) != len(fields):
                raise TypeError("%s wants %s" % (cls.__name__, ", ".join(fields)))
            return tuple.__new__(cls, [values[field] for field in fields])

        def _replace(self, **named: Any) -> Any:
            return type(self)(**{**self._asdict(), **named})

        def _asdict(self) -> dict[str, Any]:
            return dict(self._pairs())

        def _pairs(self) -> Iterator[Tuple[str, Any]]:
            return ((field, self[place]) for place, field in enumerate(self._fields))

        def __repr__(self) -> str:
            return "%s(%s)" % (type(self).__name__, ", ".join("%s=%r" % pair for pair in self._pairs()))

        def __getnewargs__(self) -> Tuple[Any, ...]:
            return tuple(self)


__all__ = ["NamedTuple"]

"""A notebook's file: what can be executed, and where parameters go."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from skylift_runtime.failure import Unusable
from skylift_runtime.notebook_file import (
    INJECTED,
    parameters,
    read_notebook,
    source_of,
    tags_of,
    with_parameters,
)


def cell(source: Any, *tags: str, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {"tags": list(tags)}, "source": source, "outputs": []}


def notebook(*cells: dict[str, Any], minor: int = 4, **more: Any) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": minor, "metadata": {}, "cells": list(cells), **more}


def sources(found: dict[str, Any]) -> list[str]:
    return [source_of(one) for one in found["cells"]]


GIVEN = "# Parameters\nepochs = 5"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # Right after the defaults, at the top where there are none; what was put in before gives way.
        ([cell("import x"), cell("epochs = 1", "parameters"), cell("fit()")], ["import x", "epochs = 1", GIVEN, "fit()"]),
        ([cell("fit()")], [GIVEN, "fit()"]),
        ([], [GIVEN]),
        ([cell("epochs = 1", "a", "parameters"), cell("epochs = 2", INJECTED), cell("fit()")], ["epochs = 1", GIVEN, "fit()"]),
        ([cell("epochs = 2", INJECTED), cell("fit()")], [GIVEN, "fit()"]),
        ([cell("text", "parameters", kind="markdown"), cell("fit()")], [GIVEN, "text", "fit()"]),
        ([cell("epochs = 1", "parameters"), cell("epochs = 3", "parameters")], ["epochs = 1", GIVEN, "epochs = 3"]),
    ],
)  # fmt: skip
def test_parameters_are_put_where_papermill_puts_them(cells: list[dict[str, Any]], expected: list[str]) -> None:  # fmt: skip
    before = notebook(*cells)
    found = with_parameters(before, {"epochs": 5})
    assert sources(found) == expected
    assert sum(INJECTED in tags_of(one) for one in found["cells"]) == 1
    assert before == notebook(*cells)


def test_without_values_nothing_is_put_in() -> None:
    assert sources(with_parameters(notebook(cell("fit()")), {})) == ["fit()"]


@pytest.mark.parametrize(("minor", "has_id"), [(4, False), (5, True)])
def test_a_cell_has_an_id_where_the_format_wants_one(minor: int, *, has_id: bool) -> None:
    found = with_parameters(notebook(minor=minor), {"a": 1})
    assert ("id" in found["cells"][0]) is has_id


def test_values_come_out_as_they_went_in() -> None:
    values = {
        "text": 'it\'s "quoted"\nü\\',
        "list": [1, 2.5, None, True, {"k": [float("inf")]}],
        "small": 1e-300,
        "nan": float("nan"),
    }
    scope: dict[str, Any] = {}
    exec(sources(with_parameters(notebook(), values))[0], scope)
    assert math.isnan(scope["nan"])
    assert {name: scope[name] for name in values if name != "nan"} == {
        name: value for name, value in values.items() if name != "nan"
    }


def test_names_are_spelled_as_python_spells_them() -> None:
    assert parameters({"data-dir": "x"}, []) == {"data_dir": "x"}


@pytest.mark.parametrize("name", ["a.b", "1st", "class", "", "a b", "a;import os"])
def test_what_can_not_be_a_variable_is_refused(name: str) -> None:
    with pytest.raises(Unusable, match="can not be a variable"):
        parameters({name: 1}, [])


def test_raw_arguments_are_refused() -> None:
    with pytest.raises(Unusable, match="--x 1"):
        parameters({}, ["--x", "1"])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfe{}", "is not UTF-8"),
        (b"{", "is not JSON"),
        (b"\xef\xbb\xbf{}", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "is JSON, but no notebook"),
        (b"{}", "is JSON, but no notebook"),
        (b'{"nbformat": "4"}', "is JSON, but no notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "has the notebook format 3"),
        (b'{"nbformat": 5, "cells": []}', "has the notebook format 5"),
        (b'{"nbformat": 4}', "has no list of cells"),
        (b'{"nbformat": 4, "cells": [1]}', "has no list of cells"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}', "has no list of cells"),
        (json.dumps(notebook(metadata={"kernelspec": {"name": "ir", "language": "R"}})).encode(), "is written in R"),
        (json.dumps(notebook(metadata={"language_info": {"name": "julia"}})).encode(), "is written in julia"),
    ],
)  # fmt: skip
def test_what_can_not_be_executed_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(Unusable) as caught:
        read_notebook(data)
    assert str(caught.value).startswith(why)


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        None,
        {"kernelspec": None, "language_info": []},
        {"kernelspec": {"name": "conda-env-x-py", "language": "python"}},
        {"kernelspec": {"name": "x"}, "language_info": {"name": "Python", "version": "2.7"}},
    ],
)
def test_odd_metadata_of_python_notebooks_is_taken(metadata: Any) -> None:
    assert read_notebook(json.dumps(notebook(cell(["a\n", "b"]), metadata=metadata)).encode())["cells"]

"""What an expression is called, without a look at the rest of it: code may be deeper than Python's own recursion."""

from __future__ import annotations

import ast


def last_name(node: ast.AST | None) -> str:
    """``setup`` of ``setuptools.setup``; empty for what has no name.

    >>> last_name(ast.parse("a.b.c", mode="eval").body), last_name(ast.parse("f()", mode="eval").body)
    ('c', '')
    """
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""

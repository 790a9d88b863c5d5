"""What stands under a field, or under a member of an enumeration: the help that people get in their editors."""

import ast
import inspect
from collections.abc import Iterator
from enum import Enum
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


@cache
def of_fields(model: type[BaseModel]) -> dict[str, str]:
    """Return a model's fields with what is said of them, those that it inherits, too."""
    found = dict[str, str]()
    for one in reversed(model.__mro__):
        if issubclass(one, BaseModel) and one is not BaseModel:
            found |= _below(one)
    return found


@cache
def of_members(kind: type[Enum]) -> dict[str, str]:
    return _below(kind)


def _below(kind: type) -> dict[str, str]:
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(kind)))
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef)).body
    return dict(_said(body))


def _said(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for statement, following in pairwise(body):
        match statement, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(said))),
            ):
                yield name, inspect.cleandoc(said)
            case _:
                pass

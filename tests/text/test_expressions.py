"""Expressions that wait until they are used."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

from allnlp import text
from allnlp.text.expressions import expression

MODULES = sorted(module.name for module in pkgutil.iter_modules(text.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_every_expression_of_the_package_is_one(name: str) -> None:
    module = importlib.import_module(f"allnlp.text.{name}")
    for value in vars(module).values():
        if type(value) is type(expression("")):
            assert isinstance(value.pattern, str)


def test_an_expression_does_what_the_compiled_one_does() -> None:
    words = r"(?P<n>\d+) of (\d+)"
    late, now, said = expression(words, re.IGNORECASE), re.compile(words, re.IGNORECASE), "3 OF 9, 4 of 8"
    assert [m.groupdict() for m in late.finditer(said)] == [m.groupdict() for m in now.finditer(said)]
    assert late.sub("x", said) == now.sub("x", said)
    assert late.groupindex == now.groupindex
    assert late.flags == now.flags
    assert late.match(said, 8) is not None


def test_a_wrong_expression_is_told_at_its_first_use() -> None:
    wrong = expression("(")
    with pytest.raises(re.error):
        wrong.search("")

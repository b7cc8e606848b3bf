"""A notation's own product sign: in both printers, and refused where it is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.expression.constructors import variable
from derive.expression.nodes import Product
from derive.notation import NotationError, Shape, names
from derive.writers.expressions.latex import latex
from derive.writers.expressions.text import text

SHAPE = Shape((2, 1), ("none",))
PRODUCT = Product((variable("x"), variable("t")))


@pytest.mark.parametrize(
    ("sign", "shown", "command"),
    [("·", "x·t", r"\cdot"), ("×", "x×t", r"\times"), ("*", "x*t", r"\ast")],
)
def test_the_sign_stands_between_factors(
    tmp_path: Path, sign: str, shown: str, command: str
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(f'product: "{sign}"\n', encoding="utf-8")
    called = names(file, SHAPE)
    assert text(PRODUCT, called) == shown
    assert latex(PRODUCT, called) == f"x {command} t"


def test_another_sign_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("extends: plain\nproduct: x\n", encoding="utf-8")
    with pytest.raises(NotationError) as error:
        names(file, SHAPE)
    assert str(error.value) == f"{file}:2:1: product is 'x'; allowed are ·, ×, *"

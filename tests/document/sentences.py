"""The macros of the wording, said with values of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from jinja2 import nodes

from derive.document.blocks import Inline, Strong
from derive.document.macros import SUFFIX, _prose, macros
from derive.document.wording import MINUS_DELTA, THRESHOLD, Value, Wording
from derive.resources import shipped_templates

FOLDER = shipped_templates() / "wording" / "en"
FILES = sorted(FOLDER.glob(f"*{SUFFIX}"))
NAMES = sorted(macros("en").names)
VARIANTS = [tuple(filter(None, pair)) for pair in product((THRESHOLD, ""), (MINUS_DELTA, ""))]
WORDINGS = [Wording(variants=variants, delta="Δ") for variants in VARIANTS]


A_VALUE = "w1′"


def parsed() -> dict[str, nodes.Macro]:
    """Every macro as Jinja reads it in its file."""
    trees = [_prose().parse(path.read_text(encoding="utf-8")) for path in FILES]
    found = [macro for tree in trees for macro in tree.find_all(nodes.Macro)]
    assert len({macro.name for macro in found}) == len(found), "a name is there twice"
    return {macro.name: macro for macro in found}


PARSED = parsed()


def asked_about(name: str) -> set[str]:
    """The values of a macro that are compared with one: the singular of something."""
    tests = PARSED[name].find_all(nodes.Compare)
    with_one = [test for test in tests if 1 in [x.value for x in test.find_all(nodes.Const)]]
    inside = {inner.name for test in with_one for inner in test.find_all(nodes.Name)}
    return inside & {argument.name for argument in PARSED[name].args}


def perhaps(name: str) -> set[str]:
    """The values of a macro that may be empty."""
    tests = (node.test for node in PARSED[name].find_all((nodes.If, nodes.CondExpr)))
    inside = {test.name for test in tests if isinstance(test, nodes.Name)}
    return inside & {argument.name for argument in PARSED[name].args}


def spelled_out(name: str) -> set[str]:
    """The values of a macro that are said as words."""
    called = PARSED[name].find_all(nodes.Call)
    return {
        inner.name
        for call in called
        if isinstance(call.node, nodes.Name) and call.node.name == "number"
        for inner in call.find_all(nodes.Name)
    } & {argument.name for argument in PARSED[name].args} | ({"n"} if name == "number" else set())


def every(name: str, other: Value = A_VALUE) -> Iterator[dict[str, Value]]:
    """Values for a macro: of one thing and of several, wherever it asks how many there are."""
    asked = sorted(asked_about(name))
    several = dict.fromkeys(spelled_out(name), 2)
    maybe = sorted(perhaps(name))
    choices = [*[(1, 2, 13)] * len(asked), *[(other, "")] * len(maybe)]
    for chosen in product(*choices):
        known = {**several, **dict(zip((*asked, *maybe), chosen, strict=True))}
        yield {value: known.get(value, other) for value in macros("en")[name].arguments}


def said(name: str) -> Iterator[Inline]:
    """What a macro says with these, of networks of every kind."""
    for words, given in product(WORDINGS, list(every(name))):
        yield words(name, **given)


def text(said: Inline) -> str:
    """Words alone."""
    return "".join(part.text if isinstance(part, Strong) else str(part) for part in said)

"""What can be asked of our own pages: each question is answered on pages rendered for it.

A question gets the pages of a network and what the data give with it, and returns how many
things were compared. It raises Refused, saying what was found, where the answer is no.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import pairwise

import derive
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.steps import Kind, Step
from derive.document.blocks import Inline, Strong
from derive.document.macros import macros
from derive.document.wording import Wording
from derive.expression.constructors import variable
from derive.expression.nodes import Partial, Quantity
from derive.graph import E
from derive.rendering import TextFormat, render_files
from derive.writers.expressions.latex import latex
from docs.errata.scope import Scope

FORMATS = ("markdown", "latex", "text")
Answer = Callable[[Scope, tuple[str, ...]], int]


class Refused(ValueError):
    """Our page does not have what the data say, or has what they deny."""


@cache
def page(scope: Scope, to: TextFormat = "markdown") -> str:
    """The whole page of a network in its style."""
    return derive.render(scope.derivation, to, detail="full")


@cache
def pictured(scope: Scope) -> Mapping[str, str]:
    """The page with its pictures: name of a file → content, the page first."""
    files = render_files(scope.derivation, "page.md", detail="full", parts=("pictures",))
    return {name: content for name, content in files.items() if isinstance(content, str)}


def lacks(scope: Scope, given: tuple[str, ...]) -> int:
    """None of some words is on our page, in any format, in capitals or not."""
    for to in FORMATS:
        for text in given:
            ends = r"\b" if text.isascii() else ""
            if re.search(f"{ends}{re.escape(text)}{ends}", page(scope, to), re.IGNORECASE):
                raise Refused(f"{text!r} is on our page in {to}")
    return len(given) * len(FORMATS)


def has(scope: Scope, given: tuple[str, ...]) -> int:
    """Every one of some strings is on our page in Markdown."""
    for text in given:
        if text not in page(scope):
            raise Refused(f"{text!r} is not on our page")
    return len(given)


def lacks_in_text(scope: Scope, given: tuple[str, ...]) -> int:
    """None of some strings is on our page in plain text."""
    for text in given:
        if text in page(scope, "text"):
            raise Refused(f"{text!r} is on our page in text")
    return len(given)


def has_in_text(scope: Scope, given: tuple[str, ...]) -> int:
    """Every one of some strings is on our page in plain text."""
    for text in given:
        if text not in page(scope, "text"):
            raise Refused(f"{text!r} is not on our page in text")
    return len(given)


def lacks_in_formulas(scope: Scope, given: tuple[str, ...]) -> int:
    """None of some strings is in any formula of our page in Markdown."""
    every = written(page(scope))
    for text in given:
        for formula in every:
            if text in formula:
                raise Refused(f"{text!r} is in a formula of our page: {formula}")
    return len(given) * len(every)


def written(text: str) -> list[str]:
    """Every formula of a page in Markdown, with its delimiters."""
    return [
        *re.findall(r"\$`[^`$]+`\$", text),
        *re.findall(r"(?ms)^```math$.*?^```$", text),
    ]


def says(scope: Scope, given: tuple[str, ...]) -> int:
    """Our page has a sentence of the wording, by the name of its macro."""
    words = Wording()
    for name in given:
        values = {value: variable(value) for value in macros("en")[name].arguments}
        if not re.search(_pattern(words(name, **values)), page(scope)):
            raise Refused(f"the sentence {name} is not on our page")
    return len(given)


def headings(scope: Scope, given: tuple[str, ...]) -> int:
    """One title, no heading without words, none that skips a level, none in bold."""
    found = re.findall(r"(?m)^(#+)(.*)$", page(scope))
    levels = [len(marks) for marks, _ in found]
    empty = [words for _, words in found if not words.strip() or "**" in words]
    skips = [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1]
    if empty or skips or levels.count(1) != 1 or levels[0] != 1:
        raise Refused(f"the headings of our page are {found}")
    return len(found)


def formulas(scope: Scope, given: tuple[str, ...]) -> int:
    r"""Formulas are text between delimiters that pair up; a picture of one there is not.

    A name in upright letters stands in \text{} without an underscore in it.
    """
    text = page(scope)
    inline = [one for one in written(text) if one.startswith("$")]
    blocks = [one for one in written(text) if one.startswith("`")]
    if text.count("$`") != len(inline) or text.count("`$") != len(inline):
        raise Refused("a delimiter of a formula does not pair up")
    if text.count("```") != 2 * len(blocks) or r"\(" in text or "](http" in text:
        raise Refused("a formula is not written between the delimiters of the format")
    if any("_" in words for words in re.findall(r"\\text\{([^{}]*)\}", text)):
        raise Refused("an underscore inside \\text{}")
    return len(inline) + len(blocks)


def gradients(scope: Scope, given: tuple[str, ...]) -> int:
    """Every weight has its derivative, its number and its update on the page."""
    derivation, text = scope.derivation, page(scope)
    values = Valuation(derivation, Rounding(scope.network.digits, scope.network.update_digits))
    for w in scope.network.parameters():
        wanted = (
            f"{latex(Partial(E, w), scope.names)} &",
            values.gradient(w).number.text,
            values.updated[w].number.text,
        )
        lines = text.replace(f"{latex(Partial(E, w), scope.names)} =", wanted[0])
        for one in wanted:
            if one not in lines:
                raise Refused(f"{one!r}, of {scope.names.text(w)}, is not on our page")
    return 3 * len(scope.network.parameters())


def given_first(scope: Scope, given: tuple[str, ...]) -> int:
    """Every number that is given stands in the section on the network, before any use of it."""
    head = page(scope).partition("\n## Forward pass")[0]
    network = scope.network
    numbers = [
        *(n for rows in (network.inputs, network.targets) for row in rows or () for n in row),
        *(n for n in map(network.value, _all_parameters(scope)) if n is not None),
    ]
    if network.learning_rate is not None:
        numbers.append(network.learning_rate)
    counted = Counter(number.text or str(number.value) for number in numbers)
    for text, count in counted.items():
        if len(re.findall(rf"(?<![\d.]){re.escape(text)}(?![\d.])", head)) < count:
            raise Refused(f"{text} is given {count} times and not as often said at the head")
    return len(numbers)


def one_name(scope: Scope, given: tuple[str, ...]) -> int:
    """Every quantity has one name, and no two have the same, capitals aside."""
    quantities = list(scope.names.quantities())
    for spelled in (scope.names.text, scope.names.latex):
        counted = Counter(spelled(q) for q in quantities)
        twice = [name for name, count in counted.items() if count > 1]
        if twice:
            raise Refused(f"two quantities are called {twice[0]}")
    return len(quantities)


def once(scope: Scope, given: tuple[str, ...]) -> int:
    """Every local derivative is worked out once; later it is referred to."""
    local = Counter(step.subject for step in scope.derivation.walk() if _is_local(step))
    again = [subject for subject, count in local.items() if count > 1]
    if again or not local:
        raise Refused(f"worked out twice: {again}")
    return len(local)


def pictures(scope: Scope, given: tuple[str, ...]) -> int:
    """Every picture is described where the page refers to it, and has a title of its own."""
    files = pictured(scope)
    page = next(iter(files.values()))
    referred = re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", page)
    silent = [file for words, file in referred if not words.strip(" .")]
    drawn = {name: svg for name, svg in files.items() if name.endswith(".svg")}
    untitled = [
        name
        for name, svg in drawn.items()
        if not re.search(r"<title[^>]*>[^<]", svg) or not re.search(r"<desc[^>]*>[^<]", svg)
    ]
    if silent or untitled or not drawn or {file for _, file in referred} != drawn.keys():
        raise Refused(f"pictures without words: {silent + untitled}; there are {list(drawn)}")
    return len(drawn)


QUESTIONS: dict[str, Answer] = {
    "lacks": lacks,
    "lacks in text": lacks_in_text,
    "lacks in formulas": lacks_in_formulas,
    "has": has,
    "has in text": has_in_text,
    "says": says,
    "headings": headings,
    "formulas": formulas,
    "gradients": gradients,
    "given first": given_first,
    "one name": one_name,
    "once": once,
    "pictures": pictures,
}


def _is_local(step: Step) -> bool:
    return step.kind is Kind.LOCAL and not step.of_array


def _all_parameters(scope: Scope) -> Iterator[Quantity]:
    for layer in scope.network.layers:
        yield from scope.network.weights(layer.index)
        yield from scope.network.biases(layer.index)


def _pattern(sentence: Inline) -> str:
    """The words of a sentence, whatever stands where it has formulas."""
    words = (part.text if isinstance(part, Strong) else part for part in sentence)
    return "".join(re.escape(part) if isinstance(part, str) else r"[^\n]+?" for part in words)

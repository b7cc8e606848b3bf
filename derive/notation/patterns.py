"""Patterns of names: text with placeholders from a fixed list, such as ``a_{h_{number}}``.

``str.format`` would reach attributes and items of what is put in; here a placeholder is a word
of ``PLACEHOLDERS`` in braces and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from derive.notation.spelling import SUBSCRIPTS, SUPERSCRIPTS

PLACEHOLDERS = {
    "letter": "the letter of this kind of quantity (loss: E, target: t, …)",
    "number": "running number: weights and biases through the whole network by receiving unit, "
    "hidden units through all hidden layers, inputs and outputs from 1",
    "layer": "layer, 1 for the first after the inputs",
    "unit": "unit in its layer, the receiving one for a weight",
    "source": "sending unit in its layer",
    "pair": "source and unit in the order of the layout, with a separator from 10 units on",
    "hidden": "receiving unit, counted through all hidden layers",
    "sourcehidden": "sending unit, counted through all hidden layers",
    "layerletter": "letter of the layer: i for the inputs, then j, k, l, …",
    "sourceletter": "letter of the layer before",
    "running": "unit, counted through the whole network: first the inputs, then layer by layer",
    "from": "sending unit, counted through the whole network",
    "to": "receiving unit, counted through the whole network",
}

TARGETS = ("latex", "text", "code", "speech")

_PLACEHOLDER = re.compile(r"\{([\^_]?)([a-z]+)\}")
_COMMAND = re.compile(r"\\[A-Za-z]+$")
_SEPARATORS = {"latex": ",", "text": "_", "code": "_", "speech": " "}

Values = Callable[[str], str]  # the value of a placeholder for one quantity


class PatternProblem(ValueError):
    """Why a pattern cannot be used, and what to do; the place is added by who knows it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern: literal text and placeholders, alternating.

    parts  (literal, placeholder, style); the last has no placeholder; style is "^" or "_" for
           raised and lowered digits, "{" where LaTeX braces stay around the value
    """

    parts: tuple[tuple[str, str, str], ...]
    separator: str

    def fill(self, values: Values) -> str:
        """The name for one quantity."""
        out: list[str] = []
        for literal, placeholder, style in self.parts:
            out.append(literal)
            if not placeholder:
                continue
            value = values(placeholder)
            if placeholder == "pair":
                value = value.replace("_", self.separator)
            if style == "^":
                value = value.translate(SUPERSCRIPTS)
            elif style == "_":
                value = value.translate(SUBSCRIPTS)
            elif style == "{":
                value = f"{{{value}}}"
            out.append(value)
        return "".join(out)

    def mentions(self, placeholder: str) -> bool:
        """Whether the placeholder stands in the pattern."""
        return any(part[1] == placeholder for part in self.parts)


def compile_pattern(
    source: str, target: str, allowed: Collection[str] = tuple(PLACEHOLDERS)
) -> Pattern:
    """A pattern from its text. Raises PatternProblem where a placeholder is not in ``allowed``.

    In LaTeX braces are groups as well: ``W_{number}`` keeps them around the number, and
    ``\\mathrm{out}``, like whatever follows a command, is no placeholder.
    """
    parts: list[tuple[str, str, str]] = []
    end = 0
    for match in _PLACEHOLDER.finditer(source):
        style, word = match.groups()
        before = source[: match.start()]
        script = target == "latex" and before.endswith(("_", "^"))
        short = script and word not in PLACEHOLDERS and len(word) < 3
        if target == "latex" and not style and (short or _COMMAND.search(before)):
            continue  # a group of LaTeX's own
        if word not in allowed:
            raise PatternProblem(_unknown(match.group(), word, target, allowed))
        if style and target != "text":
            raise PatternProblem(
                f"{match.group()}: raised and lowered digits are for text only; "
                f"write {{{word}}} here"
            )
        parts.append((source[end : match.start()], word, style or ("{" if script else "")))
        end = match.end()
    parts.append((source[end:], "", ""))
    if target != "latex" and any(c in part[0] for part in parts for c in "{}"):
        raise PatternProblem(
            f"a single brace in {source!r}: braces are for placeholders only; close it, or leave "
            "it out"
        )
    return Pattern(tuple(parts), _SEPARATORS[target] if "{_pair}" not in source else "_")


def _unknown(placeholder: str, word: str, target: str, allowed: Collection[str]) -> str:
    what = "has no meaning here" if word in PLACEHOLDERS else "is not a placeholder"
    remedy = f"; for these letters themselves write \\mathrm{{{word}}}" if target == "latex" else ""
    return f"{placeholder} {what}: allowed are {', '.join(allowed)}{remedy}"


@dataclass(frozen=True, slots=True)
class Row:
    """How one kind of quantity is named in every target."""

    latex: Pattern
    text: Pattern
    code: Pattern
    speech: Pattern


def row(latex: str, text: str, code: str, speech: str) -> Row:
    """A row of a built-in notation."""
    return Row(
        compile_pattern(latex, "latex"),
        compile_pattern(text, "text"),
        compile_pattern(code, "code"),
        compile_pattern(speech, "speech"),
    )

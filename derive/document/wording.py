"""The sentences: macros of ``templates/wording``, said with formulas, numbers and words.

``templates/wording/<language>/*.jinja`` holds a macro for every sentence, by subject. What a macro
takes stands between its brackets. Numbers and words are there to ask about as well as to print
(``<% if count == 1 %>``); a formula is printed by the writer of a page, in its names, and so may
only be placed (``<< w >>``). ``**…**`` is emphasised, and all white space is one space. In every
macro there are besides

    threshold, minus_delta  whether biases are thresholds, whether δ = −∂E/∂z
    δ                       how δ is written
    turn                    as one of the values: how often the sentence was said before, for
                            alternatives that take turns: << ("First", "Then")[turn % 2] >>
    bias(), layer_output()  every other macro, by its name

A folder of one's own is looked through first: a macro in any file under ``wording/<language>/``
there replaces the built-in one of that name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.document.blocks import Inline, Person, Reference, Strong
from derive.document.errors import WordingError
from derive.expression.nodes import Expression
from derive.network.catalogue import ActivationUse
from derive.network.description import Network
from derive.notation import NEGATIVE, Names

if TYPE_CHECKING:
    from derive.document.macros import Sentence

_SPACE = re.compile(r"[ \t\n]+")  # a no-break space stays
_OPEN, _CLOSE = "\ue000", "\ue001"  # around the number of a value, while a macro has it
_PLACE = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_CUT = "a value was changed or cut, and can only be placed"
_STRONG = re.compile(r"\*\*(.+?)\*\*")
DELTA = "δ"
Value = str | int | Expression | Inline


class Wording:
    """The sentences of one language; remembers how often each was said.

    variants  what is so of the network: THRESHOLD, MINUS_DELTA
    delta     how δ is written in the sentences
    """

    def __init__(
        self, language: str = "en", templates: Path | None = None,
        variants: tuple[str, ...] = (), delta: str = DELTA,
    ) -> None:  # fmt: skip
        from derive.document.macros import macros
        from derive.templating import environment

        self._macros = macros(language, templates)
        self._turns: Counter[str] = Counter()
        self._callable: dict[str, Callable[..., str]] = {}
        self._context: dict[str, object] = {
            **environment().globals,
            **{name: _Another(self, name) for name in self._macros.names},
            **{variant: variant in variants for variant in (THRESHOLD, MINUS_DELTA)},
            DELTA: delta,
        }

    def __call__(self, sentence: str, **values: Value) -> Inline:
        """A sentence with its values in their places. Raises WordingError."""
        from derive.templating import placed

        known = ", ".join(sorted(values)) or "none"
        template = self._macros[sentence]
        missing = [name for name in template.arguments if name not in values and name != TURN]
        if missing:
            raise WordingError(
                f"{template.place}: {sentence} has no value {missing[0]!r} here; use one of: "
                f"{known}"
            )
        held = tuple(values.values())
        arguments: dict[str, object] = {
            name: _as_argument(value, number) for number, (name, value) in enumerate(values.items())
        }
        with placed(WordingError, template.place, f"its values are: {known}"):
            text = self.spoken(
                template, {name: arguments[name] for name in template.arguments if name != TURN}
            )
            return _filled(text, held)

    def spoken(self, sentence: Sentence | str, values: dict[str, Any], *order: object) -> str:
        """What a macro says, with the places of formulas in it."""
        template = self._macros[sentence] if isinstance(sentence, str) else sentence
        macro = self._callable.get(template.name)
        if macro is None:
            macro = self._callable[template.name] = template.macro(self._context)
        if TURN in template.arguments:
            values = {TURN: self._turns[template.name], **values}
        self._turns[template.name] += 1
        return str(macro(*order, **values))

    def text(self, sentence: str, **values: str | int) -> str:
        """A sentence or word without formulas in it."""
        return "".join(part for part in self(sentence, **values) if isinstance(part, str))

    def activation(self, use: ActivationUse) -> str:
        """What an activation is called in a sentence: a formula of one's own by its name."""
        return use.title or self.text(f"activation_{use.name}")

    def layer_name(self, index: int, layers: int) -> str:
        """One of so many layers: the output layer, the hidden layer, hidden layer 2."""
        if index == layers:
            return self.text("layer_output")
        if layers == 2:
            return self.text("layer_hidden")
        return self.text("layer_hidden_numbered", number=index)

    def listing(self, items: tuple[Value, ...]) -> Inline:
        """a, b and c."""
        parts: list[str | Expression | Strong] = []
        for position, item in enumerate(items):
            if position:
                last = position == len(items) - 1
                parts.append(f" {self.text('and_')} " if last else ", ")
            parts.extend(_as_inline(item))
        return tuple(parts)


THRESHOLD, MINUS_DELTA = "threshold", "minus_delta"
TURN = "turn"


def wording(network: Network | None, names: Names, templates: Path | None = None) -> Wording:
    """The sentences about a network: those about thresholds, and about δ = −∂E/∂z, where it has
    them; δ in the letter of the notation. None: they are about formulas."""
    return Wording("en", templates, variants(network) if network else (), names.delta)


def variants(network: Network) -> tuple[str, ...]:
    """What is so of a network that sentences ask about."""
    return (
        *((THRESHOLD,) if network.has_thresholds else ()),
        *((MINUS_DELTA,) if network.delta_sign == NEGATIVE else ()),
    )


def in_macros(name: str) -> str:
    """What is called by a name of its own, as macros have it: new-loss → new_loss."""
    return name.replace("-", "_")


class _Another:
    """Another sentence, as a macro calls it: << bias() >>."""

    __slots__ = ("_name", "_words")

    def __init__(self, words: Wording, name: str) -> None:
        self._words, self._name = words, name

    def __call__(self, *order: object, **values: object) -> str:
        return self._words.spoken(self._name, values, *order).strip(" \t\n")


class _Formula:
    """A value that a macro may place, and ask whether it is there."""

    __slots__ = ("_place", "_there")

    def __init__(self, place: str, there: bool) -> None:
        self._place, self._there = place, there

    def __str__(self) -> str:
        return self._place

    def __bool__(self) -> bool:
        return self._there


class _Words(str):
    """Words that a macro may ask about; where it prints them, nothing in them is markup."""

    __slots__ = ("_place",)
    _place: str

    def __str__(self) -> str:
        return self._place


def _as_argument(value: Value, number: int) -> object:
    """A value as a macro has it."""
    if isinstance(value, int):
        return value
    place = f"{_OPEN}{number}{_CLOSE}"
    if isinstance(value, str):
        words = _Words(value)
        words._place = place
        return words
    return _Formula(place, value != ())


def _filled(text: str, values: tuple[Value, ...]) -> Inline:
    """What a macro says, with the values in their places."""
    parts: list[str | Expression | Strong] = []
    for position, piece in enumerate(_PLACE.split(_SPACE.sub(" ", text).strip(" "))):
        if position % 2 == 0:
            parts.extend(_emphasised(piece))
        elif int(piece) < len(values):
            parts.extend(_as_inline(values[int(piece)]))
        else:
            raise ValueError(_CUT)
    return merged(parts)


def _as_inline(value: Value) -> Inline:
    if isinstance(value, tuple):
        return value
    return (value if isinstance(value, (Expression, Person, Reference)) else str(value),)


def _emphasised(text: str) -> list[str | Strong]:
    if _OPEN in text or _CLOSE in text:
        raise ValueError(_CUT)
    parts: list[str | Strong] = []
    for position, piece in enumerate(_STRONG.split(text)):
        if piece:
            parts.append(Strong(piece) if position % 2 else piece)
    return parts


def capital(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def merged(parts: Iterable[str | Expression | Strong]) -> Inline:
    """Neighbouring strings as one; names of people and references stay apart."""
    pieces: list[str | Expression | Strong] = []
    for part in parts:
        before = pieces[-1] if pieces else None
        if _is_words(part) and _is_words(before):
            pieces[-1] = f"{before}{part}"
        else:
            pieces.append(part)
    return tuple(pieces)


def _is_words(part: object) -> bool:
    return isinstance(part, str) and not isinstance(part, (Person, Reference))

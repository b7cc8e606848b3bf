"""A careful reader of a text page, who has nothing but the page and the given numbers.

Formulas are read by ``writers.formula_reader``; what a name means is what the page's own
equations say; ∂E/∂w is the difference quotient of what they compute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from writers.formula_reader import STEP, M, Meaning, Reader, Values

_NOTE = re.compile(r"(\s{2,}\[[^\W\d][^\]]*\])?(\s{2,}\(\d+\))?\s*$")
_SIGN = re.compile(r"(?:^|\s)(=|≈|←)\s+")
_MARK = re.compile(r"⟨(\d+)⟩$")
_NAMED = r"derivative of (\S+) by (\S+) and is called (\S+)\."
_NUMBER = re.compile(r"(?<![\w.⟨])\d+(?:\.\d+)?(?:·10[⁻⁰-⁹¹²³]+)?")


@dataclass(frozen=True)
class Chain:
    """A displayed chain: its members, the sign before each but the first, and its line."""

    members: tuple[str, ...]
    signs: tuple[str, ...]
    line: int


def chains(page: str) -> list[Chain]:
    """The displayed chains of a text page, in reading order."""
    found: list[tuple[int, str]] = []
    displayed = False
    for number, line in enumerate(page.split("\n"), start=1):
        # A displayed block begins after an empty line; an item of a list goes on with an indent.
        displayed = not line.strip() or (displayed and line.startswith("    "))
        if not displayed or not line.strip():
            continue
        text = _NOTE.sub("", line)
        if line[4] != " ":
            found.append((number, text.strip()))
        elif found and text.strip():
            start, known = found[-1]
            found[-1] = (start, f"{known} {text.strip()}")
    read = []
    for number, text in found:
        parts = _SIGN.split(text)
        members, signs = parts[::2], parts[1::2]
        if signs:
            read.append(Chain(tuple(m.strip() for m in members), tuple(signs), number))
    return read


class PageReader(Reader):
    """Reads formulas whose functions the page itself has defined."""

    own: Mapping[str, Meaning]

    def applied(self, function: str, arguments: list[Meaning]) -> Meaning:
        if function not in self.own:
            return super().applied(function, arguments)
        body = self.own[function]

        def call(v: Values) -> Any:
            (x,) = (argument(v) for argument in arguments)
            return body(Values(lambda name: x, v.partial))

        return call


BUILT_IN = {"ln": "ln", "tanh": "tanh", "cosh": "cosh", "sinh": "sinh", "max": "max",
            "min": "min", "exp": "exp", "√": "sqrt", "sign": "sign", "erf": "erf",
            "sin": "sin", "cos": "cos", "arctan": "atan"}  # fmt: skip


class Page:
    """What the page says: definitions, functions, and the values that follow from given ones.

    given  for every example, the numbers of inputs, targets and parameters by their names
    names  every name that may stand on the page
    """

    def __init__(self, text: str, given: list[dict[str, Any]], names: list[str]) -> None:
        self.given = given
        self.names = {name: name for name in names}
        for name in names:  # of one example of a batch
            for mark in ("n", *(str(k + 1) for k in range(len(given)))):
                self.names[f"{name}⟨{mark}⟩"] = f"{name}⟨{mark}⟩"
        self.names["x"] = "x"
        self.functions: dict[str, Meaning] = {}
        self.definitions: dict[str, Meaning] = {}
        self.chains = chains(text)
        for chain in self.chains:
            self._learn(chain)
        for of, by, name in re.findall(_NAMED, " ".join(text.split())):
            self.definitions.setdefault(name, self.read(f"∂{of}/∂{by}"))

    def _learn(self, chain: Chain) -> None:
        left = chain.members[0]
        if found := re.fullmatch(r"(\S+)\(x\)", left):
            self.functions.setdefault(found[1], self.read(chain.members[1]))
        elif left in self.names and left not in self.given[0] and chain.signs[0] == "=":
            self.definitions.setdefault(left, self.read(chain.members[1]))

    def read(self, source: str) -> Meaning:
        """What a formula means. Fails where it cannot be read or a function is not known."""
        known = {**BUILT_IN, **{name: name for name in self.functions}}
        longest_first = dict(sorted(known.items(), key=lambda item: -len(item[0])))
        reader = PageReader(source, self.names, longest_first)
        reader.own = dict(self.functions)
        return reader.read()

    def value(self, source: str) -> Any:
        """The value of a formula with the given numbers (of the first example)."""
        return self.read(source)(self._world({}))

    def _world(self, moved: Mapping[str, Any], example: int = 0) -> Values:
        known: dict[str, Any] = {}

        def value(name: str) -> Any:
            if mark := _MARK.search(name):
                return self._world(moved, int(mark[1]) - 1).value(name[: mark.start()])
            if name in moved:
                return moved[name]
            if name in self.given[example]:
                return self.given[example][name]
            if name == "x":
                return M.mpf("0.371")
            if name not in known:
                assert name in self.definitions, f"{name} is not defined"
                known[name] = self.definitions[name](world)
            return known[name]

        def partial(of: str, by: str) -> Any:
            here = example
            if mark := _MARK.search(of):
                here, of = int(mark[1]) - 1, of[: mark.start()]
            base = self._world(moved, here).value(by)
            up, down = (
                self._world({**moved, by: base + s * STEP}, here).value(of) for s in (1, -1)
            )
            return (up - down) / (2 * STEP)

        world = Values(value, partial)
        return world


def in_numbers(member: str, names: Mapping[str, str]) -> bool:
    """Whether a member is made of digits alone, no name in it."""
    bare = re.sub(r"\b(ln|tanh|cosh|sinh|max|min|exp|sign|erf|if|otherwise|e)\b|e\^|π", " ", member)
    return not re.search(r"[^\W\d]", bare)


def possible_error(page: Page, member: str) -> Any:
    """How far half a unit of every printed number can move the member's value."""
    here = page.value(member)
    total = M.mpf(10) ** -30
    for number in _NUMBER.finditer(member):
        digits, _, power = number[0].partition("·10")
        if "." not in digits:
            continue  # a whole number is meant as such
        raised = power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")) or "0"
        half = M.mpf(10) ** (int(raised) - len(digits.partition(".")[2])) / 2
        more = f"({number[0]} + {M.nstr(half, 20, min_fixed=-60, max_fixed=60)})"
        moved = member[: number.start()] + more + member[number.end() :]
        total += abs(page.value(moved) - here)
    return total * M.mpf("1.2")

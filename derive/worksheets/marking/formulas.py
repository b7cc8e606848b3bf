"""Whether a formula that a student wrote is the right one.

It is read in the sheet's notation and compared with the right formula at random points of the
network, every name worth what the definitions make of it there: σ(h1) and a_h1 are the same.
Where the two differ, the point is the explanation. Reading and evaluating are bounded, so that
nothing typed can hang.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from derive.derivation.check.points import draw
from derive.derivation.graph import E
from derive.derivation.numbers import Atom, equal
from derive.derivation.styles.deltas import pre_activation_of
from derive.derivation.trace import Trace
from derive.expression.evaluate import HIGH, evaluate
from derive.expression.formula import FormulaError, parse
from derive.expression.functions import Function, elementary
from derive.expression.nodes import DELTA, Apply, Expression, Partial, Quantity
from derive.notation import Names
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.marking.readings import MAX_LENGTH
from derive.worksheets.misconceptions import EARLY_ROUNDING, slips

POINTS = 8
_SEED = 5000
_DIGITS = 6
_SPELLINGS = str.maketrans({
    "−": "-", "–": "-", "×": "*", "⋅": "*", "∙": "*", "[": "(", "]": ")", "÷": "/", "′": "'",
})  # fmt: skip
_POWERS = {"²": "**2", "³": "**3"}
_CASES = re.compile(r"\{([^{}]*)\}")  # { a if x > 0; b otherwise }, as a sheet prints it
_BARS = re.compile(r"\|([^|]+)\|")
_OF_BRACKETS = re.compile(r"(?<!\w)[∂d]\s*((?:[a-z]+\s*)?\()")
_MOST_DERIVATIVES = 20
_BY = re.compile(r"\s*/\s*[∂d]\s*(name\d+)(?!\w)")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found about a formula.

    equal           at every point
    fault           why it could not be compared; "" where it could
    values          where it differs: the names it mentions and their values there
    given, right    what the two formulas come to there
    misconceptions  ids of those that lead to this formula
    """

    equal: bool
    fault: str = ""
    values: tuple[tuple[Expression, str], ...] = ()
    given: str = ""
    right: str = ""
    misconceptions: tuple[str, ...] = ()


class Formulas:
    """Compares formulas about one exercise, written in the names of one notation."""

    def __init__(self, exercise: Exercise, names: Names) -> None:
        self.exercise = exercise
        self.graph = exercise.derivation.graph
        self.names = names
        self._points: dict[frozenset[str], tuple[Trace, ...]] = {}

    def compare(self, task: Task, text: str) -> Compared:
        """A formula for what a task asks. Never raises for what was typed."""
        wrong = (
            (slip.misconception.id, slip.formula)
            for slip in slips(task, self.exercise)
            if slip.misconception.id != EARLY_ROUNDING
        )
        return self.compare_with(
            task.formula, text, frozenset(task.step.assumes), wrong, task.step.subject
        )

    def compare_with(
        self,
        right: Expression,
        text: str,
        assumptions: frozenset[str] = frozenset(),
        wrong: Iterable[tuple[str, Expression]] = (),
        subject: Expression | None = None,
    ) -> Compared:
        """A formula in place of the right one. Never raises for what was typed.

        wrong    ids of misconceptions, and what they lead to
        subject  what is asked for, and so may not be named
        """
        try:
            formula = self.read(text)
        except FormulaError as error:
            inside = "name0" in error.remedy  # the remedy lists what stands for the names here
            remedy = "use the names on the sheet" if inside else error.remedy
            return Compared(False, fault=f"{error.message}{'; ' if remedy else ''}{remedy}")
        if subject is not None and any(_same(node, subject) for node in formula.walk()):
            return Compared(False, fault="names what it is asked to work out")
        points = self._drawn(assumptions)
        for point in points:
            exact = evaluate(right, point)
            try:
                given = evaluate(formula, point)
            except (ArithmeticError, KeyError, TypeError):  # TypeError: a second derivative
                given = None
            if given is None or not equal(given, exact):
                break
        else:
            return Compared(True)
        return Compared(
            False,
            values=tuple((atom, _shown(evaluate(atom, point))) for atom in _mentioned(formula)),
            given="" if given is None else _shown(given),
            right=_shown(exact),
            misconceptions=_named(formula, wrong, points),
        )

    def _drawn(self, assumptions: frozenset[str]) -> tuple[Trace, ...]:
        if assumptions not in self._points:
            self._points[assumptions] = tuple(
                draw(self.graph, _SEED + seed, assumptions, bit=seed // 2) for seed in range(POINTS)
            )
        return self._points[assumptions]

    # -- reading ------------------------------------------------------------------------------

    def read(self, text: str) -> Expression:
        """The tree of a formula in the sheet's names. Raises FormulaError."""
        if len(text) > MAX_LENGTH:
            raise FormulaError(f"the formula has {len(text)} characters", 1)
        known: dict[str, Expression] = {}

        def put(expression: Expression) -> str:
            known[f"name{len(known)}"] = expression
            return f" name{len(known) - 1} "

        bare = self._derivative.sub(
            lambda m: put(
                Partial(self._named_quantities[m[1] or m[2]], self._named_quantities[m[3] or m[4]])
            ),
            self._function.sub(lambda m: _identifier(m[0]), _plain(text)),
        )
        bare = self._name.sub(lambda m: put(self._named_quantities[m[0]]), bare)
        bare = unicodedata.normalize("NFKC", bare)
        if "max" not in bare and "min" not in bare:
            bare = _DECIMAL_COMMA.sub(".", bare)
        bare = _CASES.sub(lambda m: f"({m[1].replace(';', ' else ')})", bare)
        bare = _BARS.sub(r"abs(\1)", bare.replace("otherwise", ""))
        if len(_OF_BRACKETS.findall(bare)) > _MOST_DERIVATIVES:
            raise FormulaError(f"more than {_MOST_DERIVATIVES} derivatives of brackets", 1)
        while found := _derivative_of_brackets(bare):  # the last first: it has none inside
            start, inner, name, end = found
            by = known.get(name)
            if not isinstance(by, Quantity):
                raise FormulaError("a derivative by what is no name", 1, "write ∂(…)/∂h1")
            derivative = Partial(parse(inner, known, self._functions), by)
            bare = bare[:start] + put(derivative) + bare[end:]
        return parse(bare, known, self._functions)

    def quantities(self, text: str) -> tuple[frozenset[Quantity], str]:
        """The quantities that a text names, and what of it is no name."""
        bare = _plain(text)
        named = frozenset(self._named_quantities[m[0]] for m in self._name.finditer(bare))
        return named, self._name.sub(" ", bare)

    @cached_property
    def _named_quantities(self) -> dict[str, Quantity]:
        found: dict[str, Quantity] = {}
        for quantity in self.names.quantities():
            for spelling in (self.names.text(quantity), self.names.code(quantity)):
                found.setdefault(_plain(spelling), quantity)
        return found

    @cached_property
    def _any_name(self) -> str:
        longest = sorted(self._named_quantities, key=lambda name: (-len(name), name))
        return "|".join(map(re.escape, longest))

    @cached_property
    def _name(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{self._any_name})(?!\w|\()")

    @cached_property
    def _derivative(self) -> re.Pattern[str]:
        one = rf"[∂d]\s*(?:\(({self._any_name})\)|({self._any_name})(?!\w))"
        return re.compile(rf"(?<!\w){one}\s*/\s*{one}")

    @cached_property
    def _functions(self) -> dict[str, Function]:
        """The functions by what they are called, f′ too."""
        found = dict(elementary())
        for function in self._of_network:
            for spelling in (function.name, function.text):
                found.setdefault(_identifier(spelling.translate(_SPELLINGS)), function)
        return found

    @cached_property
    def _function(self) -> re.Pattern[str]:
        """What functions are called that is no name in a formula: relu', lrelu_0.1."""
        spellings = {s.translate(_SPELLINGS) for f in self._of_network for s in (f.name, f.text)}
        longest = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
        strange = "|".join(re.escape(s).replace(r"\.", "[.,]") for s in longest if not _is_word(s))
        return re.compile(rf"(?<!\w)(?:{strange})" if strange else r"(?!)")

    @cached_property
    def _of_network(self) -> tuple[Function, ...]:
        found: dict[Function, None] = {}
        for task in self.exercise.tasks:
            for node in task.formula.walk():
                if isinstance(node, Apply):
                    found[node.function] = None
        return tuple(found)


def _plain(text: str) -> str:
    """Minus signs, brackets and powers as the reader of formulas takes them; names too."""
    bare = text.translate(_SPELLINGS)
    for sign, power in _POWERS.items():
        bare = bare.replace(sign, power)
    return bare


def _is_word(spelling: str) -> bool:
    return re.fullmatch(r"\w+", spelling) is not None


def _identifier(spelling: str) -> str:
    """lrelu_0.1' → lrelu_0_1_prime, which may stand in a formula."""
    return re.sub(r"\W", "_", spelling.replace("'", "_prime"))


def _derivative_of_brackets(text: str) -> tuple[int, str, str, int] | None:
    """The last ∂(…)/∂name, with "name" as it is put: where it begins, what is in it, by what,
    where it ends."""
    for opening in reversed(list(_OF_BRACKETS.finditer(text))):
        depth = 0
        for place in range(opening.end() - 1, len(text)):
            depth += (text[place] == "(") - (text[place] == ")")
            if depth == 0:
                by = _BY.match(text, place + 1)
                if by is None:
                    break
                return opening.start(), text[opening.start(1) : place + 1], by[1], by.end()
    return None


def _named(
    formula: Expression, wrong: Iterable[tuple[str, Expression]], points: tuple[Trace, ...]
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for row, slipped in wrong:
        if row not in found and all(_agree(formula, slipped, point) for point in points):
            found[row] = None
    return tuple(found)


def _agree(a: Expression, b: Expression, point: Trace) -> bool:
    try:
        return equal(evaluate(a, point), evaluate(b, point))
    except (ArithmeticError, KeyError, TypeError):  # TypeError: a second derivative
        return False


def _same(node: Expression, subject: Expression) -> bool:
    if node == subject:
        return True
    if isinstance(node, Partial) and isinstance(subject, Quantity) and subject.kind == DELTA:
        return node.of == E and node.by == pre_activation_of(subject)
    return False


def _mentioned(formula: Expression) -> tuple[Atom, ...]:
    return tuple(dict.fromkeys(n for n in formula.walk() if isinstance(n, Quantity)))


def _shown(value: Any) -> str:
    return str(HIGH.context.nstr(value, _DIGITS))

"""Formulas as students write them, in the names of one sheet: W5, W₅, W_5 and a_{h_1} alike.

Each name found is put as one letter that nobody types, and the formula is parsed with these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cached_property

from derive.derivation.graph import E
from derive.expression.formula import FormulaError, parse
from derive.expression.functions import VALUE, Function, elementary
from derive.expression.nodes import Apply, Expression, Partial, Quantity, substitute
from derive.notation import Names
from derive.notation.spelling import GREEK
from derive.worksheets.exercise import Exercise
from derive.worksheets.marking.readings import MAX_LENGTH
from derive.worksheets.marking.spelling import powers, signs

_FIRST = 0x20000  # of the letters that stand for names while a formula is read
_LETTERS = f"[{chr(_FIRST)}-{chr(_FIRST + MAX_LENGTH)}]"
_LETTER = re.compile(_LETTERS)
_IN_WORD = r"[^\W⁰¹²³⁴⁵⁶⁷⁸⁹¼-¾⅐-⅞]"
_CASES = re.compile(r"\{([^{}]*)\}")  # { a if x > 0; b otherwise }, as a sheet prints it
_BARS = re.compile(r"\|([^|]+)\|")
_OF_BRACKETS = re.compile(r"(?<!\w)[∂d]\s*((?:[a-z]+\s*)?\()")
_MOST_DERIVATIVES = 20
_BY = re.compile(rf"\s*/\s*[∂d]\s*({_LETTERS})(?!\w)")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_RAISED_POINT = re.compile(r"(?<![\w.,])0·(\d+)(?![\w.,])")
_GREEK = {letter: name for name, letter in GREEK.items()}
_POWER_OF_TEN = re.compile(r"(?<![\w.])([\d.,]+)E(\d+)(?!\w)")  # 2E1, where there is an E1
_UNKNOWN_NAME = re.compile(r"unknown name '(.*)'")


class Reader:
    """Reads formulas about one exercise, written in the names of one notation."""

    def __init__(self, exercise: Exercise, names: Names) -> None:
        self.exercise = exercise
        self.names = names

    def read(self, text: str) -> Expression:
        """The tree of a formula in the sheet's names. Raises FormulaError."""
        if len(text) > MAX_LENGTH:
            raise FormulaError(
                f"the formula has {len(text)} characters", 1, f"allowed are at most {MAX_LENGTH}"
            )
        if strange := _LETTER.search(text):
            raise FormulaError(f"the sign {strange[0]!r} has no meaning here", strange.start() + 1)
        known: dict[str, Expression] = {}
        typed: dict[str, str] = {}
        try:
            return self._parsed(text, known, typed)
        except FormulaError as error:
            raise self._as_typed(error, typed) from None

    def _parsed(
        self, text: str, known: dict[str, Expression], typed: dict[str, str]
    ) -> Expression:  # fmt: skip
        def put(expression: Expression, as_typed: str) -> str:
            letter = chr(_FIRST + len(known))
            known[letter], typed[letter] = expression, as_typed.strip()
            return letter

        def derivative(match: re.Match[str]) -> str:
            of, by = match[1] or match[2] or match[5], match[3] or match[4] or match[6]
            return put(Partial(self._quantity(of), self._quantity(by)), match[0])

        bare = signs(text).strip()
        if bare.endswith(".") and not bare.endswith(".."):
            bare = bare[:-1]
        bare = self._function.sub(lambda m: _identifier(m[0]), bare)
        bare = self._derivative.sub(derivative, bare)
        bare = self._name.sub(lambda m: put(self._quantity(m[0]), m[0]), bare)
        if number := _POWER_OF_TEN.search(bare):
            raise FormulaError(
                f"{number[0]} may be a number or a product", number.start() + 1,
                f"write {number[1]}e{number[2]}, or {number[1]}*E{number[2]}",
            )  # fmt: skip
        if point := _RAISED_POINT.search(bare):
            raise FormulaError(
                f"{point[0]} may be a number or a product", point.start() + 1,
                f"write 0.{point[1]}, or 0*{point[1]}",
            )  # fmt: skip
        bare = powers(bare)
        if "max" not in bare and "min" not in bare:
            bare = _DECIMAL_COMMA.sub(".", bare)
        bare = _CASES.sub(lambda m: f"({m[1].replace(';', ' else ')})", bare)
        bare = _BARS.sub(r" abs(\1)", bare.replace("otherwise", ""))
        if len(_OF_BRACKETS.findall(bare)) > _MOST_DERIVATIVES:
            raise FormulaError(f"more than {_MOST_DERIVATIVES} derivatives of brackets", 1)
        while found := _derivative_of_brackets(bare):  # the last first: it has none inside
            start, inner, name, end = found
            by = known.get(name)
            if not isinstance(by, Quantity):
                raise FormulaError(
                    "a derivative with respect to something that is not a name", 1, "write ∂(…)/∂h1"
                )
            inside = Partial(parse(inner, known, self._functions, beside=True), by)
            bare = bare[:start] + put(inside, text_of(bare[start:end], typed)) + bare[end:]
        if len(bare) > MAX_LENGTH:
            raise FormulaError("too many powers and fractions", 1, "write less of them")
        return parse(bare, known, self._functions, beside=True)

    def quantities(self, text: str) -> tuple[frozenset[Quantity], str]:
        """The quantities that a text names, and what of it is no name."""
        bare = signs(text)
        named = frozenset(self._quantity(m[0]) for m in self._name.finditer(bare))
        return named, self._name.sub(" ", bare)

    def _as_typed(self, error: FormulaError, typed: dict[str, str]) -> FormulaError:
        """What is wrong in the words of the sheet: no letters that were put for its names."""
        message, remedy = text_of(error.message, typed), error.remedy
        if unknown := _UNKNOWN_NAME.fullmatch(message):
            close = get_close_matches(unknown[1], map(self.names.text, self.names.quantities()), 1)
            remedy = f"did you mean {close[0]!r}?" if close else "use the names on the sheet"
        elif message.startswith("unknown function"):
            written = dict.fromkeys(f.text for f in self._functions.values())
            remedy = f"those there are: {', '.join(written)}"
        elif "sign" in message and '"\'"' in message:
            remedy = "write a derivative as on the sheet, or as in ∂a_h1/∂h1"
        return FormulaError(message, error.column, text_of(remedy, typed))

    # -- names ----------------------------------------------------------------------------------

    def _quantity(self, typed: str) -> Quantity:
        exact, loose = self._named
        return exact.get(typed) or loose[typed.replace("_", "")]

    @cached_property
    def _named(self) -> tuple[dict[str, Quantity], dict[str, Quantity]]:
        """Names as they are spelled; and without their _, where that is no other's name."""
        exact: dict[str, Quantity] = {}
        loose: dict[str, set[Quantity]] = {}
        for quantity in self.names.quantities():
            for spelling in self._spellings(quantity):
                exact.setdefault(spelling, quantity)
                loose.setdefault(spelling.replace("_", ""), set()).add(quantity)
        whole = self.names.text(E).partition("_")[0]  # ∂E/∂o1, where the sheet says E_Total
        if whole not in exact and whole not in loose and self.names.text(E) in exact:
            exact[whole] = E
        return exact, {key: next(iter(of)) for key, of in loose.items() if len(of) == 1}

    def _spellings(self, quantity: Quantity) -> Iterator[str]:
        for spelling in (
            self.names.text(quantity), self.names.code(quantity), self.names.latex(quantity),
        ):  # fmt: skip
            bare = signs(spelling)
            yield bare
            yield bare.replace("((", "(").replace("))", ")")  # w^((1))_11 of w^{(1)}_{11}

    @cached_property
    def _any_name(self) -> str:
        exact, loose = self._named
        patterns = {re.escape(name): len(name) for name in exact}
        patterns |= {"_?".join(map(re.escape, name)): len(name) for name in loose}
        return "|".join(sorted(patterns, key=lambda pattern: (-patterns[pattern], pattern)))

    @cached_property
    def _name(self) -> re.Pattern[str]:
        """A name, also right behind a number or before a bracket: 2h1(1 − h1)."""
        called = "|".join(map(re.escape, self._functions))
        return re.compile(
            rf"(?<![^\W\d])(?!(?<=[\d.])E(?:\d|\s*[+-]\s*\d))(?!(?:{called})\s*\()"
            rf"(?:{self._any_name})(?!{_IN_WORD})"
        )

    @cached_property
    def _derivative(self) -> re.Pattern[str]:
        one = rf"[∂d]\s*(?:\(({self._any_name})\)|({self._any_name})(?!{_IN_WORD}))"
        in_brackets = rf"\(\s*[∂d]\s*({self._any_name})\s*\)"  # (∂a_h1)/(∂h1)
        return re.compile(rf"(?<!\w){one}\s*/\s*{one}|{in_brackets}\s*/\s*{in_brackets}")

    # -- functions ------------------------------------------------------------------------------

    @cached_property
    def _functions(self) -> dict[str, Function]:
        """The functions by what they are called, f′ too."""
        found = dict(elementary())
        for function in self._of_network:
            for spelling in _called(function):
                found.setdefault(_identifier(signs(spelling)), function)
        return found

    @cached_property
    def _function(self) -> re.Pattern[str]:
        """What functions are called that is no name in a formula: relu', lrelu_0.1."""
        spellings = {signs(s) for f in self._of_network for s in _called(f)}
        longest = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
        strange = "|".join(re.escape(s).replace(r"\.", "[.,]") for s in longest if not _is_word(s))
        return re.compile(rf"(?<![^\W\d])(?:{strange})" if strange else r"(?!)")

    @cached_property
    def _of_network(self) -> tuple[Function, ...]:
        found: dict[Function, None] = {}
        for task in self.exercise.tasks:
            for node in task.formula.walk():
                if isinstance(node, Apply):
                    found[node.function] = None
        there = {function.text for function in found}
        slopes = [_slope(f) for f in found if f.derivatives and len(f.parameters) == 1]
        return (*found, *(f for f in slopes if f.text not in there))


def _called(f: Function) -> tuple[str, ...]:
    """What a function is called: sigmoid, σ, sigma."""
    letter = _GREEK.get(f.text[:1])
    return (f.name, f.text, *([letter + f.text[1:]] if letter else []))


def _slope(f: Function) -> Function:
    """f′, by the rule that is taught for it."""
    definition = substitute(f.derivatives[0], {VALUE: Apply(f, f.parameters)})
    return Function(f"{f.name}'", f"{f.latex}'", f"{f.text}′", f.parameters, definition)


def text_of(text: str, typed: dict[str, str]) -> str:
    """A text with what was typed in place of the letters put for it."""
    return _LETTER.sub(lambda m: typed.get(m[0], m[0]), text)


def _is_word(spelling: str) -> bool:
    return re.fullmatch(r"\w+", spelling) is not None


def _identifier(spelling: str) -> str:
    """lrelu_0.1' → lrelu_0_1_prime, which may stand in a formula."""
    return re.sub(r"\W", "_", spelling.replace("'", "_prime"))


def _derivative_of_brackets(text: str) -> tuple[int, str, str, int] | None:
    """The last ∂(…)/∂name, with the letter put for the name: where it begins, what is in it, by
    what, where it ends."""
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

"""Formulas as students write them, in the names of one sheet: W5, W₅, W_5 and a_{h_1} alike.

Each name found is put as one letter that nobody types, and the formula is parsed with these.
"""

from __future__ import annotations

import re
from functools import cached_property

from derive.expression.functions import VALUE, Function, elementary
from derive.expression.nodes import Apply, Expression, Partial, Quantity
from derive.expression.rewriting import substitute
from derive.expression.typed.formula import FormulaError, parse
from derive.notation import Names
from derive.notation.spelling import GREEK, SUBSCRIPTS
from derive.worksheets.exercise import Exercise
from derive.worksheets.marking.reading.lexicon import IN_WORD, Lexicon
from derive.worksheets.marking.reading.numbers import MAX_LENGTH
from derive.worksheets.marking.reading.spelling import powers, signs

_FIRST = 0x20000  # of the letters that stand for names while a formula is read
_LETTERS = f"[{chr(_FIRST)}-{chr(_FIRST + MAX_LENGTH)}]"
_LETTER = re.compile(_LETTERS)
_CASES = re.compile(r"\{([^{}]*)\}")  # { a if x > 0; b otherwise }, as a sheet prints it
_BARS = re.compile(r"\|([^|]+)\|")
_OPERATOR = re.compile(r"(?<!\w)(?:\(\s*)?(?P<of>[∂d])\s*(?=[^\W\d]|\()")
_OF = re.compile(r"(\(\s*)?[∂d]\s*(\(\s*)?")
_CLOSED = re.compile(r"\s*\)")
_OVER = re.compile(r"\s*/\s*")
_OF_BRACKETS = re.compile(r"(?<!\w)[∂d]\s*((?:[a-z]+\s*)?\()")
_MOST_DERIVATIVES = 20
_BY = re.compile(rf"\s*/\s*[∂d]\s*({_LETTERS})(?!\w)")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_RAISED_POINT = re.compile(r"(?<![\w.,])0·(\d+)(?![\w.,])")
_MODULE = re.compile(r"(?<![\w.])(?:math|np|numpy)\.(?=[a-z])")  # math.exp, in a line of code
_WITH_LAYER = re.compile(rf"(?<!\w)(?!{_LETTERS})[^\W\d_](?:_[0-9]+)?⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾(?:_[0-9]+)?")
_GREEK = {letter: name for name, letter in GREEK.items()}
_POWER_OF_TEN = re.compile(r"(?<![\w.])([\d.,]+)E(\d+)(?!\w)")  # 2E1, where there is an E1
_ROOT_OF = re.compile(rf"√\s*({_LETTERS}|\d+(?:[.,]\d+)?)(?!\s*(?:[\w.,(^²³⁴-⁹]|\*\*))")
_FUNCTION_POWER = r"\s*(?:\^\s*\(?\s*([2-9])\s*\)?|([²³⁴-⁹]))\s*(?=\()"  # behind tanh in tanh²(z)
_WHICH = str.maketrans("²³⁴⁵⁶⁷⁸⁹", "23456789")


class Reader:
    """Reads formulas about one exercise, written in the names of one notation."""

    def __init__(self, exercise: Exercise, names: Names) -> None:
        self.exercise = exercise
        self.names = names

    def read(self, text: str) -> Expression:
        """The tree of a formula in the sheet's names. Raises FormulaError."""
        if len(text) > MAX_LENGTH:
            raise FormulaError(
                f"the formula has {len(text)} characters", 1, f"allowed are at most {MAX_LENGTH}",
                "too-long", str(MAX_LENGTH),
            )  # fmt: skip
        if strange := _LETTER.search(text):
            raise FormulaError(
                f"the sign {strange[0]!r} has no meaning here", strange.start() + 1, "",
                "sign", strange[0],
            )  # fmt: skip
        reading = _Reading(self.lexicon)
        try:
            return self._parsed(text, reading)
        except FormulaError as error:
            raise FormulaError(
                reading.as_typed(error.message), error.column, reading.as_typed(error.remedy),
                error.kind, *map(reading.as_typed, error.about),
            ) from None  # fmt: skip

    def _parsed(self, text: str, reading: _Reading) -> Expression:
        bare = _MODULE.sub("", _without_end(signs(text)))
        bare = self._function.sub(lambda m: _identifier(m[0]), bare)
        bare = reading.names(reading.derivatives(bare))
        _refuse_unknown(bare)
        _refuse_doubtful(bare)
        bare = self._powers_of_functions(_ROOT_OF.sub(r"sqrt(\1)", bare.replace("√(", "sqrt(")))
        bare = powers(bare)
        if "max" not in bare and "min" not in bare:
            bare = _DECIMAL_COMMA.sub(".", bare)
        bare = _CASES.sub(lambda m: f"({m[1].replace(';', ' else ')})", bare)
        bare = _BARS.sub(r" abs(\1)", bare.replace("otherwise", ""))
        bare = reading.derivatives_of_brackets(bare, self._functions)
        if len(bare) > MAX_LENGTH:
            raise FormulaError(
                "too many powers and fractions", 1, "write fewer of them", "too-much"
            )
        return parse(bare, reading.known, self._functions, beside=True)

    def _powers_of_functions(self, text: str) -> str:
        """tanh²(z) → (tanh(z))**2"""
        while call := self._function_power.search(text):
            end = _closing(text, call.end())
            if end < 0:
                return text
            power = (call[2] or call[3]).translate(_WHICH)
            inside = text[call.end() : end + 1]
            text = f"{text[: call.start()]}({call[1]}{inside})**{power}{text[end + 1 :]}"
        return text

    def quantities(self, text: str) -> tuple[frozenset[Quantity], str]:
        """The quantities that a text names, and what of it is no name. Raises FormulaError."""
        bare, rest, end = signs(text), [], 0
        names = tuple(self.lexicon.find(bare))
        for one in names:
            rest.append(bare[end : one.start])
            end = one.end
        return frozenset(one.quantity for one in names), " ".join((*rest, bare[end:]))

    @cached_property
    def lexicon(self) -> Lexicon:
        """The names that may stand in a formula."""
        return Lexicon(self.names, tuple(self._functions))

    # -- functions ------------------------------------------------------------------------------

    @cached_property
    def _functions(self) -> dict[str, Function]:
        """The functions by what they are called, f′ too."""
        functions = dict(elementary())
        for function in self._of_network:
            for spelling in _spellings(function):
                functions.setdefault(_identifier(signs(spelling)), function)
        return functions

    @cached_property
    def _function(self) -> re.Pattern[str]:
        """What functions are called that is no name in a formula: relu', lrelu_0.1."""
        spellings = {signs(s) for f in self._of_network for s in _spellings(f)}
        longest = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
        strange = "|".join(re.escape(s).replace(r"\.", "[.,]") for s in longest if not _is_word(s))
        return re.compile(rf"(?<![^\W\d])(?:{strange})" if strange else r"(?!)")

    @cached_property
    def _function_power(self) -> re.Pattern[str]:
        longest = sorted(self._functions, key=lambda name: (-len(name), name))
        return re.compile(rf"(?<![^\W\d])({'|'.join(map(re.escape, longest))}){_FUNCTION_POWER}")

    @cached_property
    def _of_network(self) -> tuple[Function, ...]:
        functions: dict[Function, None] = {}
        for task in self.exercise.tasks:
            for node in task.formula.walk():
                if isinstance(node, Apply):
                    functions[node.function] = None
        there = {function.text for function in functions}
        slopes = [_slope(f) for f in functions if f.derivatives and len(f.parameters) == 1]
        return (*functions, *(f for f in slopes if f.text not in there))


class _Reading:
    """One formula while it is read: the letters put so far, and what was typed for them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.known: dict[str, Expression] = {}
        self._typed: dict[str, str] = {}
        self._lexicon = lexicon

    def as_typed(self, text: str) -> str:
        """A text with what was typed in place of the letters put for it."""
        return _LETTER.sub(lambda m: self._typed.get(m[0], m[0]), text)

    def _put(self, expression: Expression, as_typed: str) -> str:
        letter = chr(_FIRST + len(self.known))
        self.known[letter], self._typed[letter] = expression, as_typed.strip()
        return letter

    def names(self, text: str) -> str:
        """A text with a letter for each name, and room behind it where a word goes on."""
        parts, end = [], 0
        for one in self._lexicon.find(text):
            letter = self._put(one.quantity, text[one.start : one.end])
            parts += [text[end : one.start], letter, " " if IN_WORD.match(text, one.end) else ""]
            end = one.end
        return "".join((*parts, text[end:]))

    def derivatives(self, text: str) -> str:
        """A text with a letter for each ∂a/∂b, (∂a)/(∂b) of two names."""
        parts, end = [], 0
        for match in _OPERATOR.finditer(text):
            for start in dict.fromkeys((match.start(), match.start("of"))):
                derivative = self._derivative(text, start) if start >= end else None
                if derivative is not None:
                    partial, after = derivative
                    parts += [text[end:start], self._put(partial, text[start:after])]
                    end = after
                    break
        return "".join((*parts, text[end:]))

    def _derivative(self, text: str, start: int) -> tuple[Partial, int] | None:
        over = self._half(text, start)
        if over is None or (line := _OVER.match(text, over[1])) is None:
            return None
        under = self._half(text, line.end())
        if under is None or over[2] != under[2]:
            return None
        return Partial(over[0], under[0]), under[1]

    def _half(self, text: str, start: int) -> tuple[Quantity, int, bool] | None:
        """∂a, ∂(a) or (∂a): the name, where it ends, and whether all of it is in brackets."""
        begins = _OF.match(text, start)
        name = self._lexicon.at(text, begins.end()) if begins else None
        if begins is None or name is None:
            return None
        end = name.end
        for opened in filter(None, begins.groups()):
            closed = _CLOSED.match(text, end) if opened else None
            if closed is None:
                return None
            end = closed.end()
        return name.quantity, end, begins[1] is not None

    def derivatives_of_brackets(self, text: str, functions: dict[str, Function]) -> str:
        """A text with a letter for each ∂(…)/∂b."""
        if len(_OF_BRACKETS.findall(text)) > _MOST_DERIVATIVES:
            raise FormulaError(
                f"more than {_MOST_DERIVATIVES} derivatives of brackets", 1, "", "too-much"
            )
        while derivative := _derivative_of_brackets(text):  # the last first: it has none inside
            start, inner, name, end = derivative
            by = self.known.get(name)
            if not isinstance(by, Quantity):
                raise FormulaError(
                    "a derivative with respect to something that is not a name",
                    1,
                    "write ∂(…)/∂h1",
                    "derivative",
                )
            inside = Partial(parse(inner, self.known, functions, beside=True), by)
            text = text[:start] + self._put(inside, self.as_typed(text[start:end])) + text[end:]
        return text


def _without_end(text: str) -> str:
    """Without a full stop or a semicolon that ends a sentence or a line of code."""
    bare = text.strip().rstrip("; ")
    return bare[:-1] if bare.endswith(".") and not bare.endswith("..") else bare


def _refuse_unknown(text: str) -> None:
    """Raises FormulaError for a raised layer that is left: a⁽⁹⁾₁ where no unit is called so."""
    if name := _WITH_LAYER.search(text):
        typed = name[0].translate(SUBSCRIPTS).replace(",", "")
        raise FormulaError(
            f"unknown name {typed!r}", name.start() + 1, "write a name of the sheet",
            "unknown-name", typed,
        )  # fmt: skip


def _refuse_doubtful(text: str) -> None:
    """Raises FormulaError for what may be a number or a product."""
    if number := _POWER_OF_TEN.search(text):
        raise FormulaError(
            f"{number[0]} may be a number or a product", number.start() + 1,
            f"write {number[1]}e{number[2]}, or {number[1]}*E{number[2]}",
            "power-or-product", number[0], f"{number[1]}·10^{number[2]}",
        )  # fmt: skip
    if point := _RAISED_POINT.search(text):
        raise FormulaError(
            f"{point[0]} may be a number or a product", point.start() + 1,
            f"write 0.{point[1]}, or 0*{point[1]}", "raised-point", point[0], f"0.{point[1]}",
        )  # fmt: skip


def _spellings(f: Function) -> tuple[str, ...]:
    """What a function is called: sigmoid, σ, sigma."""
    letter = _GREEK.get(f.text[:1])
    return (f.name, f.text, *([letter + f.text[1:]] if letter else []))


def _slope(f: Function) -> Function:
    """f′, by the rule that is taught for it."""
    definition = substitute(f.derivatives[0], {VALUE: Apply(f, f.parameters)})
    return Function(f"{f.name}'", f"{f.latex}'", f"{f.text}′", f.parameters, definition)


def _is_word(spelling: str) -> bool:
    return re.fullmatch(r"\w+", spelling) is not None


def _identifier(spelling: str) -> str:
    """lrelu_0.1' → lrelu_0_1_prime, which may stand in a formula."""
    return re.sub(r"\W", "_", spelling.replace("'", "_prime"))


def _closing(text: str, opening: int) -> int:
    """Where the bracket that is opened there is closed; −1 where it is not."""
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place
    return -1


def _derivative_of_brackets(text: str) -> tuple[int, str, str, int] | None:
    """The last ∂(…)/∂name, with the letter put for the name: where it begins, what is in it, by
    what, where it ends."""
    for opening in reversed(list(_OF_BRACKETS.finditer(text))):
        end = _closing(text, opening.end() - 1)
        by = _BY.match(text, end + 1) if end >= 0 else None
        if by is not None:
            return opening.start(), text[opening.start(1) : end + 1], by[1], by.end()
    return None

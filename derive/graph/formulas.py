"""A graph written as formulas: q = x + y, f = q·z.

Formulas come in any order; numbers for the leaves are given, or left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from derive.expression.constructors import named_quantity
from derive.expression.functions import elementary
from derive.expression.nodes import Expression, Number, Quantity, quantities
from derive.expression.typed.formula import CONSTANTS, FormulaError, parse
from derive.expression.typed.tokens import tokens
from derive.graph.definitions import Graph, same_example
from derive.network.errors import NetworkError, Notes, unknown
from derive.network.values import read_number
from derive.notation.spelling import is_name, spell
from derive.reading.words import comma_list, describe

MOST_FORMULAS = 1_000
FORMULAS = "formulas"  # the key that tells a graph of formulas from a network
KEYS = ("title", "given", FORMULAS, "loss", "parameters")
_LONGEST = 60  # characters of a name
_WORDS = ("if", "else")
_RESERVED = frozenset({*elementary(), *CONSTANTS, *_WORDS})


class FormulaGraph(Graph):
    """A graph of formulas, whose quantities are called as they were typed.

    given       leaf → its number, where it has one
    parameters  the leaves whose derivatives are asked for
    inputs      the other leaves
    outputs     the loss alone
    targets     none
    """

    example_count = 1
    is_batch = False
    terms: tuple[Quantity, ...] = ()
    learning_rate: Number | None = None

    def __init__(
        self, definitions: Mapping[Quantity, Expression], loss: Quantity,
        given: Mapping[Quantity, Number], parameters: tuple[Quantity, ...], title: str,
    ) -> None:  # fmt: skip
        super().__init__(definitions, loss)
        self.given = dict(given)
        self.parameters = parameters
        self.title = title
        self.inputs = tuple(q for q in self.leaves if q not in parameters)
        self.outputs = (loss,)
        self.targets: tuple[Quantity, ...] = ()

    @property
    def has_values(self) -> bool:
        return all(q in self.given for q in self.leaves)

    @property
    def trained(self) -> tuple[Quantity, ...]:
        return self.parameters

    @property
    def goal(self) -> Quantity:
        """What is derived: the loss."""
        return self.loss

    def value(self, q: Quantity) -> Number | None:
        """The number given for a leaf."""
        return self.given.get(same_example(q, None))

    def leaf_values(self, _: int = 0) -> dict[Quantity, Fraction]:
        """The exact numbers that are given."""
        return {q: self.given[q].value for q in self.leaves}

    def __repr__(self) -> str:
        title = f" {self.title}" if self.title else ""
        return f"<Graph{title}: {len(self.definitions)} formulas>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FormulaGraph):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash((self.title, self.loss, len(self.definitions)))

    def _fields(self) -> tuple[Any, ...]:
        return (
            tuple(self.definitions.items()), self.loss, self.given, self.parameters, self.title,
        )  # fmt: skip

    def code(self, q: Quantity) -> str:
        """The name as an identifier."""
        return spell(q.name).code

    def latex(self, q: Quantity) -> str:
        """The name in LaTeX: x_1 for x1."""
        return spell(q.name).latex


def formula_graph(
    formulas: Any, loss: Any, given: Any = None, parameters: Any = None, title: Any = ""
) -> FormulaGraph:
    """The graph of formulas in text.

    formulas    name → formula
    loss        the name whose derivatives are asked for
    given       name → number, of every leaf; or the names alone; or None: whatever has no formula
    parameters  the leaves to differentiate with respect to; all of them if left out

    Raises NetworkError with every problem: names that cannot be one, are unknown or would look
    like another one, what goes round in a circle, and formulas that the loss does not depend on.
    """
    notes = Notes()
    read = _Reader(notes, given)
    expressions = read.formulas(formulas)
    names = list(formulas) if isinstance(formulas, Mapping) else []
    goal = read.one_of("loss", loss, names) if names else None
    if notes.problems or goal is None:
        raise NetworkError(notes.problems)
    order = _in_order(notes, expressions)
    if order is None:
        raise NetworkError(notes.problems)
    graph = Graph({named_quantity(name): expressions[name] for name in order}, named_quantity(goal))
    if not graph.leaves:
        notes.problem(
            ("formulas",), f"{goal} is a number, so that there is no gradient to derive; mention "
            "a name without a formula, as in q: 2*x",
        )  # fmt: skip
    _all_used(notes, graph, read.numbers)
    _told_apart(notes, graph, read.numbers)
    chosen = read.parameters(parameters, graph.leaves)
    if not isinstance(title, str):
        notes.problem(("title",), f"title: got {describe(title)}; allowed is a text")
    if notes.problems:
        raise NetworkError(notes.problems)
    numbers = {named_quantity(name): number for name, number in read.numbers.items() if number}
    return FormulaGraph(graph.definitions, graph.loss, numbers, chosen, title)


class _Reader:
    """Reads the parts of a graph; ``numbers`` are those of the leaves that are named as given."""

    def __init__(self, notes: Notes, given: Any) -> None:
        self.notes = notes
        self.named = given is not None
        self.numbers: dict[str, Number | None] = {}
        if isinstance(given, Mapping):
            for name, raw in given.items():
                if self._is_name(name, ("given", str(name)), at_key=True):
                    self.numbers[name] = self._number(name, raw)
        elif isinstance(given, Sequence) and not isinstance(given, (str, bytes)):
            for position, name in enumerate(given):
                if self._is_name(name, ("given", position)):
                    self.numbers[name] = None
        elif given is not None:
            notes.problem(("given",), f"given: got {describe(given)}; allowed are numbers by name, "
                          "as in {x: 2}, or a list of names")  # fmt: skip

    def _number(self, name: str, raw: Any) -> Number | None:
        if raw is None:
            return None
        try:
            return read_number(raw)
        except ValueError as error:
            self.notes.problem(("given", name), f"{name}: {error}")
            return None

    def _is_name(self, name: Any, path: tuple[str | int, ...], at_key: bool = False) -> bool:
        if isinstance(name, str) and name in _RESERVED:
            self.notes.problem(
                path, f"{name} is a function or a constant; choose another name", at_key=at_key
            )
            return False
        if not isinstance(name, str) or len(name) > _LONGEST or not is_name(name):
            self.notes.problem(
                path, f"got {describe(name)}; allowed as names are letters, digits and _, a letter "
                "first",
                at_key=at_key,
            )  # fmt: skip
            return False
        return True

    def formulas(self, raw: Any) -> dict[str, Expression]:
        if not isinstance(raw, Mapping) or not raw:
            self.notes.problem(
                ("formulas",), f"formulas: got {describe(raw)}; allowed are formulas by name, as "
                "in {q: x + y, f: q*z}",
            )  # fmt: skip
            return {}
        if len(raw) > MOST_FORMULAS:
            self.notes.problem(
                ("formulas",), f"formulas: got {len(raw)}; allowed are at most {MOST_FORMULAS}"
            )
            return {}
        names = [name for name in raw if self._is_name(name, ("formulas", str(name)), at_key=True)]
        for name in names:
            if name in self.numbers:
                self.notes.problem(
                    ("given", name), f"{name} has a formula too; take one of the two out",
                    at_key=True,
                )  # fmt: skip
        expressions = {}
        for name in names:
            formula = self._formula(name, raw[name], names)
            if formula is not None:
                expressions[name] = formula
        return expressions

    def _formula(self, name: str, raw: Any, names: list[str]) -> Expression | None:
        path = ("formulas", name)
        if not isinstance(raw, str):
            try:
                return read_number(raw)
            except ValueError:
                what = f"got {describe(raw)}; allowed is a formula such as x + y"
                self.notes.problem(path, what)
                return None
        try:
            known = {*names, *self.numbers} if self.named else {*names, *_names_in(raw)}
            return parse(raw, {one: named_quantity(one) for one in sorted(known)})
        except FormulaError as error:
            if error.kind == "unknown-name" and error.about and self.named:
                got = str(error.about[0])
                hint = unknown("name", got, [*names, *self.numbers])
                self.notes.problem(
                    path, f"{hint}, and the functions; or give {got} a number", error.column
                )
                return None
            remedy = f"; {error.remedy}" if error.remedy else ""
            self.notes.problem(path, f"{error.message}{remedy}", error.column)
            return None

    def one_of(self, key: str, raw: Any, there: list[str]) -> str | None:
        if isinstance(raw, str) and raw in there:
            return raw
        got = unknown("formula", raw, there) if isinstance(raw, str) else (
            f"got {describe(raw)}; allowed are {comma_list(there)}"
        )  # fmt: skip
        self.notes.problem((key,), f"{key}: {got}")
        return None

    def parameters(self, raw: Any, leaves: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
        if raw is None:
            return leaves
        there = [q.name for q in leaves]
        if not isinstance(raw, Sequence) or isinstance(raw, (str, bytes)):
            self.notes.problem(
                ("parameters",), f"parameters: got {describe(raw)}; allowed is a list of names, "
                f"such as [{comma_list(there)}]",
            )  # fmt: skip
            return ()
        if not raw:
            self.notes.problem(
                ("parameters",), "parameters: got none, so that there is no gradient to derive; "
                f"name some of {comma_list(there)}, or leave it out for all",
            )  # fmt: skip
        for position, name in enumerate(raw):
            if name not in there:
                self.notes.problem(("parameters", position), unknown("parameter", str(name), there))
        return tuple(named_quantity(name) for name in dict.fromkeys(raw) if name in there)


def _names_in(text: str) -> set[str]:
    names = {token.text for token in tokens(text) if token.kind == "name"}
    return {name for name in names - _RESERVED if is_name(name) and len(name) <= _LONGEST}


def _in_order(notes: Notes, formulas: Mapping[str, Expression]) -> list[str] | None:
    """The formulas, each after those that it mentions; a problem where they go round."""
    order: dict[str, None] = {}
    for start in formulas:
        path: list[str] = []  # of names whose formulas are open, each mentioned by the one before
        waiting = [(start, False)]
        while waiting:
            name, done = waiting.pop()
            if done:
                order[path.pop()] = None
            elif name in path:
                circle = [*path[path.index(name) :], name]
                notes.problem(
                    ("formulas", circle[-2]), f"{' → '.join(circle)} goes round in a circle; let "
                    "each formula mention only what can be worked out before it",
                )  # fmt: skip
                return None
            elif name not in order:
                path.append(name)
                waiting.append((name, True))
                mentioned = [q.name for q in quantities(formulas[name]) if q.name in formulas]
                waiting += [(other, False) for other in reversed(mentioned)]
    return list(order)


def _all_used(notes: Notes, graph: Graph, numbers: Iterable[str]) -> None:
    """A problem for each formula, and each number, that the loss does not depend on."""
    for q in graph.definitions:
        if not graph.reaches(q, graph.loss):
            notes.problem(
                ("formulas", q.name), f"{graph.loss.name} does not depend on {q.name}; take it "
                "out, or use it", at_key=True,
            )  # fmt: skip
    mentioned = {p.name for parents in graph.parents.values() for p in parents}
    for name in numbers:
        if name not in mentioned:
            close = get_close_matches(name, sorted(mentioned), 1, 0.7)
            meant = f"did you mean {close[0]!r}? or " if close else ""
            notes.problem(
                ("given", name), f"no formula mentions {name}; {meant}take it out", at_key=True
            )


def _told_apart(notes: Notes, graph: Graph, numbers: Iterable[str]) -> None:
    """A problem for each name that a page or a program would spell as another one: x1 and x_1 are
    both x with an index, η and eta are both eta in code."""
    seen: dict[str, str] = {}
    typed = set(numbers)
    for q in (*graph.leaves, *graph.definitions):
        spelled = spell(q.name)
        for name in dict.fromkeys((f"{spelled.latex} in LaTeX", f"{spelled.code} in code")):
            other = seen.setdefault(name, q.name)
            if other != q.name:
                key = ("given", q.name) if q.name in typed else ("formulas", q.name)
                if q not in graph.definitions and q.name not in typed:
                    key = ("formulas", graph.children[q][0].name)
                notes.problem(
                    key, f"{other} and {q.name} would both be {name}; rename one of them",
                    at_key=True,
                )  # fmt: skip
                break

"""A task with its numbers: the whole chain of the key, and which of its places are blank.

    h1 = w1·i1 + w2·i2 = 0.15·0.05 + 0.2·0.1 = 0.0275

The sheet of a *guided* item shows every member, a gap for each number; that of any other item
leaves the substitution out and asks for its value alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from itertools import product as combinations
from string import ascii_lowercase

from derive.derivation.numbers.chains import Numbers
from derive.derivation.numbers.rounding import equal
from derive.derivation.steps import Chain, Relation
from derive.expression.arithmetic import HIGH
from derive.expression.blank import Blank
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.functions import EXP
from derive.expression.nodes import (
    ACTIVATION,
    Address,
    Apply,
    Cases,
    Expression,
    Number,
    Partial,
    Quantity,
)
from derive.expression.rewriting import substitute
from derive.worksheets.exercise import FUNCTION, Task


@dataclass(frozen=True, slots=True)
class Answer:
    """What belongs in one blank.

    label     what the blank is called, once on a sheet: "7" for the value of the seventh line,
              "7a", "7b", … for the numbers put in
    relation  the member of the chain that the blank is in
    address   where in that member it is
    value     as it is to be written
    step      the step of the derivation that is asked about
    signed    a number may stand there that is negative, as far as the sheet tells
    """

    label: str
    relation: int
    address: Address
    value: Number
    step: str
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a sheet and of its key.

    chain    subject, formula, numbers put in, value, as far as they differ
    answers  in reading order; the last is the value of the whole chain
    bare     the sheet leaves the formula out: another question asks for it
    """

    task: Task
    chain: Chain
    answers: tuple[Answer, ...]
    bare: bool = False

    @property
    def guided(self) -> bool:
        """Whether the substitution is asked for too."""
        return len(self.answers) > 1

    def on_sheet(self) -> Chain:
        """The chain as the sheet shows it."""
        chain = _with_blanks(self.chain, self.answers, filled=False)
        if self.bare or self.task.part == FUNCTION:  # its formula is to be remembered
            return (chain[0], chain[-1])
        if self.answers and not self.guided:
            return (*chain[:2], chain[-1])
        return chain

    def in_key(self) -> Chain:
        """The chain as the key shows it."""
        return _with_blanks(self.chain, self.answers, filled=True)


def items(
    tasks: Sequence[Task], numbers: Numbers, lines: Iterator[int] | None = None,
    guided: bool = True, bare: Collection[Expression] = (),
) -> tuple[Item, ...]:  # fmt: skip
    """Every task worked out; the first of each kind is guided, unless none is to be.

    lines  the numbers of the lines; from 1 unless given
    bare   subjects whose formula the sheet leaves out
    """
    lines = count(1) if lines is None else lines
    guided_kinds: set[tuple[str, ...]] = set()
    result = []
    for task in tasks:
        line = put_into(task, numbers)
        chain = _chain(task, line, numbers)
        blanks: list[tuple[str, int, Address]] = []
        if task.is_asked:
            label = str(next(lines))
            first = guided and task.kind not in guided_kinds and task.step.subject not in bare
            if first and len(chain) == 4 and _can_be_guided(task.formula):
                inner = zip(in_letters(ascii_lowercase), places(line), strict=False)
                blanks += [(f"{label}{letter}", 2, address) for letter, address in inner]
                guided_kinds.add(task.kind)
            blanks.append((label, len(chain) - 1, ()))
        answers = []
        for label, relation, address in blanks:
            value = chain[relation].expression.at(address)
            assert isinstance(value, Number)  # names are replaced by numbers, values are such
            name = line.at(address) if address else None
            signed = isinstance(name, (Quantity, Partial)) and _may_be_negative(name, numbers)
            answers.append(Answer(label, relation, address, value, task.source, signed))
        result.append(Item(task, chain, tuple(answers), task.step.subject in bare))
    return tuple(result)


def _may_be_negative(name: Quantity | Partial, numbers: Numbers) -> bool:
    """Whether a number that is put in may be negative: one that the sheet gives, if it is; of any
    other its range decides, for its sign is not to be told."""
    if isinstance(name, Partial):
        return True
    network = numbers.network
    given = network.value(name)
    if given is not None:
        return given.value < 0
    reach = network.layers[name.layer - 1].activation.range if name.kind == ACTIVATION else None
    return reach is None or reach.low is None or reach.low < 0


def in_letters(alphabet: str) -> Iterator[str]:
    """a, b, …, z, aa, ab, …"""
    for size in count(1):
        yield from map("".join, combinations(alphabet, repeat=size))


def put_into(task: Task, numbers: Numbers) -> Expression:
    """What the numbers are put into: the formula, or the branch of it that holds."""
    cases = any(isinstance(node, Cases) for node in task.formula.walk())
    return numbers.opened(task.formula) if cases else task.formula


def _chain(task: Task, line: Expression, numbers: Numbers) -> Chain:
    """Subject, formula, the numbers put in where that is more than one number, value."""
    first, formula = task.step.relations
    if not task.is_asked:
        return first, formula
    subject = first.expression
    if task.part == FUNCTION:
        result = numbers.work_out(task.formula).result
        exact = equal(evaluate(task.formula, Bindings({})), HIGH.number(result.number.value))
        return first, formula, Relation("=" if exact else "≈", result.number)
    if task.part == "update":
        result = numbers.work_out(task.formula, numbers.rounding.update_digits).result
    else:
        assert isinstance(subject, (Quantity, Partial))
        result = numbers.displayed(subject)
    put_in = {node: _printed(numbers, node) for node in map(line.at, places(line))}
    with_numbers = substitute(line, dict(put_in))
    if isinstance(with_numbers, Number):
        return first, formula, Relation("=", result.number)
    exact = equal(evaluate(with_numbers, Bindings({})), HIGH.number(result.number.value))
    value = Relation("=" if exact else "≈", result.number)
    return first, formula, Relation("=", with_numbers), value


def _printed(numbers: Numbers, name: Expression) -> Number:
    assert isinstance(name, (Quantity, Partial))  # as ``places`` finds them
    return numbers.displayed(name).number


def places(line: Expression) -> Iterator[Address]:
    """Where the names of a formula stand, for which numbers are put in."""
    inside: tuple[Address, ...] = ()
    for address, node in line.addresses():
        if any(address[: len(outer)] == outer for outer in inside):
            continue
        if isinstance(node, (Quantity, Partial)):
            inside = (*inside, address)
            yield address


def _can_be_guided(formula: Expression) -> bool:
    """Whether numbers can be asked for one by one: a branch would tell which of them holds, and
    an exponent has no room to write."""
    return not any(
        isinstance(node, Cases) or (isinstance(node, Apply) and node.function is EXP)
        for node in formula.walk()
    )


def _with_blanks(chain: Chain, answers: tuple[Answer, ...], filled: bool) -> Chain:
    members = [relation.expression for relation in chain]
    for answer in answers:
        blank = Blank(answer.value, answer.label, filled, answer.signed)
        members[answer.relation] = members[answer.relation].replace_at(answer.address, blank)
    return tuple(
        Relation(relation.sign, member) for relation, member in zip(chain, members, strict=True)
    )

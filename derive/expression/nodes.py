"""The expression tree: immutable, in teaching order, with addressable nodes.

SymPy re-sorts sums and products (``t1 - a`` prints as ``-a + t1``), so what is shown is not a
SymPy expression but one of these trees. A node knows its children and nothing else: printing
lives in ``derive.writers``, numbers in ``derive.expression.evaluate``, SymPy in
``derive.algebra``.

An *address* is the path of child positions from the root to a node: ``()`` is the root,
``(1, 0)`` the first child of the second child. A blank, a planted slip, a highlight and a
cross-reference are all addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import partial
from operator import attrgetter
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar, cast, dataclass_transform
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from derive.expression.functions import Function

Address = tuple[int, ...]
_quantities: WeakValueDictionary[tuple[Any, ...], Quantity] = WeakValueDictionary()
_storing = RLock()  # two threads may make the same quantity; one of the two is kept


class Expression:
    """A node of an ordered expression tree."""

    __slots__ = ("_hash",)
    _hash: int

    def __str__(self) -> str:
        from derive.notebook import expression_text  # from below

        return expression_text(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def _repr_latex_(self) -> str:
        from derive.notebook import expression_latex

        return expression_latex(self)

    @property
    def children(self) -> tuple[Expression, ...]:
        return ()

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        """The same node over other children (as many, in the same order)."""
        return self

    def at(self, address: Address) -> Expression:
        """The node at an address. Raises IndexError where there is none."""
        node: Expression = self
        for position in address:
            node = node.children[position]
        return node

    def replace_at(self, address: Address, new: Expression) -> Expression:
        """The tree with the node at ``address`` replaced by ``new``."""
        if not address:
            return new
        children = list(self.children)
        children[address[0]] = children[address[0]].replace_at(address[1:], new)
        return self.with_children(tuple(children))

    def walk(self) -> Iterator[Expression]:
        """Every node, parents before children, left to right."""
        stack: list[Expression] = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def addresses(self) -> Iterator[tuple[Address, Expression]]:
        """Every node with its address, parents before children, left to right."""
        stack: list[tuple[Address, Expression]] = [((), self)]
        while stack:
            address, node = stack.pop()
            yield address, node
            children = node.children
            stack.extend(((*address, i), children[i]) for i in reversed(range(len(children))))


Node = TypeVar("Node", bound=type[Expression])


@dataclass_transform(frozen_default=True)
def node(kind: Node) -> Node:
    """Makes a class a kind of node: a frozen dataclass that remembers its hash.

    A hash takes a walk through the tree, and trees are looked up all the time. What is looked up
    is most often the same object, and never equal to another kind of node.
    """
    plain: Any = partial(dataclass, frozen=True, slots=True, eq=False, repr=False)
    if "__new__" in vars(kind):  # each is made once: one object is another, or says something else
        return cast(Node, plain(weakref_slot=True, init=False)(kind))
    kind = plain()(kind)
    contents = attrgetter(*(field.name for field in fields(kind)))  # type: ignore[arg-type]

    def __eq__(self: Expression, other: object) -> bool:
        if self is other:
            return True
        if type(other) is not kind:
            return False if isinstance(other, Expression) else NotImplemented
        return bool(contents(self) == contents(other))

    def __hash__(self: Expression) -> int:
        try:
            return self._hash
        except AttributeError:
            value = hash((kind, contents(self)))
            object.__setattr__(self, "_hash", value)
            return value

    kind.__eq__ = __eq__  # type: ignore[method-assign, assignment]
    kind.__hash__ = __hash__  # type: ignore[method-assign, assignment]
    return kind


@node
class Quantity(Expression):
    """Something of the network that has a name: the notation decides which.

    kind      one of the constants below
    layer     0 for the inputs, 1 … L for the layers
    unit      from 0; the receiving unit for a weight, the output for targets and loss terms;
              -1 for a bias shared by a whole layer
    source    the sending unit, weights only (the weight runs *from* ``source`` *to* ``unit``)
    example   the row of a batch (from 0), the name of a summation index, or None: one example
    name      of a VARIABLE the letter itself, of a NAMED quantity its name as typed; of an ARRAY
              the kind of its entries
    Two that say the same are one object, wherever they come from: they are looked up more often
    than anything else, and so it takes no comparison.
    """

    kind: str
    layer: int = 0
    unit: int = 0
    source: int = 0
    example: int | str | None = None
    name: str = ""

    def __new__(
        cls, kind: str, layer: int = 0, unit: int = 0, source: int = 0,
        example: int | str | None = None, name: str = "",
    ) -> Quantity:  # fmt: skip
        key = (kind, layer, unit, source, example, name)
        known = _quantities.get(key)
        if known is None:
            new = object.__new__(cls)
            for field, value in zip(fields(cls), key, strict=True):
                object.__setattr__(new, field.name, value)
            with _storing:
                known = _quantities.setdefault(key, new)
        return known

    def __reduce__(self) -> tuple[Any, ...]:
        return Quantity, tuple(getattr(self, field.name) for field in fields(self))


INPUT = "input"
WEIGHT = "weight"
BIAS = "bias"
PRE_ACTIVATION = "pre-activation"
ACTIVATION = "activation"
TARGET = "target"
LOSS_TERM = "loss term"  # one output's share E_k of the loss of one example
LOSS = "loss"  # the loss of one example
BATCH_LOSS = "batch loss"  # the loss over all examples of a batch
DELTA = "delta"  # ∂loss/∂pre-activation
LEARNING_RATE = "learning rate"
ARRAY = "array"  # a vector or matrix of the others, called W⁽¹⁾; ``name`` says of which
VARIABLE = "variable"  # the letter of a formula: x, y, t, slope, …
NAMED = "named"  # of a graph of formulas; its name is its own


@node
class Number(Expression):
    """An exact rational number, with the text someone typed or the digits displayed.

    ``text`` is a decimal literal such as ``0.10`` or ``-3.5``; without it an integer prints
    as such and a fraction as a fraction.
    """

    value: Fraction
    text: str = ""


@node
class Constant(Expression):
    """A named irrational number: ``pi`` or ``e``."""

    name: str


@node
class Negative(Expression):
    """−operand."""

    operand: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.operand,)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Negative(*children)


@node
class Sum(Expression):
    """terms[0] + terms[1] + …; a Negative term prints as a difference."""

    terms: tuple[Expression, ...]

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.terms

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Sum(children)


@node
class Product(Expression):
    """factors[0] · factors[1] · …"""

    factors: tuple[Expression, ...]

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.factors

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Product(children)


@node
class Quotient(Expression):
    """numerator / denominator."""

    numerator: Expression
    denominator: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.numerator, self.denominator)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Quotient(*children)


@node
class Power(Expression):
    """base ^ exponent."""

    base: Expression
    exponent: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.base, self.exponent)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Power(*children)


@node
class Apply(Expression):
    """function(arguments): an elementary function or a named activation."""

    function: Function
    arguments: tuple[Expression, ...]

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.arguments

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Apply(self.function, children)


@node
class Comparison(Expression):
    """left sign right, with sign one of < <= > >= == != ; the condition of a case."""

    left: Expression
    sign: str
    right: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.left, self.right)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Comparison(children[0], self.sign, children[1])


@node
class Cases(Expression):
    """values[i] where conditions[i] is the first that holds, else the last value.

    There is one value more than there are conditions.
    """

    values: tuple[Expression, ...]
    conditions: tuple[Comparison, ...]

    @property
    def children(self) -> tuple[Expression, ...]:
        return (*self.values, *self.conditions)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        count = len(self.values)
        conditions = tuple(c for c in children[count:] if isinstance(c, Comparison))
        return Cases(children[:count], conditions)


@node
class Bracket(Expression):
    """[inner]: square brackets kept on purpose, around one path or one collected sum."""

    inner: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.inner,)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Bracket(*children)


@node
class Partial(Expression):
    """∂of/∂by.

    Where ``of`` is a quantity, its change through the definitions when ``by`` moves (and what
    ``by`` is made of does not); where it is a formula, the formula's own derivative, every
    other quantity in it held still.
    """

    of: Expression
    by: Quantity

    @property
    def is_ordinary(self) -> bool:
        """Whether it is written d/dx: of a formula in one letter, a function of one variable."""
        return self.by.kind == VARIABLE and all(q == self.by for q in quantities(self.of))

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.of, self.by)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        of, by = children
        if not isinstance(by, Quantity):
            raise TypeError(f"a derivative is taken by a quantity, not by {by!r}")
        return Partial(of, by)


@node
class IndexedSum(Expression):
    """Σ body, for ``index`` from 0 to count − 1 over the examples of a batch.

    In ``body`` the quantities of the running example carry ``example=index``. Printed, the
    index counts from 1.
    """

    body: Expression
    index: str
    count: int

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.body,)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return IndexedSum(children[0], self.index, self.count)


def quantities(expression: Expression) -> dict[Quantity, None]:
    """The quantities an expression mentions, in the order of first appearance."""
    mentioned: dict[Quantity, None] = {}
    stack = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, Quantity):
            mentioned[node] = None
        else:
            stack.extend(reversed(node.children))
    return mentioned

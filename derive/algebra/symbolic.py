"""A network as SymPy expressions: the loss, every derivative, in the network's own names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, Literal

import sympy  # type: ignore[import-untyped]

from derive.algebra.adjoints import Adjoints
from derive.algebra.convert import to_sympy
from derive.algebra.errors import SymbolicError, unknown
from derive.algebra.functions import named, written_out
from derive.algebra.languages.catalogue import LANGUAGES, Language
from derive.algebra.lines import latex_name, name_of, simpler
from derive.algebra.modules import number, with_missing
from derive.expression.nodes import Quantity
from derive.graph import FormulaGraph, NetworkGraph
from derive.graph.conversion import GivenGraph, graph_of
from derive.notation import names

Form = Literal["named", "explicit", "expanded"]
FORMS: tuple[Form, ...] = ("named", "explicit", "expanded")
_MOST_SHOWN = 100  # parameters, in a notebook's cell


class Symbolic:
    """The loss E of one example and its derivatives, as SymPy expressions.

    Symbols are real, and bear the names of the network's notation: ``s["w1"]``, ``s["a_h1"]``.
    Derivatives have names too: ``s["dE_Total_dw1"]`` is ∂E/∂w1, ``s.lines`` says what each is.

    E            the loss, a symbol
    definitions  symbol → formula: h1 = w1·i1 + w2·i2 + b1, a_h1 = sigmoid(h1), …, as the
                 forward pass works them out
    parameters   the symbols of weights and biases, frozen ones too, in the order of the forward
                 pass
    inputs, targets, outputs  their symbols

    Forms of an expression:

    named     in the names of quantities and derivatives, as backpropagation works it out
    explicit  in inputs, parameters and targets alone; activations keep their names
    expanded  the same with every activation's formula written out
    """

    def __init__(self, graph: NetworkGraph | FormulaGraph) -> None:
        self.graph = graph
        self._names: Any = graph
        if isinstance(graph, NetworkGraph):
            network = graph.network
            self._names = names(network.notation, network.shape, network.layout)
        self._symbols: dict[Quantity, Any] = {}
        self.definitions = {
            self._symbol(q): to_sympy(formula, self._symbol, named)
            for q, formula in graph.definitions.items()
        }
        self.E = self._symbol(graph.loss)
        self.parameters = tuple(map(self._symbol, graph.parameters))
        self.inputs = tuple(map(self._symbol, graph.inputs))
        self.targets = tuple(map(self._symbol, graph.targets))
        self.outputs = tuple(map(self._symbol, graph.outputs))
        self._algebra = Adjoints(self.definitions)
        self._lines: dict[Any, Any] = dict(self.definitions)

    def __repr__(self) -> str:
        about = "a graph of formulas"
        if isinstance(self.graph, NetworkGraph):
            about = f"a {'-'.join(map(str, self.graph.network.sizes))} network"
        return f"<Symbolic of {about}: {len(self.definitions)} definitions>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Symbolic, (self.graph,)

    def _symbol(self, q: Quantity) -> Any:
        if q not in self._symbols:
            self._symbols[q] = sympy.Symbol(self._names.code(q), real=True)
        return self._symbols[q]

    # -- names -------------------------------------------------------------------------------

    @cached_property
    def symbols(self) -> dict[str, Any]:
        """Name → symbol, of every quantity."""
        leaves = (*self.inputs, *self.parameters, *self.targets)
        return {symbol.name: symbol for symbol in (*leaves, *self.definitions)}

    @property
    def lines(self) -> dict[Any, Any]:
        """What every name stands for: the definitions, ∂E/∂q for every quantity q, and whatever
        has been asked for since."""
        self._derivatives(self.E)
        return dict(self._lines)

    def __getitem__(self, name: str) -> Any:
        """The symbol of a quantity or derivative. Raises SymbolicError, with the nearest name."""
        return self._find(name)

    def _find(self, name: Any) -> Any:
        if isinstance(name, Quantity) and name in self._symbols:
            return self._symbols[name]
        text = name.name if isinstance(name, sympy.Symbol) else name
        if text in self.symbols:
            return self.symbols[text]
        if text == "E":  # as in this class, whatever letter the notation has for the loss
            return self.E
        for symbol in self.lines:
            if symbol.name == text:
                return symbol
        raise unknown("quantity", text, self.symbols)

    # -- derivatives -------------------------------------------------------------------------

    def partial(self, of: Any, by: Any) -> Any:
        """∂of/∂by of the one formula of ``of``, everything else in it held: ∂a_h1/∂h1.

        Raises SymbolicError for a name that is not there, or that has no formula.
        """
        symbol = self._find(of)
        if symbol not in self.definitions:
            raise unknown("formula of", symbol.name, (one.name for one in self.definitions))
        return self._algebra.partials(symbol).get(self._find(by), sympy.S.Zero)

    def gradient(self, by: Any, form: Form = "named", *, simplify: bool = False) -> Any:
        """∂E/∂by, of one example.

        simplify  each line of the named form, also below the other forms: never the whole, which
                  may not end
        Raises SymbolicError for a name or form that is not there.
        """
        return self._derivative(self.E, self._find(by), form, simplify)

    def gradients(self, form: Form = "named", *, simplify: bool = False) -> dict[Any, Any]:
        """symbol → ∂E/∂symbol, for every parameter that is trained."""
        trained = map(self._symbol, self.graph.trained)
        return {w: self.gradient(w, form, simplify=simplify) for w in trained}

    def jacobian(self, by: Iterable[Any] | None = None, form: Form = "named") -> Any:
        """The matrix ∂outputs/∂by: a row for each output, a column for each name.

        by  names; the trained parameters, unless given
        """
        columns = self._with_respect_to(by)
        return sympy.Matrix([
            [self._derivative(y, w, form, False) for w in columns] for y in self.outputs
        ])  # fmt: skip

    def hessian(self, by: Iterable[Any] | None = None, form: Form = "named") -> Any:
        """The matrix ∂²E/∂by∂by.

        In named form each row is one more backward pass, through the lines of the first: their
        names are in ``lines``, and what is printed grows as the network does.
        """
        columns = self._with_respect_to(by)
        self._derivatives(self.E)
        rows = []
        for w in columns:
            first = name_of(self.E, w)
            if first not in self._lines:
                rows.append([sympy.S.Zero] * len(columns))
                continue
            self._derivatives(first)
            rows.append([self._derivative(first, v, form, False) for v in columns])
        return sympy.Matrix(rows)

    def _with_respect_to(self, by: Iterable[Any] | None) -> list[Any]:
        if by is None:
            return [self._symbol(q) for q in self.graph.trained]
        return [self._find(name) for name in by]

    def _derivative(self, of: Any, by: Any, form: Form, simplify: bool) -> Any:
        if form not in FORMS:
            raise unknown("form", form, FORMS)
        self._derivatives(of)
        line = self._lines.get(name_of(of, by), sympy.S.Zero)
        if simplify:
            line = simpler(line)
        return line if form == "named" else self._opened(line, form, simplify)

    def _derivatives(self, of: Any) -> None:
        """Make the lines ∂of/∂q, once."""
        if name_of(of, of) not in self._lines:
            first = of not in self.definitions
            algebra = self._second if first else self._algebra
            self._lines.update(algebra.lines(of, name_of))

    @cached_property
    def _second(self) -> Adjoints:
        """The forward pass and the first backward pass, as one graph to go back through."""
        return Adjoints({**self.definitions, **self._algebra.lines(self.E, name_of)})

    # -- forms -------------------------------------------------------------------------------

    def explicit(self, expression: Any) -> Any:
        """An expression in names, in inputs, parameters and targets alone."""
        return self._opened(self._expression(expression), "explicit", False)

    def expanded(self, expression: Any) -> Any:
        """The same with every activation's formula written out."""
        return self._opened(self._expression(expression), "expanded", False)

    def _expression(self, name_or_expression: Any) -> Any:
        """The symbol of a name, or an expression as it is; text is never evaluated."""
        return (
            self._find(name_or_expression)
            if isinstance(name_or_expression, str)
            else sympy.sympify(name_or_expression, strict=True)
        )

    def _opened(self, expression: Any, form: Form, simplify: bool) -> Any:
        known: dict[Any, Any] = {}
        lines = self.lines

        def opened(e: Any) -> Any:
            inside = {}
            for symbol in e.free_symbols & lines.keys():
                if symbol not in known:
                    line = lines[symbol]
                    known[symbol] = opened(simpler(line) if simplify else line)
                inside[symbol] = known[symbol]
            return e.xreplace(inside)

        formula = opened(expression)
        return written_out(formula) if form == "expanded" else formula

    # -- numbers -----------------------------------------------------------------------------

    def values(self, example: int = 0) -> dict[Any, Any]:
        """symbol → the network's own number, exactly: inputs, parameters, targets.

        Raises SymbolicError where the network has none, or no such example.
        """
        if not self.graph.has_values:
            where = "given" if isinstance(self.graph, FormulaGraph) else "inputs, weights, …"
            raise SymbolicError(f"the network carries no numbers; give them in {where}")
        count = self.graph.example_count
        if not 0 <= example < count:
            raise SymbolicError(f"there is no example {example}; there are {count}, from 0")
        leaves = self.graph.leaf_values(example)
        return {
            self._symbol(q): sympy.Rational(value.numerator, value.denominator)
            for q, value in leaves.items() if q in self._symbols
        }  # fmt: skip

    def subs(self, expression: Any, example: int = 0) -> Any:
        """The exact value of an expression in names, at the network's own numbers."""
        return self.expanded(expression).subs(self.values(example))

    # -- functions and code ------------------------------------------------------------------

    def program(self, results: Sequence[Any], args: Sequence[Any] = ()) -> list[tuple[Any, Any]]:
        """The lines that results need, each worked out once, in an order in which they can be.

        results  names, or expressions in names
        args     names that are given, and not worked out
        """
        given = set(map(self._find, args))
        symbols = {symbol for one in results for symbol in self._expression(one).free_symbols}
        lines = self.lines
        order: dict[Any, None] = {}

        def visit(symbol: Any) -> None:
            stack = [(symbol, False)]
            while stack:
                one, done = stack.pop()
                if done:
                    order[one] = None
                elif one in lines and one not in order and one not in given:
                    stack.append((one, True))
                    stack += [(s, False) for s in sorted(lines[one].free_symbols, key=str)]

        for symbol in sorted(symbols, key=str):
            visit(symbol)
        return [(symbol, written_out(lines[symbol])) for symbol in order]

    def lambdify(
        self, args: Sequence[Any] | None = None, results: Sequence[Any] | None = None,
        modules: Any = "math", example: int = 0,
    ) -> Callable[..., Any]:  # fmt: skip
        """``sympy.lambdify`` of results, with the lines of backpropagation in between.

        args     names; unless given all parameters, inputs and targets. Of the others the
                 network's own numbers are taken, those of one example
        results  names, such as "E_Total" and "dE_Total_dw1", or expressions in names; unless given
                 the loss and ∂E/∂w of every trained parameter
        modules  whatever SymPy knows: math, numpy, mpmath, jax, torch, …
        Raises SymbolicError for a name that is not there, or that is no argument and has no number.

        The formulas are those of the page: e^800 overflows. ``derive.compile`` does not.
        """
        arguments = self._leaves() if args is None else [self._find(name) for name in args]
        formulas = self._results() if results is None else list(map(self._expression, results))
        program = self.program(formulas, arguments)
        own = self._numbers(program, formulas, arguments, example)
        program = [*((leaf, number(value, modules)) for leaf, value in own), *program]
        function: Callable[..., Any] = sympy.lambdify(
            arguments, list(map(written_out, formulas)), modules=with_missing(modules),
            cse=lambda e: (program, list(e)),
        )  # fmt: skip
        return function

    def _numbers(
        self, program: list[tuple[Any, Any]], formulas: list[Any], args: list[Any], example: int
    ) -> list[tuple[Any, Any]]:
        """The network's own numbers for what a program needs and is no argument."""
        parts = (*formulas, *(line for _, line in program))
        needed = {symbol for part in parts for symbol in part.free_symbols} - set(args)
        missing = [leaf for leaf in self._leaves() if leaf in needed]
        if missing and not self.graph.has_values:
            raise SymbolicError(
                f"there is no number for {', '.join(map(str, missing))}; name them in args, or "
                "give the network numbers"
            )
        numbers = self.values(example) if missing else {}
        return [(leaf, numbers[leaf]) for leaf in missing]

    def code(self, language: Language = "python") -> str:
        """loss_and_gradient(theta, inputs, targets), the formulas of the page, in a language.

        language  one of those that ``derive compile`` writes; frozen parameters are one more
                  argument, ``fixed``
        Raises SymbolicError for a language that is not there.
        """
        if language not in LANGUAGES:
            raise unknown("language", language, LANGUAGES)
        from derive.algebra.languages.textbook import textbook

        trained = [self._symbol(q) for q in self.graph.trained]
        leaves = self._leaves()
        arguments = {
            "theta": trained,
            "inputs": [symbol for symbol in self.inputs if symbol in leaves],
            "targets": [symbol for symbol in self.targets if symbol in leaves],
            "fixed": [symbol for symbol in self.parameters if symbol not in trained],
        }
        slopes = [name_of(self.E, w) for w in trained]
        lines = self.program(self._results())
        lines += [(slope, sympy.S.Zero) for slope in slopes if slope not in self._lines]
        return textbook(language, arguments, lines, self.E, slopes)

    def _leaves(self) -> list[Any]:
        worked_out = self.definitions.keys()
        leaves = (*self.parameters, *self.inputs, *self.targets)
        return [symbol for symbol in leaves if symbol not in worked_out]

    def _results(self) -> list[Any]:
        trained = [self._symbol(q) for q in self.graph.trained]
        self._derivatives(self.E)
        return [self.E, *(name_of(self.E, w) for w in trained if name_of(self.E, w) in self._lines)]

    # -- in a notebook -----------------------------------------------------------------------

    def latex(self, expression: Any) -> str:
        """An expression in LaTeX, in the letters of the network's notation."""
        symbol_names = {symbol: self._names.latex(q) for q, symbol in self._symbols.items()}
        by_name = {symbol.name: written for symbol, written in symbol_names.items()}
        for symbol in self._lines:
            if symbol not in symbol_names:
                symbol_names[symbol] = latex_name(symbol.name, self.E.name, by_name)
        written: str = sympy.latex(expression, symbol_names=symbol_names)
        return written

    def _repr_latex_(self) -> str | None:
        """The definitions, and the lines of ∂E/∂w; of a network with very many, none."""
        if len(self.parameters) > _MOST_SHOWN:
            return None
        slopes = {name_of(self.E, q) for q in (*self.definitions, *self.parameters)}
        rows = [
            rf"{self.latex(symbol)} &= {self.latex(formula)}"
            for symbol, formula in self.lines.items()
            if symbol in self.definitions or (symbol in slopes and not formula.is_Number)
        ]
        return "$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$"


def symbolic(network: GivenGraph) -> Symbolic:
    """A network, or a graph of formulas, as SymPy expressions.

        >>> s = derive.symbolic("examples/mazur.yaml")
        >>> s.definitions[s["h1"]], s.gradient("w1")
        (b1 + i1*w1 + i2*w2, dE_Total_dh1*i1)
        >>> s.lines[s["dE_Total_dh1"]]
        a_h1*dE_Total_da_h1*(1 - a_h1)
        >>> s.subs("E_Total").evalf(6)
        0.298371

    network  a Network or a Graph, the path of a file of either, or a mapping with its keys
    """
    return Symbolic(graph_of(network))

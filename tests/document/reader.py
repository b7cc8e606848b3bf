"""A careful reader with nothing but a page of text: follows it from the top and doubts it all.

The legend says which names there are, and their given values. A displayed chain whose left side
is a name without a value says what that name is; a derivative is the difference quotient of what
was said so far. Formulas are read by ``writers.formula_reader``.
"""

from __future__ import annotations

import random
import re
from typing import Any

from tests.document.entries import half_unit, listed, number
from tests.document.meaning import NUMBERS, SHOWN, World
from tests.document.printed import Chain, Grid, Prose, parts
from tests.writers.formula_reader import M, Values

EXACT = M.mpf(10) ** -25
_LETTERED = re.compile(r"\bx\b")
_LONG = 8  # terms of a sum past which a page may leave out those that stay still


# What introduces formulas between arrays by name, whose entries this reader does not know: these
# are read in tests/derivation/test_forms.py.
_BY_NAME = re.compile(
    "All examples at once|All .* examples fit|With the numbers, one example per row|Layer l has|"
    "↑ The (rules for|entries of)|Back, from the last|In words: δ|For a batch|"
    "On the way back, every"
)


class Page(World):
    """What was understood of a page, and ``wrong``: everything that does not hold, by line."""

    def __init__(self, text: str, seed: int = 0) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.chains = 0
        self.numbers = 0  # displayed numbers that were put in for a name and compared
        self.leaves: set[str] = set()  # names that stand for given things
        self.said: dict[str, str] = {}  # the formulas of the definitions
        self.formulas: dict[str, str] = {}  # of functions, in x
        self.shown: dict[str, str] = {}  # name or derivative → the number displayed for it
        self.results: dict[str, Any] = {}  # new values of parameters
        self.numbered: set[int] = set()
        self.answered: set[str] = set()  # parameters whose derivative was found
        self._chance = random.Random(seed)
        self.goal = self.loss = ""
        self.layers: Grid | None = None
        self.into: dict[str, list[str]] = {}  # layer → its weights
        self.biases_of: dict[str, list[str]] = {}
        found = re.search(r"(\d+) decimal places", text)
        self.digits = int(found[1]) if found else 0
        self.carried = "continues with the rounded number" in " ".join(text.split())
        found = re.search(r"provided that the targets (.+?) sum to 1", " ".join(text.split()))
        self._summing = re.split(r", | and ", found[1]) if found else []
        by_name = False
        for part in parts(text):
            if isinstance(part, Prose):
                by_name = bool(_BY_NAME.match(part.text))
            try:
                if by_name and not isinstance(part, (Prose, Grid)):
                    continue
                if isinstance(part, Prose):
                    self._prose(part)
                elif isinstance(part, Grid):
                    self._grid(part)
                else:
                    self._chain(part)
            except (AssertionError, ArithmeticError, KeyError, RecursionError) as error:
                self._doubt(part.line, f"cannot be followed: {error}")

        if self.layers is not None and self.into:
            self._count(self.layers)

    def _doubt(self, line: int, what: str) -> None:
        self.wrong.append(f"line {line}: {what}")

    # -- words -------------------------------------------------------------------------------

    def _prose(self, prose: Prose) -> None:
        for cited in re.findall(r"(?<![\w′'])\((\d+)\)", prose.text):
            if int(cited) not in self.numbered:
                self._doubt(prose.line, f"({cited}) has not been seen yet")
        for first, last in re.findall(r"\((\d+)\) to \((\d+)\)", prose.text):
            if not set(range(int(first), int(last))) <= self.numbered:
                self._doubt(prose.line, f"({first}) to ({last}) have not all been seen")
        if "…" in prose.text or "..." in prose.text:
            self._doubt(prose.line, "something is left out")
        if found := re.search(r"(\S+) (falls|goes) from (\S+) to (\S+?)[.:](?: |$)", prose.text):
            self._loss_after(prose.line, found[1], found[2], found[3], found[4])

    def _loss_after(self, line: int, loss: str, how: str, before: str, after: str) -> None:
        """What the loss was, and what it is with the new parameters."""
        was = self.value(loss)
        moved = self.world(self.results)
        now = moved(loss)
        loose = 40 if self.carried else 1
        if abs(was - number(before)) > loose * half_unit(before) + EXACT:
            self._doubt(line, f"the loss was {M.nstr(was, 9)}, not {before}")
        if abs(now - number(after)) > loose * half_unit(after) + EXACT:
            self._doubt(line, f"the loss is {M.nstr(now, 9)} now, not {after}")
        if (now < was) != (how == "falls"):
            self._doubt(line, f"it {how}?")

    # -- tables ------------------------------------------------------------------------------

    def _grid(self, grid: Grid) -> None:
        if grid.header[0] == "Symbol":
            for row in grid.rows:
                self._legend(row)
            self._assume()
        elif grid.header[0] == "Example":
            self._examples(grid)
        elif grid.header[0] == "Quantity":
            self._forward(grid)
        elif grid.header[0] == "δ, or gradient for":
            self._every_example(grid)
        elif grid.header[0] == "Parameter":
            self._parameters(grid)
        elif grid.header == ("Layer", "Norm"):
            self._norms(grid)
        elif grid.header[0] == "Layer":
            self.layers = grid
        else:
            for cell in (cell for row in grid.rows for cell in row[1:]):
                name, _, value = cell.partition(" = ")
                self._give(name, value)

    def _legend(self, row: tuple[str, ...]) -> None:
        names, values = listed(row[0]), listed(row[2] if len(row) > 2 else "")
        if found := re.fullmatch(r"weights? from .+ to (.+)", row[1]):
            self.into[found[1]] = names
        elif found := re.fullmatch(r"(?:shared )?bias(?:es)? of (.+)", row[1]):
            self.biases_of[found[1]] = names
        if row[1] in ("loss", "loss of the whole batch"):
            (self.goal,) = names
        if row[1] == "loss":
            (self.loss,) = names
        if re.match("inputs?|(?:shared )?bias(?:es)? of|weights? from|targets?$|learning", row[1]):
            self.leaves.update(names)
        for name in names:
            assert name not in self.names, f"{name} has two meanings"
            self.names[name] = name
            for mark in ("n", *map(str, range(1, 10))):
                self.names[f"{name}⟨{mark}⟩"] = f"{name}⟨{mark}⟩"
        for name, value in zip(names, values, strict=bool(values)):
            self._give(name, value)

    def _give(self, name: str, value: str) -> None:
        self.worlds.clear()
        self.given[0][name] = number(value)
        self.shown[name] = value
        self.typed.add(value.removeprefix("−"))

    def _assume(self) -> None:
        """Some values for a page without numbers: any will do, targets add up where they must."""
        if self.given[0]:
            return
        for name in sorted(self.leaves):
            self.given[0][name] = M.mpf(self._chance.uniform(-1, 1))
        shares = [M.mpf(self._chance.uniform(0.1, 1)) for _ in self._summing]
        for name, share in zip(self._summing, shares, strict=True):
            self.given[0][name] = share / M.fsum(shares)

    def _examples(self, grid: Grid) -> None:
        self.worlds.clear()
        known = self.given[0]
        self.given = []
        for row in grid.rows:
            values = dict(zip(grid.header[1:], map(number, row[1:]), strict=True))
            self.given.append({**known, **values})
        for name, value in zip(grid.header[1:], grid.rows[0][1:], strict=True):
            self.shown[name] = value
            self.typed.add(value.removeprefix("−"))

    def _norms(self, grid: Grid) -> None:
        for name, shown in grid.rows:
            ws = [w for w in self.into[name[:1].lower() + name[1:]] if w in self.answered]
            norm = M.sqrt(sum(self.value(f"∂{self.goal}/∂{w}") ** 2 for w in ws))
            self._compare(grid.line, f"the norm of {name}", shown, norm, self._slack(shown))

    def _count(self, grid: Grid) -> None:
        """A table of layers against the legend."""
        *rows, whole = [row for row in grid.rows if row[3]]
        for name, _, _, weights, biases in rows:
            layer = name[:1].lower() + name[1:]
            if len(self.into[layer]) != int(weights):
                self._doubt(grid.line, f"{weights} weights lead into {layer}?")
            if len(self.biases_of.get(layer, [])) != int(biases):
                self._doubt(grid.line, f"{layer} has {biases} biases?")
        for column in (3, 4):
            if sum(int(row[column]) for row in rows) != int(whole[column]):
                self._doubt(grid.line, f"in all {whole[column]}?")

    def _forward(self, grid: Grid) -> None:
        for row in grid.rows:
            for example, shown in enumerate(row[1:]):
                value = self.world({}, example)(row[0])
                if abs(value - number(shown)) > self._slack(shown):
                    self._doubt(grid.line, f"{row[0]} of example {example + 1} is not {shown}")

    def _every_example(self, grid: Grid) -> None:
        """δ of every unit and the derivative by every parameter, of every example."""
        for row in grid.rows:
            parameter = row[0] in self.leaves
            for example, shown in enumerate(row[1:]):
                world = self.world({}, example)
                value = world.partial(self.loss, row[0]) if parameter else world(row[0])
                if abs(value - number(shown)) > self._slack(shown):
                    self._doubt(grid.line, f"{row[0]} of example {example + 1} is not {shown}")

    def _slack(self, shown: str) -> Any:
        return half_unit(shown) * (20 if self.carried else 1) + EXACT

    def _parameters(self, grid: Grid) -> None:
        goal = self.goal
        for row in grid.rows:
            cells = dict(zip(grid.header, row, strict=True))
            w = cells["Parameter"]
            slope = self.value(f"∂{goal}/∂{w}")
            self._compare(grid.line, f"{w} before", cells["Before"], self.given[0][w], EXACT)
            if formula := cells.get("δ · input"):
                self._compare(grid.line, f"{w}: {formula}", slope, self.value(formula), EXACT)
            shown = cells["Gradient"]
            self._compare(grid.line, f"the gradient of {w}", shown, slope, self._slack(shown))
            if f"∂{goal}/∂{w}" in self.shown and self.shown[f"∂{goal}/∂{w}"] != shown:
                self._doubt(grid.line, f"the gradient of {w} was another number")
            if "Finite difference" in cells and cells["Finite difference"] != "—":
                found = cells["Finite difference"]
                h, base = M.mpf("0.0001"), self.given[0][w]
                two = [self.world({w: base + s * h})(goal) for s in (1, -1)]
                quotient = (two[0] - two[1]) / (2 * h)
                self._compare(grid.line, f"difference of {w}", found, quotient, half_unit(found))
            if after := cells.get("After"):
                step = number(shown) if self.carried else slope
                value = self.given[0][w] - self.given[0]["η"] * step
                self.results[w] = number(after) if self.carried else value
                slack = half_unit(after) * (3 if self.carried else 1)
                self._compare(grid.line, f"{w} after", after, value, slack)

    def _compare(self, line: int, what: str, shown: Any, value: Any, slack: Any) -> None:
        printed = number(shown) if isinstance(shown, str) else shown
        if abs(printed - value) > slack + EXACT:
            self._doubt(line, f"{what} is {M.nstr(value, 9)}, not {shown}")

    # -- chains ------------------------------------------------------------------------------

    def _chain(self, chain: Chain) -> None:
        text = " ".join(chain.members)
        if "…" in text or "..." in text:
            self._doubt(chain.line, "something is left out of an equality")
        if not chain.signs:
            self._doubt(chain.line, "nothing is said")
            return
        self.chains += 1
        self._learn(chain)
        if chain.signs[0] == "←":
            self._update(chain)
        else:
            self._judge(chain)
        if chain.number is not None:
            if chain.number in self.numbered:
                self._doubt(chain.line, f"({chain.number}) has been given before")
            self.numbered.add(chain.number)

    def _learn(self, chain: Chain) -> None:
        """What a chain defines: a function, or a name that had no value."""
        left = chain.members[0]
        if found := re.fullmatch(r"(\S+)\(x\)", left):
            if found[1] not in self.functions:
                formula = next(
                    m for m in reversed(chain.members) if "∂" not in m and "/dx" not in m
                )
                self.functions[found[1]] = self.read(formula)
                self.formulas[found[1]] = formula
        elif left in self.names and left not in self.definitions and left not in self.given[0]:
            self.definitions[left] = self.read(chain.members[1])
            self.said[left] = chain.members[1]
            self.worlds.clear()

    def _judge(self, chain: Chain) -> None:
        """Every member against the first, at one point or, with a letter in it, at several."""
        lettered = any(_LETTERED.search(member) for member in chain.members)
        for x in (-1.37, 0.271, 2.6) if lettered else (None,):
            if lettered:  # else nothing depends on it, and what is known stays so
                self.worlds.clear()
            self.given[0]["x"] = M.mpf(x) if x is not None else M.mpf(0)
            first = self.value(chain.members[0])
            before = chain.members[0]
            self._derived(chain)
            for sign, member in zip(chain.signs, chain.members[1:], strict=True):
                self._member(chain, sign, member, before, first)
                before = member
        del self.given[0]["x"]
        if lettered:
            self.worlds.clear()
        found = re.fullmatch(r"∂(\S+)/∂(\S+)", chain.members[0])
        if found and found[2] in self.leaves and any("∂" not in m for m in chain.members):
            self.answered.add(found[2])
        last = chain.members[-1]
        if SHOWN.fullmatch(last):
            self.shown.setdefault(chain.members[0], last)

    def _derived(self, chain: Chain) -> None:
        """∂z/∂w = ∂(formula)/∂w: the formula is that of z (of a long sum some terms will do)."""
        left = re.fullmatch(r"∂(\S+)/∂\S+", chain.members[0])
        right = re.fullmatch(r"∂([^\s∂]*\([^∂]*\))/∂\S+", chain.members[1])
        if left and right and left[1] in self.definitions:
            formula = right[1]
            if self.said[left[1]].count(" + ") < _LONG:
                gap = self.value(formula) - self.value(left[1])
                if abs(gap) > EXACT * max(1, abs(self.value(left[1]))):
                    self._doubt(chain.line, f"{formula} is not {left[1]}")

    def _member(self, chain: Chain, sign: str, member: str, before: str, first: Any) -> None:
        if not self.arithmetic(member):
            value = self.value(member)
            if sign != "=" or abs(value - first) > EXACT * max(1, abs(first)):
                self._doubt(chain.line, f"{sign} {member} is {M.nstr(value, 9)}, the left side "
                                        f"{M.nstr(first, 9)}")  # fmt: skip
            return
        self._put_in(chain, member, before)
        value = self.value(member)
        slack = EXACT * max(1, abs(first)) + (self.possible_error(member) if sign == "≈" else 0)
        if self.carried:
            try:
                first = self._carried(before)
            except KeyError:  # the numbers of other examples are not shown
                slack = 40 * self.possible_error(member)
            if sign == "≈" and not self.arithmetic(before):
                slack *= 40  # nor are the steps between
        if abs(value - first) > slack:
            self._doubt(chain.line, f"{sign} {member} is {M.nstr(value, 9)}, and not "
                                    f"{M.nstr(first, 9)}")  # fmt: skip

    def _carried(self, before: str) -> Any:
        """What a calculation by hand has reached before the next member."""
        if self.arithmetic(before):
            return self.value(before)
        return self.read(before)(Values(self._by_hand, self._slope_by_hand))

    def _by_hand(self, name: str) -> Any:
        return number(self.shown[name])

    def _slope_by_hand(self, of: str, by: str) -> Any:
        return number(self.shown[f"∂{of}/∂{by}"])

    def _put_in(self, chain: Chain, member: str, before: str) -> None:
        """Numbers that stand where names stood must be the numbers displayed for these names."""
        if self.arithmetic(before) or "Σ" in before:
            return
        wanted = self._in_order(self._opened(before))
        found = [match[0] for match in NUMBERS.finditer(member)]
        if wanted is not None and len(wanted) == len(found) > 1:
            self.numbers += len(found)
            for expected, shown in zip(wanted, found, strict=True):
                if expected != shown:
                    self._doubt(chain.line, f"{shown} stands for {expected}")

    def _opened(self, member: str) -> str:
        """σ(h1) as its formula, where the page writes its number so."""
        if (found := re.fullmatch(r"([^\s(]+)\(([^()]*)\)", member)) and found[1] in self.formulas:
            formula = self.formulas[found[1]]
            return member if "{" in formula else _LETTERED.sub(found[2], formula)
        return member

    def _in_order(self, member: str) -> list[str] | None:
        """The numbers of a member from left to right, names replaced by what is shown for them."""
        pattern = "|".join(re.escape(name) for name in sorted([*self.shown], key=len, reverse=True))
        found = []
        for match in re.finditer(rf"(?<![\w∂])(?:{pattern})(?!\w)|{NUMBERS.pattern}", member):
            found.append(self.shown.get(match[0], match[0]).removeprefix("−"))
        rest = re.sub(rf"(?<![\w∂])(?:{pattern})(?!\w)", "", member)
        return found if self.arithmetic(rest) and "∂" not in rest else None

    def _update(self, chain: Chain) -> None:
        """w ← w − η·∂E/∂w, or its numbers."""
        w, *members = chain.members
        moved = self.value(f"{w} − η·∂{self.goal}/∂{w}")
        if self.carried and "∂" not in members[0]:
            moved = self.value(members[0])
            wanted = [self.shown[w], self.shown["η"], self.shown[f"∂{self.goal}/∂{w}"]]
            numbers = [match[0] for match in NUMBERS.finditer(members[0])]
            if numbers != [text.removeprefix("−") for text in wanted]:
                self._doubt(chain.line, f"{members[0]} is not {w} − η·∂{self.goal}/∂{w}")
        for sign, member in zip(chain.signs, members, strict=True):
            slack = EXACT
            if self.arithmetic(member):
                slack += self.possible_error(member) * (sign != "=")
            value = self.value(member)
            if abs(value - moved) > slack:
                self._doubt(chain.line, f"{sign} {member} is {M.nstr(value, 9)}, and not "
                                        f"{M.nstr(moved, 9)}")  # fmt: skip
            if self.carried:
                moved = value

"""The page: that of the derivation, a panel before it, and the script with its data."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from derive.compute.sources.traced import Traced, traced
from derive.derivation.numbers.chains import Atom, atoms, is_short
from derive.derivation.numbers.valuation import Valuation
from derive.document.blocks import Document, Equation
from derive.document.narration.teller import Teller
from derive.explore.labels import labels
from derive.explore.leaves import Group, Leaf, groups
from derive.explore.pictures import pictures
from derive.explore.steps import Stage, stages
from derive.explore.tasks import as_data, names_of_slips, questions
from derive.explore.units import units
from derive.explore.values import Values
from derive.expression.nodes import (
    ACTIVATION,
    DELTA,
    PRE_ACTIVATION,
    Expression,
    Partial,
    Quantity,
)
from derive.resources import shipped_templates
from derive.writers.expressions.mathml import name as mathml_name
from derive.writers.html.writer import Entry, Html
from derive.writers.spoken import without_markup

ANCHOR = "explore"
_FEW = 24  # numbers to be changed that are all shown at once; of more, a group is opened
# The files of the script, in the order in which they stand in the page.
MODULES = (
    "numbers",
    "reading",
    "trees",
    "printing",
    "model",
    "address",
    "view",
    "controls",
    "steps",
    "weight",
    "plot",
    "descent",
    "units",
    "marking",
    "predict",
    "main",
)


class Step(NamedTuple):
    """A line of the list of steps."""

    place: int
    subject: str
    value: int


class Part(NamedTuple):
    """A heading of that list, and what is below it."""

    title: str
    steps: list[Step]


def explored(teller: Teller, document: Document, drawn: bool, templates: Path | None) -> str:
    """The whole page of a document, with the panel to play with.

    drawn  whether numbers were drawn at random, which the page says

    Nothing in it asks for anything from anywhere, and its policy forbids it.
    """
    assert teller.valuation is not None
    return Explorer(teller, teller.valuation, drawn, templates).page(document)


class Explorer(Html):
    """The writer of the page."""

    def __init__(
        self, teller: Teller, valuation: Valuation, drawn: bool, templates: Path | None
    ) -> None:
        super().__init__(teller.names, templates)
        self.teller = teller
        self.valuation = valuation
        self.drawn = drawn
        self.graph = teller.derivation.graph
        self.traced: Traced = traced(teller.derivation.source)
        self.values = Values(self.graph, valuation.formulas, self.traced)
        self.stages = list(stages(teller, valuation))

    def around(self, document: Document, body: str, heading: str) -> dict[str, object]:
        own = self.teller.words.text("explore_heading")
        self.contents.insert(0, Entry(ANCHOR, own, []))
        return super().around(document, body, heading)

    def _laid_out(self, document: Document, body: str, heading: str) -> str:
        leaves = groups(self.teller, self.values)
        drawings = list(pictures(self.teller, self.values, self.names))
        data = self._data([leaf for group in leaves for leaf in group.leaves], drawings)
        script = self._script(data)
        return self.layout.extended(
            "html/explore/page.html",
            **self.around(document, body, heading),
            explore=labels(self.teller.words),
            drawn=self.drawn,
            groups=[self._group(group) for group in leaves],
            weights=self._weights(leaves),
            few=sum(len(group.leaves) for group in leaves) <= _FEW,
            parts=self._parts(),
            drawings=drawings,
            goal=self._goal(),
            script=script,
            policy=b64encode(sha256(script.encode()).digest()).decode(),
        )

    # -- what stands in the page -------------------------------------------------------------

    def _group(self, group: Group) -> dict[str, Any]:
        rows = [
            {
                "place": leaf.place, "name": self.inline((leaf.name,)),
                "said": escape(self.spoken_name(leaf.name)), "text": leaf.text.replace("-", "−"),
                "slope": leaf.slope,
                "by": self.inline((leaf.by,)) if leaf.by is not None else "",
            }
            for leaf in group.leaves
        ]  # fmt: skip
        return {"title": group.title, "rows": rows}

    def _weights(self, leaves: Sequence[Group]) -> list[tuple[int, str]]:
        """The numbers that are trained, by their names in plain text: a list to choose from."""
        return [
            (leaf.place, escape(without_markup((leaf.name,), self.names)))
            for group in leaves for leaf in group.leaves if leaf.by is not None
        ]  # fmt: skip

    def _goal(self) -> dict[str, Any]:
        """The loss, as the summary has it."""
        loss, valuation = self.graph.goal, self.valuation
        words = self.teller.words("explore_start", value=valuation.loss().number)
        return {
            "name": self.inline((loss,)), "value": self.values(loss), "start": self.inline(words),
        }  # fmt: skip

    def _parts(self) -> list[Part]:
        parts: list[Part] = []
        for place, stage in enumerate(self.stages):
            title = self.teller.words.text(f"explore_part_{stage.part}")
            if not parts or parts[-1].title != title:
                parts.append(Part(title, []))
            subject = self.inline((stage.subject,))
            parts[-1].steps.append(Step(place, subject, self.values(stage.subject)))
        return parts

    def spoken_name(self, name: Expression | str) -> str:
        """A name as it is read aloud."""
        return name if isinstance(name, str) else self.speech(name)

    # -- what the script works with ----------------------------------------------------------

    def _script(self, data: dict[str, Any]) -> str:
        folder = shipped_templates() / "html" / "explore"
        modules = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in MODULES]
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        # No end of a script, no line that JavaScript would end: whatever a person named.
        text = (
            text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        )
        # The compiled function has names of its own, and may bring erfc for formulas too.
        compiled = (
            f"const COMPILED = (() => {{\n{self.traced.source}"
            'const erf = typeof erfc === "function" ? (x) => 1.0 - erfc(x) : null;\n'
            "return { values, erf };\n})();"
        )
        return "\n".join((
            "(() => {", '"use strict";', "", compiled, "", f"const DATA = {text};", "",
            *modules, "})();",
        ))  # fmt: skip

    def _data(self, leaves: Sequence[Leaf], drawings: Sequence[Any]) -> dict[str, Any]:
        values, traced_, rounding = self.values, self.traced, self.valuation.rounding
        steps = list(map(self._step, self.stages))
        every = list(questions(self.teller, self.stages))
        more = {
            "tasks": as_data(every, values),
            "misconceptions": names_of_slips(self.teller, every),
            "edges": self._edges(),
            "units": [
                {**unit._asdict(), "name": self.inline((unit.name,))}
                for unit in units(self.graph, values)
            ],
        }
        goal = values(self.graph.goal)
        sources = values.sources()
        return {
            "values": [
                [s.place, int(s.minus), s.tree, int(s.exact), self._atom_text(values.atoms[k])]
                for k, s in enumerate(sources)
            ],
            "leaves": [
                {
                    "key": leaf.key, "text": leaf.text, "value": leaf.value, "low": leaf.low,
                    "high": leaf.high, "said": self.spoken_name(leaf.name), "slope": leaf.slope,
                    "name": self.inline((leaf.name,)),
                }
                for leaf in leaves
            ],
            "given": [[values(q) for q in group] for group in (
                traced_.theta, traced_.inputs, traced_.targets)],
            "steps": steps,
            "labels": [tree for drawing in drawings for tree in drawing.trees],
            "goal": goal,
            **more,
            "names": {values(q): self.inline((q,)) for q in self._quantities()},
            "shapes": {values(q): self._shapes([q]) for q in self._quantities()},
            "functions": {
                name: {
                    "tree": values.tree.definition(function),
                    "long": int(_is_long(function.definition)),
                    "mathml": mathml_name(function.latex, function.text),
                    "said": self.teller.words.text("speech_function", name=function.text),
                }
                for name, function in list(_with_inner(values.tree))
            },
            "rounding": {
                "digits": rounding.digits, "update": rounding.update_digits,
                "carried": int(rounding.carried), "parts": int(rounding.parts),
            },
            "times": self.names.times,
            "says": labels(self.teller.words).says,
        }  # fmt: skip

    def _quantities(self) -> tuple[Quantity, ...]:
        return (*self.graph.leaves, *self.graph.definitions)

    def _edges(self) -> dict[int, list[dict[str, Any]]]:
        """From each quantity to those that use it, with the local derivative in between."""
        values, graph = self.values, self.graph
        return {
            values(q): [
                {"to": values(use), "tree": values.tree(values.local(use, q))}
                for use in graph.children.get(q, ())
                if use == graph.loss or graph.reaches(use, graph.loss)
            ]
            for q in self._quantities()
        }

    def _step(self, stage: Stage) -> dict[str, Any]:
        updates = stage.part == "update"
        return {
            "value": self.values(stage.subject), "update": int(updates), "part": stage.part,
            "tree": self.values.tree(stage.formula),
            "formula": "\n".join(self._filled(Equation(stage.step.relations))),
            "why": self.inline(stage.why), "said": self.spoken_name(stage.subject),
            "lit": self._shapes([stage.subject]), "used": self._shapes(atoms(stage.formula)),
        }  # fmt: skip

    def _shapes(self, about: Iterable[Atom]) -> list[int]:
        """The values whose shapes show these: a unit's circle stands for its z and δ, too."""
        return sorted({self.values(shape) for atom in about for shape in _shapes_of(atom)})

    def _atom_text(self, atom: Atom) -> str:
        return without_markup((atom,), self.names)


def _shapes_of(atom: Atom) -> Iterator[Atom]:
    yield atom
    if isinstance(atom, Partial):
        yield from _shapes_of(atom.by)
    elif atom.kind in (PRE_ACTIVATION, DELTA):
        yield Quantity(ACTIVATION, atom.layer, atom.unit)


def _is_long(definition: Expression | None) -> bool:
    return definition is None or not is_short(definition)


def _with_inner(trees: Any) -> Iterator[tuple[str, Any]]:
    """The functions that formulas mention, and those that their formulas mention."""
    done: set[str] = set()
    while left := [name for name in trees.functions if name not in done]:
        for name in left:
            done.add(name)
            trees.definition(trees.functions[name])
            yield name, trees.functions[name]

r"""A notation of one's own: a small YAML file of patterns over a built-in notation.

    extends: numbered                      # numbered if left out
    letters: {loss: C, learning_rate: α}
    product: "×"                           # · if left out; * is the third there is
    delta_sign: negative                   # δ = −∂E/∂z; if left out the network says it
    weight: {latex: '\theta_{number}', text: 'θ{number}', code: 'theta{number}'}

A role's row may give ``latex``, ``text``, ``code`` and ``speech``; what it leaves out stays as in
the notation it extends. ``weight`` and ``bias`` stand for those of the first and the last layer
too, unless the file has rows for these. Placeholders are those of
``derive.notation.patterns.PLACEHOLDERS``; nothing else in braces is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from derive.notation import builtin
from derive.notation.builtin import FALLBACK, LETTERS, ROLES, TIMES, Scheme
from derive.notation.errors import NotationError
from derive.notation.patterns import TARGETS, PatternProblem, Row, compile_pattern
from derive.notation.shape import DELTA_SIGNS, Shape
from derive.notation.spelling import GREEK, is_name
from derive.reading import named, read_bytes
from derive.reading.positions import Composed, Place, compose
from derive.reading.words import Path as Keys
from derive.reading.words import describe

MOST_BYTES = 64_000
_KEYS = ("extends", "letters", "product", "delta_sign", *ROLES)
_GENERAL = ("weight", "bias", "shared_bias")

_COMMANDS = frozenset(
    {
        "mathrm", "mathbf", "mathit", "mathcal", "mathbb", "mathsf", "boldsymbol", "text", "hat",
        "bar", "tilde", "vec", "dot", "ddot", "prime", "star", "ast", "circ", "ell", "langle",
        "rangle", "to", "rightarrow", "leftarrow", "varepsilon", "varphi", "vartheta", *GREEK,
    }
)  # fmt: skip
_LATEX_CHARACTERS = re.compile(r"[A-Za-z0-9_^{}()\[\],.;:'|+*\\ -]*")
_OPERATORS = frozenset("+-−*·/=<>|()[]{}\"'`$#%&\\^~")


def read(path: Path, shape: Shape, layout: str) -> Scheme:
    """The notation in a file, for a shape and a layout. Raises NotationError with all problems."""
    return _Reader(path, shape, layout).scheme()


class _Reader:
    def __init__(self, path: Path, shape: Shape, layout: str) -> None:
        self.path, self.shape, self.layout = path, shape, layout
        self.problems: list[tuple[Place, str]] = []
        self.composed = Composed()

    def scheme(self) -> Scheme:
        data = self.load()
        base = self.base(data)
        rows, places = dict(base.rows), {}
        for key, value in data.items():
            if key in ROLES:
                places[key] = self.name(self.composed.keys[(key,)])
                rows[key] = self.row(data, key, value, self.base_row(base, key))
            elif key == "letters":
                self.check_letters(data, value)
            elif key == "product":
                if value not in TIMES:
                    there = ", ".join(TIMES)
                    self.problem((key,), f"product is {describe(value)}", f"allowed are {there}")
            elif key == "delta_sign":
                if value not in DELTA_SIGNS:
                    there = ", ".join(DELTA_SIGNS)
                    self.problem((key,), f"delta_sign is {describe(value)}", f"allowed are {there}")
            elif key != "extends":
                self.problem((key,), f"unknown key {key!r}", f"allowed are {', '.join(_KEYS)}")
        if self.problems:
            raise NotationError(*(text for _, text in sorted(self.problems)))
        for special, general in FALLBACK.items():
            if general in _GENERAL and general in data and special not in data:
                rows.pop(special, None)
        changed = {str(role): str(typed) for role, typed in data.get("letters", {}).items()}
        times = data.get("product", TIMES[0])
        own = Scheme(rows, base.letters, places, times, data.get("delta_sign"))
        return builtin.with_letters(own, changed)

    # -- reading -----------------------------------------------------------------------------

    def load(self) -> dict[str, Any]:
        """The file's mapping, every key a string."""
        self.composed = composed = compose(self.text(), {})
        if composed.faults:
            raise NotationError(
                *(f"{self.name(place)}: {fault}" for place, fault in sorted(composed.faults))
            )
        if not isinstance(composed.data, dict):
            raise NotationError(
                f"{self.path}:1:1: got no keys; write a notation as 'extends: numbered', and what "
                "it changes below"
            )
        return composed.data

    def text(self) -> str:
        """What the file says. Raises NotationError."""
        try:
            source = read_bytes(self.path, MOST_BYTES)
        except OSError as error:
            reason = error.strerror or "cannot be read"
            raise NotationError(
                f"{named(self.path)}: {reason}; choose {', '.join(builtin.BUILT_IN)}, or give "
                "the path of a notation file"
            ) from None
        if len(source) > MOST_BYTES:
            raise NotationError(
                f"{self.path}: more than {MOST_BYTES} bytes; a notation file is a small file"
            )
        try:
            return source.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = source.count(b"\n", 0, error.start) + 1
            column = error.start - source.rfind(b"\n", 0, error.start)
            raise NotationError(
                f"{self.name(Place(line, column))}: not UTF-8; save the file in UTF-8"
            ) from None

    def base(self, data: dict[str, Any]) -> Scheme:
        """The notation that the file extends."""
        name = data.get("extends", "numbered")
        if not isinstance(name, str) or name not in builtin.BUILT_IN:
            allowed = f"allowed are {', '.join(builtin.BUILT_IN)}"
            self.problem(("extends",), f"extends: got {describe(name)}", allowed)
            name = "numbered"
        return builtin.BUILT_IN[name](self.shape, self.layout)

    def base_row(self, base: Scheme, role: str) -> Row:
        while role not in base.rows:
            role = FALLBACK[role]
        return base.rows[role]

    def row(self, data: dict[str, Any], role: str, value: Any, base: Row) -> Row:
        """The base's row with the file's patterns in it."""
        if not isinstance(value, Mapping):
            remedy = f"write it as {role}: {{latex: …, text: …, code: …}}"
            self.problem((role,), f"{role}: got {describe(value)}", remedy)
            return base
        sources: dict[str, str] = {}
        for target, source in value.items():
            if target not in TARGETS:
                allowed = f"allowed are {', '.join(TARGETS)}"
                self.problem((role, target), f"{role}: unknown key {target!r}", allowed)
            elif not isinstance(source, str) or not source.strip():
                remedy = "write a pattern in quotes"
                self.problem((role, target), f"{role}: {target}: got {describe(source)}", remedy)
            else:
                sources[target] = source
        patterns = {}
        for target, source in sources.items():
            try:
                check(source, target)
                patterns[target] = compile_pattern(source, target, builtin.placeholders(role))
            except PatternProblem as problem:
                self.problem((role, target), f"{role}: {target}: {problem}")
        return replace(base, **patterns)

    def check_letters(self, data: dict[str, Any], value: Any) -> None:
        if not isinstance(value, Mapping):
            self.problem(
                ("letters",), f"letters: got {describe(value)}", "write letters: {loss: C}"
            )
            data["letters"] = {}
            return
        for role, typed in value.items():
            if role not in LETTERS:
                allowed = f"allowed are {', '.join(LETTERS)}"
                self.problem(("letters", role), f"letters: unknown key {role!r}", allowed)
            elif not isinstance(typed, str) or not is_name(typed):
                remedy = "a letter is a name of letters, digits and _, such as C, ŷ or y_pred"
                self.problem(("letters", role), f"letters: {role}: got {describe(typed)}", remedy)

    def problem(self, keys: Keys, what: str, remedy: str = "") -> None:
        place = self.composed.keys[keys]
        note = f"; {remedy}" if remedy else ""
        self.problems.append((place, f"{self.name(place)}: {what}{note}"))

    def name(self, place: Place) -> str:
        return f"{self.path}:{place.line}:{place.column}"


def check(source: str, target: str) -> None:
    """Raises PatternProblem where a pattern could not be printed everywhere."""
    if target == "latex":
        _check_latex(source)
    elif target == "text":
        bare = re.sub(r"\{[\^_]?[a-z]+\}", "", source)
        wrong = [c for c in bare if c in _OPERATORS - {"{", "}"} or c.isspace()]
        if wrong or not bare.isprintable():
            characters = " ".join(dict.fromkeys(wrong)) or "a control character"
            raise PatternProblem(
                f"{characters!r} in a name would read as an operator or a bracket; use letters, "
                "digits, _ and raised or lowered digits such as {^layer} and {_unit}"
            )


def _check_latex(source: str) -> None:
    if not _LATEX_CHARACTERS.fullmatch(source):
        wrong = next(c for c in source if not _LATEX_CHARACTERS.fullmatch(c))
        raise PatternProblem(f"{wrong!r} cannot stand in a LaTeX name; write it as a command")
    for command in re.findall(r"\\([A-Za-z]+|.|$)", source):
        if command not in _COMMANDS:
            raise PatternProblem(
                f"\\{command} is not allowed in a name; allowed are letters, digits, Greek "
                "letters and \\mathrm, \\mathbf, \\mathcal, \\text, \\hat, \\bar, \\tilde and such"
            )
    depth = 0
    for character in source:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            break
    if depth:
        more = "{" if depth > 0 else "}"
        raise PatternProblem(
            f"unbalanced braces: a {more} too many in {source!r}; give every {{ its }}, as in "
            r"'w_{{to}{from}}' with a group and two placeholders"
        )
    if re.search(r"\\text\{[^{}]*[_^]", source):
        raise PatternProblem(r"no _ or ^ inside \text{…}: write a_{\text{h}}, not \text{a_h}")

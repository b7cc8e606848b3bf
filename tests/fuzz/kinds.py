"""The kinds of input: where each begins, how it is damaged, and which command reads it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from click.testing import CliRunner, Result

from derive.cli import commands
from tests.fuzz.damage import altered, damaged

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = REPOSITORY / "examples"
NETWORK = EXAMPLES / "mazur.yaml"
SMALL = EXAMPLES / "symbolic.yaml"
WORDS = (
    "units", "activation", "bias", "weights", "biases", "frozen", "name", "formula", "inputs",
    "targets", "loss", "layers", "softmax", "relu", "hinge", "cross_entropy", "shared", "none",
    "neuron", "half_squared_error", "huber", "to_from", "sum", "carried", "numbered", "layered",
    "title",
)  # fmt: skip
FORMULA_WORDS = (
    "x", "y", "t", "exp(", "ln(", "sqrt(", "abs(", "max(", "min(", "tanh(", "sigmoid(", "**", "^",
    "/", "*", "+", "-", ")", "(", " if ", " else ", "x > 0", ",", "2", "0.5", "pi", "sin(", "cosh(",
)  # fmt: skip
NOTATIONS = (
    "extends: layered\nletters: {loss: C, learning_rate: α}\n",
    r"extends: numbered"
    "\n"
    r"weight: {latex: '\theta_{number}', text: 'θ{number}', code: "
    "'theta{number}'}\nproduct: \"×\"\n",
    r"extends: layered"
    "\n"
    r"weight: {latex: 'w^{({layer})}_{{unit}{source}}', text: "
    "'w{layer}_{unit}{source}', code: 'w{layer}_{unit}{source}'}\n"
    "pre_activation: {text: 'net{layer}{_unit}'}\n",
)
NOTATION_WORDS = (
    "extends", "letters", "product", "weight", "bias", "delta", "activation", "latex", "text",
    "code",
    "{layer}", "{unit}", "{source}", "{number}", "{pair}", "{x}", "\\theta", "\\operatorname{x}",
    "plain", "indexed", "loss", "output", "input",
)  # fmt: skip
RECIPES = (
    *((REPOSITORY / "derive/worksheets/recipes/ready" / f"{name}.yaml").read_text(encoding="utf-8")
      for name in ("exam", "warm-up", "homework")),
    "title: Quiz\ndigits: 3\npicture: true\nquestions:\n  - counting\n  - {kind: graph, "
    "points: 5}\n"
    "  - {kind: gradient, count: 3, given: true, difficulty: hard, space: 2}\n"
    "  - {kind: mistake, points: 3}\n",
)  # fmt: skip
RECIPE_WORDS = (
    "questions", "kind", "points", "count", "difficulty", "hints", "space", "guided", "given",
    "units",
    "digits", "title", "forward", "gradient", "delta", "symbolic", "mistake", "blanks", "graph",
    "counting", "concept", "shapes", "unit", "paths", "saturated", "dead", "any", "hard", "true",
)  # fmt: skip
FAMILIES = (
    "family:\n  title: Week 3\n  sizes: [[2, 2, 1], [2, 1, 1]]\n  hidden: [sigmoid, tanh]\n"
    "  output: [sigmoid]\n  losses: [half_squared_error, binary_cross_entropy]\n  bias: [none]\n"
    "  learning_rate: 0.5\n",
    "family:\n  sizes: [[2, 2, 1]]\n  hidden: [relu, {name: leaky_relu, slope: 0.1}]\n"
    '  losses: [half_squared_error, {formula: "(y - t)**4"}]\n',
)
FAMILY_WORDS = ("sizes", "hidden", "output", "losses", "bias", "softmax", "relu", "[2, 2]", *WORDS)
ROSTERS = (
    "id,name\n1001,Ada Lovelace\n1002,Blaise Pascal\n",
    "Matrikelnummer;Nachname;Vorname\n4711;Lovelace;Ada\n4712;Pascal;Blaise\n",
    "First name\tSurname\tID number\tEmail address\nAda\tLovelace\t3001\tada@example.org\n",
    "Ada\nBlaise\n",
)
ROSTER_WORDS = ("id", "name", "student", "first name", "group", "1001", '"', "sep=;", "=1+1", "@bo")
DATA = "i1,i2,t1,t2\n0.05,0.1,0.01,0.99\n1,-2e-3,0,1\n0.5,0.25,0.5,0.5\n"
DATA_WORDS = ("i1", "t2", "id", "w1", '"', "0,5", "nan", "high")
OPTIONS: dict[str, tuple[str, ...]] = {
    "render": ("--to", "--style", "--notation", "--detail", "--digits", "--rounding", "--dialect",
               "--max-paths", "--with", "--templates", "--nothing"),
    "check": ("--json", "--nothing"),
    "compile": ("--to", "--nothing"),
    "train": ("--rates", "--epochs", "--data", "--batch-size", "--seed", "--initial",
    "--target-loss",
              "--patience", "--improvement", "--on-divergence", "--every", "--to", "--digits"),
    "worksheet": ("--variants", "--roster", "--seed", "--variant", "--to", "--recipe",
    "--templates"),
}  # fmt: skip
# No system passes a NUL to a program.
OPTION_VALUES = (
    "", " ", "0", "1", "-1", "3", "2.5", "1e3", "nan", "inf", "x", "é", "text", "text,markdown",
    "svg",
    "latex", "csv", "json", ",", "text,,", "paths", "matrices", "deltas", "brief", "full",
    "carried",
    "exact", "plain", "all", "lemmas,why", "captions", "exam", "warm-up", "no/such/file", "/", ".",
    "0.1,0.2", "0.1,,", "stop", "99999999999", "--", "a\1b", "\ud800", "1/3", "numbered", "layered",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attempt:
    """A run of the command line on damaged input: what was put in, and what came of it."""

    arguments: tuple[str, ...]
    damaged: bytes
    result: Result


@dataclass
class Bench:
    """A folder with whatever the commands need beside what is damaged; made once in a process."""

    folder: Path
    runner: CliRunner = field(default_factory=CliRunner)

    def run(self, *arguments: object) -> Result:
        return self.runner.invoke(commands, [str(one) for one in arguments])

    def put(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    @cached_property
    def bundle(self) -> Path:
        """Two students' sheets of a short recipe, their bundle and their table of answers."""
        roster = self.put("class.csv", ROSTERS[0].encode())
        recipe = self.put("class.yaml", b"questions: [forward, gradient, symbolic, concept]\n")
        done = self.run(
            "worksheet", NETWORK, "--roster", roster, "--recipe", recipe, "--seed", 5, "--to",
            "text", "--answer-sheet", "csv", "-o", self.folder / "class",
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        return self.folder / "class" / "bundle.json"

    @cached_property
    def answers(self) -> str:
        """The table of answers with something in its cells."""
        text = (self.bundle.parent / "answers.csv").read_text(encoding="utf-8-sig")
        head, *rows = [line.split(",") for line in text.splitlines()]
        something = ("0.5", '"0,25"', "-0.013", "δ_o1·a_h1", "2.5e-2", "1/3", "yes", "")
        for number, row in enumerate(rows):
            row[2:] = [
                something[(number + place) % len(something)] for place in range(len(row) - 2)
            ]
        return "\n".join(map(",".join, [head, *rows])) + "\n"


@contextmanager
def bench() -> Iterator[Bench]:
    with TemporaryDirectory(prefix="fuzz-") as folder:
        yield Bench(Path(folder))


def attempt(here: Bench, kind: str, number: int) -> Attempt:
    """The input of a kind with this number, and what came of it."""
    return KINDS[kind](here, random.Random(f"derive fuzz {kind} {number}"))


def _networks() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.yaml"))]


_NETWORKS = _networks()


def _of(here: Bench, content: bytes, *arguments: object) -> Attempt:
    return Attempt(tuple(map(str, arguments)), content, here.run(*arguments))


def _network(here: Bench, chance: random.Random) -> Attempt:
    raw = damaged(chance, chance.choice(_NETWORKS), WORDS)
    path = here.put("network.yaml", raw)
    return _of(here, raw, "render", path, "--to", "text", "--detail", "brief")


def _formula(here: Bench, chance: random.Random) -> Attempt:
    def written(words: tuple[str, ...]) -> str:
        return "".join(chance.choice(words) for _ in range(chance.randint(1, 12)))

    base = chance.choice(("x/(1+abs(x))", "ln(1+exp(x))", "max(0, x)", "x*sigmoid(x)", "0.5*x"))
    loss = chance.choice(("(y - t)**2", "abs(y - t)", "-t*ln(y)", "max(0, 1 - t*y)"))
    if chance.random() < 0.5:
        base = written(FORMULA_WORDS)
    else:
        base = damaged(chance, base, FORMULA_WORDS).decode("utf-8", "replace")
    if chance.random() < 0.3:
        loss = damaged(chance, loss, FORMULA_WORDS).decode("utf-8", "replace")
    given: dict[str, Any] = {
        "inputs": [0.5, -1.5],
        "layers": [{"units": 1, "activation": {"formula": base}, "weights": [[0.4], [-0.7]],
                    "biases": [0.1]}],
        "loss": {"formula": loss}, "targets": [0.3],
    }  # fmt: skip
    raw = json.dumps(given).encode()
    return _of(here, raw, "render", here.put("formula.yaml", raw), "--to", "text")


def _notation(here: Bench, chance: random.Random) -> Attempt:
    raw = damaged(chance, chance.choice(NOTATIONS), NOTATION_WORDS)
    path = here.put("notation.yaml", raw)
    return _of(here, raw, "render", NETWORK, "--notation", path, "--detail", "brief")


def _answers(here: Bench, chance: random.Random) -> Attempt:
    if chance.random() < 0.3:
        data = {"1001": {"1": "0.5", "2": 0.25, "3": None}, "Blaise Pascal": {"1": "δ_o1"}}
        raw = json.dumps(altered(chance, data)).encode("utf-8", "surrogatepass")
        if chance.random() < 0.4:
            raw = damaged(chance, raw.decode(), ("1001", '"1"', "{"))
        path = here.put("answers.json", raw)
    else:
        words = ("1001", "1002", "student", "form", "label", "answer", "δ_o1·", "0,5", "(1)", '"')
        raw = damaged(chance, here.answers, words)
        path = here.put("answers.csv", raw)
    return _of(here, raw, "mark", here.bundle, path, "--to", "text")


def _recipe(here: Bench, chance: random.Random) -> Attempt:
    raw = damaged(chance, chance.choice(RECIPES), RECIPE_WORDS)
    path = here.put("recipe.yaml", raw)
    return _of(here, raw, "worksheet", NETWORK, "--recipe", path, "--variants", 1, "--seed", 1,
    "--to", "text", "--force", "-o", here.folder / "sheets")  # fmt: skip


def _family(here: Bench, chance: random.Random) -> Attempt:
    raw = damaged(chance, chance.choice(FAMILIES), FAMILY_WORDS)
    return _of(here, raw, "check", here.put("family.yaml", raw))


def _roster(here: Bench, chance: random.Random) -> Attempt:
    raw = damaged(chance, chance.choice(ROSTERS), ROSTER_WORDS)
    path = here.put("roster.csv", raw)
    recipe = here.put("short.yaml", b"questions: [counting]\n")
    return _of(here, raw, "worksheet", NETWORK, "--roster", path, "--recipe", recipe, "--seed", 1,
               "--to", "text", "--force", "-o", here.folder / "sheets")  # fmt: skip


def _data(here: Bench, chance: random.Random) -> Attempt:
    raw = damaged(chance, chance.choice((DATA, DATA.replace(",", ";"))), DATA_WORDS)
    path = here.put("data.csv", raw)
    return _of(here, raw, "train", NETWORK, "--data", path, "--epochs", 2, "--to", "csv")


def _bundle(here: Bench, chance: random.Random) -> Attempt:
    text = here.bundle.read_text(encoding="utf-8")
    if chance.random() < 0.6:
        raw = json.dumps(altered(chance, json.loads(text))).encode("utf-8", "surrogatepass")
    else:
        raw = damaged(chance, text, ("seed", "variants", "students", "{", "network", "recipe"))
    path = here.put("bundle.json", raw)
    answers = here.put("good.csv", here.answers.encode())
    return _of(here, raw, "mark", path, answers, "--to", "text")


def _options(here: Bench, chance: random.Random) -> Attempt:
    command = chance.choice(sorted(OPTIONS))
    line: list[object] = [command]
    if chance.random() < 0.95:
        line.append(chance.choice((NETWORK, SMALL, EXAMPLES / "batch.yaml")))
    if command == "worksheet":
        line += ["-o", here.folder / "options", "--force"]
        line += ["--recipe", here.put("short.yaml", b"questions: [counting]\n"), "--variants", 1]
    if command == "train":
        line += ["--epochs", 3]
    for _ in range(chance.choice((1, 1, 2, 3))):
        line += [chance.choice(OPTIONS[command]), chance.choice(OPTION_VALUES)]
    shown = " ".join(map(repr, map(str, line))).encode("utf-8", "surrogatepass")
    return _of(here, shown, *line)


def _templates(here: Bench, chance: random.Random) -> Attempt:
    folder = REPOSITORY / "templates"
    files = sorted(f for f in folder.rglob("*") if f.is_file() and f.suffix != ".woff2")
    layouts = [path for path in files if "wording" not in path.parts]
    source = chance.choice(files if chance.random() < 0.7 else layouts)
    words = (
        "<<",
        ">>",
        "<%",
        "%>",
        "<#",
        "loss",
        "network",
        "{{",
        "for",
        "if",
        "endif",
        "macro",
        "endmacro",
        "count",
        "turn",
        "bias()",
        "e.g.",
        "**",
    )
    text = source.read_text(encoding="utf-8")
    if "wording" in source.parts and chance.random() < 0.5:  # a few sentences of the file
        macros = re.findall(r"(?s)<% macro .*?<% endmacro %>", text)
        text = "\n".join(chance.sample(macros, min(3, len(macros))))
    raw = damaged(chance, text, words)
    with TemporaryDirectory(dir=here.folder) as own:
        name = source.relative_to(folder)
        (Path(own) / name).parent.mkdir(parents=True)
        (Path(own) / name).write_bytes(raw)
        asked = ["--to", chance.choice(("text", "markdown", "latex"))]
        asked += ["--style", chance.choice(("paths", "deltas", "matrices"))]
        asked += ["--with", "all"] if chance.random() < 0.2 else ["--detail", "full"]
        return _of(here, f"{name}: ".encode() + raw, "render", NETWORK, "--templates", own, *asked,
                   "-o", here.folder / "page", "--force")  # fmt: skip


KINDS: dict[str, Callable[[Bench, random.Random], Attempt]] = {
    "network": _network, "formula": _formula, "notation": _notation, "answers": _answers,
    "recipe": _recipe, "family": _family, "roster": _roster, "data": _data, "bundle": _bundle,
    "options": _options, "templates": _templates,
}  # fmt: skip

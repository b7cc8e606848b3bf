"""No student ever reads a programmer's message: thousands of answers that cannot be read, and what
is said about them."""

from __future__ import annotations

import ast
import random
import re
from pathlib import Path

import pytest
from worksheets.test_student_formulas import DATA, formulas

import derive
from derive.document.macros import macros
from derive.document.wording import Wording, in_macros
from derive.expression.typed.formula import FormulaError
from derive.network import Dense, Network
from derive.worksheets import Ask, Recipe
from derive.worksheets.answers import ChoiceAnswer, CountAnswer, FormulaAnswer, NamesAnswer
from derive.worksheets.items import Answer
from derive.worksheets.marking import Verdict
from derive.worksheets.marking.judges import Judges
from derive.worksheets.marking.reading.faults import Fault, Faults
from derive.worksheets.marking.reading.spelling import answered
from derive.worksheets.marking.working import read_working

CASES = 3_000
QUOTED = re.compile(r"“[^”]*”?")  # what the student wrote themselves
CODE = re.compile(
    r"\*\*|`|unknown name|unexpected|\belse\b|\bif x\b|otherwise|\babs\(|\bsqrt\(|\bmax\(|_prime"
    r"|characters and|FormulaError|Error\b|None\b|column|token|\bparse|[\U00020000-\U0003ffff]"
    r"|\be-?\d|==|<<|>>|'"
)
PIECES = (
    "δ⁽²⁾₁", "a1_1", "d2_1", "w", "x₁", "ŷ", "y_1", "**", "^", "^2", "²", "(", ")", "[", "{", "}",
    "|", "+", "-", "−", "*", "·", "×", "/", "=", "==", "≈", "<", ">", " if ", " else ", "otherwise",
    ";", ",", ".", "'", "′", '"', "`", "#", "$", "%", "&", "!", "?", "√", "∂", "∂C/∂", "d",
    "\\frac", "\\frac{1}{", "_{", "^{", "\\", "sqrt(", "tanh", "tanh²", "σ(", "σ'", "f(",
    "max(", "abs(",
    "0.5", "0,5", "0·5", "1e", "1e999", "2E1", "10-2", "9.8×10−1", "½", "1/0", "1 3/2", "pi", "e",
    "lambda", "import", "__class__", "\u200b", "\x00", "\U00020001", "①", "⒈", "٣", "no idea",
    " und ", "→", "\n", "999999999999", "a" * 70, "(" * 45,
)  # fmt: skip


def sheet() -> tuple[derive.worksheets.Variant, Judges]:
    network = Network(
        3, [Dense(2, "tanh"), Dense(1, "sigmoid")], learning_rate=0.5, notation=DATA / "above.yaml"
    )
    asked = (Ask("paths"), Ask("counting"), Ask("match"), Ask("symbolic"), Ask("forward"))
    sheets = derive.worksheet(network, Recipe(questions=asked), variants=1, seed=3)
    return sheets.variants[0], Judges(sheets.bundle.maker(1).exercise, sheets.variants[0].names)


def garbage(chance: random.Random) -> str:
    return "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 6)))


def test_what_is_said_of_garbage_is_said_in_words() -> None:
    """Of every form of answers; and each kind of reason comes up."""
    variant, judges = sheet()
    labels = {type(a): a.label for a in variant.answers}
    assert set(labels) == {Answer, CountAnswer, ChoiceAnswer, FormulaAnswer, NamesAnswer}
    chance, said, unread = random.Random(8), set[str](), 0
    for _ in range(CASES // len(labels)):
        typed = garbage(chance)
        for mark in judges.marks(variant, dict.fromkeys(labels.values(), typed)):
            for told in filter(None, (mark.fault, mark.working if not mark.counts else "")):
                said.add(told)
            unread += mark.verdict is Verdict.UNREADABLE
            if mark.verdict is Verdict.UNREADABLE:
                bare = QUOTED.sub("“”", mark.fault)
                assert not CODE.search(bare), (typed, mark.fault)
                assert (mark.fault[-1] in ".)" and mark.fault[0] in "“") or mark.fault[0].isupper()
    assert unread > CASES / 2 and len(said) > 100
    print(f"{unread} answers not read; {len(said)} different reasons")


@pytest.mark.parametrize("typed", ["2·)", "h1 if 1", "d2_1", "q(1)", "!", "2 < 3"])
def test_the_readers_own_messages_would_be_seen(typed: str) -> None:
    """Planted: what the reader of formulas says to somebody who writes a network file."""
    with pytest.raises(FormulaError) as error:
        formulas("layered").read(typed)
    told = f"{error.value.message}; {error.value.remedy}"
    assert CODE.search(QUOTED.sub("“”", told)), told


def kinds() -> set[str]:
    """The kinds of faults that the sources name."""
    root = Path(derive.__file__).parent
    found = {"formula"}
    for path in (root / "worksheets/marking", root / "expression"):
        for source in path.rglob("*.py"):
            for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
                name = getattr(getattr(call, "func", None), "id", "")
                if isinstance(call, ast.Call) and name in ("Fault", "FormulaError"):
                    kind = call.args[0 if name == "Fault" else 3 :][:1]
                    found |= {one.value for one in kind if isinstance(one, ast.Constant)}
    return {kind for kind in found if isinstance(kind, str)}


def test_every_reason_has_its_sentence_and_every_sentence_its_reason() -> None:
    names = macros("en").names
    there = {name.removeprefix("fault_") for name in names if name.startswith("fault_")}
    assert there - {"unknown_name_near"} == {in_macros(kind) for kind in kinds()}
    say = Faults(formulas("layered").names)
    for kind in kinds():
        assert len(say(Fault(kind, "one", "two"))) > 8


def test_a_reason_names_what_is_on_the_sheet() -> None:
    say = Faults(formulas("above.yaml").names)
    assert say(Fault("unknown-name", "d2_1")) == (
        "“d2_1” is not a name on your sheet. Is δ⁽²⁾₁ meant? The names there look like w1_11, "
        "a⁽¹⁾₁, δ⁽¹⁾₁."
    )
    assert "as in a⁽¹⁾₁·(1 − w1_11)" in say(Fault("sign", "!"))
    assert "∂a⁽¹⁾₁/∂z⁽¹⁾₁" in say(Fault("derivative"))
    assert say(None) == ""


def test_a_sentence_of_ones_own_stands_before_it(tmp_path: Path) -> None:
    folder = tmp_path / "wording" / "en"
    folder.mkdir(parents=True)
    source = "<% macro fault_empty() %>Nothing to read.<% endmacro %>"
    (folder / "mine.jinja").write_text(source, encoding="utf-8")
    say = Faults(formulas("layered").names, Wording("en", tmp_path))
    assert say(Fault("empty")) == "Nothing to read."


LOST = ["9.8×10−1", "−1.64·10-2", "-1.64*10−2", "1,64 · 10 - 2", "1.64·103", r"9.8\cdot 10-1",
        "9.8x10-1", "= 9.8×10−1", "0.49·2 = 9.8×10−1"]  # fmt: skip


@pytest.mark.parametrize("typed", LOST)
def test_an_exponent_that_lost_its_place_is_unreadable_and_never_wrong(typed: str) -> None:
    variant, judges = sheet()
    label = next(a.label for a in variant.answers if isinstance(a, Answer))
    mark = next(m for m in judges.marks(variant, {label: typed}) if m.label == label)
    assert mark.verdict is Verdict.UNREADABLE and not mark.working
    assert "the exponent seems to have lost its place" in mark.fault


@pytest.mark.parametrize(
    ("typed", "value"),
    [("9.8·10^-1", 0.98), ("9.8×10⁻¹", 0.98), ("0.98;", 0.98), ("0,98 (gerundet)", 0.98),
     ("0.5·10 − 4.02", 0.98), ("98/100", 0.98), ("√0.9604", 0.98), ("0.49·2", 0.98),
     ("1 − 0.02", 0.98), ("0.98 # from (1)", 0.98), ("(1) 0.98", 0.98)],
)  # fmt: skip
def test_and_what_means_one_thing_is_read(typed: str, value: float) -> None:
    reading, slip = read_working(answered(typed, "1"), formulas("layered").read)
    assert slip is None and reading.value is not None
    assert abs(float(reading.value) - value) < 1e-12

"""The documentation of network files names every key, value and placeholder, and its files load."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import derive
from derive.algebra.languages.catalogue import LANGUAGES
from derive.commands import options
from derive.derivation.derivation import STYLES
from derive.network.catalogue import ACTIVATIONS, LOSSES
from derive.network.loader import KEYS, LAYER_KEYS
from derive.network.other_names import (
    ACTIVATIONS as OTHER_ACTIVATIONS,
)
from derive.network.other_names import (
    FILE_KEYS as OTHER_FILE_KEYS,
)
from derive.network.other_names import (
    LAYER_KEYS as OTHER_LAYER_KEYS,
)
from derive.network.other_names import (
    LOSSES as OTHER_LOSSES,
)
from derive.network.other_names import (
    Other,
)
from derive.network.reading import keys
from derive.network.reading.options import CHOICES
from derive.notation import BUILT_IN, Shape, names
from derive.notation.builtin import LETTERS, ROLES, placeholders
from derive.notation.files import _KEYS as NOTATION_KEYS
from derive.notation.patterns import PLACEHOLDERS
from derive.writers import FORMATS

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "network-files.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)


def section(title: str) -> str:
    return re.split(r"(?m)^## ", TEXT.partition(f"## {title}\n")[2])[0]


def rows(text: str) -> dict[str, str]:
    """The rows of a section's tables, by each name in code of their first column."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            for name in re.findall(r"`\{?(\w+)\}?`", line.split("|")[1]):
                found[name] = line
    return found


@pytest.mark.parametrize(("title", "there"), [("Keys", KEYS), ("Keys of a layer", LAYER_KEYS)])
def test_every_key_has_a_row_and_an_example(title: str, there: tuple[str, ...]) -> None:
    assert tuple(rows(section(title))) == there
    (example,) = re.findall(r"```yaml\n(.*?)```", section(title), flags=re.DOTALL)
    for key in there:
        assert re.search(rf"\b{key}:", example), key


def test_every_choice_is_told_with_its_usual_value_first_or_last() -> None:
    found = rows(section("Keys"))
    for key, choices in CHOICES.items():
        for choice in choices:
            assert f"`{choice}`" in found[key]
        assert f"`{choices[0]}` |" in found[key]
    for notation in BUILT_IN:
        assert f"`{notation}`" in found["notation"]


def test_every_parameter_is_told_with_its_usual_value() -> None:
    found = rows(section("Activations"))
    for name, row in ACTIVATIONS.items():
        for key, usual in row.parameters:
            assert key in found and f"`{name}`" in section("Activations")
            if name != "selu":
                line = next(line for line in section("Activations").splitlines()
                            if f"`{key}`" in line and f"`{name}`" in line)  # fmt: skip
                assert f"`{usual}`" in line
    for loss in LOSSES.values():
        for key, usual in loss.parameters:
            assert f"`{loss.name}` has `{key}`" in section("Losses").replace("\n", " ")
            assert f"`{usual}` unless given" in section("Losses").replace("\n", " ")


def test_a_notation_files_keys_letters_and_placeholders() -> None:
    text = section("Notation files")
    found = rows(text)
    assert set(found) == {*NOTATION_KEYS, *PLACEHOLDERS}
    assert set(ROLES) <= set(found)
    for letter in LETTERS:
        assert f"`{letter}`" in found["letters"]
    called = names("numbered", Shape((3, 2, 2)))
    (q,) = [q for q in called.quantities()
            if (q.kind, q.layer, q.source, q.unit) == ("weight", 2, 0, 1)]  # fmt: skip
    from derive.notation.names import _VALUES

    for placeholder, what in PLACEHOLDERS.items():
        line = found[placeholder]
        if placeholder in placeholders("weight") and placeholder != "letter":
            shown = line.rstrip(" |").rpartition("| ")[2]
            assert shown == _VALUES[placeholder](called, q, "weight", "text"), placeholder
        assert what.partition(" (")[0] in line


@pytest.mark.parametrize("block", BLOCKS)
def test_every_file_shown_is_read(block: str, tmp_path: Path) -> None:
    if "layers:" in block:
        network = derive.load(io.StringIO(block))
        assert derive.load(io.StringIO(network.text())) == network
        derive.derive(network).check()
    elif "formulas:" in block:
        derive.symbolic(YAML().load(block)).gradients()
    else:
        path = tmp_path / "notation.yaml"
        path.write_text(block, encoding="utf-8")
        names(path, Shape((3, 2, 2)))


def test_the_table_of_keys_is_that_of_the_program() -> None:
    for title, table in (("Keys", keys.FILE), ("Keys of a layer", keys.LAYER)):
        found = rows(section(title))
        for key, row in table.items():
            assert f"| {row.what.partition(', whatever')[0]} |" in found[key], key


def row_of(name: str, other: Other) -> str:
    meant = f"`{other.meant}`" if other.meant else "–"
    return f"| {name} | {meant} | {other.note} |"


@pytest.mark.parametrize(
    "table", [OTHER_ACTIVATIONS, OTHER_LOSSES, OTHER_FILE_KEYS, OTHER_LAYER_KEYS]
)
def test_every_name_of_another_program_is_listed(table: dict[str, Other]) -> None:
    lines = (DOCS / "other-names.md").read_text(encoding="utf-8").splitlines()
    for name, other in table.items():
        assert row_of(name, other) in lines


def test_the_choices_that_help_shows_are_those_there_are() -> None:
    def listed(text: str) -> set[str]:
        return set(re.findall(r"\w+", text))

    assert listed(options.STYLES) == set(STYLES)
    assert listed(options.NOTATIONS) == set(BUILT_IN)
    assert listed(options.FORMATS) == set(FORMATS)
    assert listed(options.LANGUAGES) == set(LANGUAGES)

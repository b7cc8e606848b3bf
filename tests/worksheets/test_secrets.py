"""A sheet leads to no key: its numbers come from a secret that only the bundle holds."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from worksheets.networks import two_two_two

import derive
from derive.cli import commands
from derive.files import Drafts, open_to_others
from derive.worksheets import Recipe, Worksheet, WorksheetError
from derive.worksheets.classes.bundle import Bundle
from derive.worksheets.classes.bundle_files import read_bundle
from derive.worksheets.classes.handout import is_private
from derive.worksheets.sheets.maker import Maker
from derive.worksheets.source import ALPHABET, Source, new_secret
from derive.writers import write
from derive.writers.docx.writer import Docx
from derive.writers.registry import TEXTS
from derive.writers.typst.writer import Typst

MAZUR = str(Path(__file__).parents[2] / "examples" / "mazur.yaml")
SECRET = "00112233445566778899aabbccddeeff"
ANYONE = "anyone can make"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["worksheet", *map(str, arguments)])


def students_files(folder: Path) -> list[Path]:
    """Everything in a folder that a student gets."""
    return [path for path in folder.iterdir() if path.name.startswith("sheet")]


def pages(sheets: Worksheet, number: int) -> str:
    """What stands on a sheet, in every format that there is."""
    variant = sheets[number - 1]
    documents = [write(variant.sheet, variant.names, name) for name in TEXTS if name != "svg"]
    for writer in (Docx, Typst):  # what the files are made of
        documents.append(writer(variant.names).page(variant.sheet))
    return "\n".join(documents)


# -- what is on a sheet ------------------------------------------------------------------------


def test_two_runs_have_nothing_in_common(tmp_path: Path) -> None:
    for name in ("a", "b"):
        arguments = (MAZUR, "--variants", 2, "--to", "text", "-o", tmp_path / name)
        assert run(*arguments).exit_code == 0
    one, two = (read_bundle(tmp_path / name / "bundle.json") for name in ("a", "b"))
    assert one.source.secret != two.source.secret
    assert not {one.form(1), one.form(2)} & {two.form(1), two.form(2)}
    for number in (1, 2):
        assert one.variant(number).network != two.variant(number).network
    assert derive.worksheet(two_two_two(), variants=1)[0] != derive.worksheet(
        two_two_two(), variants=1
    )[0]  # fmt: skip


def test_the_same_secret_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        sheets = derive.worksheet(two_two_two(), "exam", variants=2, secret=SECRET)
        sheets.write(tmp_path / name, ("markdown", "latex", "text"), answer_sheet=".csv")
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "ab"
    )
    assert one == two
    other = derive.worksheet(two_two_two(), "exam", variants=2, secret=SECRET[::-1])
    assert other[0].network != sheets[0].network
    again = derive.worksheet(two_two_two(), "exam", secret=sheets.bundle.source.secret)
    assert again[1].items == sheets[1].items, "how many there are changes none of them"


def leads(secret: str) -> Iterator[bytes]:
    """The secret as it may be written, and what follows from it alone or the secret from it."""
    raw = bytes.fromhex(secret)
    yield from (secret.encode(), secret.upper().encode(), str(int(secret, 16)).encode())
    yield from (base64.b64encode(raw).rstrip(b"="), raw)
    for name in ("md5", "sha1", "sha256", "blake2b"):
        for text in (raw, secret.encode()):
            digest = hashlib.new(name, text).hexdigest().encode()
            yield from (digest, digest[:16])
    for number in range(4):
        for purpose in ("numbers", "questions"):
            message = f"{purpose}/{number}/0".encode()
            yield hmac.new(raw, message, "sha256").hexdigest()[:16].encode()


@pytest.mark.parametrize("one_file", [False, True])
def test_no_file_of_a_student_holds_what_leads_to_it(tmp_path: Path, one_file: bool) -> None:
    formats = ("markdown", "latex", "text")
    sheets = derive.worksheet(two_two_two(), "exam", variants=3)
    sheets.write(tmp_path, formats, one_file=one_file)
    bundle = (tmp_path / "bundle.json").read_bytes()
    secret = json.loads(bundle)["secret"]
    assert secret == sheets.bundle.source.secret and secret not in repr(sheets.bundle)
    forbidden = {*leads(secret), sheets.bundle.digest.encode(), sheets.bundle.digest[:8].encode()}
    assert secret.encode() in forbidden and secret.encode() in bundle
    for path in students_files(tmp_path):
        page = path.read_bytes()
        assert not [lead for lead in forbidden if lead in page or lead.lower() in page.lower()]
        assert not re.search(rb"\b(seed|variant|secret)\b", page, re.IGNORECASE), path


def test_the_numbers_come_from_hmac_and_each_purpose_has_its_own() -> None:
    def stream(purpose: str) -> random.Random:
        digest = hmac.new(bytes.fromhex(SECRET), purpose.encode(), hashlib.sha256).digest()
        return random.Random(int.from_bytes(digest, "big"))

    source = Source(SECRET)
    seen = set()
    for purpose, place in (("numbers", (3, 0)), ("numbers", (3, 1)), ("questions", (3, 0)),
                           ("structures", (0,)), ("numbers", (30, 0))):  # fmt: skip
        text = "/".join([purpose, *map(str, place)])
        drawn = source.chance(purpose, *place).getrandbits(200)
        assert drawn == stream(text).getrandbits(200)
        seen.add(drawn)
    assert len(seen) == 5


# -- the cheat ---------------------------------------------------------------------------------


def guesses(printed: str, name: str) -> Iterator[Source]:
    """What somebody who has a sheet, and derive, would try: seeds and secrets made of all that
    stands on it and of what its file is called."""
    words = {*re.findall(r"[\w.−-]+", printed), *re.findall(r"\d+", name), name}
    signs = re.compile(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}")
    forms = {form for word in words for form in (word, word.replace("-", "")) if signs.search(word)}
    seeds = {int(word) for word in words if re.fullmatch(r"\d{1,18}", word)}
    seeds |= {int(word.replace(".", "")) for word in words if re.fullmatch(r"\d+\.\d+", word)}
    for form in forms:
        seeds |= {int(form.replace("-", ""), 36) % 10**18, sum(form.encode())}
        with_digits = "".join(str(ALPHABET.index(c)) for c in form if c in ALPHABET)
        seeds.add(int(with_digits))
    for seed in sorted({*seeds, *range(30)}):
        yield Source(seed=seed)
    for text in sorted({*forms, printed, name}):
        for kind in ("md5", "sha1", "sha256"):
            digest = hashlib.new(kind, text.encode()).hexdigest()
            yield Source(digest[:32])
            yield Source(digest[-32:])
        yield Source(text.encode().hex()[:32].ljust(32, "0"))
    yield from (Source("0" * 32), Source("f" * 32))


def caught(sheets: Worksheet, number: int) -> Iterator[Source]:
    """The guesses that make the network of a sheet, whichever variant it is taken for."""
    maker = Maker(sheets[number - 1].network, Recipe())
    wanted = sheets[number - 1].network
    for source in guesses(pages(sheets, number), f"sheet-{number:02}"):
        for taken in {1, number}:
            if maker._search.find(source.chance("numbers", taken, 0)).numbers.network == wanted:
                yield source


def test_a_cheat_finds_nothing_on_a_sheet_but_the_seed_of_a_demonstration() -> None:
    small = derive.Network(2, [derive.Dense(1, "sigmoid")])  # each guess is a search for numbers
    assert any(caught(derive.worksheet(small, Recipe(), variants=2, seed=17), 2))
    assert not any(caught(derive.worksheet(small, Recipe(), variants=2, secret=SECRET), 2))


# -- forms -------------------------------------------------------------------------------------


def test_a_form_tells_nothing_and_is_one_students_alone() -> None:
    source = new_secret()
    forms = [source.form(number, "of one worksheet") for number in range(1, 1001)]
    assert len(set(forms)) == 1000
    shape = re.compile(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}")
    assert all(shape.fullmatch(form) for form in forms)
    assert not set(ALPHABET) & set("AEIOU01258BLSZ") and len(set(ALPHABET)) == len(ALPHABET)
    assert forms != [source.form(number, "of another") for number in range(1, 1001)]
    assert forms[:3] == [source.form(number, "of one worksheet") for number in (1, 2, 3)]
    for number in (1, 2, 1000):
        form = forms[number - 1]
        for spelling in (form, form.lower(), form.replace("-", " "), f" {form.replace('-', '')} "):
            assert source.number_of(spelling, "of one worksheet", 1000) == number
    assert source.number_of(forms[2], "of one worksheet", 2) is None, "only two were made"
    assert source.number_of("", "of one worksheet", 2) is None


def test_forms_that_would_be_alike_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derive.worksheets.source.ALPHABET", "3467")
    monkeypatch.setattr("derive.worksheets.source._GROUP", 3)
    forms = [Source(SECRET).form(number, "few of them") for number in range(1, 1001)]
    assert len(set(forms)) == 1000 and len(forms[0]) == 7, "of 4,096"


def test_a_form_makes_its_sheet_again(tmp_path: Path) -> None:
    assert run(MAZUR, "--variants", 3, "--to", "text", "-o", tmp_path / "all").exit_code == 0
    bundle = read_bundle(tmp_path / "all" / "bundle.json")
    sheet = (tmp_path / "all" / "sheet-02.txt").read_text(encoding="utf-8")
    assert bundle.form(2) in sheet and bundle.form(1) not in sheet
    for called in (bundle.form(2), bundle.form(2).lower(), "2"):
        again = ("--from", tmp_path / "all" / "bundle.json", "--variant", called, "--to", "text")
        assert run(*again, "-o", tmp_path / "again", "--force").exit_code == 0
        assert (tmp_path / "again" / "sheet-02.txt").read_text(encoding="utf-8") == sheet
    for called in ("4", "0", "CCCC-CCCC", "x", "７"):
        result = run(
            "--from", tmp_path / "all" / "bundle.json", "--variant", called, "-o", tmp_path
        )
        assert result.exit_code == 2 and "allowed are 1 to 3, or the form" in result.output


# -- demonstrations ----------------------------------------------------------------------------


def test_every_page_of_a_demonstration_says_so(tmp_path: Path) -> None:
    result = run(MAZUR, "--variants", 2, "--seed", 7, "--to", "markdown,latex,text", "-o", tmp_path)
    assert "made with a seed: anyone who guesses it can make the keys" in result.output
    sheets = students_files(tmp_path)
    assert len([path for path in sheets if path.suffix != ".svg"]) == 6
    for path in sheets:
        text = " ".join(path.read_text(encoding="utf-8").split())
        assert path.suffix == ".svg" or ANYONE in text, path
        if path.suffix == ".tex":  # what stands at the foot of each of its pages
            (foot,) = re.findall(r"^\\footer\{(.*)\}$", path.read_text("utf-8"), re.MULTILINE)
            assert ANYONE in foot
    others = derive.worksheet(two_two_two(), variants=1, secret=SECRET)
    assert ANYONE not in pages(others, 1)
    one, two = (derive.worksheet(two_two_two(), variants=1, seed=7) for _ in range(2))
    assert one[0] == two[0] and one.bundle == two.bundle


# -- permissions -------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="there are no such permissions")
def test_bundle_and_keys_are_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "bundle.json").write_text("{}")
    (folder / "bundle.json").chmod(0o644)
    before = os.umask(0o022)
    try:
        arguments = (MAZUR, "--recipe", "warm-up", "--variants", 2, "--answer-sheet", "csv")
        assert run(*arguments, "-o", folder, "--force").exit_code == 0
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert {name for name, mode in modes.items() if mode == 0o600} == {
        name for name in modes if name.startswith(("key", "bundle", "untold"))
    }
    assert all(mode == 0o644 for name, mode in modes.items() if name.startswith("sheet"))
    assert [name for name in modes if name.startswith("key") and name.endswith(".svg")]


@pytest.mark.skipif(os.name != "posix", reason="there are no such permissions")
def test_a_draft_is_private_before_anything_is_in_it(tmp_path: Path) -> None:
    with Drafts() as drafts:
        drafts.add(tmp_path / "key.txt", "first", private=True)
        (draft,) = tmp_path.iterdir()
        assert draft.stat().st_mode & 0o777 == 0o600
        drafts.add(tmp_path / "key.txt", "second")
    assert (tmp_path / "key.txt").read_text() == "firstsecond"
    assert (tmp_path / "key.txt").stat().st_mode & 0o777 == 0o600


def test_a_system_without_permissions_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key.txt").write_text("")
    (tmp_path / "key.txt").chmod(0o644)
    assert open_to_others([tmp_path / "key.txt", tmp_path / "none"]) == [tmp_path / "key.txt"]
    monkeypatch.setattr("derive.files.PRIVATE", 0o644)  # as a file system without modes has it
    monkeypatch.setattr("derive.files.open_to_others", lambda paths: list(paths)[:1])
    result = run(MAZUR, "--variants", 1, "--to", "text", "-o", tmp_path / "sheets")
    assert "this system lets others read" in result.output
    assert is_private("key-01.txt") and is_private("bundle.json") and not is_private("sheet-01.md")


# -- what is no secret -------------------------------------------------------------------------


def bundle_of(**changes: object) -> str:
    sheets = json.loads(derive.worksheet(two_two_two(), variants=1, secret=SECRET).bundle.text())
    return json.dumps(
        {key: value for key, value in (sheets | changes).items() if value is not None}
    )


def test_a_bundle_reads_back(tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_text(bundle_of())
    bundle: Bundle = read_bundle(tmp_path / "bundle.json")
    assert json.loads(bundle.text()) == json.loads(bundle_of())
    assert bundle.source == Source(SECRET)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"secret": None}, "secret or seed is missing"),
        ({"seed": 7}, "secret or seed is there twice"),
        ({"secret": "guess"}, "secret: allowed are 32 hexadecimal digits"),
        ({"secret": 12}, "secret: got 12"),
        ({"secret": None, "seed": True}, "seed: got true"),
        ({"secret": None, "seed": 10**18}, "at most 18 digits"),
        ({"edition": 1}, "seed is missing"),
        ({"edition": 99}, "whose sheets this one"),
        ({"edition": "2"}, "whose sheets this one"),
        ({"edition": True}, "whose sheets this one"),
        ({"edition": None}, "seed is missing"),
    ],
)
def test_a_bundle_without_its_secret_is_refused(
    tmp_path: Path, changes: dict[str, object], wrong: str
) -> None:
    (tmp_path / "bundle.json").write_text(bundle_of(**changes))
    with pytest.raises(WorksheetError, match=re.escape(wrong)):
        read_bundle(tmp_path / "bundle.json")


def test_secrets_and_seeds_exclude_each_other() -> None:
    with pytest.raises(WorksheetError, match="either a seed"):
        derive.worksheet(two_two_two(), seed=7, secret=SECRET)
    for secret in ("", "7", "0" * 31, "G" * 32, SECRET.upper()):
        with pytest.raises(WorksheetError, match="32 hexadecimal digits"):
            derive.worksheet(two_two_two(), secret=secret)

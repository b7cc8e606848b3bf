"""The command line: exit codes, where data and messages go, and files written whole or not."""

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
from inspect import isclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from click.testing import CliRunner, Result

import derive
from derive.algebra.languages.catalogue import LANGUAGES
from derive.cli import commands
from derive.network.errors import Problem

EXAMPLES = Path(__file__).parent.parent / "examples"
MAZUR = str(EXAMPLES / "mazur.yaml")

SOUND = """\
inputs: {i1: 0.5}
layers:
  - {units: 1, activation: sigmoid, weights: [[0.4]], biases: [0.1]}
targets: [1]
"""

HUGE = "x*((((9**16)**16)**16)**16)**16"
DEEP = "(" * 5000 + "x" + ")" * 5000
# What is wrong, the file, and what the message must name.
BAD = {
    "empty": ("", []),
    "broken YAML": ("layers: [\n", [":2:"]),
    "duplicate key": (SOUND + "targets: [0]\n", [":5:", "targets"]),
    "unknown key": (SOUND + "lerning_rate: 1\n", [":5:", "lerning_rate", "learning_rate"]),
    "wrong shape": (SOUND.replace("[[0.4]]", "[[0.4, 0.5]]"), [":3:"]),
    "not finite": (SOUND.replace("0.4", ".nan"), [":3:", "finite"]),
    "range outside the domain": (
        SOUND.replace("sigmoid", "tanh") + "loss: binary_cross_entropy\n",
        ["tanh", "binary_cross_entropy"],
    ),
    "name clash": (SOUND.replace("i1", "w1"), ["w1"]),
    "unknown function": (
        SOUND.replace("sigmoid", '{formula: "foo(x)"}'),
        [":3:", "foo"],
    ),
    "code": (SOUND.replace("sigmoid", "{formula: \"__import__('os').getcwd()\"}"), [":3:"]),
    "huge power": (SOUND.replace("sigmoid", f'{{formula: "{HUGE}"}}'), [":3:"]),
    "deep nesting": (SOUND.replace("sigmoid", f'{{formula: "{DEEP}"}}'), [":3:"]),
    "unknown notation": (SOUND + "notation: cuneiform\n", [":5:", "cuneiform", "numbered"]),
    "a million layers": (
        "inputs: 1\nlayers:\n" + "  - {units: 1}\n" * 1_000_000,
        [],
    ),
}  # fmt: skip


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, list(arguments))


def sound(result: Result, code: int) -> None:
    """The exit code; and no exception but the exit itself, so no traceback."""
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "one.yaml"
    path.write_text(SOUND)
    return path


@pytest.mark.parametrize(
    "asked",
    [
        ("render", MAZUR), ("compile", MAZUR, "--to", "python"), ("new",),
        ("train", MAZUR, "--epochs=2"),
    ],
)  # fmt: skip
def test_a_dash_is_stdout(
    asked: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*asked, "-o", "-").stdout == run(*asked).stdout != ""
    assert not list(tmp_path.iterdir())


def test_a_page_goes_to_stdout_and_nothing_else_does() -> None:
    result = run("render", MAZUR)
    sound(result, 0)
    assert result.stdout.startswith("# ")
    assert result.stderr == ""


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("command", ["render", "check"])
def test_bad_input_is_told_in_words(tmp_path: Path, command: str, kind: str) -> None:
    text, named = BAD[kind]
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    before = set(tmp_path.iterdir())
    extra = ["-o", str(tmp_path / "page.md")] if command == "render" else []
    result = run(command, str(path), *extra)
    sound(result, 1)
    assert result.stdout == ""
    assert f"{path}" in result.stderr
    for part in named:
        assert part in result.stderr
    assert set(tmp_path.iterdir()) == before


def test_all_errors_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(SOUND.replace("sigmoid", "sigmund").replace("[1]", "[1, 2]") + "digits: -3\n")
    result = run("check", str(path))
    sound(result, 1)
    assert [line.split(":")[1] for line in result.stderr.splitlines()] == ["3", "4", "5"]


@pytest.mark.parametrize("command", ["render", "check"])
def test_a_missing_file_is_named(command: str, tmp_path: Path) -> None:
    result = run(command, str(tmp_path / "none.yaml"))
    sound(result, 1)
    assert "none.yaml" in result.stderr


def test_a_folder_or_bytes_instead_of_a_network_file_are_told(tmp_path: Path) -> None:
    result = run("check", str(tmp_path))
    sound(result, 1)
    (tmp_path / "bytes.yaml").write_bytes(bytes(range(256)))
    result = run("check", str(tmp_path / "bytes.yaml"))
    sound(result, 1)
    assert "bytes.yaml" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "listed"),
    [
        (["render", MAZUR, "--to", "doc"], ["markdown", "latex", "text"]),
        (["render", MAZUR, "--to", "markdown,doc"], ["doc"]),
        (["render", MAZUR, "--style", "songs"], ["deltas", "matrices", "paths"]),
        (["render", MAZUR, "--detail", "endless"], ["brief", "normal", "full"]),
        (["compile", MAZUR, "--to", "cobol"], ["python", "numpy"]),
        (["compile", MAZUR], ["--to"]),
        (["render"], ["NETWORK"]),
        (["rendr", MAZUR], ["rendr"]),
        (["render", MAZUR, "--to", "markdown,latex"], ["-o"]),
        (["render", MAZUR, "-o", "page.tex"], ["--to latex"]),
        (["render", MAZUR, "--to", "markdown,latex", "-o", "page.tex"], ["page.tex"]),
    ],
)
def test_wrong_usage_is_2_and_lists_what_there_is(arguments: list[str], listed: list[str]) -> None:
    result = run(*arguments)
    sound(result, 2)
    assert result.stdout == ""
    for part in listed:
        assert part in result.stderr


def test_an_unknown_notation_is_told(network: Path) -> None:
    result = run("render", str(network), "--notation", "cuneiform")
    sound(result, 1)
    assert "cuneiform" in result.stderr
    assert "numbered" in result.stderr


def test_several_formats_go_to_a_folder_or_to_a_stem(network: Path, tmp_path: Path) -> None:
    for output, names in (
        (f"{tmp_path}/new/pages/", ["one.md", "one.tex", "one.txt"]),
        (f"{tmp_path}/stem/two.v2", ["two.v2.md", "two.v2.tex", "two.v2.txt"]),
    ):
        result = run("render", str(network), "--to", "markdown,latex,text", "-o", output)
        sound(result, 0)
        assert result.stdout == ""
        folder = Path(output if output.endswith("/") else Path(output).parent)
        assert sorted(p.name for p in folder.iterdir()) == names
        assert [line for line in result.stderr.splitlines() if not line.startswith("wrote ")] == []


def test_an_existing_folder_needs_no_slash(network: Path, tmp_path: Path) -> None:
    sound(run("render", str(network), "-o", str(tmp_path)), 0)
    assert (tmp_path / "one.md").read_text().startswith("# ")


def test_a_file_is_written_as_it_would_be_printed(network: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("old")
    sound(run("render", str(network), "-o", str(page), "--force"), 0)
    assert page.read_text() == run("render", str(network)).stdout


def test_nothing_is_half_written(network: Path, tmp_path: Path) -> None:
    """A folder in the way of the second file leaves the first as it was."""
    folder = tmp_path / "pages"
    (folder / "one.tex").mkdir(parents=True)
    (folder / "one.md").write_text("old")
    result = run("render", str(network), "--to", "markdown,latex", "-o", f"{folder}/", "--force")
    sound(result, 1)
    assert "one.tex" in result.stderr
    assert (folder / "one.md").read_text() == "old"
    assert sorted(p.name for p in folder.iterdir()) == ["one.md", "one.tex"]


def test_a_file_where_a_folder_should_be_is_told(network: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    result = run("render", str(network), "-o", f"{tmp_path}/taken/")
    sound(result, 1)
    assert "taken" in result.stderr


@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_the_compiled_file_stands_alone(backend: str, network: Path, tmp_path: Path) -> None:
    target = tmp_path / "function.py"
    sound(run("compile", str(network), "--to", backend, "-o", str(target)), 0)
    done = subprocess.run(
        [sys.executable, "-I", str(target)], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "import derive" not in target.read_text()


def test_worksheets_come_with_keys_and_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "again", "other")]
    for folder, seed in zip(folders, ("3", "3", "4"), strict=True):
        result = run("worksheet", MAZUR, "--variants", "2", "--seed", seed, "-o", str(folder))
        sound(result, 0)
        assert result.stdout == ""
    one, again, other = ({p.name: p.read_bytes() for p in f.iterdir()} for f in folders)
    pages = [
        f"{kind}-0{n}{end}" for kind in ("sheet", "key") for n in (1, 2) for end in (".md", ".tex")
    ]
    assert sorted(one) == sorted([*pages, "bundle.json", "untold.csv"])
    assert one == again
    assert not set(one.values()) & set(other.values())
    assert len(set(one.values())) == len(one)


def test_a_folder_of_templates_that_is_not_there_is_told(network: Path, tmp_path: Path) -> None:
    result = run("render", str(network), "--templates", str(tmp_path / "nowhere"))
    sound(result, 1)
    assert "nowhere" in result.stderr


def test_check_counts_and_states_what_holds() -> None:
    result = run("check", MAZUR)
    sound(result, 0)
    for part in (
        "equalities",
        "deltas",
        "paths",
        "share one bias",
        "not trained",
        "decimal",
        "leads from",
    ):
        assert part in result.stdout


def test_check_as_json_agrees_with_the_report() -> None:
    import derive

    result = run("check", MAZUR, "--style", "deltas", "--json")
    sound(result, 0)
    report = derive.derive(derive.load(MAZUR), "deltas").check()
    found = json.loads(result.stdout)
    assert found["checked"]["deltas"]["equalities"] == report.equalities > 0
    assert found["checked"]["deltas"]["numbers"] > 0
    assert any("bias" in sentence for sentence in found["conventions"])


def test_a_new_file_works_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "mine.yaml"
    sound(run("new", "-o", str(target)), 0)
    assert target.read_text() == run("new").stdout
    sound(run("render", str(target)), 0)


# Every command that writes files, and one of the files that it writes.
WRITERS = {
    "render": (["render", MAZUR, "-o"], "page.md"),
    "render several": (["render", MAZUR, "--to", "markdown,text", "-o"], "pages/mazur.txt"),
    "compile": (["compile", MAZUR, "--to", "python", "-o"], "function.py"),
    "worksheet": (["worksheet", MAZUR, "--variants", "2", "-o"], "sheets/key-02.tex"),
    "new": (["new", "-o"], "mine.yaml"),
}


@pytest.mark.parametrize("command", WRITERS)
def test_a_file_is_overwritten_by_force_only(command: str, tmp_path: Path) -> None:
    arguments, name = WRITERS[command]
    target = tmp_path / name
    target.parent.mkdir(exist_ok=True)
    target.write_text("precious")
    output = f"{target.parent}/" if "/" in name else str(target)
    refused = run(*arguments, output)
    sound(refused, 2)
    assert refused.stdout == ""
    assert target.name in refused.stderr and "--force" in refused.stderr
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [target]
    assert target.read_text() == "precious"
    sound(run(*arguments, output, "--force"), 0)
    assert target.read_text() != "precious"


def test_a_refusal_comes_before_the_work_and_names_few_of_many(tmp_path: Path) -> None:
    for number in range(1, 6):
        (tmp_path / f"sheet-0{number}.md").write_text("")
    result = run("worksheet", "no-such.yaml", "--variants", "5", "-o", str(tmp_path))
    sound(result, 2)
    assert "sheet-03.md and 2 more are there already" in " ".join(result.stderr.split())


def test_what_is_no_regular_file_is_written_to_without_force() -> None:
    sound(run("render", MAZUR, "-o", os.devnull), 0)


def test_the_catalog_lists_everything_a_file_may_say() -> None:
    from derive.network.catalogue import ACTIVATIONS, LOSSES
    from derive.notation import BUILT_IN

    text = run("catalog").stdout
    data = json.loads(run("catalog", "--json").stdout)
    for kind, names in (
        ("activations", ACTIVATIONS),
        ("losses", LOSSES),
        ("notations", BUILT_IN),
        ("styles", ("deltas", "paths", "matrices", "nodes")),
        ("formats", ("markdown", "latex", "html", "ipynb", "text", "pdf", "docx", "svg", "xlsx")),
        ("languages", LANGUAGES),
    ):
        assert {row["name"] for row in data[kind]} == set(names)
        for name in names:
            assert f"\n  {name} " in text
    flat = " ".join(text.split())
    for row in (*ACTIVATIONS.values(), *LOSSES.values()):
        assert row.formula in flat
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("command", ["", "render", "compile", "train", "worksheet"])
@pytest.mark.parametrize("code", ["import derive", "from derive.cli import main; main()"])
def test_starting_and_help_load_nothing_heavy(code: str, command: str) -> None:
    watch = (
        "import atexit, sys; atexit.register(lambda: print(sorted({'sympy', 'numpy', 'jinja2', "
        "'mpmath', 'ruamel', 'derive.network'} & set(sys.modules)), file=sys.stderr)); "
    )
    done = subprocess.run(
        [sys.executable, "-c", watch + code, *command.split(), "--help"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr.strip()) == (0, "[]")


def test_a_reader_that_stops_listening_is_no_error_message() -> None:
    command = f"{sys.executable} -c 'from derive.cli import main; main()' render {MAZUR} | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.stdout.startswith("# ")
    assert done.stderr == ""


def test_a_terminal_without_unicode_still_gets_the_page() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", "from derive.cli import main; main()", "render", MAZUR,
         "--to", "text"],
        capture_output=True, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "∂" in done.stdout.decode()


@pytest.mark.parametrize("command", [["render"], ["render", "--rounding", "carried"], ["check"]])
def test_numbers_without_a_value_are_told_in_words(tmp_path: Path, command: list[str]) -> None:
    """√ of a negative number; ln of an output of 0.99999… displayed as 1."""
    file = tmp_path / "steep.yaml"
    file.write_text(
        "inputs: [1.0]\nlayers:\n  - {units: 1, activation: sigmoid, bias: none, "
        "weights: [[900.0]]}\nloss: binary_cross_entropy\ntargets: [0.0]\nlearning_rate: 0.5\n"
    )
    name, *options = command
    result = CliRunner().invoke(commands, [name, str(file), *options])
    if "carried" in command:
        assert result.exit_code == 1 and "take more digits, or rounding: exact" in result.output
    else:
        assert result.exit_code == 0, result.output
    file.write_text(SOUND.replace("0.4", "-4").replace("sigmoid", "{formula: sqrt(x)}"))
    result = CliRunner().invoke(commands, [name, str(file), *options])
    assert result.exit_code == 1
    assert "steep.yaml:3:38: the formula of a_o1 has no value that can be shown (sqrt of -1.9" in (
        result.output
    )
    assert "take " in result.output


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (["render", "examples/mazur.yaml"], "--templates"),
        (["render", "examples/mazur.yaml"], "--notation"),
        (["render", "examples/mazur.yaml"], "--with"),
        (["worksheet", "examples/mazur.yaml"], "-o"),
        (["worksheet", "examples/mazur.yaml", "-o", "sheets"], "--roster"),
        (["worksheet", "-o", "sheets"], "--from"),
    ],
)
def test_an_empty_value_is_none_and_nothing_left_out(command: list[str], option: str) -> None:
    """As a path it would be this folder."""
    for typed in ([option, ""], [f"{option}="] if option.startswith("--") else [option, ""]):
        result = CliRunner().invoke(commands, [*command, *typed])
        assert result.exit_code == 2 and result.stdout == ""
        assert f"{option}: got nothing; give a value, or leave it out" in result.stderr
    result = CliRunner().invoke(commands, [command[0], "", *command[1:]])
    assert result.exit_code == 2 and "an argument: got nothing" in result.stderr


def test_a_slope_without_a_value_is_told_by_name_and_place(tmp_path: Path) -> None:
    """√x has a value at 0 and no derivative."""
    file = tmp_path / "flat.yaml"
    file.write_text(
        "inputs: [0]\nlayers:\n  - units: 1\n    activation: {formula: sqrt(x)}\n"
        "    weights: [[1]]\n    biases: [0]\ntargets: [1]\n"
    )
    told = "the formula of a_o1 has no derivative that can be shown (a division by 0): take other"
    for command in ("render", "check"):
        result = CliRunner().invoke(commands, [command, str(file)])
        assert result.exit_code == 1 and f"flat.yaml:4:27: {told} weights" in result.output
    file.write_text("given: {x: 0}\nformulas: {y: sqrt(x), f: 2*y}\nloss: f\n")
    result = CliRunner().invoke(commands, ["render", str(file)])
    assert result.exit_code == 1
    assert told.replace("a_o1", "y") + " numbers for the leaves" in result.output


_ARGUMENTS: dict[str, tuple[object, ...]] = {
    "NetworkError": ([Problem("what", ("layers", 0), "net.yaml:5:14")] * 3,),
    "NotationError": ("first", "second"),
    "ArgumentError": ("inputs", "3", "2", "give two"),
    "DataError": ([f"line {n}" for n in range(40)],),
    "CheckFailed": ("delta/z1.1", "is not so"),
}


ERRORS = [n for n in dir(derive) if isclass(v := getattr(derive, n)) and issubclass(v, Exception)]


@pytest.mark.parametrize("name", ERRORS)
def test_what_is_wrong_is_told_from_another_process_too(name: str) -> None:
    kind = getattr(derive, name)
    error = kind(*_ARGUMENTS.get(name, ("what is wrong",)))
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind and str(back) == str(error) != ""
    assert vars(back) == vars(error)


HALF = "\ud800"  # of a surrogate pair: no name on any system


@pytest.mark.parametrize(
    "arguments",
    [
        ("render", HALF), ("check", HALF), ("mark", HALF, HALF),
        ("render", "examples/mazur.yaml", "--templates", HALF),
        ("render", "examples/mazur.yaml", "--notation", HALF),
        ("render", "examples/mazur.yaml", "-o", HALF),
        ("render", "examples/mazur.yaml", "-o", "a\0b"),
        ("train", "examples/mazur.yaml", "--data", HALF),
        ("worksheet", "examples/mazur.yaml", "-o", "w/", "--recipe", HALF),
        ("worksheet", "examples/mazur.yaml", "-o", HALF),
    ],
    ids=lambda line: ascii(" ".join(line)),
)  # fmt: skip
def test_what_can_be_no_name_of_a_file_is_refused(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code in (1, 2) and isinstance(result.exception, SystemExit)
    assert any(words in result.output for words in ("give", "choose", "take another"))


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux alone")
def test_a_name_that_is_not_utf_8_names_the_pictures_beside_a_page(tmp_path: Path) -> None:
    page = tmp_path / os.fsdecode(b"a\xff.md")
    result = run("render", "examples/mazur.yaml", "--with", "pictures", "-o", str(page))
    assert result.exit_code == 0, result.exception
    links = re.findall(r"\(([^()]*\.svg)\)", page.read_text(encoding="utf-8"))
    assert links and all(
        (tmp_path / os.fsdecode(unquote_to_bytes(link))).exists() for link in links
    )

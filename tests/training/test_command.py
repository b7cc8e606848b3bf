"""derive train on the command line: what it writes, what it refuses, how it ends."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import derive
from derive import trained
from derive.trained import OUTPUTS
from tests.test_cli import run, sound

MAZUR = "examples/write-up-001.yaml"
LINEAR = "examples/write-up-003-linear.yaml"
PROGRAM = "from derive.cli import main; main()"
# The bar is there from the first look at the epochs on, however fast the machine is.
AT_ONCE = f"import derive.commands.bar as b; b._PATIENCE = -1; {PROGRAM}"
# The first time that the training tells how far it is, somebody presses Ctrl-C.
INTERRUPTED = f"""
import os, signal
from derive.compute.training.runner import Runner
told = Runner.__init__
def tell(runner, *arguments):
    told(runner, *arguments)
    progress = runner.progress
    def interrupt(rate, epochs):
        progress(rate, epochs)
        runner.progress = progress
        signal.raise_signal(signal.SIGINT)
    runner.progress = interrupt
Runner.__init__ = tell
{PROGRAM}
"""


def table(text: str) -> tuple[list[str], list[list[str]]]:
    header, *rows = csv.reader(text.splitlines())
    return header, rows


# -- what it writes ----------------------------------------------------------------------------


def test_the_report_goes_to_stdout() -> None:
    result = run("train", MAZUR, "--epochs", "5")
    sound(result, 0)
    assert result.stdout.startswith("# Backpropagation in plain text: training\n")
    assert "![" not in result.stdout, "there are no files beside stdout"
    assert result.stderr == ""


def test_every_format_goes_to_its_file(tmp_path: Path) -> None:
    result = run("train", MAZUR, "--rates", "0.1,0.5", "--epochs", "10", "--to",
                 "md,latex,txt,csv,json,svg", "-o", f"{tmp_path}/new/")  # fmt: skip
    sound(result, 0)
    assert result.stdout == ""
    names = sorted(p.name for p in (tmp_path / "new").iterdir())
    stem = "write-up-001"
    assert names == sorted([
        *(f"{stem}{end}" for end in (".md", ".tex", ".txt", ".csv", ".json")),
        f"{stem}-loss-linear.svg", f"{stem}-loss-log.svg",
    ])  # fmt: skip
    page = (tmp_path / "new" / f"{stem}.md").read_text()
    assert {name for name in names if name.endswith(".svg")} == set(
        re.findall(r"\]\(([^)]*\.svg)\)", page)
    )
    again = run("train", MAZUR, "--rates", "0.1,0.5", "--epochs", "10", "--to", "svg", "-o",
                f"{tmp_path}/alone/")  # fmt: skip
    sound(again, 0)
    for path in (tmp_path / "alone").iterdir():
        assert path.read_bytes() == (tmp_path / "new" / path.name).read_bytes()
        ElementTree.fromstring(path.read_text())


def test_the_csv_file_has_every_value_in_full() -> None:
    result = run("train", MAZUR, "--rates", "0.10,2", "--epochs", "7", "--to", "csv")
    sound(result, 0)
    header, rows = table(result.stdout)
    training = derive.train(derive.load(MAZUR), ("0.10", 2), 7)
    assert header[:4] == ["rate", "epoch", "i1", "i2"]
    assert header[-1] == "dE_Total_dw8" and len(set(header)) == len(header) == 33
    assert [row[:2] for row in rows] == [[r, str(n)] for r in ("0.10", "2") for n in range(8)]
    expected = [list(row)[1:] for rate in (0.1, 2) for row in training.table(rate)]
    assert [[float(cell) for cell in row[2:]] for row in rows] == expected
    weight, slope, loss = (header.index(name) for name in ("w5", "dE_Total_dw5", "E_Total"))
    for now, after in pairwise(rows[:8]):  # the table is its own proof
        assert float(after[weight]) == float(now[weight]) - 0.1 * float(now[slope])
        assert float(after[loss]) < float(now[loss])


def test_the_json_file_has_stable_keys() -> None:
    result = run("train", LINEAR, "--rates", "300,1,0.5", "--epochs", "30", "--to", "json",
                 "--on-divergence", "continue", "--every", "10")  # fmt: skip
    sound(result, 0)
    found = json.loads(result.stdout)
    assert list(found) == ["title", "settings", "examples", "start", "runs", "not_begun", "reading"]
    assert found["settings"] == {
        "epochs": 30, "batch_size": None, "order": "shuffled", "seed": 0, "initial": None,
        "target_loss": None,
        "patience": None, "improvement": 0.0, "on_divergence": "continue", "every": 10,
    }  # fmt: skip
    assert [run["ending"] for run in found["runs"]] == ["diverged", "finished", "finished"]
    last = found["runs"][2]
    assert list(last) == ["rate", "ending", "epochs", "losses", "kept", "parameters"]
    training = derive.train(derive.load(LINEAR), (0.5,), 30)[0.5]
    assert last["losses"] == list(training.losses)
    assert last["kept"] == [0, 10, 20, 30]
    assert list(found["start"]) == list(last["parameters"]) == [
        str(name) for name in derive.compile(derive.load(LINEAR)).names
    ]  # fmt: skip
    for k, name in enumerate(found["start"]):
        assert last["parameters"][name] == [training.theta(n)[k] for n in last["kept"]]
        assert found["start"][name] == training.theta(0)[k]
    assert any("diverges" in sentence for sentence in found["reading"])


def test_what_is_no_number_is_null_in_json(tmp_path: Path) -> None:
    path = tmp_path / "steep.yaml"
    path.write_text(
        'inputs: {i1: 1}\nlayers: [{units: 1, bias: none, weights: [[3]]}]\ntargets: [0]\n'
        'loss: {formula: "exp(y*y) + t"}\n'
    )  # fmt: skip
    result = run("train", str(path), "--rates", "1000", "--to", "json")
    sound(result, 1)
    (one,) = json.loads(result.stdout, parse_constant=lambda c: pytest.fail(c))["runs"]
    assert one["losses"][-1] is None and one["ending"] == "diverged"


def test_the_networks_own_rate_is_the_usual_one(tmp_path: Path) -> None:
    text = run("train", LINEAR, "--epochs", "1", "--to", "csv").stdout
    assert {row[0] for row in table(text)[1]} == {"0.1"}
    path = tmp_path / "bare.yaml"
    path.write_text("inputs: {i1: 1}\nlayers: [{units: 1, bias: none, weights: [[3]]}]\n"
                    "targets: [0]\n")  # fmt: skip
    text = run("train", str(path), "--epochs", "1", "--to", "csv").stdout
    assert {row[0] for row in table(text)[1]} == {"0.5"}


def test_data_minibatches_and_drawn_weights(tmp_path: Path) -> None:
    (tmp_path / "xor.yaml").write_text(
        "inputs: [a, b]\nlayers:\n  - {units: 3, activation: tanh}\n"
        "  - {units: 1, activation: sigmoid}\nloss: binary_cross_entropy\n"
    )
    (tmp_path / "xor.csv").write_text("t1,b,a\n0,0,0\n1,1,0\n1,0,1\n0,1,1\n")
    options = ("--data", str(tmp_path / "xor.csv"), "--epochs", "400", "--rates", "1",
               "--to", "csv", "--every", "200")  # fmt: skip
    network = str(tmp_path / "xor.yaml")
    result = run("train", network, *options)
    sound(result, 1)
    assert "--initial" in result.stderr and result.stdout == ""
    pages = [run("train", network, *options, "--initial", seed, "--batch-size", "2").stdout
             for seed in ("5", "5", "6")]  # fmt: skip
    assert pages[0] == pages[1] != pages[2]
    header, rows = table(pages[0])
    assert [row[1] for row in rows] == ["0", "200", "400"]
    assert header[2:4] == ["w1", "w2"] and "i1" not in header and "h1" not in header
    loss = header.index("E_batch")
    assert float(rows[2][loss]) < float(rows[0][loss])
    report = run("train", network, *options[:6], "--initial", "5", "--batch-size", "3").stdout
    report = " ".join(report.split())
    for part in ("Glorot", "seed 5", "each uses 3 of the 4 examples", "those that remain, 1"):
        assert part in report


def test_a_column_that_is_passed_over_is_told(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("nr;i1;i2;t1;t2\n1;0,05;0,1;0,01;0,99\n")
    result = run("train", MAZUR, "--data", str(path), "--epochs", "1", "--to", "csv")
    assert result.exit_code == 0
    assert result.stderr == f"{path}: passed over: column 'nr'\n"


def test_a_target_given_by_a_formula_may_be_left_out_of_the_data(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x1,x2\n1.1,2.2\n")
    options = ("--epochs", "3", "--to", "csv")
    alone = run("train", LINEAR, *options).stdout
    given = run("train", LINEAR, *options, "--data", str(tmp_path / "data.csv")).stdout
    for one, other in zip(table(alone)[1], table(given)[1], strict=True):
        assert [float(x) for x in one] == pytest.approx([float(x) for x in other], rel=1e-14)


# -- how it ends -------------------------------------------------------------------------------


@pytest.mark.parametrize(("how", "code"), [("stop", 1), ("continue", 0)])
def test_divergence_is_told_with_its_rate_and_epoch(how: str, code: int, tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    result = run("train", LINEAR, "--rates", "300,0.5", "--to", "text", "-o", str(path),
                 "--on-divergence", how)  # fmt: skip
    sound(result, code)
    assert (
        "rate 300 diverged: the loss is 1.94e+10 at epoch 2; take a smaller rate\n" in result.stderr
    )
    assert ("not begun: rate 0.5" in result.stderr) == (how == "stop")
    assert "diverges" in path.read_text(), "what was computed is written"


class Terminal:
    """A command whose stderr is a terminal, and what it shows there."""

    def __init__(self, *arguments: str, program: str = AT_ONCE) -> None:
        self.main, other = pty.openpty()
        command = [sys.executable, "-c", program, *arguments]
        self.process = subprocess.Popen(command, stderr=other, stdout=subprocess.DEVNULL)
        os.close(other)
        self.seen = b""

    def end(self) -> tuple[int, str]:
        """Its exit code, and all that it showed."""
        while True:
            try:
                chunk = os.read(self.main, 4096)
            except OSError:  # how Linux says that nobody is left at the other end
                break
            if not chunk:
                break
            self.seen += chunk
        os.close(self.main)
        return self.process.wait(), self.seen.decode()


def test_an_interruption_leaves_whole_files(tmp_path: Path) -> None:
    """Ctrl-C in the first rate: it is kept as far as it came."""
    path = tmp_path / "page.json"
    shown = Terminal("train", "examples/batch.yaml", "--rates", "0.1,0.2", "--epochs", "4000000",
                     "--every", "1000000", "--to", "json", "-o", str(path),
                     program=INTERRUPTED)  # fmt: skip
    code, messages = shown.end()
    assert code == 130, messages
    assert "interrupted: rate 0.1 at epoch" in messages and "Traceback" not in messages
    assert "not begun: rate 0.2" in messages
    (one,) = json.loads(path.read_text())["runs"]
    assert one["ending"] == "interrupted"
    assert len(one["losses"]) == one["epochs"] + 1 and one["kept"][-1] == one["epochs"]
    assert [p.name for p in tmp_path.iterdir()] == ["page.json"]
    again = derive.train(derive.load("examples/batch.yaml"), (0.1,), 5)[0.1]
    assert one["losses"][:6] == list(again.losses)


def test_a_terminal_sees_how_far_it_is_and_a_pipe_does_not(tmp_path: Path) -> None:
    arguments = ("train", "examples/batch.yaml", "--epochs", "5000", "--to", "csv", "-o",
                 str(tmp_path / "a.csv"), "--force")  # fmt: skip
    code, seen = Terminal(*arguments).end()
    assert code == 0
    assert "training" in seen and "%" in seen
    command = [sys.executable, "-c", AT_ONCE, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr == f"wrote {tmp_path}/a.csv\n"


# -- what it refuses ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--rates", "fast"], 2, ["--rates", "'fast'", "0.1,0.5,1.0"]),
        (["--rates", "0.5,0"], 2, ["got 0"]),
        (["--rates", ""], 2, ["--rates"]),
        (["--rates", "0.5,0.50"], 2, ["0.50 twice"]),
        (["--rates", "1;2"], 2, ["'1;2'"]),
        (["--epochs", "0"], 2, ["--epochs"]),
        (["--epochs", "1e3"], 2, ["--epochs"]),
        (["--epochs", "20000000"], 1, ["epochs: got 20000000"]),
        (["--batch-size", "2"], 1, ["batch_size: got 2", "1 to 1"]),
        (["--target-loss", "nan"], 1, ["target_loss: got nan"]),
        (["--improvement", "0.1"], 1, ["without a patience"]),
        (["--initial", "1"], 1, ["gives every weight"]),
        (["--on-divergence", "panic"], 2, ["stop", "continue"]),
        (["--to", "docx"], 2, ["docx", *OUTPUTS]),
        (["--to", "csv,docx"], 2, ["docx"]),
        (["--to", "csv,json"], 2, ["-o"]),
        (["--to", "svg"], 2, ["-o DIR/"]),
        (["--to", "csv", "-o", "page.md"], 2, ["--to markdown"]),
        (["--data", "nowhere.csv"], 1, ["nowhere.csv", "CSV"]),
        (["--notation", "cuneiform", "--epochs", "1"], 1, ["cuneiform"]),
        (["--to", "csv", "--epochs", "1000000"], 1, ["csv", "10000000", "--every"]),
        (["--to", "json", "--epochs", "1000000"], 1, ["json", "--every"]),
        (["--to", "json", "--epochs", "10000000"], 1, ["json", "ask for fewer epochs"]),
    ],
)  # fmt: skip
def test_what_is_refused_is_told(arguments: list[str], code: int, told: list[str]) -> None:
    result = run("train", MAZUR, *arguments)
    sound(result, code)
    assert result.stdout == ""
    for part in told:
        assert part in result.stderr


@pytest.mark.parametrize("to", ["csv", "json"])
def test_the_advice_about_too_large_a_file_can_be_followed(to: str) -> None:
    told = run("train", MAZUR, "--to", to, "--epochs", "4000000").stderr
    every = re.search(r"--every (\d+)", told)
    assert every is not None
    columns = len(derive.train(derive.load(MAZUR), epochs=1).columns)
    trained.refuse_too_large(OUTPUTS[to], columns, 1, 4_000_000, int(every[1]))


def test_files_that_are_there_are_kept_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "write-up-001-loss-log.svg").write_text("precious")
    for formats in ("markdown", "svg"):
        result = run("train", MAZUR, "--epochs", "9000000", "--to", formats, "-o", f"{tmp_path}/")
        sound(result, 2)
        assert "loss-log.svg" in result.stderr and "--force" in result.stderr
    assert [p.read_text() for p in tmp_path.iterdir()] == ["precious"]


def test_bad_data_is_told_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("i1,i2,t1,t2\n1,2,3,x\n1,2,3\n")
    result = run("train", MAZUR, "--data", str(path), "-o", f"{tmp_path}/out/")
    sound(result, 1)
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        f"{path}:2", f"{path}:3",
    ]  # fmt: skip
    assert not (tmp_path / "out").exists()


def test_same_input_same_bytes(tmp_path: Path) -> None:
    """In processes of their own, whose hashes differ."""
    outs: list[Any] = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        subprocess.run(
            [sys.executable, "-c", PROGRAM, "train", "examples/batch.yaml", "--rates", "0.5,50",
             "--epochs", "40", "--batch-size", "2", "--to", "markdown,latex,text,csv,json,svg",
             "-o", f"{folder}/"],
            env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True,
        )  # fmt: skip
        outs.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert outs[0] == outs[1] and len(outs[0]) == 7

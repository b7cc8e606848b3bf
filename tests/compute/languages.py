"""Files of ``derive compile`` compiled and run: many networks in one program of each language.

A query is (theta, inputs, targets) of one example; the answer is [loss, *gradient], as the file's
``loss_and_gradient`` gives them.
"""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from derive.algebra.languages.catalogue import LANGUAGES

Query = tuple[list[float], list[float], list[float]]
Examples = tuple[list[float], list[list[float]], list[list[float]]]  # theta, rows, their targets
Answers = list[list[list[float]]]  # per network, per query

# What a language is run with; a module where it is Python's.
TOOLS = {
    "python": "", "numpy": "numpy", "jax": "jax", "torch": "torch", "c": "gcc",
    "javascript": "node", "julia": "julia", "r": "Rscript", "octave": "octave-cli",
    "rust": "rustc", "fortran": "gfortran",
}  # fmt: skip
IN_PYTHON = ("python", "numpy", "jax", "torch")


def needed(language: str) -> None:
    """Skip the test where what the language is run with is not installed."""
    tool = TOOLS[language]
    there = find_spec(tool or "math") if language in IN_PYTHON else shutil.which(tool)
    if not there:
        pytest.skip(f"{tool} is not installed")


def answers(
    language: str, sources: Sequence[str], queries: Sequence[Sequence[Query]], folder: Path,
) -> Answers:  # fmt: skip
    """What files say to the queries: [loss, *gradient] of each."""
    files = []
    for k, source in enumerate(sources):
        files.append(folder / f"net_{k}{LANGUAGES[language].suffix}")  # type: ignore[index]
        files[-1].write_text(source)
    if language in IN_PYTHON:
        return [
            _in_python(runpy.run_path(str(file)), asked)
            for file, asked in zip(files, queries, strict=True)
        ]
    shapes = [(len(w), len(x), len(t)) for ((w, x, t), *_) in queries]
    numbers = [repr(v) for asked in queries for query in asked for part in query for v in part]
    (folder / "numbers.txt").write_text("\n".join(numbers) + "\n")
    counts = [len(asked) for asked in queries]
    printed = iter(_DRIVERS[language](folder, files, shapes, counts))
    return [
        [[next(printed) for _ in range(1 + parameters)] for _ in range(count)]
        for (parameters, _, _), count in zip(shapes, counts, strict=True)
    ]


def _in_python(module: dict[str, Any], asked: Sequence[Query]) -> list[list[float]]:
    found = (module["loss_and_gradient"](*query) for query in asked)
    return [[float(loss), *map(float, gradient)] for loss, gradient in found]


Shape = tuple[int, int, int]  # parameters, inputs, outputs


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-4000:])
    return done.stdout


def _numbers(text: str) -> list[float]:
    """The driver's lines; what the files print themselves stands without the sign."""
    return [float(line[1:]) for line in text.splitlines() if line.startswith("@")]


C_FLAGS = ("-std=c11", "-O3", "-Wall", "-Wextra", "-Werror")
_ASK_AND_TELL = (
    "#include <stdio.h>\nstatic FILE *numbers;\n"
    "static void ask(double *v, int n) {\n"
    '  for (int k = 0; k < n; k++) if (fscanf(numbers, "%lf", v + k) != 1) v[k] = NAN;\n}\n'
    'static void tell(double v) { printf("@%.17g\\n", v); }\n'
    "static void tell_all(double *v, int n) { for (int k = 0; k < n; k++) tell(v[k]); }\n"
)


def one_unit(sources: Sequence[str], body: str) -> str:
    """A program of several files: every name of a file gets its number, and body is main's."""
    text = ""
    for k, whole in enumerate(sources):
        source = whole.partition("// -- how fast")[0]
        defined = re.findall(
            r"^(?:#define |(?:static )?(?:inline )?(?:const )?(?:double |void |int |char )"
            r"(?:\*const )?)(\w+)", source, re.M,
        )  # fmt: skip
        for name in sorted({*defined, "NAMES", "THETA", "INPUTS", "TARGETS", "FIXED"}):
            source = re.sub(rf"\b{name}\b", f"{name}_{k}", source)
        text += source
    opened = 'numbers = fopen("numbers.txt", "r");\nif (!numbers) return 1;\n'
    closed = "fclose(numbers);\nreturn 0;\n"
    return f"{text}{_ASK_AND_TELL}int main(void) {{\n{opened}{body}{closed}}}\n"


def _c(folder: Path, files: Sequence[Path], shapes: Sequence[Shape], counts: Sequence[int]) -> Any:
    body = "".join(
        f"for (int n = 0; n < {count}; n++) {{\n"
        f"  double w[{p}], x[{i}], t[{o}], g[{p}];\n"
        f"  ask(w, {p}); ask(x, {i}); ask(t, {o});\n"
        f"  tell(loss_and_gradient_{k}(w, x, t, g)); tell_all(g, {p});\n}}\n"
        for k, ((p, i, o), count) in enumerate(zip(shapes, counts, strict=True))
    )
    (folder / "all.c").write_text(one_unit([file.read_text() for file in files], body))
    run("gcc", "-std=c99", "-O1", "-o", "all", "all.c", "-lm", folder=folder)
    return _numbers(run("./all", folder=folder))


def many_in_c(
    sources: Sequence[str], asked: Sequence[Examples], folder: Path, flags: Sequence[str] = (),
    of: Sequence[int] = (),
) -> list[tuple[list[float], list[list[float]]]]:  # fmt: skip
    """[loss, *gradient] of all examples together, and of each of them alone.

    of  the files that are asked, where it is not each of them once
    """
    body, numbers = "", []
    for k, (theta, rows, goals) in zip(of or range(len(sources)), asked, strict=True):
        p, n, i, o = len(theta), len(rows), len(rows[0]), len(goals[0])
        numbers += [*theta, *(v for row in (*rows, *goals) for v in row)]
        body += (
            f"{{ static double w[{p}], x[{n}][{i}], t[{n}][{o}], g[{p}];\n"
            f"  ask(w, {p}); ask(*x, {n * i}); ask(*t, {n * o});\n"
            f"  tell(of_examples_{k}({n}, w, (const double (*)[{i}])x,"
            f" (const double (*)[{o}])t, g)); tell_all(g, {p});\n"
            f"  for (int n = 0; n < {n}; n++) {{"
            f" tell(loss_and_gradient_{k}(w, x[n], t[n], g)); tell_all(g, {p}); }} }}\n"
        )
    (folder / "numbers.txt").write_text("\n".join(map(repr, numbers)) + "\n")
    (folder / "many.c").write_text(one_unit(sources, body))
    flags = ("-Wno-unused-const-variable", *flags)  # what main has from the file, it has not here
    run("gcc", *C_FLAGS, *flags, "-o", "many", "many.c", "-lm", folder=folder)
    printed = iter(_numbers(run("./many", folder=folder)))
    return [
        (_taken(printed, 1 + len(theta)), [_taken(printed, 1 + len(theta)) for _ in rows])
        for theta, rows, _ in asked
    ]


def _taken(numbers: Iterator[float], count: int) -> list[float]:
    return [next(numbers) for _ in range(count)]


def _javascript(
    folder: Path, files: Sequence[Path], shapes: Sequence[Shape], counts: Sequence[int]
) -> Any:
    lines = [
        'const text = require("fs").readFileSync("numbers.txt", "utf8");',
        'const numbers = text.split("\\n").map(Number);',
        "let at = 0;",
        "const ask = (n) => numbers.slice(at, at += n);",
    ]  # fmt: skip
    for k, ((p, i, o), count) in enumerate(zip(shapes, counts, strict=True)):
        lines.append(
            f'{{ const f = require("./net_{k}.js").loss_and_gradient;'
            f" for (let n = 0; n < {count}; n++) {{"
            f" const [loss, gradient] = f(ask({p}), ask({i}), ask({o}));"
            ' for (const v of [loss, ...gradient]) console.log("@" + v); } }'
        )
    (folder / "all.js").write_text("\n".join(lines))
    return _numbers(run("node", "all.js", folder=folder))


def _r(folder: Path, files: Sequence[Path], shapes: Sequence[Shape], counts: Sequence[int]) -> Any:
    lines = [
        'numbers <- as.numeric(readLines("numbers.txt"))', "at <- 0",
        "ask <- function(n) { at <<- at + n; numbers[(at - n + 1):at] }",
    ]  # fmt: skip
    for k, ((p, i, o), count) in enumerate(zip(shapes, counts, strict=True)):
        lines.append(
            f'space <- new.env(); sys.source("net_{k}.R", space)\n'
            f"for (n in seq_len({count})) {{\n"
            f"  w <- ask({p}); x <- ask({i}); t <- ask({o})\n"
            "  found <- space$loss_and_gradient(w, x, t)\n"
            '  cat(sprintf("@%.17g\\n", c(found$loss, found$gradient)), sep = "")\n}'
        )
    (folder / "all.R").write_text("\n".join(lines) + "\n")
    return _numbers(run("Rscript", "all.R", folder=folder))


def _octave(
    folder: Path, files: Sequence[Path], shapes: Sequence[Shape], counts: Sequence[int]
) -> Any:
    lines = ['numbers = load("numbers.txt")(:).\';', "at = 0;"]
    for k, ((p, i, o), count) in enumerate(zip(shapes, counts, strict=True)):
        lines.append(
            f'source("net_{k}.m");\n'
            f"for n = 1:{count}\n"
            f"  w = numbers(at+1:at+{p}); at += {p};\n"
            f"  x = numbers(at+1:at+{i}); at += {i};\n"
            f"  t = numbers(at+1:at+{o}); at += {o};\n"
            "  [loss, gradient] = loss_and_gradient(w, x, t);\n"
            '  printf("@%.17g\\n", [loss, gradient]);\nend'
        )
    (folder / "all.m").write_text("\n".join(lines) + "\n")
    return _numbers(run("octave-cli", "-qf", "all.m", folder=folder))


def _rust(
    folder: Path, files: Sequence[Path], shapes: Sequence[Shape], counts: Sequence[int]
) -> Any:
    lines = ["#![allow(warnings)]", *(f"mod {file.stem};" for file in files), "fn main() {",
             'let text = std::fs::read_to_string("numbers.txt").unwrap();',
             "let all: Vec<f64> = text.lines().map(|v| v.parse().unwrap()).collect();",
             "let mut at = 0;"]  # fmt: skip
    for k, ((p, i, o), count) in enumerate(zip(shapes, counts, strict=True)):
        lines.append(
            f"for _ in 0..{count} {{ let end = at + {p + i + o};"
            f" let (loss, gradient) = net_{k}::loss_and_gradient(&all[at..at + {p}],"
            f" &all[at + {p}..at + {p + i}], &all[at + {p + i}..end]); at = end;"
            ' println!("@{loss:?}"); for v in gradient { println!("@{v:?}"); } }'
        )
    (folder / "all.rs").write_text("\n".join([*lines, "}"]))
    run("rustc", "-o", "all", "all.rs", folder=folder)
    return _numbers(run("./all", folder=folder))


def _fortran(
    folder: Path, files: Sequence[Path], shapes: Sequence[Shape], counts: Sequence[int]
) -> Any:
    modules, used, body = "", "", ""
    for k, (file, (p, i, o), count) in enumerate(zip(files, shapes, counts, strict=True)):
        module = file.read_text().partition("\nprogram main")[0]
        modules += module.replace("\nmodule network\n", f"\nmodule network_{k}\n")
        used += f"use network_{k}, only: f_{k} => loss_and_gradient\n"
        body += (
            f"do n = 1, {count}\n"
            f"read (7, *) w(1:{p}), x(1:{i}), t(1:{o})\n"
            f"call f_{k}(w(1:{p}), x(1:{i}), t(1:{o}), loss, g(1:{p}))\n"
            f'print "(a, es25.17e3)", "@", loss, ("@", g(j), j = 1, {p})\nend do\n'
        )
    widest = max(p for p, _, _ in shapes)
    (folder / "all.f90").write_text(
        f"{modules}\nprogram all_of_them\n{used}implicit none\n"
        f"double precision :: w({widest}), g({widest}), x({widest}), t({widest}), loss\n"
        f'integer :: n, j\nopen (7, file="numbers.txt")\n{body}end program\n'
    )
    run("gfortran", "-std=f2008", "-Wall", "-o", "all", "all.f90", folder=folder)
    return _numbers(run("./all", folder=folder))


Driver = Callable[[Path, Sequence[Path], Sequence[Shape], Sequence[int]], Any]
_DRIVERS: dict[str, Driver] = {
    "c": _c, "javascript": _javascript, "r": _r, "octave": _octave, "rust": _rust,
    "fortran": _fortran,
}  # fmt: skip


# Files run one after the other, each as a program, in one process that imports a framework once.
_ONE_AFTER_THE_OTHER = """
import runpy, sys
for path in sys.argv[1:]:
    runpy.run_path(path, run_name="__main__")
    print("----")
"""


def alone(language: str, sources: Sequence[str], folder: Path) -> list[list[str]]:
    """What each file prints when it is run as a program, compiled with every warning first."""
    if language not in IN_PYTHON:
        return [_alone(language, source, folder) for source in sources]
    files = [folder / f"alone_{k}.py" for k in range(len(sources))]
    for file, source in zip(files, sources, strict=True):
        file.write_text(source)
    command = (sys.executable, "-I", "-c", _ONE_AFTER_THE_OTHER, *map(str, files))
    *printed, rest = run(*command, folder=folder).split("----\n")
    assert not rest and len(printed) == len(sources)
    return [text.splitlines() for text in printed]


def _alone(language: str, source: str, folder: Path) -> list[str]:
    file = folder / f"alone{LANGUAGES[language].suffix}"  # type: ignore[index]
    file.write_text(source)
    compiled = {
        "c": ("gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-o", "alone", "alone.c", "-lm"),
        "rust": ("rustc", "-D", "warnings", "-o", "alone", "alone.rs"),
        "fortran": ("gfortran", "-std=f2008", "-Wall", "-Werror", "-o", "alone", "alone.f90"),
    }
    if language in compiled:
        run(*compiled[language], folder=folder)
        return run("./alone", folder=folder).splitlines()
    command = {
        "javascript": ("node",), "r": ("Rscript",), "octave": ("octave-cli", "-qf"),
    }[language]  # fmt: skip
    return run(*command, file.name, folder=folder).splitlines()

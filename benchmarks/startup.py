"""The command line against the import of SymPy alone, which a page now needs as well."""

from __future__ import annotations

from benchmarks.measure import medians_of_processes, report

DERIVE = "from derive.cli import main; main()"


def main() -> None:
    print("Start: times `python -c 'import sympy'`")
    sympy, shown, helped = medians_of_processes(
        [
            ["-c", "import sympy"],
            ["-c", DERIVE, "render", "examples/mazur.yaml"],
            ["-c", DERIVE, "--help"],
        ]
    )
    report("derive render examples/mazur.yaml", shown / sympy, 2.0)
    report("derive --help", helped / sympy, 0.35)

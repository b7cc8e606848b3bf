"""The public names: all there, all lazy, and nothing shadowed by a module of the same name."""

from __future__ import annotations

import builtins
import subprocess
import sys
from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import walk_packages

import pytest

import derive

PUBLIC = {*derive.__all__, "compile"}


def test_every_public_name_is_there() -> None:
    for name in PUBLIC:
        assert callable(getattr(derive, name)), name


def test_completion_shows_the_public_names_alone() -> None:
    import derive.compute  # a folder that is loaded is no public name

    assert set(dir(derive)) == PUBLIC


def test_a_star_hides_nothing_of_python() -> None:
    space: dict[str, object] = {}
    exec("from derive import *", space)
    del space["__builtins__"]
    assert space.keys() == set(derive.__all__)
    assert not space.keys() & set(dir(builtins))


def test_importing_submodules_does_not_replace_a_public_name() -> None:
    import derive.compute
    import derive.derivation.derivation
    import derive.network
    import derive.rendering
    import derive.worksheets

    for name in PUBLIC:
        assert callable(getattr(derive, name)), name


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(derive, "derivatives")


def test_every_error_is_a_derive_error_and_public() -> None:
    """What is raised from one module into another can be caught, by its name or as DeriveError."""
    found = set()
    for module in walk_packages(derive.__path__, "derive."):
        members = getmembers(import_module(module.name), isclass)
        found |= {
            value for name, value in members
            if issubclass(value, Exception) and value.__module__.startswith("derive")
            and not name.startswith("_") and name not in INSIDE
        }  # fmt: skip
    assert len(found) > 12
    for error in found:
        assert issubclass(error, derive.DeriveError), error
        public = [c for c in error.__mro__ if getattr(derive, c.__name__, None) is c]
        assert (public and public[0] is not derive.DeriveError) or error is derive.DeriveError, (
            error
        )


# Caught before anybody outside of the package sees them.
INSIDE = {"FormulaError", "Irrational", "OutOfReach", "PatternProblem", "TableError"}


@pytest.mark.parametrize("program", ["import derive", "from derive.cli import commands"])
def test_the_start_stays_light(program: str) -> None:
    """Neither the import nor the help loads what only the work needs."""
    heavy = "numpy", "sympy", "mpmath", "jinja2", "ruamel"
    code = f"{program}; import sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

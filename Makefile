# Each target alone sets up what it needs: an environment in .venv, the package, the tools.

.DEFAULT_GOAL := help
.PHONY: help demo test lint types bench goldens clean

# The first Python that is new enough; another one with `make PYTHON=/path/to/python …`.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
RUN := .venv/bin/python
# Where a system's venv comes without pip, the system's own pip installs into it.
PIP = $(shell $(RUN) -m pip --version >/dev/null 2>&1 && echo "$(RUN) -m pip" || echo "$(PYTHON) -m pip --python $(RUN)")
# How many tests run at a time.
JOBS ?= 2

# Without cached bytecode SymPy alone takes seconds to import.
unexport PYTHONDONTWRITEBYTECODE

help:
	@echo 'make demo      derive examples/ into output/ and say what to open first'
	@echo 'make test      run the tests'
	@echo 'make lint      check formatting and style'
	@echo 'make types     check the types strictly'
	@echo 'make bench     print every speed ratio beside its bound'
	@echo 'make goldens   rewrite the golden files of the tests; read them before committing'
	@echo 'make clean     remove the environment and what the tools left'

.venv/installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo 'derive needs Python 3.11 or later: make PYTHON=/path/to/python …' >&2; exit 1; }
	@echo 'setting up .venv'
	@"$(PYTHON)" -m venv --clear .venv >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear --without-pip .venv
	@$(PIP) install --quiet --editable '.[numpy]'
	@touch $@

.venv/installed-dev: .venv/installed
	@echo 'installing the tools for tests, style and types'
	@$(PIP) install --quiet --editable '.[numpy,dev]'
	@touch $@

demo: .venv/installed
	@$(RUN) examples/build.py

test: .venv/installed-dev
	@$(RUN) -m pytest -n $(JOBS)

lint: .venv/installed-dev
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .

types: .venv/installed-dev
	@$(RUN) -m mypy derive examples benchmarks

bench: .venv/installed
	@$(RUN) -m benchmarks

goldens: .venv/installed-dev
	@$(RUN) -m pytest -n $(JOBS) --update

clean:
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache

# Each target alone sets up what it needs: an environment in .venv, the package, the tools.

.DEFAULT_GOAL := help
.PHONY: help demo manual test quick slow lint types package frameworks bench truth fuzz goldens clean

# The first Python that is new enough; another one with `make PYTHON=/path/to/python …`.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
COMMA := ,
RUN := .venv/bin/python
# How many tests run at a time.
JOBS ?= 2

# Without cached bytecode SymPy alone takes seconds to import.
unexport PYTHONDONTWRITEBYTECODE

# $(call environment,FOLDER): an empty environment. Some systems split pip off from venv.
environment = "$(PYTHON)" -m venv --clear $(1) >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear --without-pip $(1)
# $(call pip,FOLDER,ARGUMENTS): the environment's pip, or else the system's working on it.
pip = pip="$(1)/bin/python -m pip"; $$pip --version >/dev/null 2>&1 || pip="$(PYTHON) -m pip --python $(1)/bin/python"; $$pip $(2)

help:
	@echo 'make demo      derive examples/ into output/ and say what to open first'
	@echo 'make test      run the tests'
	@echo 'make quick     run the tests that take a moment, most of them in under a minute'
	@echo 'make manual    build the pages of docs/ and output/ as a site into build/manual'
	@echo 'make lint      check formatting and style'
	@echo 'make types     check the types strictly'
	@echo 'make package   build the wheel, install it on its own and render a document with it'
	@echo 'make frameworks   install JAX and PyTorch, without which some tests are skipped'
	@echo 'make bench     print every speed ratio beside its bound'
	@echo 'make truth     count over large samples what is promised, every figure beside its bound'
	@echo 'make fuzz      damage 10,000 inputs of each kind and print what went wrong; takes an hour'
	@echo 'make goldens   rewrite the golden files of the tests; read them before committing'
	@echo 'make clean     remove the environment and what the tools left'

.venv/installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo 'derive needs Python 3.11 or later: make PYTHON=/path/to/python …' >&2; exit 1; }
	@echo 'setting up .venv'
	@$(call environment,.venv)
	@$(call pip,.venv,install --quiet --editable '.[numpy$(COMMA)xlsx]')
	@touch $@

.venv/installed-dev: .venv/installed
	@echo 'installing the tools for tests, style and types'
	@$(call pip,.venv,install --quiet --editable '.[numpy$(COMMA)xlsx$(COMMA)dev]')
	@touch $@

.venv/installed-frameworks: .venv/installed-dev
	@echo 'installing JAX and PyTorch'
	@$(call pip,.venv,install --quiet --editable '.[frameworks]')
	@touch $@

frameworks: .venv/installed-frameworks

demo: .venv/installed
	@$(RUN) examples/build.py
	@$(RUN) -m docs.errata.build

manual: .venv/installed-dev
	@$(RUN) -m docs.manual

test: .venv/installed-dev
	@$(RUN) -m pytest -n $(JOBS) --dist worksteal

quick: .venv/installed-dev
	@$(RUN) -m pytest -n $(JOBS) --dist worksteal --quick

# Everything, and the list of what the quick run leaves out.
slow: .venv/installed-dev
	@$(RUN) -m pytest -n $(JOBS) --dist worksteal --list-slow

lint: .venv/installed-dev
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .

types: .venv/installed-dev
	@$(RUN) -m mypy derive examples benchmarks docs

# In an environment that holds the wheel and what it asks for, nothing else, and in another folder.
package: .venv/installed
	@rm -rf build/package && mkdir -p build/package
	@$(call pip,.venv,wheel --quiet --no-deps --wheel-dir build/package .)
	@$(call environment,build/package/environment)
	@$(call pip,build/package/environment,install --quiet build/package/*.whl)
	@cp examples/mazur.yaml build/package
	@cd build/package && ! environment/bin/python -c 'import numpy' 2>/dev/null
	@cd build/package && environment/bin/derive render mazur.yaml --to markdown,latex,text -o pages/
	@grep -q . build/package/pages/mazur.md

bench: .venv/installed
	@$(RUN) -m benchmarks

truth: .venv/installed-dev
	@PYTHONPATH=.:tests $(RUN) -m tests.truth

fuzz: .venv/installed-dev
	@$(RUN) -m tests.fuzz

goldens: .venv/installed-dev
	@$(RUN) -m pytest -n $(JOBS) --update

clean:
	rm -rf .venv build .hypothesis .mypy_cache .pytest_cache .ruff_cache

# Everything that a fresh machine needs: Python 3.11 or newer and make.  `make help` says what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.complete

# pytest leaves with 5 where no test was found.
NO_TESTS := 5

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow bench bench-revisit lint clean .venv
.DELETE_ON_ERROR:

help:  ## say what there is
	@echo "make demo       act out two crawls of an embedded portal on this machine (under a minute once built)"
	@echo "make test       run the tests, with their coverage"
	@echo "make test-slow  run the tests that need real time or other programs"
	@echo "make bench      measure: labels, judgements, two hundred stories, a thousand kills, re-reading, revisits, an idle daemon,"
	@echo "                three years of one in simulated time (two hours)"
	@echo "make bench-revisit  compare ways of choosing what to look at again, in simulated worlds (part of bench)"
	@echo "make lint       check style and types"
	@echo "make .venv      build the virtual environment that the others use; they do so by themselves"
	@echo "make clean      remove what the others made: .venv, caches, demo/"

demo: $(STAMP)
	@$(BIN)/jiaxing-today demo

test: $(STAMP)
	@$(BIN)/python -m pytest -n 2 -m "not slow" --cov --cov-report=term

test-slow: $(STAMP)
	@$(BIN)/python -m pytest -m slow || { code=$$?; \
		[ $$code -eq $(NO_TESTS) ] || exit $$code; echo "0 passed, 0 failed"; }

# Each prints its figures beside their targets, `ok` or `short`; one that falls short does not keep the others from running.
bench: $(STAMP)
	@failed=0; for what in labels responses reading reparse hostile story revisit idle soak; do \
		echo; echo "== $$what"; $(BIN)/python -m bench.$$what || failed=1; done; \
	echo; echo "== kills"; $(BIN)/python -m tests.killed_points 1000 || failed=1; exit $$failed

bench-revisit: $(STAMP)
	@$(BIN)/python -m bench.revisit

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

.venv: $(STAMP)

# The stamp is written last, so that a half-built environment is built again from nothing.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed, and \"$(PYTHON)\" is not that. Name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "Python's venv module is missing. On Debian and Ubuntu it is the package python3-venv." >&2; exit 1; }
	@printf 'Preparing .venv (first time only) ... '
	@begun=$$(date +%s); rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) \
		&& $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,serve]' \
		&& touch $(STAMP) && echo "done in $$(( $$(date +%s) - begun )) s" \
		|| { echo; echo ".venv could not be built: see above. Run make again once that is mended; it begins anew." >&2; exit 1; }

clean:
	@rm -rf $(VENV) build dist demo htmlcov *.egg-info .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find config crawler seeds storage tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

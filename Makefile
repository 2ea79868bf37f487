# The commands of this project. `make run` and `make test` need nothing but Python 3.11 and this folder.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.runs
STAMP := $(VENV)/.complete
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt
PORT ?= 8600

# Compiled once and kept: the tests and `make run` start dozens of processes, each of which would compile its libraries
# anew where the machine says PYTHONDONTWRITEBYTECODE (an empty value is none).
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup run test test-quick lint format bench bench-long screenshots clean

help:
	@echo "make run         the whole system on this machine, with demonstration data"
	@echo "make test        every test (the browser tests need Chromium; installed through apt when root)"
	@echo "make test-quick  without browser and chaos tests"
	@echo "make lint        format, style, types, import contracts"
	@echo "make bench       measured figures, written to var/bench.json (bench-long: minutes of chaos and load)"
	@echo "make screenshots the pictures of the guides, from the running system"

setup: $(STAMP)

$(RUNS): pyproject.toml constraints.txt deploy/system-packages
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: set PYTHON=…"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@deploy/system-packages runtime
	@$(PIP) --editable .
	@touch $@

$(STAMP): $(RUNS)
	@$(PIP) --editable ".[dev,s3]"
	@touch $@

run: $(RUNS)
	@exec $(BIN)/redemption run --port $(PORT)

test: setup
	@deploy/system-packages browser
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST)

test-quick: setup
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not browser and not chaos" --hypothesis-profile=quick $(PYTEST)

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup
	@$(BIN)/python -m bench $(BENCH)

bench-long: setup
	@$(BIN)/python -m bench --long $(BENCH)

screenshots: setup
	@deploy/system-packages pictures
	@$(BIN)/python -m docs.screenshots

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# What people and CI call; `make help` prints this file's own words.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.DEFAULT_GOAL := help

help:  ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Muster needs Python 3.11 or newer; call: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(READY)  ## Install everything into .venv, by hash

demo: $(READY)  ## Try it all on this machine: one URL, no Slack, no Redis needed
	@$(BIN)/muster demo $(ARGS)

test: $(READY)  ## Run all tests
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: $(READY)  ## Lint, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY)  ## Measure, against floors measured in the same run
	@$(BIN)/python -m tests.bench $(ARGS)

lock: $(READY)  ## Renew requirements.lock (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes --no-emit-package muster pyproject.toml -o requirements.lock

clean:  ## Remove what was made here
	rm -rf $(VENV) .muster .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: help setup demo test check bench lock clean

# `make demo` and `make test` set up everything they need by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo audit dev lint format test coverage bench docs check clean

help: ## show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable '.[demo]' --group dev
	touch $@

dev: $(STAMP) ## make the virtual environment with everything a developer needs

demo: $(STAMP) ## audit the embedded simulated account: no AWS needed
	$(BIN)/dynasec demo

audit: $(STAMP) ## audit the account that the environment's credentials point to
	$(BIN)/dynasec audit

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest -n auto --dist loadscope -q --durations=25

coverage: $(STAMP) ## run the tests and tell what they do not reach: takes half as long again
	$(BIN)/python -m pytest -n auto --dist loadscope -q --cov --cov-report=term:skip-covered

lint: $(STAMP) ## style, types, architecture, and whether the generated docs are fresh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

format: $(STAMP) ## format the code and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(STAMP) ## write the generated pages anew
	$(BIN)/python docs/generate.py

bench: $(STAMP) ## measure: the audit of simulated accounts at a latency, with and without published rates
	$(BIN)/python benchmarks/audit.py

check: lint test ## all that CI does

clean: ## remove what the other targets made
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

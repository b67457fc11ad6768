# What people and machines call. Everything runs in .venv, which scripts/setup makes.

SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin
JOBS ?= 2
ARGS ?=

.PHONY: help
help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 10

.PHONY: setup
setup: ## Install what running needs, again if it seems to be there (the other targets do it when it is missing)
	@rm -f .setup-stamp
	@scripts/setup serve

.PHONY: serve
serve: ready ## Serve the API on this machine (make serve ARGS="--port 8000")
	@exec $(BIN)/sonant serve --tls $(ARGS)

.PHONY: test
test: ready-for-tests ## Run the tests (make test ARGS="-k speech")
	@exec $(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

.PHONY: check
check: ready-for-tests ## Everything a change must pass: style, types, layers, tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory test

.PHONY: bench
bench: ready-for-tests ## Measure, and write docs/benchmarks.md
	PYTHONPATH=tests $(BIN)/python -m benchmarks $(ARGS)

.PHONY: format
format: ready-for-tests ## Put code into form
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

.PHONY: docs
docs: ready-for-tests ## Write the parts of the documentation that are made from the code
	$(BIN)/python scripts/settings_table.py
	$(BIN)/python scripts/openapi_document.py

.PHONY: lock
lock: ready-for-tests ## Renew the locks of the Python and JavaScript packages (make lock ARGS=--upgrade)
	scripts/lock $(ARGS)

.PHONY: ready
ready:
	@scripts/setup serve

.PHONY: ready-for-tests
ready-for-tests:
	@scripts/setup test

.PHONY: clean
clean: ## Remove what was installed or made here; the data folder stays
	rm -rf .venv .setup-stamp build dist tests/sdk/js/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

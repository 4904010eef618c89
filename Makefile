# The front door. `make help` lists what there is; README.md tells the story.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
PORT ?= 8000
SPEED ?=
HABITS ?=
FREELANCERS ?=
DATA ?= ../shared/data/mdrplib
LILIM ?= ../shared/data/lilim
INSTANCE ?= 1r50t100s1p100
OUT ?= var/bench

.PHONY: help setup setup-dev setup-bench run test lint replay bench bench-load bench-street clean

help: ## list what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## make .venv and install what the platform needs
	@ci/setup "$(PYTHON)" $(VENV) requirements.txt

setup-dev:
	@ci/setup "$(PYTHON)" $(VENV) requirements-dev.txt
	@ci/setup-javascript

run: setup ## start the platform with a city alive in it (PORT=8000, SPEED=10, HABITS=mild)
	@$(MANAGE) run --port $(PORT) $(if $(SPEED),--speed $(SPEED)) $(if $(HABITS),--habits $(HABITS))

test: setup-dev ## every test, on SQLite, PostgreSQL and the MongoDB protocol
	@$(BIN)/python ci/run_tests.py

lint: setup-dev ## ruff, mypy, import contracts, migrations, types of JavaScript
	@ci/lint $(BIN)

replay: setup ## a real day through the real stack (DATA, INSTANCE, SPEED=60, FAULTS=1, HABITS=human)
	@$(MANAGE) replay --data $(DATA) --instance $(INSTANCE) --speed $(or $(SPEED),60) $(if $(FAULTS),--faults) \
	  $(if $(HABITS),--habits $(HABITS)) $(if $(FREELANCERS),--freelancers $(FREELANCERS))

setup-bench:
	@ci/setup "$(PYTHON)" $(VENV) requirements-bench.txt

bench: setup-bench ## the engine: meal days, tours, a generated city; the API under load (DATA, LILIM, OUT)
	@$(MANAGE) bench mdrplib --data $(DATA) --instances all --out $(OUT)/mdrplib
	@$(MANAGE) bench lilim --data $(LILIM) --seconds 10 --out $(OUT)/lilim
	@$(MANAGE) bench tick --out $(OUT)/tick
	@$(MANAGE) bench load --out $(OUT)/load

bench-load: setup ## the API alone, beside bare views: SQLite, and PostgreSQL where it is installed (OUT)
	@$(MANAGE) bench load --out $(OUT)/load

bench-street: setup ## the whole platform with a thousand couriers and orders to carry, on PostgreSQL (OUT)
	@$(MANAGE) bench street --out $(OUT)/street

clean: ## remove what was made here, except the data in var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

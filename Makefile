# Python to make .venv with; 3.11 or newer.
PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
# Tools of .venv come first, among them Node where the system has none.
export PATH := $(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup demo reset test check fmt bench storm lock

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: ## Install and build everything that changed; start nothing
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; there is no $(PYTHON)."; exit 1; }
	@$(PYTHON) -m scripts.setup

demo: setup ## Run the product on this desk (PORT, SIMULATOR_PORT, SITE_PORT, REDIS_URL, LIVEAVATAR_API_KEY)
	@$(BIN)/python -m scripts.demo

reset: setup ## Forget the demo's database; the next `make demo` seeds it anew
	@$(BIN)/python -m scripts.reset

test: setup ## Run everything: lint, types, all tests on SQLite and PostgreSQL, browser journeys
	@$(BIN)/python -m scripts.test

check: setup ## Lint, formatting and types alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	npm run --silent typecheck

fmt: setup ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## Measure the figures that the design promises, on PostgreSQL
	@for file in $$(grep -l __main__ bench/*.py); do \
		echo "--- $$file"; $(BIN)/python -m bench.$$(basename $$file .py) || exit 1; \
	done

storm: setup ## Run 1,000 sessions under random faults and judge what is left (SESSIONS, SEED)
	@$(BIN)/python -m scripts.storm

lock: ## Write requirements/ anew from pyproject.toml
	@scripts/lock.sh

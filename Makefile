.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
# Another Python for a new .venv: make setup PYTHON=/path/to/python3
export PYTHON
# Any argument for pytest: make test ARGS="-k card -x"
ARGS ?=
# Processes that the tests are spread over; every one has databases of its own
TEST_PROCESSES ?= 2

define environment
@python=$$(sh scripts/find_python.sh) && "$$python" scripts/environment.py
endef

.PHONY: help setup run run-cluster walk test check lock-check migration lock bench bench-whatif bench-expiry bench-birthdays bench-broadcasts bench-deliveries soak storm format clean-demo

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make .venv with everything that development needs
	$(environment) dev

run: ## Start the demo store: web, jobs and a simulated WeChat (PORT, SIMULATOR_PORT, DEMO, … see .env.example)
	$(environment) base
	@exec $(BIN)/python -m scripts.run

run-cluster: ## The same with messages sent by two worker groups: make run-cluster REDIS_URL=redis://127.0.0.1:6379/0
	$(environment) cluster
	@DISPATCHER=cluster exec $(BIN)/python -m scripts.run

walk: ## Walk through the running demo as a shopper and a till would
	$(environment) base
	@exec $(BIN)/python -m scripts.walk $(ARGS)

test: ## Run all tests; those that want MariaDB or Redis run where these answer
	$(environment) dev
	$(BIN)/pytest -n $(TEST_PROCESSES) $(ARGS)

check: ## Run all checks that need no test: style, types, layers, locks
	$(environment) dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@$(MAKE) --no-print-directory lock-check

lock-check: ## Check that the lock files are what pyproject.toml asks for (when uv is there)
	$(environment) dev
	@$(BIN)/python -m scripts.locks check

migration: ## Write a migration from the models: make migration name="add something"
	$(environment) dev
	@test -n "$(name)" || { echo 'Say what it does: make migration name="add something"'; exit 1; }
	@ENVIRONMENT=development $(BIN)/flask --app wsgi db revision "$(name)"

lock: ## Write the lock files anew after a change of pyproject.toml (needs uv)
	$(environment) dev
	@$(BIN)/python -m scripts.locks write $(ARGS)

bench: ## Measure the hot calls through the production server, beside bare drivers
	$(environment) dev
	@exec $(BIN)/python -m bench $(ARGS)

bench-whatif: ## Measure the preview of a book of tiers (ARGS="--members 10000 100000 1000000 --apply")
	$(environment) dev
	@exec $(BIN)/python -m bench.whatif $(ARGS)

bench-expiry: ## Measure the night in which the points of 10,000, 100,000 and 1,000,000 members expire (MariaDB)
	$(environment) dev
	@exec $(BIN)/python -m bench.expiry $(ARGS)

bench-deliveries: ## Measure deliveries a second through a WeChat that takes 100 ms a call (MariaDB)
	$(environment) dev
	@exec $(BIN)/python -m bench.deliveries $(ARGS)

bench-broadcasts: ## Measure the planning of a message to 10,000, 100,000 and 1,000,000 members (MariaDB)
	$(environment) dev
	@exec $(BIN)/python -m bench.broadcasts $(ARGS)

bench-birthdays: ## Measure a birthday night over 10,000, 100,000 and 1,000,000 members (MariaDB)
	$(environment) dev
	@exec $(BIN)/python -m bench.birthdays $(ARGS)

soak: ## Replay a year of a store in a million steps, crashes and kills among them, and prove the books (MariaDB)
	$(environment) dev
	@exec $(BIN)/python -m bench.soak $(ARGS)

storm: ## Deliver messages through a WeChat that fails in every way, with processes that are killed (MariaDB)
	$(environment) dev
	@exec $(BIN)/python -m bench.storm $(ARGS)

format: ## Format the code and mend what can be mended by itself
	$(environment) dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean-demo: ## DELETE the demo store in var/ (SQLite database, simulator, logs), so that the next start seeds it anew
	rm -rf var

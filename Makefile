SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= python3
UV ?= uv
ARGS ?=
PORT ?= 8000
SANDBOX_PORT ?= 8900
POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/postgres
# Exported so that a recipe can quote them safely, whatever characters a password has.
export PORT SANDBOX_PORT POSTGRES_URL

VENV := .venv
PY := $(VENV)/bin/python
# Wheels only: nothing is compiled and no package's own build code runs.
INSTALL := $(PY) -m pip --disable-pip-version-check install -qq --require-hashes --only-binary :all:
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --only-binary :all:

.PHONY: help demo test serve test-postgres lint bench clean pins

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

# Everything but the command's own output goes to stderr, so that the output of --json can be piped.
demo: $(VENV)/.run ## Run the whole loop once against the sandbox (ARGS="--seed 7", ARGS=--json)
	@mkdir -p var
	@$(PY) manage.py migrate --verbosity 0 >&2
	@$(PY) manage.py demo $(ARGS)

# Set and not merely unset: a DATABASE_URL in .env would otherwise take over.
test: $(VENV)/.dev ## Run the tests on SQLite (ARGS="-k name")
	@DATABASE_URL=sqlite://:memory: $(PY) -m pytest -n 2 $(ARGS)

serve: $(VENV)/.run ## Run web, worker, beat and sandbox together (PORT=8000)
	@mkdir -p var
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py setup_schedules
	@$(PY) manage.py ensure_admin
	@# honcho would let .env win over the shell, the settings do the opposite: only the settings read .env.
	@for platform in instagram facebook twitter tiktok; do \
		name=$$(echo "$$platform" | tr a-z A-Z)_API_URL; \
		printenv "$$name" >/dev/null || grep -qsE "^ *(export +)?$$name *=" .env \
			|| export "$$name=http://127.0.0.1:$(SANDBOX_PORT)/$$platform"; \
	done; \
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" PYTHONUNBUFFERED=1 exec $(VENV)/bin/honcho -e /dev/null start -p "$$PORT"

test-postgres: $(VENV)/.dev ## Run the tests on PostgreSQL (POSTGRES_URL=postgres://user@host:port/name)
	@$(PY) -c 'import os, psycopg; psycopg.connect(os.environ["POSTGRES_URL"], connect_timeout=5).close()' \
		2>/dev/null || { \
		echo 'No PostgreSQL lets us in at the address in POSTGRES_URL. Start one or name another:' >&2; \
		echo '  make test-postgres POSTGRES_URL=postgres://user:password@host:5432/name' >&2; \
		exit 1; }
	@DATABASE_URL="$$POSTGRES_URL" $(PY) -m pytest -n 2 $(ARGS)

lint: $(VENV)/.lint ## Check style, format and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

bench: $(VENV)/.run ## Run every script in benchmarks/; fails at the end if one missed a law
	@failed=0; for script in benchmarks/[a-z]*.py; do \
		echo "== $$script"; \
		PYTHONPATH=. $(PY) "$$script" $(ARGS) || failed=1; \
	done; exit $$failed

# The database and the ledger in var/ are somebody's data and stay.
clean: ## Remove the virtual environment and the tools' caches
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

pins: ## Compile the pins again, with uv (ARGS=--upgrade for newer ones, and after dropping a package)
	$(COMPILE) $(ARGS) requirements.in -o requirements.txt
	$(COMPILE) $(ARGS) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) $(ARGS) requirements-lint.in -o requirements-lint.txt
	$(COMPILE) $(ARGS) requirements-train.in -o requirements-train.txt
	$(COMPILE) $(ARGS) requirements-bench.in -o requirements-bench.txt

# Each stamp is touched last, so an interrupted install starts again; --clear also drops the other
# stamps, and an environment half-built by another interpreter.
$(VENV)/.run: requirements.txt
	@$(PYTHON) -c 'import ensurepip, sys; assert sys.version_info >= (3, 11)' 2>/dev/null || { \
		echo 'Gator needs Python 3.11 or newer with its venv module, and "$(PYTHON)" is not that.' >&2; \
		echo 'Install it (some systems package venv apart) or name another: make demo PYTHON=python3.12' >&2; \
		exit 1; }
	@[ ! -L $(VENV) ] || { echo '$(VENV) is a link, and --clear would empty what it points to: remove the link.' >&2; exit 1; }
	@echo 'Installing the packages Gator needs into $(VENV), once: about half a minute ...' >&2
	@$(PYTHON) -m venv --clear $(VENV) >&2
	@$(INSTALL) -r requirements.txt >&2
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo 'Installing the test tools ...' >&2
	@$(INSTALL) -r requirements-dev.txt >&2
	@touch $@

$(VENV)/.lint: requirements-lint.txt $(VENV)/.dev
	@echo 'Installing the lint tools ...' >&2
	@$(INSTALL) -r requirements-lint.txt >&2
	@touch $@

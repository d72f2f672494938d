# Two commands for everybody: `make demo` and `make test`. Both make their own environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test test-slow lint types check lock bench clean

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Section7 needs Python 3.11 or newer; set PYTHON=…"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## Run the main job on an invented practice, several simulated weeks long
	$(BIN)/python -m demo

test: $(READY) ## Run every test, on SQLite and on a throw-away PostgreSQL where its programs are found
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-slow: $(READY) ## Run the tests that take long: pages in a real browser, attacks on every page, kills at every step
	$(BIN)/python -m pytest -n 2 --dist loadfile -m slow

lint: $(READY) ## Style and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/deptry .

types: $(READY) ## Strict types
	$(BIN)/mypy

check: lint types test test-slow ## All of the above

bench: $(READY) ## Ratios that the documentation quotes
	$(BIN)/python -m benchmarks

lock: ## Pin every dependency with its hashes, after pyproject.toml has changed
	$(BIN)/uv pip compile pyproject.toml --extra postgres --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements/runtime.txt
	$(BIN)/uv pip compile pyproject.toml --extra postgres --extra oidc --extra pdf --extra timestamp --group dev --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements/dev.txt
	echo hatchling | $(BIN)/uv pip compile - --constraint requirements/dev.txt --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements/build.txt
	$(BIN)/uv pip compile pyproject.toml --extra postgres --extra ocr --constraint requirements/runtime.txt --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements/ocr.txt
	$(BIN)/uv pip compile pyproject.toml --extra postgres --extra strong --constraint requirements/runtime.txt --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements/strong.txt
	$(BIN)/uv pip compile requirements/strong-base.in --no-deps --only-binary :all: --emit-build-options --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements/strong-base.txt
	printf 'reader==3.26\nsgmllib3k\n' | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements/reader.txt

clean: ## Remove what was made here
	rm -rf $(VENV) demo-out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

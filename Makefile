# The contributor's interface. `make demo` and `make test` set up everything they need.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE=
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --quiet

.PHONY: demo test check bench lock clean

demo: $(VENV)/.demo
	$(BIN)/wa-kit demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

# Locks with hashes and without addresses. Needs uv.
lock:
	$(COMPILE) --extra demo --extra lab --extra pdf --extra office --extra data --extra dev \
		--output-file requirements-dev.lock
	$(COMPILE) --extra demo --constraint requirements-dev.lock --output-file requirements-demo.lock

clean:
	rm -rf $(VENV) build dist wa-kit-demo

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("wa-kit needs Python 3.11 or newer: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml requirements-demo.lock
	$(PIP) --require-hashes --requirement requirements-demo.lock
	$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.demo requirements-dev.lock
	$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

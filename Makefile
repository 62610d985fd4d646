# Each target sets up what it needs first. PYTHON may name another interpreter, 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup run test bench lint format deploy reconcile clean

help:
	@echo "make run                try it on this machine (Ctrl-C stops it; ONCE=1: end by itself)"
	@echo "make test               run all tests"
	@echo "make deploy STAGE=dev   provision and deploy a stage to your AWS account"
	@echo "make bench              measure speed and memory against other converters"
	@echo "make reconcile STAGE=dev  start the conversion of what has no PDF yet, or an old one"
	@echo "make lint | format      check | mend the code's form"

setup: $(VENV)/.installed

$(VENV)/.installed: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	@echo "Setting up $(VENV) (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: setup
	@$(BIN)/python -m infra.run

test: setup
	@$(BIN)/python -m pytest

# A folder of its own: what tests and tools bring along would be imported by what is measured.
$(VENV)-bench/.installed: requirements.txt bench/requirements.txt
	@$(PYTHON) -m venv $(VENV)-bench
	@$(VENV)-bench/bin/pip install --quiet --disable-pip-version-check -r requirements.txt -r bench/requirements.txt
	@touch $@

bench: $(VENV)-bench/.installed
	@$(VENV)-bench/bin/python -m bench

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

deploy: setup
	@test -n "$(STAGE)" || { echo "make deploy: say which stage: make deploy STAGE=dev" >&2; exit 2; }
	@$(BIN)/python -m infra.deploy --stage "$(STAGE)"

reconcile: setup
	@test -n "$(STAGE)" || { echo "make reconcile: say which stage: make reconcile STAGE=dev" >&2; exit 2; }
	@$(BIN)/python -m infra.reconcile --stage "$(STAGE)"

clean:
	rm -rf $(VENV) $(VENV)-bench .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .chalice/deployments

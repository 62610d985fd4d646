# Each target sets up what it needs first. PYTHON may name another interpreter, 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AUDIT := .venv-audit
MUTANTS := .venv-mutants
AWS := .venv-aws
PAGES ?= README.md docs/deploy.md

PYTHONS ?= python3.11 python3.12 python3.13 python3.14

.PHONY: help setup ready run check test browser screenshots pictures bench bench-cold bench-cost bench-answers bench-load bench-backfill bench-encoding package packages wheel lint format deploy destroy reconcile token lock audit sbom mutants readme clean

help:
	@echo "make run                run the product on this machine (Ctrl-C stops it; ONCE=1: exit when done)"
	@echo "make check              run lint, type checks and the fast tests that need no stage"
	@echo "make test               run all tests, on two to four cores in parallel"
	@echo "make browser            install a Chromium for the tests of the web page, unless there is one"
	@echo "make screenshots        take the screenshots of the web page in docs/"
	@echo "make pictures           make the pictures of docs/options.md"
	@echo "make deploy STAGE=dev   provision and deploy a stage to your AWS account"
	@echo "     LOG_DAYS=90        … and keep its logs for this many days"
	@echo "     ALARM_EMAIL=a@b.c  … and send its alarms to this address"
	@echo "     NOTIFY_EMAIL=a@b.c NOTIFY_URL=https://…  … and send notifications of settled files there"
	@echo "     INPUT_BUCKET=… OUTPUT_BUCKET=… INPUT_PREFIX=… OUTPUT_PREFIX=…  … and use existing buckets"
	@echo "     TAGS='team=docs' PERMISSIONS_BOUNDARY=arn:… NAME_PREFIX=acme-  … and follow account rules"
	@echo "     ARCH=arm64         … on the cheaper architecture"
	@echo "make reconcile STAGE=dev  start the conversion of objects without a PDF, or with an outdated one"
	@echo "     RANGES=64          … in this many ranges of keys in parallel"
	@echo "make token STAGE=dev    replace the stage's API token"
	@echo "make destroy STAGE=dev  remove its functions and API; its data is kept unless you add"
	@echo "     DATA=delete CONFIRM=dev"
	@echo "make bench              compare speed and memory with other converters"
	@echo "     ONLY=arabic,cjk    … for these texts only, without publishing the results"
	@echo "     AGAINST=main~1     … with the converter of another revision instead"
	@echo "make bench-cold         measure cold starts of each function, and compare them with budgets"
	@echo "make bench-cost         measure the cost of a million files"
	@echo "make bench-answers      measure the cost of queries with RECORDS='1000 100000' records"
	@echo "make bench-load         measure FILES=2000 simultaneous uploads (ten minutes)"
	@echo "make bench-backfill     measure reconciling OBJECTS='1000 10000', and estimate larger buckets"
	@echo "make bench-encoding     measure how many texts are read in the right encoding"
	@echo "make lint | format      check | fix the code's style"
	@echo "make package(s)         check the Lambda package for this Python (for all PYTHONS)"
	@echo "make wheel              build the converter's wheel for pip, in dist/"
	@echo "make mutants            run mutation tests, and list the mutants that survive"
	@echo "     FAMILY=layout      … of this family only: pipeline, layout, painting or decoding"
	@echo "     ONLY='*x__turn*'   … of these mutants only"
	@echo "make readme             run the commands of README and docs/deploy.md, line by line"
	@echo "make lock | audit | sbom   pin for all Pythons | check for known vulnerabilities |"
	@echo "                        write the bill of materials of the Lambda package"

# Tools of tests and checks are installed only by the targets that need them.
setup: $(VENV)/.installed
ready: $(VENV)/.ready

# uv takes seconds where pip takes a minute. It does not read pip's settings, so pip is the fallback
# on machines that are configured to install from another index. What runs is compiled (as pip does
# in any case), since chalice and the local AWS are started without writing bytecode.
install = $(BIN)/uv pip install --quiet $(2) --python $(BIN)/python -r $(1) 2>/dev/null || \
	$(BIN)/pip install --quiet --disable-pip-version-check -r $(1)

$(VENV)/.ready: requirements.txt requirements-run.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	@echo "Setting up $(VENV) (once, about ten seconds) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements-run.txt)"
	@$(call install,requirements-run.txt,--compile-bytecode)
	@touch $@

$(VENV)/.installed: $(VENV)/.ready requirements-dev.txt
	@echo "Installing tools of tests and checks (once) …"
	@$(call install,requirements-dev.txt)
	@touch $@

run: ready
	@$(BIN)/python -m infra.run

# Each process would otherwise rewrite and compile tests and plugins for itself (PEP 3147).
check test: export PYTHONDONTWRITEBYTECODE :=

# What shares a stage, which is a module at least, stays together; each process has an emulator.
SIDE_BY_SIDE := --maxprocesses=4 --dist loadfile --no-loadscope-reorder

check: lint
	@QUICK=1 $(BIN)/python -m pytest -n $(or $(WORKERS),auto) $(SIDE_BY_SIDE) -q -m "not slow" \
		tests/unit tests/protocol tests/converter tests/packaging

# Tests of stages often wait, so three processes keep two processors busy.
test: setup
	@$(BIN)/python -m pytest -n $(or $(WORKERS),3) $(SIDE_BY_SIDE)

browser: setup
	@$(BIN)/python -m tests.browser.chromium

screenshots: setup
	@$(BIN)/python -m tests.browser.screenshots

pictures: setup
	@$(BIN)/python -m tools.pictures

# A separate environment: the measured code would otherwise import packages of tests and tools.
$(VENV)-bench/.installed: requirements.txt bench/requirements.txt
	@$(PYTHON) -m venv $(VENV)-bench
	@$(VENV)-bench/bin/pip install --quiet --disable-pip-version-check -r requirements.txt -r bench/requirements.txt
	@touch $@

bench: $(VENV)-bench/.installed
	@$(VENV)-bench/bin/python -m bench $(if $(ONLY),--only "$(ONLY)") $(if $(AGAINST),--against "$(AGAINST)")

bench-cold: setup
	@$(BIN)/python -m bench.cold_start

bench-cost: $(VENV)-bench/.installed
	@$(VENV)-bench/bin/python -m bench.cost

bench-answers: setup
	@$(BIN)/python -m bench.answers $(if $(RECORDS),--records $(RECORDS))

bench-backfill: setup
	@$(BIN)/python -m bench.backfill $(if $(OBJECTS),--objects $(OBJECTS))

bench-load: setup
	@$(BIN)/python -m bench.load $(if $(FILES),--files $(FILES))

bench-encoding: setup
	@$(BIN)/python -m bench.encoding

package: setup
	@$(BIN)/python -m pytest tests/packaging/test_layers.py tests/packaging/test_package.py

packages:
	@for python in $(PYTHONS); do \
		$(MAKE) --no-print-directory PYTHON=$$python VENV=.venv-$$python package || exit 1; \
	done

wheel: ready
	@$(BIN)/uv build --quiet --wheel --out-dir dist 2>/dev/null || \
		$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	@ls dist/*.whl

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

deploy: ready
	@test -n "$(STAGE)" || { echo "make deploy: name the stage: make deploy STAGE=dev" >&2; exit 2; }
	@$(BIN)/python -m infra.deploy --stage "$(STAGE)" --log-days "$(LOG_DAYS)" --alarm-email "$(ALARM_EMAIL)" \
		--notify-email "$(NOTIFY_EMAIL)" --notify-url "$(NOTIFY_URL)" \
		--input-bucket "$(INPUT_BUCKET)" --output-bucket "$(OUTPUT_BUCKET)" \
		--input-prefix "$(INPUT_PREFIX)" --output-prefix "$(OUTPUT_PREFIX)" \
		--input-key "$(INPUT_KEY)" --output-key "$(OUTPUT_KEY)" --tags "$(TAGS)" \
		--permissions-boundary "$(PERMISSIONS_BOUNDARY)" --name-prefix "$(NAME_PREFIX)" \
		--arch "$(ARCH)"

destroy: ready
	@test -n "$(STAGE)" || { echo "make destroy: name the stage: make destroy STAGE=dev" >&2; exit 2; }
	@$(BIN)/python -m infra.destroy --stage "$(STAGE)" --data "$(or $(DATA),keep)" --confirm "$(CONFIRM)"

token: ready
	@test -n "$(STAGE)" || { echo "make token: name the stage: make token STAGE=dev" >&2; exit 2; }
	@$(BIN)/python -m infra.api_token rotate --stage "$(STAGE)"

# One file for every Python from 3.11 on, with environment markers. It names no paths and no hosts, so
# it is the same on every machine and with every Python.
lock: ready
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --output-file requirements.lock requirements.txt

audit: setup $(AUDIT)/.installed
	@$(BIN)/python -m infra.audit $(AUDIT)/bin/pip-audit $(if $(STRICT),--strict)

sbom: $(AUDIT)/.installed
	@mkdir -p .local
	@$(AUDIT)/bin/cyclonedx-py requirements --output-reproducible --output-format JSON \
		--output-file .local/sbom.json requirements.lock
	@echo "CycloneDX bill of materials of the Lambda package: .local/sbom.json"
	@echo "(where a library is listed twice, its description says for which Python)"

readme: setup $(AWS)/.installed
	@PATH="$(CURDIR)/$(AWS)/bin:$$PATH" $(BIN)/python -m tests.documented $(PAGES)

$(AWS)/.installed:
	@$(PYTHON) -m venv $(AWS)
	@$(AWS)/bin/pip install --quiet --disable-pip-version-check awscli==1.46.2
	@touch $@

$(AUDIT)/.installed: requirements-audit.txt
	@$(PYTHON) -m venv $(AUDIT)
	@$(AUDIT)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# Takes up to an hour a family; results are kept in .local/mutants/ and reused by the next run.
mutants: $(MUTANTS)/.installed
	@$(MUTANTS)/bin/python -m tools.mutants $(FAMILY) $(if $(ONLY),--only "$(ONLY)")

$(MUTANTS)/.installed: requirements-mutants.txt requirements-run.txt requirements-dev.txt
	@$(PYTHON) -m venv $(MUTANTS)
	@$(MUTANTS)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

reconcile: ready
	@test -n "$(STAGE)" || { echo "make reconcile: name the stage: make reconcile STAGE=dev" >&2; exit 2; }
	@$(BIN)/python -m infra.reconcile --stage "$(STAGE)" $(if $(RANGES),--ranges "$(RANGES)")

clean:
	rm -rf .venv* .local dist .import_linter_cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .chalice/deployments

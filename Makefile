# Everything a person or CI does here. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
# a venv that was moved does not start, and one that was copied runs the original's code: the stamp is of this place alone
READY := $(VENV)/.ready-$(shell pwd | cksum | cut -d' ' -f1)
# SOURCE: your data (a folder or a .duckdb file) instead of the demo company; MAPPING: your column names; AS_OF: a day; OUT: where pages go;
# ARGS: what to hand to JupyterLab
SOURCE ?=
MAPPING ?=
AS_OF ?=
OUT ?= reports
ARGS ?=
NAME = $(if $(SOURCE),$(notdir $(SOURCE:/=)),demo)
export PYTHONHASHSEED := 0

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Choose one with: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python -a -e $@ || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	@VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q salesanalytics
	@touch $@

.PHONY: setup
setup: $(READY) ## make .venv with the locked versions

.PHONY: report
report: $(READY) ## a page per team under reports/, from the demo company or from SOURCE=… MAPPING=…
ifeq ($(SOURCE),)
	$(if $(MAPPING),$(error MAPPING says how to read your data, and no data is named: add SOURCE=folder, as in make report SOURCE=folder MAPPING=$(MAPPING)))
	@$(BIN)/salesanalytics demo data/demo
	@$(BIN)/salesanalytics snapshot data/demo $(if $(AS_OF),--as-of $(AS_OF)) --out snapshots/demo
	@$(BIN)/salesanalytics run --snapshot snapshots/demo --params params --out $(OUT)
else
	@$(BIN)/salesanalytics snapshot "$(SOURCE)" $(if $(MAPPING),--mapping "$(MAPPING)") $(if $(AS_OF),--as-of $(AS_OF)) --out "snapshots/$(NAME)"
	@$(BIN)/salesanalytics run --snapshot "snapshots/$(NAME)" --out "$(OUT)"
endif

# every process that a test starts would else compile the package, and every run the tests; slow files come first (tests/conftest.py)
.PHONY: test
test: $(READY) ## the whole test suite
	@$(BIN)/python -m compileall -q salesanalytics
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: planted
planted: $(READY) ## what is planted in many companies is found again, ranges hold as often as stated, and the fleet's benchmark compares like with like (minutes)
	@$(BIN)/python -m pytest -n 2 --dist load -m "planted or benchmark"

.PHONY: check
check: $(READY) ## lint, format, types (notebooks too), import arrows and circles, notebook rules, written files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --diff .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python scripts/check_circles.py
	@$(BIN)/python scripts/check_notebooks.py
	@$(BIN)/python scripts/check_notebook_types.py
	@$(BIN)/python scripts/write_environment.py --check
	@$(BIN)/python scripts/write_documents.py --check
	@$(BIN)/python scripts/write_general.py --check

# needs node and a Chromium: CHROMIUM names one that is not on the PATH
.PHONY: looks
looks: ## how the newest pages under OUT look to their readers: accessible, nothing cut, no request, not too long
	@npm ci --prefix scripts/looks --silent --no-audit --no-fund
	@node scripts/looks/check_pages.mjs --lengths $(lastword $(sort $(wildcard $(OUT)/[0-9]*)))

.PHONY: format
format: $(READY) ## put code and notebooks into the house's form
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@$(BIN)/nbstripout --keep-id notebooks/*.ipynb

.PHONY: documents
documents: $(READY) ## write the tables of README and docs anew from notebooks, words and registry
	@$(BIN)/python scripts/write_documents.py

.PHONY: lab
lab: $(READY) ## open JupyterLab at the notebooks, on the demo company where no snapshot was taken yet
ifeq ($(wildcard snapshots/*/manifest.json),)
	@$(BIN)/salesanalytics demo data/demo
	@$(BIN)/salesanalytics snapshot data/demo --out snapshots/demo
endif
	@$(BIN)/salesanalytics lab $(ARGS)

.PHONY: lock
lock: $(READY) ## write requirements.lock and environment.yml anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --upgrade -o requirements.lock
	@$(BIN)/python scripts/write_environment.py

.PHONY: bench
bench: $(READY) ## real inputs and methods (data beside the project, or SALESANALYTICS_BENCH_DATA), and what a report costs beside other ways
	@$(BIN)/python benchmarks/real_inputs.py
	@$(BIN)/python benchmarks/forecast.py
	@$(BIN)/python benchmarks/territory.py
	@$(BIN)/python benchmarks/pipeline.py
	@$(BIN)/python benchmarks/promises.py --others
	@$(BIN)/python benchmarks/brief.py
	@$(BIN)/python benchmarks/replan.py
	@$(BIN)/python benchmarks/payplan.py
	@$(BIN)/python benchmarks/people.py --draws 60
	@$(BIN)/python benchmarks/sentiment.py
	@$(BIN)/python benchmarks/winloss.py --draws 40
	@$(BIN)/python benchmarks/corruptions.py
	@$(BIN)/python benchmarks/fleet.py

.PHONY: clean
clean: ## remove the venv, the demo company, snapshots and pages; your data and params stay
	@rm -rf $(VENV) snapshots data/demo .pytest_cache .mypy_cache .ruff_cache
	@find reports -mindepth 1 -maxdepth 1 ! -name sample -exec rm -rf {} +

.PHONY: help
help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "  make %-10s %s\n", $$1, $$2}'

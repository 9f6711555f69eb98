# make demo   set up and run the demo prefecture; PORT=8000 by default
# make test   set up and run the tests; ARGS="tests/unit -k clock" narrows them
# make check  style, types, import contracts, tidiness, islands' types and tests
# make fix    mend what can be mended by a program
# make readers  the readers of other software's grids (500 MB), and with them their tests; always so when CI is set
# make spark    Spark, the distributed engine (450 MB, needs Java 17), and with it its tests; always so when CI is set
# make bench  the benchmarks, each beside a floor or a peer; installs the peers (1.5 GB)
# make pictures  the pictures of README and docs, from a demo that runs on PORT (8000 by default)
# Everything is installed into .venv and islands/node_modules; nothing outside this folder is changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := demo
.PHONY: demo test check check-style check-types check-imports check-tidy check-islands fix readers spark bench pictures islands lock clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
ISLANDS := src/wanjia/web/static/islands
ISLAND_SOURCES := $(shell find islands -name node_modules -prune -o -type f \( -name '*.ts' -o -name '*.css' -o -name 'package*.json' \) -print)

demo: .venv/.runtime $(ISLANDS)/manifest.json
	$(BIN)/wanjia demo

test: .venv/.dev $(if $(CI),.venv/.readers .venv/.spark) $(ISLANDS)/manifest.json
	$(BIN)/python tools/run_tests.py $(ARGS)

# `make -k check` goes on after a fault and shows those of the other checks too.
check: check-style check-types check-imports check-tidy check-islands

check-style: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-types: .venv/.dev
	$(BIN)/mypy

check-imports: .venv/.dev
	$(BIN)/lint-imports --no-cache --no-logo

check-tidy: .venv/.dev
	$(BIN)/python tools/tidy.py

check-islands: $(ISLANDS)/manifest.json
	cd islands && export PATH="$$(../tools/node_path.sh)" && npm run --silent check && npm run --silent test

fix: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python tools/reference_pages.py
	$(BIN)/python tools/systems_page.py

readers: .venv/.readers

spark: .venv/.spark

bench: .venv/.bench
	@for file in benchmarks/[a-z]*.py; do echo; echo "== $$file"; $(BIN)/python $$file; done

pictures: .venv/.dev
	$(BIN)/python tools/pictures.py http://127.0.0.1:$${PORT:-8000}

islands: $(ISLANDS)/manifest.json

# Writes the lock files anew from pyproject.toml and package.json, at the newest versions that fit. Needs uv.
LOCK := uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --quiet
lock:
	$(LOCK) pyproject.toml --group build -o requirements.txt
	$(LOCK) pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt
	$(LOCK) --group node -o requirements-node.txt
	$(LOCK) --group spark -c requirements-dev.txt -o requirements-spark.txt
	$(LOCK) --group readers -c requirements-dev.txt -c requirements-spark.txt -o requirements-readers.txt
	$(LOCK) --group readers --group spark --group bench -c requirements-dev.txt -c requirements-spark.txt -c requirements-readers.txt \
		-o requirements-bench.txt
	cd islands && export PATH="$$(../tools/node_path.sh)" && npm update

clean:
	rm -rf .venv islands/node_modules $(ISLANDS) build var .mypy_cache .ruff_cache .pytest_cache

# --- stamps: each is newer than what it was made from, so a later start does nothing ---

.venv/bin/python:
	python=$$(tools/find_python.sh) && echo "Making .venv with $$python" && "$$python" -m venv .venv

.venv/.runtime: requirements.txt pyproject.toml | .venv/bin/python
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@echo "Installing the pinned packages (about a minute the first time) ..."
	$(PIP) --require-hashes -r requirements.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.txt
	@echo "Installing the packages for development ..."
	$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

.venv/.readers: .venv/.dev requirements-readers.txt
	@echo "Installing the readers of other software's grids ..."
	$(PIP) --require-hashes -r requirements-readers.txt
	@touch $@

.venv/.spark: .venv/.dev requirements-spark.txt
	@echo "Installing Spark ..."
	$(PIP) --require-hashes -r requirements-spark.txt
	@touch $@

.venv/.bench: .venv/.readers .venv/.spark requirements-bench.txt
	@echo "Installing the peers of the benchmarks ..."
	$(PIP) --require-hashes -r requirements-bench.txt
	@touch $@

islands/node_modules/.stamp: islands/package-lock.json islands/.npmrc | .venv/.runtime
	@echo "Installing the islands' pinned packages ..."
	cd islands && export PATH="$$(../tools/node_path.sh)" && npm ci --no-progress --loglevel=error
	@touch $@

$(ISLANDS)/manifest.json: islands/node_modules/.stamp $(ISLAND_SOURCES)
	cd islands && export PATH="$$(../tools/node_path.sh)" && npm run --silent build
	@touch $@

# Everything here works on a fresh machine with Python 3.11 or newer; what is installed once needs no network again.
#
#   make run     set up and start the watch: page, polling, mails into data/mailbox
#   make test    set up and run every check but the slow group

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh
PY := .venv/bin/python
CONFIG ?= signals.toml
SHARED ?= ../shared
PYTEST ?=
WORKERS ?= auto
# The tests that `make test` runs. Only all groups together (GROUP=) reach every line, so lines are counted only then: that costs time.
GROUP ?= not slow
COVERAGE = $(if $(GROUP),,--cov --cov-config pyproject.toml --cov-report=)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

# --- set-up ------------------------------------------------------------------------------------------------------------

.venv/made:
	@python=$$(sh tools/find_python.sh) && echo "Making .venv with $$python" && "$$python" -m venv .venv \
		|| { echo 'No environment could be made. Debian and Ubuntu need: apt-get install python3-venv' >&2; rm -rf .venv; exit 1; }
	@touch $@

.venv/run: .venv/made requirements.lock
	@echo 'Installing what the watch needs (some minutes, once)'
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@sh tools/command.sh .venv/bin/watcher
	@touch $@

.venv/dev: .venv/made requirements-dev.lock
	@echo 'Installing what the checks need (some minutes, once)'
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@sh tools/command.sh .venv/bin/watcher
	@touch $@ .venv/run

.PHONY: browser
browser:
	@sh tools/find_browser.sh

# --- the watch ---------------------------------------------------------------------------------------------------------

.PHONY: run
run: .venv/run ## start the watch; CONFIG=other.toml for another file
	@$(PY) -m watcher run --config "$(CONFIG)"

# --- checks ------------------------------------------------------------------------------------------------------------

.PHONY: test
test: .venv/dev browser lint ## every check but the slow ones, on all cores; PYTEST='-k name' passes options on, GROUP= takes all
	@$(PY) -m pytest --numprocesses "$(WORKERS)" --dist worksteal -m "$(GROUP)" $(COVERAGE) $(PYTEST)
ifeq ($(GROUP),)
	@$(PY) -m coverage report --fail-under 100
endif

.PHONY: test-slow
test-slow: .venv/dev browser ## the slow group alone: recorded years, kills in the middle, the documentation typed in
	@$(PY) -m pytest --numprocesses "$(WORKERS)" --dist loadgroup -m slow $(PYTEST)

.PHONY: lint
lint: .venv/dev ## style, types and import rules
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --quiet --check .
	@$(PY) -m mypy --no-error-summary
	@$(PY) -c 'from importlinter.cli import lint_imports_command as check; check()' > .venv/imports.log || { cat .venv/imports.log; exit 1; }

.PHONY: fmt
fmt: .venv/dev ## put the style right
	@$(PY) -m ruff check --quiet --fix .
	@$(PY) -m ruff format --quiet .

.PHONY: lock
lock: .venv/dev ## write the locks from the .in files, without any index address
	@$(PY) -m uv pip compile --quiet --python-version 3.11 --generate-hashes --no-strip-extras --no-header -o requirements.lock requirements.in
	@$(PY) -m uv pip compile --quiet --python-version 3.11 --generate-hashes --no-strip-extras --no-header -c requirements.lock \
		-o requirements-shared.lock requirements-shared.in
	@$(PY) -m uv pip compile --quiet --python-version 3.11 --generate-hashes --no-strip-extras --no-header -c requirements-shared.lock \
		-o requirements-dev.lock requirements-dev.in

.PHONY: schema
schema: .venv/dev ## write what is generated: the schema, and the references of signals.toml, formats, commands and signals
	@$(PY) -m tools.reference
	@$(PY) -m tools.formats_reference
	@$(PY) -m tools.commands_reference
	@$(PY) -m tools.signals_reference

# --- measures, pictures, pages -----------------------------------------------------------------------------------------

.PHONY: score-senate score-text bench bench-scale bench-peers soak pictures docs
score-senate: .venv/dev ## the bill track against the labelled records in SHARED
	@$(PY) -m tools.score_senate "$(SHARED)"

score-text: .venv/dev ## the text rules against the labelled texts in SHARED
	@$(PY) -m tools.score_text "$(SHARED)"

bench: .venv/dev ## speed and memory of our own parts
	@$(PY) -m tools.bench "$(SHARED)"

bench-scale: .venv/dev ## a poll on a file and on PostgreSQL; one, two and four workers, also as hosts; fails where more are too slow
	@$(PY) -m tools.bench_stores
	@$(PY) -m tools.bench_workers --concurrency 4
	@$(PY) -m tools.bench_workers
	@$(PY) -m tools.bench_workers --hosts --workers 1,2 --sources 800

bench-peers: .venv/dev ## the same work beside the peers of the rig in SHARED
	@$(PY) -m tools.bench_peers "$(SHARED)"

soak: .venv/dev ## ten minutes of kills, faults, hostility, workers and load
	@$(PY) -m tools.soak "$(SHARED)"

pictures: .venv/dev browser ## screenshots of the page and of a mail for the README
	@$(PY) -m tools.pictures

docs: .venv/dev ## the documentation as a site, in dist/docs
	@$(PY) -m mkdocs build --quiet --strict

.PHONY: clean
clean: ## forget everything that was installed or built; data/ stays
	rm -rf .venv site dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

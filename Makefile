# Everything that is done with a checkout. `make` alone says what there is.
#
# Two files decide what is installed: requirements.lock (every package, pinned with its hashes) and
# pyproject.toml. The environment in .venv is made anew only when one of them has changed.

PYTHON ?=
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help install run test check bench picture lock clean

help: ## show this
	@echo "Cordon: ChatOps for AI-safety incidents. Targets:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

install: $(STAMP) ## make .venv and put Cordon in it, where that is not done yet

run: $(STAMP) ## join the Slack workspace of .env, or start the sandbox workspace with its web page
	@exec $(BIN)/cordon run $(ARGS)

test: $(STAMP) ## run every test and report the coverage (some only: make test ARGS="-k settings")
	@$(BIN)/pytest --numprocesses=auto --dist=worksteal --cov --cov-report=term $(ARGS)

check: $(STAMP) ## style, types, layering, playbooks, lock file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/cordon playbook lint
	$(BIN)/python -m pip check
	$(BIN)/pytest -q -p no:randomly tests/test_lock.py tests/test_layout.py

bench: $(STAMP) ## measure the times that are promised
	@$(BIN)/python -m tests.bench $(ARGS)

picture: $(STAMP) ## draw docs/sandbox.png anew from the running program
	@$(BIN)/python -m tests.picture

lock: $(STAMP) ## pin the newest versions that pyproject.toml allows
	@set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(BIN)/python -m venv "$$folder/uv"; \
	"$$folder/uv/bin/python" -m pip install --quiet uv; \
	"$$folder/uv/bin/uv" pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --group dev --output-file "$$folder/requirements.lock" pyproject.toml; \
	cp "$$folder/requirements.lock" requirements.lock
	@echo "requirements.lock is new. Run make test and make check before it is committed."

clean: ## take away what was made: .venv and caches (never data/, .env or cordon.yaml)
	rm -rf $(VENV) .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache dist
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# A .venv that is there is kept if its Python runs and is new enough, else made anew.
$(STAMP): requirements.lock pyproject.toml
	@set -e; \
	python=""; \
	for one in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if "$$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python="$$one"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Cordon needs Python 3.11 or newer, and none was found. Install one, or name it: make install PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi; \
	if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
		echo "This Python has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; \
	fi; \
	if ! $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "Making $(VENV) with $$($$python --version) …"; \
		"$$python" -m venv --clear $(VENV); \
	fi; \
	echo "Installing what requirements.lock pins …"; \
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock; \
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

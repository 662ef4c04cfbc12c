# Everything a developer types. Each target does its own set-up; it is there again at once the second time.
#   PYTHON=python3.12 make …   another interpreter
#   INSTALL=1 make …           tests, demo and benchmarks may install Debian packages that they need (as root)

PYTHON ?= python3
WORK := .work
UV := $(WORK)/uv/bin/uv
PY := .venv/bin/python
READY := .venv/.ready
SPHINX = .venv/bin/sphinx-build --fail-on-warning --keep-going --nitpicky --jobs auto --quiet -d $(WORK)/doctrees

ifeq ($(INSTALL),1)
export SKYLIFT_TEST_INSTALL := 1
endif

.PHONY: help demo test check bench docs site links tutorial failures
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ': .*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

demo: $(READY) ## the example, from `skylift init` to a training job in the sandbox
	@PATH="$(CURDIR)/.venv/bin:$$PATH" tools/demo.sh

test: $(READY) ## every test; what cannot run on this machine is skipped and says why
	@# Thousands of processes start Skylift; where PYTHONDONTWRITEBYTECODE is set, each would compile all of it again.
	@$(PY) -m compileall -q src
	$(PY) -m pytest

check: $(READY) ## lint, format, types, the runtime's Python 3.8, who may import whom, and a fresh site whose links lead somewhere
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/vermin --quiet --no-tips --violations -t=3.8- src/skylift_runtime
	$(PY) -m pytest -q tests/unit/test_house.py tests/unit/test_habits.py
	$(PY) -m tools.docs --check
	$(SPHINX) -b html docs docs/_build/html

bench: $(READY) ## how long it takes, beside others, with ratios
	$(PY) -m benchmarks

failures: $(READY) ## write docs/failures.md anew: programs that fail, and what three runtimes say of them
	$(PY) -m tools.failures

docs: $(READY) ## write docs/reference anew from the code
	$(PY) -m tools.docs

site: docs ## the documentation as a site, docs/_build/html; a link that leads nowhere is an error
	$(SPHINX) -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

links: $(READY) ## ask whether what the documentation points to elsewhere is still there; needs the network
	$(SPHINX) -b linkcheck docs $(WORK)/linkcheck

tutorial: $(READY) ## type docs/tutorial.md, and write into it what is printed today
	PYTHONPATH=. $(PY) -m tests.services run -- $(PY) -m tools.tutorial --write

$(READY): uv.lock pyproject.toml $(UV)
	$(UV) sync --quiet --locked --all-groups --compile-bytecode --python $(WORK)/uv/bin/python
	@touch $@

$(UV):
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) here: apt-get install python3 python3-venv" >&2; exit 3; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "$(PYTHON) is older than 3.10: name another one, PYTHON=python3.12 make $(MAKECMDGOALS)" >&2; exit 3; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) has no venv: apt-get install python3-venv" >&2; exit 3; }
	$(PYTHON) -m venv $(WORK)/uv
	$(WORK)/uv/bin/python -m pip install --quiet 'uv>=0.8'

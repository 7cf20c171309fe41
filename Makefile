# Two commands do everything; both need Python 3.11+ and make, nothing else:
#   make lab     opens the first notebook in JupyterLab        (on a server: make lab LAB_ARGS=--no-browser)
#   make test    runs all tests, the notebooks included        (part of them: make test TEST_ARGS="-m 'not slow'")
# For those who change the code: make lint, make types, make format, make notebooks (runs them and keeps their outputs). make export writes the notebooks as HTML pages. make clean.
# For those who teach (docs/teaching.md): make site writes the whole course as pages, make cheat-sheet the four pictures as PDF.

PYTHON   ?= python3
VENV     ?= .venv
LAB_ARGS ?=
TEST_ARGS ?=
# A worker for each processor; the tests of a file stay together, since they share a kernel, a server or a page.
TEST_WORKERS ?= -n logical --maxprocesses 4 --dist loadfile
EXPORT_TO ?= exported
SITE_TO ?= site
CHROMIUM ?= chromium

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

# What is installed is recorded in three stamps, the smaller contained in the larger: lab < test < dev.
LAB  := $(VENV)/.installed-lab
TEST := $(VENV)/.installed-test
DEV  := $(VENV)/.installed-dev
PINS := pyproject.toml constraints.txt
PIP_INSTALL = "$(BIN)/python" -m pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable

.PHONY: help lab test lint types format notebooks export site cheat-sheet clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

lab: $(LAB)
	"$(BIN)/python" -m iamviz lab notebooks $(LAB_ARGS)

test: $(TEST)
	"$(BIN)/python" -m pytest $(TEST_WORKERS) --nbval --nbval-current-env tests $(wildcard notebooks/*.ipynb) $(TEST_ARGS)

lint: $(DEV)
	"$(BIN)/python" -m ruff check .
	"$(BIN)/python" -m ruff format --check .

types: $(DEV)
	"$(BIN)/python" -m mypy

format: $(DEV)
	"$(BIN)/python" -m ruff check --fix .
	"$(BIN)/python" -m ruff format .

notebooks: $(TEST)
	"$(BIN)/python" scripts/refresh_notebooks.py $(wildcard notebooks/*.ipynb)

export: $(LAB)
	"$(BIN)/python" -m iamviz export notebooks --to "$(EXPORT_TO)"

site: $(LAB)
	"$(BIN)/python" -m iamviz export notebooks --to "$(SITE_TO)" --glossary docs/glossary.md --cheat-sheet --title "AWS IAM roles, step by step"

cheat-sheet: $(LAB)
	"$(BIN)/python" -m iamviz cheat-sheet --to "$(SITE_TO)"
	"$(BIN)/python" scripts/print_pdf.py "$(SITE_TO)/cheat_sheet.html" --browser "$(CHROMIUM)"

clean:
	rm -rf "$(VENV)" "$(EXPORT_TO)" "$(SITE_TO)" build dist .coverage htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@"$(PYTHON)" -c "" 2>/dev/null || { echo "make: no '$(PYTHON)' here. Install Python 3.11 or newer, or name yours: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "make: iamviz needs Python 3.11 or newer, and '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1). Name a newer one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -c "import venv, ensurepip" 2>/dev/null || { echo "make: '$(PYTHON)' comes without its venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Making the environment $(VENV)"
	@"$(PYTHON)" -m venv "$(VENV)" || { rm -rf "$(VENV)"; exit 1; }

$(LAB): $(VENV)/pyvenv.cfg $(PINS)
	@echo "Installing iamviz into $(VENV) (a minute or so, the first time)"
	@$(PIP_INSTALL) .
	@touch $@

$(TEST): $(VENV)/pyvenv.cfg $(PINS)
	@echo "Installing iamviz and what its tests need into $(VENV) (a minute or so, the first time)"
	@$(PIP_INSTALL) ".[test]"
	@touch $(LAB) $@

$(DEV): $(VENV)/pyvenv.cfg $(PINS)
	@echo "Installing iamviz and the developer's tools into $(VENV) (a minute or so, the first time)"
	@$(PIP_INSTALL) ".[dev]"
	@touch $(LAB) $(TEST) $@

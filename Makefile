# The course's commands. `make lab` and `make test` need nothing but Python 3.11 to 3.14, git and make.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo "$$p" && break; done)
BIN := .venv/bin
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: lab test test-fast test-newest test-colab test-lowest test-links site rehearsal bench lint format outputs links exercises images screenshots lock install

lab: install  ## JupyterLab on the first lesson; LAB_ARGS="--no-browser --port 8899" for a server
	$(BIN)/jupyter lab $(AS_ROOT) --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb $(LAB_ARGS)

test: install  ## every check: units, structure, and each cell of each lesson compared with its stored output
	$(BIN)/python -m pytest -n 2

test-fast: install  ## the units only: no kernel, no browser, nothing that waits
	$(BIN)/python -m pytest -n 2 -m "not slow" tests

test-newest: install  ## lessons and solutions with the newest packages; LESSONS="05" for some, TORCH="torch==2.13.0"
	$(BIN)/python -m tools.package_sets newest $(LESSONS)

test-colab: install  ## the same with what Colab has; SET_PYTHON=python3.13 names a Python like Colab's
	$(BIN)/python -m tools.package_sets colab $(LESSONS)

test-links: install  ## every link in the prose, on the web too
	$(BIN)/python -m tools.check_links

test-lowest: install  ## the same with the lower bounds of pyproject.toml
	$(BIN)/python -m tools.package_sets lowest $(LESSONS)

rehearsal: install  ## lessons with models of the published sizes; LESSONS="01 05" for some, reports in build/rehearsal
	$(BIN)/python -m tools.rehearsal $(LESSONS)

bench: install  ## what the closing notes' figures come from; the machine should have nothing else to do
	$(BIN)/python -m tools.benchmarks.decoding_parity
	$(BIN)/python -m tools.benchmarks.hub_room
	$(BIN)/python -m tools.benchmarks.hub_kill

lint: install  ## style, notebooks included; what may import what; types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

outputs: install exercises links  ## run the notebooks and store their outputs; LESSONS="01 05" for some
	$(BIN)/python -m tools.outputs $(LESSONS)

exercises: install  ## make notebooks/exercises from notebooks/solutions
	$(BIN)/python -m tools.exercises

links: install  ## badges, install cells and the README's table, from pyproject.toml and the notebooks
	$(BIN)/python -m tools.links

images: install  ## the drawings in images/
	$(BIN)/python -m tools.images

site:  ## the web site from the stored outputs, in build/site/_build/html
	@$(PYTHON) -m tools.site

screenshots: install  ## pictures of the classroom Hub's pages and of the explorer, with headless Chromium
	$(BIN)/python -m tools.screenshots
	$(BIN)/python -m tools.lab

lock: install  ## renew requirements.lock from pyproject.toml
	$(BIN)/python -m tools.lock

install:
ifeq ($(PYTHON),)
	$(error No Python 3.11 to 3.14 found. Install one from https://www.python.org, or name yours: make lab PYTHON=/path/to/python3.11)
endif
	@$(PYTHON) tools/install.py

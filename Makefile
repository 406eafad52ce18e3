# Descent Lab. On a new machine with Python and make, `make run` installs and starts it.

# The Python for .venv: the first of these with a supported version.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin

# PyTorch's index of CPU builds: PyPI's torch for Linux brings gigabytes of CUDA. pip skips the index
# if it does not answer; leave it empty to use pip's own configuration only.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
TORCH = $(shell grep -o '^torch==[0-9.]*' requirements.txt)
TORCH_OPTIONS = --no-deps $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --timeout 10 --retries 1
# node and npm come with a Python package. What npm installs is for the checks alone.
NODE_MODULES := node_modules/.package-lock.json
SCRIPTS = assets/lab tests/js eslint.config.mjs
# Every pin is audited, or the command fails.
AUDIT = $(BIN)/pip-audit -r requirements.txt -r requirements-distributed.txt --no-deps --disable-pip \
	--strict --progress-spinner off --timeout 10
# The tests start many Python processes, which share the bytecode.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run classroom install dev test test-js test-quick check format conformance types plotly audit lock sbom bench verdicts load faults measure docker clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.app ## install the app if necessary and serve it at http://127.0.0.1:8050
	$(BIN)/python -m app

classroom: $(VENV)/.app ## serve it to the local network and print the addresses for the class
	$(BIN)/python -m app --host 0.0.0.0

install: $(VENV)/.app ## install the app's requirements into .venv

dev: $(VENV)/.dev ## install the requirements of the tests and checks as well

test: test-js ## run all tests; installs Chromium, Redis and nginx if they are missing
	$(BIN)/python -m tests.programs
	@# Both halves run at the same time; the browser tests' report is printed last.
	@$(BIN)/python -m pytest tests/browser -n 2 --dist worksteal \
		> .browser-tests.log 2>&1 & browser=$$!; status=0; \
	$(BIN)/python -m pytest --ignore=tests/browser || status=1; \
	wait $$browser || status=1; cat .browser-tests.log; exit $$status

test-js: $(VENV)/.dev ## run node's tests of the page's scripts: seconds
	$(BIN)/python -m tests.js_fixtures
	$(BIN)/node --test --test-reporter=dot "tests/js/*.test.mjs"

test-quick: test-js ## run the fast tests, which need no browser and no servers
	$(BIN)/python -m pytest --ignore=tests/browser -m "not servers and not slow" -n 2 --hypothesis-profile quick

check: $(VENV)/.dev $(NODE_MODULES) ## lint, check format, types and import layers, look for known vulnerabilities
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/node node_modules/eslint/bin/eslint.js $(SCRIPTS)
	$(BIN)/node node_modules/prettier/bin/prettier.cjs --check --log-level warn $(SCRIPTS)
	$(BIN)/node node_modules/typescript/bin/tsc
	@$(MAKE) --no-print-directory audit

audit: $(VENV)/.dev ## look for known vulnerabilities in the image's packages
	@log=$$($(AUDIT) 2>&1) && echo "pip-audit: no known vulnerabilities" || case "$$log" in \
	*"Found "*|usage:*) echo "$$log"; exit 1;; \
	*) echo "$$log" | tail -n 1; echo "pip-audit could not query its database. Nothing was audited.";; esac

lock: $(VENV)/.dev ## update requirements.lock after a change of requirements.txt or -distributed.txt
	$(BIN)/uv pip compile requirements.txt requirements-distributed.txt --no-deps --universal \
		--python-version 3.11 --generate-hashes --no-emit-package torch --no-annotate --no-config \
		--custom-compile-command "make lock" --quiet --output-file requirements.lock

sbom: $(VENV)/.dev ## write descent-lab.cdx.json: the image's packages and their licences
	$(BIN)/python -m venv --without-pip --clear .sbom
	$(BIN)/pip --python .sbom install --require-hashes $(TORCH_OPTIONS) -r requirements-torch.lock
	$(BIN)/pip --python .sbom install --require-hashes -r requirements.lock
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
		--output-file descent-lab.cdx.json .sbom
	rm -rf .sbom

format: $(VENV)/.dev $(NODE_MODULES) ## fix and format the code with ruff and prettier
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/node node_modules/prettier/bin/prettier.cjs --write --log-level warn $(SCRIPTS)

conformance: $(VENV)/.dev ## write the tables of docs/accessibility.md after a change of its .yaml
	$(BIN)/python -m tools.conformance

types: $(VENV)/.dev ## write types/payload.d.ts after a change of app/exports/schema.py or app/domain/views.py
	$(BIN)/python -m tools.payload_types

plotly: $(VENV)/.dev ## build assets/plotly.min.js after a change of tools/plotly
	cd tools/plotly && ../../$(BIN)/npm ci --ignore-scripts --no-audit --no-fund && ../../$(BIN)/node build.mjs

bench: $(VENV)/.dev ## compare the engine with a plain training loop
	$(BIN)/python -m tools.bench

verdicts: $(VENV)/.dev ## compare the verdicts with an independent reading of random curves; options: VERDICTS="--seed 2"
	$(BIN)/python -m tools.verdicts $(VERDICTS)

load: $(VENV)/.dev ## simulate a class of 100 for a minute; options: LOAD="--people 300"
	$(BIN)/python -m tools.load $(LOAD)

faults: $(VENV)/.dev ## break the server in many ways and measure what users notice
	$(BIN)/python -m tools.faults

measure: $(VENV)/.dev ## measure the page's frame times in a browser
	$(BIN)/python -m tools.measure

docker: ## build the image descent-lab
	docker build --build-arg TORCH_INDEX=$(TORCH_INDEX) -t descent-lab .

clean: ## remove .venv and caches
	rm -rf $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find assets -name '*.br' -delete -o -name '*.gz' -delete

# Each file records when an installation was last complete.
$(VENV)/.app: requirements.txt | $(BIN)/pip
	$(BIN)/pip install $(TORCH_OPTIONS) $(TORCH)
	$(BIN)/pip install -r requirements.txt
	@# Takes half a minute; a page is then 1.1 MB over the network instead of 3.8 MB.
	$(BIN)/python -m app.web.static_files
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements-distributed.txt $(VENV)/.app
	$(BIN)/pip install -r requirements-dev.txt
	@touch $@

$(NODE_MODULES): package-lock.json $(VENV)/.dev
	$(BIN)/npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo 'Descent Lab needs Python 3.11 to 3.14. Install one, or set PYTHON to its path.' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

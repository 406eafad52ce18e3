# Descent Lab. `make run` is all that a fresh machine with Python and make needs.

# Which Python makes .venv: the first of these that torch has builds for.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin

# PyTorch's index of CPU builds: PyPI's torch for Linux brings gigabytes of CUDA. pip skips the index
# if it does not answer; leave it empty to use pip's own configuration only.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
TORCH = $(shell grep -o '^torch==[0-9.]*' requirements.txt)
TORCH_OPTIONS = --no-deps $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --timeout 10 --retries 1
# Every pin is audited, or the command fails.
AUDIT = $(BIN)/pip-audit -r requirements.txt -r requirements-distributed.txt --no-deps --disable-pip \
	--strict --progress-spinner off --timeout 10
# The tests start many Pythons: what one of them compiles serves the others, whatever the machine says.
unexport PYTHONDONTWRITEBYTECODE

# What of the page depends on when answers come; what they are is compared for all. `make test-many`
# runs every browser test with workers.
WITH_WORKERS := tests/browser/test_training_controls.py -k "dragged or newest_wins or refused_and or tabs"

.DEFAULT_GOAL := help
.PHONY: help run classroom install dev test test-many check format audit lock sbom bench load faults faults-compose docker clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.app ## install what is missing and serve http://127.0.0.1:8050
	$(BIN)/python -m app

classroom: $(VENV)/.app ## serve to every machine in the room and print the address to type
	$(BIN)/python -m app --host 0.0.0.0

install: $(VENV)/.app ## install what the app needs into .venv

dev: $(VENV)/.dev ## install what the tests and checks need as well

test: $(VENV)/.dev ## run every test; installs a browser, Redis and nginx where there are none
	$(BIN)/python -m tests.programs
	@# Side by side, as one browser keeps one core busy; the browsers' report comes last.
	@TESTS_BOTH_WAYS=1 $(BIN)/python -m pytest tests/browser -n 2 --dist loadfile \
		> .browser-tests.log 2>&1 & browser=$$!; status=0; \
	$(BIN)/python -m pytest --ignore=tests/browser || status=1; \
	TESTS_WITH_WORKERS=1 $(BIN)/python -m pytest $(WITH_WORKERS) || status=1; \
	wait $$browser || status=1; cat .browser-tests.log; exit $$status

test-many: $(VENV)/.dev ## every browser test once more, with Redis and a Celery worker
	$(BIN)/python -m tests.programs
	TESTS_WITH_WORKERS=1 $(BIN)/python -m pytest tests/browser -n 2 --dist loadfile

check: $(VENV)/.dev ## lint, format, types, the direction of the imports, known vulnerabilities
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
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

format: $(VENV)/.dev ## let ruff repair what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.dev ## measure against a plain training loop
	$(BIN)/python -m tools.bench

load: $(VENV)/.dev ## a class of 100 people for a minute, at the container's own server (LOAD="--people 300")
	$(BIN)/python -m tools.load $(LOAD)

faults: $(VENV)/.dev ## break the container's own server in every way and see what people meet
	$(BIN)/python -m tools.faults

faults-compose: $(VENV)/.dev ## the same to whole containers of compose.distributed.yaml (needs Docker and the image)
	$(BIN)/python -m tools.faults.containers $(FAULTS)

docker: ## build the image descent-lab
	docker build --build-arg TORCH_INDEX=$(TORCH_INDEX) -t descent-lab .

clean: ## remove .venv and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One file each that says when the installation was last complete.
$(VENV)/.app: requirements.txt | $(BIN)/pip
	$(BIN)/pip install $(TORCH_OPTIONS) $(TORCH)
	$(BIN)/pip install -r requirements.txt
	@# Half a minute once; a page is then 2.4 MB over a network instead of 6.9 MB.
	$(BIN)/python -m app.web.static_files
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements-distributed.txt $(VENV)/.app
	$(BIN)/pip install -r requirements-dev.txt
	@touch $@

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo 'Descent Lab needs Python 3.11 to 3.14: install one, or name it with PYTHON=...' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

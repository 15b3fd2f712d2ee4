# Each target does all of its own set-up (see .ci/setup) and needs nothing before it.

# Models and recordings in a folder beside this one are used where there is one.
ifneq ($(wildcard ../shared/models),)
export DISTRESSD_MODELS ?= $(abspath ../shared/models)
endif
ifneq ($(wildcard ../shared/data),)
export DISTRESSD_DATA ?= $(abspath ../shared/data)
endif

# `make run LANGUAGE=no` goes without the language models and their compiler.
# Only as typed here: in the environment, and there for gettext, LANGUAGE is what people speak.
LISTENING := language
ifneq ($(filter command%,$(origin LANGUAGE)),)
unexport LANGUAGE
ifeq ($(LANGUAGE),no)
LISTENING := core
RUN := --no-language
endif
endif

BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run listen test test-slow check bench fuzz clean

help: ## Show this
	@echo 'distressd listens, on this machine, for a person in distress.'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: ## Build .venv with what listens and the language models' libraries
	@.ci/setup $(LISTENING)

run: ## Listen to the microphone, or to a demonstration where there is none
	@.ci/setup $(LISTENING)
	@$(BIN)/distressd run --or-demo $(RUN)

listen: ## Show alerts as they happen (in a second terminal)
	@.ci/setup core
	@$(BIN)/distressd listen

test: ## Run the tests, but for the longest
	@.ci/setup all
	@$(BIN)/python -m pytest -m 'not slow'

test-slow: ## Run the longest tests
	@.ci/setup all
	@$(BIN)/python -m pytest -m slow

check: ## Run the linter, the formatter's check and the strict type checker
	@.ci/setup all
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: ## Measure speed and footprint on this machine
	@.ci/setup all
	@$(BIN)/distressd bench hop
	@$(BIN)/distressd bench latency
	@$(BIN)/distressd bench idle

INPUTS ?= 1000000
fuzz: ## Feed INPUTS (a million) wrong inputs to everything that reads what others wrote
	@.ci/setup all
	@$(BIN)/python tests/fuzz/run.py --inputs $(INPUTS)

clean: ## Remove everything that the other targets made here
	rm -rf .venv .venv.lock dist build fuzz-findings .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

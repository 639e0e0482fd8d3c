# `make demo` shows what Tellegen does, `make test` proves it. Both do all the set-up they need, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := runs/digits

.PHONY: demo test lint types unit ngspice clean
.DELETE_ON_ERROR:

demo: $(VENV)/installed ngspice
	$(BIN)/tellegen train circuits/digits.toml --out $(RUN) --overwrite
	$(BIN)/tellegen verify $(RUN) --samples 50
	$(BIN)/tellegen report $(RUN)
	@echo "Look at $(RUN)/report.html"

test: ngspice lint types unit

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-test
	$(BIN)/pyright

unit: $(VENV)/installed-test ngspice
	$(BIN)/pytest -n 2 --dist worksteal

ngspice:
	@sh .ci/ngspice

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Tellegen needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Python has no venv module here; install it, on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --upgrade pip
	touch $@

$(VENV)/installed: $(VENV)/created pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

# Pyright reads the package `tellegen` through a link, for it cannot follow an editable install.
$(VENV)/installed-test: $(VENV)/created pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[test]'
	mkdir -p $(VENV)/checkout && ln -sfn ../.. $(VENV)/checkout/tellegen
	touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) runs build *.egg-info .pytest_cache .ruff_cache .hypothesis

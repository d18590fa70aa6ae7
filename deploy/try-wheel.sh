#!/bin/sh
# Construit la roue, l'installe dans un environnement neuf et lui pose une question d'ailleurs.
set -eu
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/.venv/bin/python" -m pip wheel --quiet --no-deps --wheel-dir "$work" .
"$here/.venv/bin/python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet -c constraints.txt "$work"/greffe-*.whl
cd "$work"
venv/bin/greffe demo --index-only --data "$work/data"
venv/bin/greffe ask --data "$work/data" --json "Quel est le montant de l'amende pour un dépôt sauvage ?" > answer.json
venv/bin/python - <<'PY'
import json
answer = json.load(open("answer.json"))
assert answer["status"] == "answered" and answer["citations"], answer
print("La roue répond :", answer["text"])
PY

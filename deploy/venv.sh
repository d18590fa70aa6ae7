#!/bin/sh
# venv.sh PYTHON DOSSIER : crée l'environnement de Greffe, ou dit ce qui manque.
"$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "Il faut Python 3.11 ou plus récent ($1 ne convient pas). Essayez : make demo PYTHON=python3.12" >&2
  exit 1
}
[ -x "$2/bin/python" ] && exit 0
echo "Création de l'environnement $2…" >&2
"$1" -m venv "$2" 2>/dev/null && exit 0
rm -rf "$2"
sh "$(dirname "$0")/apt.sh" no-such-program "python3-venv" "l'environnement ne peut pas être créé"
"$1" -m venv "$2"

#!/bin/sh
# apt.sh PROGRAMME "PAQUETS" "CE QUI MANQUERA" : installe des paquets Debian s'il le peut,
# dit sinon quoi taper, et laisse continuer.
command -v "$1" >/dev/null 2>&1 && exit 0
as_root=""
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo"; else as_root="none"; fi
fi
if [ "$as_root" != none ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installation de $2…" >&2
  { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $2; } >/dev/null 2>&1
  command -v "$1" >/dev/null 2>&1 && exit 0
fi
echo "« $1 » manque : $3. Pour l'installer :" >&2
echo "    sudo apt install $2" >&2
exit 0

#!/bin/sh
# annuaire.sh PYTHON : pour les tests de l'annuaire, slapd (sans démarrer son service) et python-ldap,
# s'il le peut ; dit sinon ce qui sera passé, et laisse continuer.
PATH="$PATH:/usr/sbin:/sbin"
export PATH
as_root=""
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo"; else as_root="none"; fi
fi
if ! command -v slapd >/dev/null 2>&1 && [ "$as_root" != none ] && command -v apt-get >/dev/null 2>&1; then
  # policy-rc.d tient les services à l'arrêt pendant l'installation
  ours=""
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    ours="yes"
    printf '#!/bin/sh\nexit 101\n' | $as_root tee /usr/sbin/policy-rc.d >/dev/null
    $as_root chmod 755 /usr/sbin/policy-rc.d
  fi
  sh "$(dirname "$0")/apt.sh" slapd "slapd ldap-utils" "les tests de l'annuaire seront passés"
  [ -n "$ours" ] && $as_root rm -f /usr/sbin/policy-rc.d
fi
command -v slapd >/dev/null 2>&1 || {
  echo "« slapd » manque : les tests de l'annuaire seront passés. Pour l'installer :" >&2
  echo "    sudo apt install slapd ldap-utils" >&2
  exit 0
}
"$1" -c "import ldap" 2>/dev/null && exit 0
[ -e /usr/include/ldap.h ] || sh "$(dirname "$0")/apt.sh" no-such-program \
  "gcc python3-dev libldap2-dev libsasl2-dev" "python-ldap ne pourra pas être construit" 2>/dev/null
"$1" -m pip install --quiet -c constraints.txt -e '.[annuaire]' >/dev/null 2>&1 && exit 0
echo "python-ldap ne s'installe pas : les tests de l'annuaire seront passés. Pour le construire :" >&2
echo "    sudo apt install gcc python3-dev libldap2-dev libsasl2-dev" >&2
exit 0

"""A real OpenLDAP server for the tests: its own folder, its own port, its own certificate."""

from __future__ import annotations

import datetime
import ipaddress
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.command_line import PATIENCE_S, free_port, wait_for

SLAPD = shutil.which("slapd", path="/usr/sbin:/usr/lib/openldap:/usr/local/sbin:/usr/libexec")
LDAPADD = shutil.which("ldapadd")
BASE = "dc=mairie,dc=example"
ROOT = f"cn=admin,{BASE}"
READER = f"cn=greffe,{BASE}"
SECRET = "du serveur seul"
PEOPLE = {"marie": "Marie Durand", "paul": "Paul * (Martin)", "zoé": "Zoé Île"}

_CONF = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
include {schema}/nis.schema
{modules}
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
security simple_bind=128
database mdb
suffix "{base}"
rootdn "{root}"
rootpw "{secret}"
directory {folder}/db
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""


@dataclass(frozen=True)
class Slapd:
    """A server that runs."""

    plain: str  # ldap://…, where TLS begins with StartTLS
    tls: str  # ldaps://…
    authority: Path  # who signed its certificate
    other_authority: Path  # somebody else
    process: subprocess.Popen[bytes]


def ldif() -> str:
    """The town's people and groups: « voirie » holds « agents », which holds Marie."""
    entries = [
        f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: mairie\no: Mairie",
        f"dn: {READER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n"
        f"cn: greffe\nuserPassword: {SECRET}",
        *(f"dn: ou={name},{BASE}\nobjectClass: organizationalUnit\nou: {name}"
          for name in ("gens", "groupes")),
    ]  # fmt: skip
    for login, name in PEOPLE.items():
        entries.append(
            f"dn: uid={login},ou=gens,{BASE}\nobjectClass: inetOrgPerson\nuid: {login}\ncn: {name}"
            f"\nsn: {name.split()[-1]}\nuserPassword: {login} secret"
        )
    person, group = f"uid={{}},ou=gens,{BASE}", f"cn={{}},ou=groupes,{BASE}"
    for name, member in (
        ("agents", person.format("marie")), ("voirie", group.format("agents")),
        ("Technique", group.format("voirie")), ("boucle", group.format("Technique")),
        ("agents (paul)", person.format("paul")),
    ):  # fmt: skip
        members = f"member: {member}"
        if name == "agents":
            members += f"\nmember: {group.format('boucle')}"  # a group that holds itself, far off
        entries.append(
            f"dn: {group.format(name)}\nobjectClass: groupOfNames\ncn: {name}\n{members}"
        )
    entries.append(
        f"dn: {group.format('postes')}\nobjectClass: posixGroup\ncn: postes\ngidNumber: 7"
        "\nmemberUid: marie"
    )
    return "\n\n".join(entries) + "\n"


@contextmanager
def running(folder: Path) -> Iterator[Slapd]:
    """The server, with its people, until the end of the block."""
    assert SLAPD is not None
    assert LDAPADD is not None
    (folder / "db").mkdir(parents=True)
    write_certificates(folder)
    schema = next(p for p in (Path("/etc/ldap/schema"), Path("/etc/openldap/schema")) if p.exists())
    conf = folder / "slapd.conf"
    conf.write_text(
        _CONF.format(schema=schema, folder=folder, base=BASE, root=ROOT, secret=SECRET,
                     reader=READER, modules=_modules())
    )  # fmt: skip
    plain, tls = (f"{kind}://127.0.0.1:{free_port()}" for kind in ("ldap", "ldaps"))
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [SLAPD, "-d", "stats", "-f", str(conf), "-h", f"{plain}/ {tls}/"], stdout=log, stderr=log
    )
    try:
        _wait(tls, process, folder)
        people = folder / "people.ldif"
        people.write_text(ldif(), encoding="utf-8")
        subprocess.run(
            [LDAPADD, "-x", "-H", tls, "-D", ROOT, "-w", SECRET, "-f", str(people)], check=True,
            capture_output=True, env={"LDAPTLS_CACERT": str(folder / "ca.pem")},
        )  # fmt: skip
        yield Slapd(plain, tls, folder / "ca.pem", folder / "other.pem", process)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        log.close()


def _modules() -> str:
    """Where Debian keeps slapd's modules; elsewhere it knows by itself."""
    return "modulepath /usr/lib/ldap" if Path("/usr/lib/ldap").is_dir() else ""


def _wait(address: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    port = int(address.rsplit(":", 1)[1])

    def answers() -> bool:
        assert process.poll() is None, (folder / "log").read_text()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), PATIENCE_S).close()
            return True
        return False

    wait_for(answers, "slapd does not answer")


def write_certificates(folder: Path) -> None:
    """`ca.pem`, `server.pem` and `server.key` for 127.0.0.1, and `other.pem`, of somebody else."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    now = datetime.datetime.now(datetime.UTC)

    def certificate(subject: str, key: ec.EllipticCurvePrivateKey, issuer: str,
                    signer: ec.EllipticCurvePrivateKey, authority: bool) -> bytes:  # fmt: skip
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        built = (
            x509.CertificateBuilder().subject_name(named(subject)).issuer_name(named(issuer))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .sign(signer, hashes.SHA256())
        )  # fmt: skip
        return built.public_bytes(serialization.Encoding.PEM)

    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    ca, server, other = keys
    (folder / "ca.pem").write_bytes(certificate("Autorité", ca, "Autorité", ca, True))
    (folder / "other.pem").write_bytes(certificate("Autre", other, "Autre", other, True))
    (folder / "server.pem").write_bytes(certificate("127.0.0.1", server, "Autorité", ca, False))
    (folder / "server.key").write_bytes(
        server.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )  # fmt: skip

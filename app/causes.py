"""What the system and the libraries say in their English, in the words of a reader.

The detail of a trouble is often their own sentence. The common ones are known here, and said in the
language of the page; another one is shown as it is, in French after « détail : ».
"""

from __future__ import annotations

import errno
import os
import re

from app.words import N_, _

_BY_ERRNO = {
    errno.ENOENT: N_("il n'existe pas"),
    errno.EACCES: N_("les droits de lecture manquent"),
    errno.EPERM: N_("le système le refuse"),
    errno.EISDIR: N_("c'est un dossier"),
    errno.ENOTDIR: N_("ce n'est pas un dossier"),
    errno.ENOSPC: N_("le disque est plein"),
    errno.EDQUOT: N_("le quota du disque est atteint"),
    errno.EROFS: N_("le disque est en lecture seule"),
    errno.EIO: N_("le disque ou le partage ne répond pas bien"),
    errno.ESTALE: N_("le partage a été démonté"),
    errno.ELOOP: N_("le lien tourne en rond"),
    errno.ENAMETOOLONG: N_("le nom est trop long"),
    errno.EMFILE: N_("trop de fichiers sont ouverts"),
    errno.ENOMEM: N_("la mémoire manque"),
    errno.EADDRINUSE: N_("l'adresse est déjà prise"),
    errno.EADDRNOTAVAIL: N_("cette machine n'a pas cette adresse"),
    errno.ECONNREFUSED: N_("la connexion est refusée"),
    errno.ECONNRESET: N_("la connexion a été coupée"),
    errno.EHOSTUNREACH: N_("la machine ne peut pas être jointe"),
    errno.ENETUNREACH: N_("le réseau ne peut pas être joint"),
    errno.ETIMEDOUT: N_("pas de réponse à temps"),
}
_SYSTEM = "|".join(re.escape(os.strerror(code)) for code in _BY_ERRNO)
_SAID_BY = {os.strerror(code): words for code, words in _BY_ERRNO.items()}
# Their sentence -> ours. A sentence of the system, with what stands around it, comes first.
_CAUSES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # JSON, TOML, text
        (r"(?:JSONDecodeError:? )?(?:Expecting|Extra data|Unterminated string|Invalid (?:control"
         r"|\\)).*?\(char (\d+)\)", N_(r"le JSON est mal formé (position \1)")),
        (r"[A-Z][^()]*\(at line (\d+), column (\d+)\)", N_(r"mal formé ligne \1, colonne \2")),
        (r"'([\w-]+)' codec can't decode byte \w+ in position (\d+): [\w ]+",
         N_(r"ce n'est pas de l'\1 (octet \2)")),
        # tables
        (r"new-line character seen in unquoted field.*",
         N_("une fin de ligne (retour chariot seul) est au milieu d'une case sans guillemets")),
        (r"field larger than field limit.*", N_("une case est démesurée")),
        (r"line contains NUL", N_("il y a des octets nuls")),
        # model server
        (r"^\w*Time(?:d)?[oO]ut(?:Error)?$", N_("pas de réponse à temps")),
        (r"^\w*ConnectionError$", N_("la connexion ne se fait pas")),
        (r"^\w*(?:AuthenticationError|PermissionDeniedError)$", N_("il refuse la clé")),
        (r"^\w*NotFoundError$", N_("il ne connaît pas ce modèle ou cette adresse")),
        (r"^\w*(?:BadRequestError|UnprocessableEntityError)$", N_("il refuse la demande")),
        (r"^\w*RateLimitError$", N_("il est trop demandé")),
        (r"^\w*InternalServerError$", N_("il a une erreur interne")),
        (r"(?s)(?:Client|Server) error '(\d{3})[^']*' for url .*",
         N_(r"il répond par l'erreur \1")),
        # PDF
        (r"Failed to load document \(PDFium: Data format error\)\.?",
         N_("ce n'est pas un PDF entier")),
        (r"Failed to load document \(PDFium: Incorrect password error\)\.?",
         N_("il y a un mot de passe")),
        (r"Failed to load document \(PDFium: [^)]*\)\.?", N_("le PDF ne s'ouvre pas")),
        (r"PDFium: Data format error", N_("ce n'est pas un PDF entier")),
        (r"Failed to load page\.?", N_("une page ne se laisse pas lire")),
        # SQLite
        (r"disk I/O error", N_("le disque ne se laisse pas lire ou écrire")),
        (r"database disk image is malformed", N_("le fichier est abîmé")),
        (r"file is not a database", N_("ce n'est pas une base SQLite")),
        (r"unable to open database file", N_("le fichier ne s'ouvre pas")),
        (r"attempt to write a readonly database", N_("il ne peut pas être écrit")),
        (r"database is locked", N_("un autre programme le tient")),
        (r"(?:\w+: )?(?:EntitiesForbidden|DTDForbidden|ExternalReferenceForbidden)\(.*",
         N_("son XML déclare des entités, ce qui peut enfler sans fin : elles sont refusées")),
        (r"(?s)(?:.*\W)?Maximum entity amplification factor exceeded.*",
         N_("son XML enfle sans fin par ses entités : elles sont refusées")),
        (r"(?:XMLSyntaxError:? )?(?:unknown error|out of memory).*\(<string>, line \d+\)",
         N_("son XML ne se lit pas, ou demande plus de mémoire que permis")),
        # archives and images
        (r"File is not a zip file", N_("ce n'est pas une archive ZIP")),
        (r"Bad CRC-32 for file '?([^']*)'?", N_(r"« \1 » est altéré dans l'archive")),
        (r"Bad magic number for .*", N_("l'archive est altérée")),
        (r"[\"']?There is no item named '([^']*)' in the archive[\"']?",
         N_(r"« \1 » manque dans l'archive")),
        (r"maximum recursion depth exceeded.*", N_("ce qu'il contient est emboîté sans fin")),
        (r"(?:Not a gzipped file|not a gzip file).*", N_("ce n'est pas du gzip")),
        (r"Compressed file ended before the end-of-stream marker.*|unexpected end of data",
         N_("l'archive est coupée")),
        (r"Error -\d+ while decompressing data: .*|CRC check failed.*",
         N_("l'archive est altérée")),
        (r"cannot identify image file.*", N_("ce n'est pas une image connue")),
        (r"(?:image file is truncated|Truncated File Read|broken data stream).*",
         N_("l'image est coupée")),
        # network
        (r"Name or service not known|Temporary failure in name resolution",
         N_("le nom de la machine est inconnu")),
        (r"(?:The read operation |The write operation )?[Tt]imed out\.?",
         N_("pas de réponse à temps")),
        (r"Could not connect to a Chroma server.*", N_("la connexion ne se fait pas")),
        (r"Server disconnected without sending a response\.?", N_("il a coupé sans répondre")),
    )
)  # fmt: skip
_WITH_ERRNO = re.compile(rf"(?:\[Errno -?\d+\] )?({_SYSTEM})(?:(?:: |, )?'[^']*'(?: -> '[^']*')?)?")
_KIND = re.compile(r"^[A-Za-z_.]*(?:Error|Exception|BadZipFile|ExpatError):? (?=\S)")
_ENGLISH = re.compile(
    r"\b(?:the|is|not|of|error|invalid|failed|expected|unexpected|missing|found|cannot|Error"
    r"|with|object|must|[A-Za-z]+Error)\b"
)


# what an exception says that nobody expected, from the name of its class on
_RAISED = re.compile(r"(?s)[\s:]*\b[\w.]*(?:Error|Exception|BadZipFile|NotFound|Forbidden)\b.*")


def unraised(detail: str) -> str:
    """The detail of a file without Python's own words, where they are not among the known causes.

    The whole of it stays in the catalogue and in the JSON of the commands.
    """
    bare = _KIND.sub("", detail)
    if known(bare) != bare:
        return bare
    return detail if known(detail) != detail else _RAISED.sub("", detail)


def in_french(detail: str) -> str:
    """The detail of a trouble, known causes in French; one that is not known after « détail : »."""
    said = known(detail)
    if said == detail:
        return f"détail : {detail}" if _ENGLISH.search(detail) else detail
    return _KIND.sub("", said)


def known(detail: str) -> str:
    """Known causes in the language of the page, other words left as they are."""
    said = _WITH_ERRNO.sub(lambda found: _(_SAID_BY[found[1]]), detail)
    for pattern, words in _CAUSES:
        said = pattern.sub(_(words), said)
    return said


def in_english(detail: str) -> str:
    """The same as `in_french` on a page in English, without a word before what is not known."""
    said = known(detail)
    return said if said == detail else _KIND.sub("", said)

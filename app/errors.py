"""What a user reads when something goes wrong: what happened, what to do, and the exit code.

One table. A test fails if an expected trouble has no sentence here.
"""

from __future__ import annotations

import errno
import re
import shutil
import sqlite3
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.causes import in_english, in_french, known, unraised
from app.unusable import data_unusable
from app.words import N_, _, language
from ingest.trouble import CatalogueUnusable, DiskFull

# Exit codes are part of the command line's contract (docs/commandes.md).
DONE = 0
NOT_IN_RECORDS = 1
USAGE = 2
INPUT_UNREADABLE = 3
PROGRAM_MISSING = 4
NO_INDEX = 5
MODEL_SILENT = 6
PORT_TAKEN = 7
DISK_FULL = 8
BUSY = 9
REFUSED = 10
INCOMPLETE = 11
WAY_OUT = 12
BROKEN = 13
WORSE = 14
NO_JOURNAL = 15
NO_MEMORY = 16
BUG = 70
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Say:
    """A French sentence with holes for the facts, an advice, an exit code."""

    happened: str
    todo: str
    code: int


# class name of the trouble -> what is said. Names, not classes: nothing heavy is imported here.
SENTENCES: dict[str, Say] = {
    "InputMissing": Say(
        "Le dossier ou le fichier « {path} » n'existe pas ou ne peut pas être lu.",
        "Vérifiez le chemin, le montage du partage et vos droits.",
        INPUT_UNREADABLE,
    ),
    "DataUnusable": Say(
        "Le dossier des données « {path} » ne peut pas servir : {detail}.",
        "Nommez un dossier où vous pouvez écrire (--data, ou GREFFE_DATA).",
        INPUT_UNREADABLE,
    ),
    "Unreadable": Say(
        "Un fichier ne peut pas être lu ({reason}) : {detail}.",
        "Voir `greffe status`.",
        INPUT_UNREADABLE,
    ),
    "BatchUnreadable": Say(
        "Le fichier de questions « {path} » ne peut pas être lu : {detail}.",
        "Une question par ligne, en JSON, avec « id » et « question ».",
        INPUT_UNREADABLE,
    ),
    "QuestionsInvalid": Say(
        "Le jeu de questions « {path} » ne peut pas être lu : {detail}.",
        "Une question par ligne, en JSON ou en CSV : voir « Mesurer Greffe ».",
        INPUT_UNREADABLE,
    ),
    "BaselineInvalid": Say(
        "Le rapport de référence « {path} » ne peut pas être lu : {detail}.",
        "Refaites-le avec `greffe eval … --save`.",
        INPUT_UNREADABLE,
    ),
    "AttachedInvalid": Say(
        "Le fichier de questions « {path} » ne peut pas servir à l'adaptation : {detail}.",
        "Une question par ligne, en JSON, avec « question » et « articles » : voir"
        " « L'adaptation au droit ».",
        INPUT_UNREADABLE,
    ),
    "MeasuresMissing": Say(
        "La bibliothèque de mesures (ir-measures) n'est pas installée.",
        "Réinstallez Greffe avec ses dépendances : `make demo`, ou pip -c constraints.txt.",
        PROGRAM_MISSING,
    ),
    "NoIndex": Say(
        "Aucun document n'est indexé dans « {data} ».",
        "Indexez un dossier avec `greffe ingest DOSSIER`, ou essayez `greffe demo`.",
        NO_INDEX,
    ),
    "IndexReplaced": Say(
        "L'index a été refait avec un autre modèle depuis l'ouverture.",
        "Relancez la commande ; pour la page : arrêtez `greffe serve` et rouvrez-la.",
        NO_INDEX,
    ),
    "PublicBind": Say(
        "La page ne peut pas sortir de ce poste ({what}) : elle ne demande pas de connexion.",
        "Réglez access.login = true et créez des comptes (`greffe users`), ou videz ce réglage.",
        REFUSED,
    ),
    "PlainBind": Say(
        "La page ne peut pas être ouverte sur {host} : les mots de passe y passeraient en clair.",
        "Réglez page.certificate et page.key, ou page.proxy si un mandataire fait le TLS.",
        REFUSED,
    ),
    "NobodyCanEnter": Say(
        "La page demande une connexion, et personne ne peut se connecter.",
        "Créez un compte : `greffe users add IDENTIFIANT --role admin`, ou réglez un annuaire.",
        REFUSED,
    ),
    "CertificateUnusable": Say(
        "Le certificat de la page ou sa clé ne convient pas ({path} : {detail}).",
        "Vérifiez page.certificate et page.key : du PEM, lisible, la clé sans mot de passe.",
        REFUSED,
    ),
    "ProxyInvalid": Say(
        "Le réglage page.proxy contient « {address} », qui n'est ni une adresse ni un réseau.",
        "Écrivez par exemple « 127.0.0.1 » ou « 10.0.0.8/30 », séparés par des virgules.",
        USAGE,
    ),
    "ProxyInvalid:wide": Say(
        "Le réglage page.proxy contient « {address} », un réseau de plus de {most} adresses :"
        " chacune pourrait se dire n'importe qui.",
        "Écrivez l'adresse du mandataire, ou un réseau de 16 adresses au plus (/28, en IPv6 /124).",
        USAGE,
    ),
    "ProxyUnknown": Say(
        "Le réglage access.proxy_user est sans effet : page.proxy ne nomme aucun mandataire.",
        "Indiquez dans page.proxy l'adresse du mandataire, ou videz access.proxy_user.",
        USAGE,
    ),
    "DirectorySilent": Say(
        "L'annuaire de la collectivité ne répond pas : la connexion n'a pas pu être vérifiée.",
        "Réessayez ; l'administrateur vérifiera directory.url et le certificat de l'annuaire.",
        REFUSED,
    ),
    "DirectoryInvalid": Say(
        "L'annuaire ne peut pas être employé : {detail}.",
        "Corrigez la partie [directory] de greffe.toml.",
        USAGE,
    ),
    "DirectoryMissing": Say(
        "L'annuaire est réglé, mais la bibliothèque python-ldap n'est pas installée.",
        "Voir « Un annuaire » dans docs/acces.md : paquets Debian, puis pip install '.[annuaire]'.",
        PROGRAM_MISSING,
    ),
    "TooMany": Say(
        "Trop de demandes en une minute ({most} au plus).",
        "Réessayez dans {seconds} s.",
        BUSY,
    ),
    "TooMany:questions": Say(
        "Trop de questions en une minute ({most} au plus par personne).",
        "Réessayez dans {seconds} s.",
        BUSY,
    ),
    "TooMany:at_once": Say(
        "Nombre de vos questions en cours : {most}, le plus permis. Celle-ci n'a pas été posée.",
        "Attendez la fin de l'une d'elles, ou arrêtez-la, puis envoyez de nouveau.",
        BUSY,
    ),
    "TooMany:full": Say(
        "Questions déjà en cours, toutes personnes confondues : {most}. La vôtre attend.",
        "Envoyez-la de nouveau dans {seconds} s.",
        BUSY,
    ),
    "TookTooLong": Say(
        "La question a pris plus de {seconds} s : elle a été arrêtée.",
        "Posez-la plus simplement, ou dites à l'administrateur que le serveur est lent.",
        BUSY,
    ),
    "MemoryShort": Say(
        "Greffe manque de mémoire ({held} Mo pris, {most} au plus) : la question n'est pas posée.",
        "Réessayez dans une minute ; sinon l'administrateur relancera Greffe, ou relèvera"
        " limits.memory_mb.",
        NO_MEMORY,
    ),
    "PeriodRefused": Say(
        "Une période ne se comprend pas : de « {since} » à « {until} ».",
        "Donnez des années à quatre chiffres, la première avant la dernière, ou laissez vide.",
        USAGE,
    ),
    "TalkUnknown": Say(
        "Vous n'avez pas de conversation {id}.",
        "Elle a pu être effacée, ou avoir passé la durée du journal : voyez la liste.",
        REFUSED,
    ),
    "IssuerSilent": Say(
        "Le service de connexion ({issuer}) ne répond pas comme il devrait : {detail}.",
        "Réessayez ; l'administrateur vérifiera la partie [oidc] et `greffe doctor`.",
        REFUSED,
    ),
    "IssuerInvalid": Say(
        "La connexion par OpenID Connect est mal réglée : {detail}.",
        "Corrigez la partie [oidc] de greffe.toml.",
        USAGE,
    ),
    "LoginDoubted": Say(
        "La connexion est refusée : la réponse du service de connexion ne convient pas.",
        "Recommencez depuis la page de connexion ; si cela se répète, dites-le à l'administrateur.",
        REFUSED,
    ),
    "LoginDoubted:state": Say(
        "La connexion est refusée : demande inconnue, déjà servie ou trop ancienne.",
        "Recommencez depuis la page de connexion ; si cela se répète, dites-le à l'administrateur.",
        REFUSED,
    ),
    "LoginDoubted:denied": Say(
        "Le service de connexion n'a pas donné son accord ({detail}).",
        "Recommencez depuis la page de connexion ; si cela se répète, dites-le à l'administrateur.",
        REFUSED,
    ),
    "LoginDoubted:code": Say(
        "La connexion est refusée : le service de connexion n'a pas reconnu son code ({detail}).",
        "Recommencez depuis la page de connexion ; si cela se répète, dites-le à l'administrateur.",
        REFUSED,
    ),
    "LoginDoubted:issuer": Say(
        "La connexion est refusée : la réponse vient d'un autre service de connexion.",
        "Recommencez depuis la page de connexion ; si cela se répète, dites-le à l'administrateur.",
        REFUSED,
    ),
    "LoginDoubted:audience": Say(
        "La connexion est refusée : la réponse était destinée à une autre application.",
        "Recommencez depuis la page de connexion ; si cela se répète, dites-le à l'administrateur.",
        REFUSED,
    ),
    "LoginDoubted:nonce": Say(
        "La connexion est refusée : la réponse est celle d'une autre demande.",
        "Recommencez depuis la page de connexion ; si cela se répète, dites-le à l'administrateur.",
        REFUSED,
    ),
    "LoginDoubted:expired": Say(
        "La connexion est refusée : la réponse du service de connexion a expiré.",
        "Recommencez depuis la page de connexion ; si cela se répète, dites-le à l'administrateur.",
        REFUSED,
    ),
    "LoginDoubted:key": Say(
        "La connexion est refusée : la réponse est signée d'une clé inconnue.",
        "Recommencez depuis la page de connexion ; si cela se répète, dites-le à l'administrateur.",
        REFUSED,
    ),
    "LoginDoubted:signature": Say(
        "La connexion est refusée : la signature de la réponse n'est pas valable ({detail}).",
        "Recommencez depuis la page de connexion ; si cela se répète, dites-le à l'administrateur.",
        REFUSED,
    ),
    "LoginDoubted:claim": Say(
        "La connexion est refusée : le service de connexion ne dit pas qui vous êtes ({detail}).",
        "L'administrateur vérifiera oidc.login_claim et oidc.scopes.",
        REFUSED,
    ),
    "AccountUnknown": Say(
        "Aucun compte local ne s'appelle « {login} ».",
        "`greffe users` en donne la liste.",
        USAGE,
    ),
    "AccountExists": Say(
        "Le compte « {login} » existe déjà.",
        "`greffe users change` le modifie, `greffe users reset` lui donne un mot de passe.",
        USAGE,
    ),
    "LoginTaken": Say(
        "L'identifiant « {login} » est déjà celui d'une personne d'une autre source ({source}).",
        "Voyez l'administrateur : si c'est la même personne, il l'ôte de l'autre source, puis"
        " `greffe users release {login}` ; sinon, il lui faut un autre identifiant.",
        USAGE,
    ),
    "LoginInvalid": Say(
        "L'identifiant « {login} » ne convient pas.",
        "Lettres sans accent, chiffres, point, tiret, souligné et @ ; 64 caractères au plus.",
        USAGE,
    ),
    "PasswordRefused": Say(
        "Ce mot de passe ne convient pas : {detail}.",
        "Choisissez-en un autre.",
        USAGE,
    ),
    "NothingOpen": Say(
        "Aucun fonds ne vous est ouvert.",
        "Demandez-le à votre administrateur (`greffe groups open`).",
        NO_INDEX,
    ),
    "HourRefused": Say(
        "L'heure « {hour} » n'existe pas.",
        "Écrivez par exemple 02:30.",
        USAGE,
    ),
    "NoFolder": Say(
        "Du fonds « {fonds} », aucun dossier n'a été indexé en entier : rien ne peut être prévu.",
        "Indexez d'abord son dossier : `greffe ingest DOSSIER --fonds {fonds}`.",
        USAGE,
    ),
    "FondsUnknown": Say(
        "Le fonds « {fonds} » n'existe pas.",
        "Fonds connus : {known}. Voir `greffe status`.",
        USAGE,
    ),
    "ModelMismatch": Say(
        "L'index a été fait avec le modèle {indexed}, les réglages demandent {wanted}.",
        "Remettez l'ancien modèle dans greffe.toml, ou refaites l'index : `greffe rebuild`.",
        NO_INDEX,
    ),
    "ModelMissing": Say(
        "Le modèle embarqué est introuvable ou altéré ({path} : {detail}).",
        "Réinstallez Greffe avec ses dépendances : `make demo`, ou pip -c constraints.txt.",
        PROGRAM_MISSING,
    ),
    "ModelFolderInvalid": Say(
        "Le dossier de modèle « {path} » ne convient pas : {detail}.",
        "Indiquez dans greffe.toml un dossier sentence-transformers avec des poids safetensors.",
        NO_INDEX,
    ),
    "ModelAltered": Say(
        "Le modèle « {path} » n'est plus celui qui a été apporté : {detail}.",
        "Ne vous en servez pas : supprimez ce dossier et apportez-le de nouveau"
        " (`greffe models add`), ou relancez s'il s'agit du modèle embarqué.",
        REFUSED,
    ),
    "ModelRefused": Say(
        "Le modèle « {path} » est refusé : {detail}.",
        "Rien n'a été gardé. Il faut un dossier sentence-transformers, un ZIP ou un tar.",
        REFUSED,
    ),
    "MapsUnusable": Say(
        "Le fichier de l'adaptation au droit « {path} » ne peut pas servir : {detail}.",
        "Reprenez-le d'une sauvegarde, ou revenez à celle du paquet : `greffe adapt --remove`.",
        REFUSED,
    ),
    "TooFewQuestions": Say(
        "Il faut {least} questions dont un article est connu pour apprendre et juger : il y en a"
        " {usable}.",
        "Rien n'a changé. Ajoutez des questions, ou indexez les codes que leurs articles citent.",
        REFUSED,
    ),
    "TooFewQuestions:alike": Say(
        "Les {usable} questions ont presque toutes les mêmes articles : rien ne peut être jugé.",
        "Rien n'a changé. Ajoutez des questions sur d'autres articles.",
        REFUSED,
    ),
    "CatalogueUnusable": Say(
        "Le catalogue « {path} » ne peut pas être ouvert : {detail}.",
        "Restaurez une sauvegarde du dossier de données, ou indexez dans un dossier neuf (--data).",
        NO_INDEX,
    ),
    "StoreUnavailable": Say(
        "Le serveur de l'index dense (Chroma) ne répond pas ({where} : {detail}).",
        "Réessayez ; vérifiez store.url s'il est réglé, puis `greffe doctor`.",
        NO_INDEX,
    ),
    "StoreUnavailable:not_started": Say(
        "Le serveur de l'index dense (Chroma) n'a pas démarré dans « {where} ».",
        "La raison est dans {log}. Vérifiez la place sur le disque et la mémoire, puis relancez ;"
        " si ses fichiers sont abîmés, `greffe ingest` les refait depuis le catalogue.",
        NO_INDEX,
    ),
    "StoreUnavailable:silent": Say(
        "Le serveur de l'index dense tient « {where} » (processus {pid}) mais ne répond pas.",
        "Arrêtez-le : kill {pid}. Greffe en démarrera un autre.",
        NO_INDEX,
    ),
    "StoreUnavailable:other_host": Say(
        "Une autre machine ({host}, depuis {since}) sert déjà le dossier « {where} ».",
        "Arrêtez Greffe là-bas, ou donnez à celle-ci son propre dossier (--data).",
        NO_INDEX,
    ),
    "StoreUnavailable:other_version": Say(
        "Un serveur Chroma {chroma} (processus {pid}) tient encore « {where} ».",
        "Arrêtez les commandes greffe de l'ancienne version, ou : kill {pid}.",
        NO_INDEX,
    ),
    "StoreUnavailable:damaged": Say(
        "L'index dense de « {where} » est abîmé : {detail}.",
        "Relancez `greffe ingest` sur vos dossiers : il le refait depuis le catalogue.",
        NO_INDEX,
    ),
    "LexicalUnusable": Say(
        "L'index des mots « {path} » est abîmé ou d'une autre version ({detail}).",
        "Relancez `greffe ingest` sur vos dossiers : il le refait depuis le catalogue.",
        NO_INDEX,
    ),
    "ModelServerSilent": Say(
        "Le serveur du modèle de langue ne répond pas ({url} : {detail}).",
        "La réponse extractive est donnée à la place. Vérifiez le serveur, ou videz model.url.",
        MODEL_SILENT,
    ),
    "ContextTooSmall": Say(
        "La question et un passage ne tiennent pas dans le contexte du modèle ({context} jetons).",
        "La réponse extractive est donnée à la place. Raccourcissez la question, ou relevez"
        " model.context si le serveur le permet.",
        MODEL_SILENT,
    ),
    "PortTaken": Say(
        "Le port {port} de {host} est déjà pris par un autre programme.",
        "Choisissez-en un autre : `greffe serve --port {other}`.",
        PORT_TAKEN,
    ),
    "AddressUnusable": Say(
        "La page ne peut pas s'ouvrir sur {host}, port {port} : {detail}.",
        "Corrigez page.host et page.port dans greffe.toml (127.0.0.1 : ce poste seul).",
        PORT_TAKEN,
    ),
    "AddressUnusable:rights": Say(
        "La page ne peut pas s'ouvrir sur le port {port} : sous 1024, il faut des droits.",
        "Choisissez un port à partir de 1024 : `greffe serve --port 7860`.",
        PORT_TAKEN,
    ),
    "DiskFull": Say(
        "Le disque de « {path} » est plein, ou presque ({free_mb} Mo libres).",
        "Faites de la place puis relancez : rien de publié n'est perdu, le travail reprend.",
        DISK_FULL,
    ),
    "RunLocked": Say(
        "Une autre indexation est en cours (processus {pid}, depuis {since} : {command}).",
        "Attendez qu'elle finisse, ou arrêtez-la (Ctrl-C, ou kill {pid}) : elle reprendra.",
        BUSY,
    ),
    "DropRefused:name": Say(
        "Le nom de fichier « {name} » ne convient pas.",
        "Un nom simple, sans chemin, qui ne commence pas par un point ; 180 octets au plus.",
        INPUT_UNREADABLE,
    ),
    "DropRefused:fonds": Say(
        "Le nom de fonds « {name} » ne convient pas.",
        "Lettres, chiffres, espaces, tirets et points ; 60 caractères au plus.",
        INPUT_UNREADABLE,
    ),
    "DropRefused": Say(
        "Le fichier « {name} » n'a pas été gardé : {detail}.",
        "Déposez l'original, dans un des formats lus.",
        INPUT_UNREADABLE,
    ),
    "DropRefused:taken": Say(
        "Le fichier « {name} » n'a pas été gardé : un autre fichier de ce nom est dans le fonds.",
        "Renommez-le, ou cochez « Remplacer » pour qu'il prenne sa place.",
        INPUT_UNREADABLE,
    ),
    "TooManyFiles": Say(
        "Cet envoi a trop de fichiers, ou il n'est pas arrivé entier (maximum : {most}).",
        "Rien n'en a été gardé : envoyez-les en plusieurs fois.",
        REFUSED,
    ),
    "Stale": Say(
        "La page était ouverte depuis trop longtemps.",
        "Recommencez.",
        REFUSED,
    ),
    "JobRunning": Say(
        "Un travail de ce genre est déjà en cours.",
        "Attendez qu'il finisse, ou arrêtez-le.",
        BUSY,
    ),
    "JobRunning:ingest": Say(
        "Une indexation est déjà en cours.",
        "Lancez la vôtre à la page Indexation quand elle aura fini : rien n'est perdu.",
        BUSY,
    ),
    "NotIndexed": Say(
        "Ni fichier indexé, ni numéro d'un acte indexé : « {name} ».",
        "Rien n'a été retiré. Donnez le chemin du fichier ou le numéro d'un acte ; voir --fonds.",
        INPUT_UNREADABLE,
    ),
    "NotConfirmed": Say(
        "Rien n'a été retiré. Fichiers qui le seraient : {files} ; actes : {records}.",
        "Relancez avec --yes si c'est bien cela.",
        REFUSED,
    ),
    "TooManyGone": Say(
        "{gone} des {total} fichiers du fonds « {fonds} » ont disparu du dossier.",
        "Vérifiez que le partage est monté. Si c'est voulu, relancez avec --yes.",
        REFUSED,
    ),
    "TracingAsked": Say(
        "La variable {variable} demande d'envoyer les questions à un service extérieur.",
        "Retirez-la de l'environnement : Greffe ne démarre pas avec elle.",
        REFUSED,
    ),
    "SharingAsked": Say(
        "La variable {variable} demande d'ouvrir la page, ou son historique, hors du bâtiment.",
        "Retirez-la de l'environnement : Greffe ne démarre pas avec elle.",
        REFUSED,
    ),
    "AddressRefused": Say(
        "Le réglage {setting} désigne une adresse hors du bâtiment : {url}.",
        "Indiquez une adresse de cette machine ou du réseau privé ; ou listez-la dans"
        " egress.allowed, si la collectivité l'a décidé.",
        REFUSED,
    ),
    "ConnectionStopped": Say(
        "Une connexion hors de ce qui est permis a été arrêtée : {address} ({event}, {where}).",
        "Elle est notée dans egress/attempts.jsonl. Si vous ne savez pas d'où elle vient,"
        " signalez-la.",
        REFUSED,
    ),
    "AddressRefused:unresolved": Say(
        "Le nom de machine du réglage {setting} est inconnu : {url}.",
        "Vérifiez l'orthographe et le DNS du bâtiment, ou indiquez l'adresse en chiffres.",
        REFUSED,
    ),
    "AddressRefused:several": Say(
        "Le réglage {setting} donne plus qu'une adresse : {url}.",
        "Donnez-en une seule, sans espace ni virgule ; pour un annuaire, rien que la machine et le"
        " port.",
        REFUSED,
    ),
    "AddressRefused:not_http": Say(
        "Le réglage {setting} n'est pas une adresse web : {url}.",
        "Elle commence par http:// ou https://, suivi du nom de la machine et du port.",
        REFUSED,
    ),
    "AddressRefused:not_ldap": Say(
        "Le réglage {setting} n'est pas l'adresse d'un annuaire : {url}.",
        "Elle commence par ldaps:// ou ldap://, par exemple ldaps://annuaire.ville.lan.",
        REFUSED,
    ),
    "AddressRefused:not_syslog": Say(
        "Le réglage {setting} n'est pas l'adresse d'un syslog : {url}.",
        "Elle commence par udp:// ou tcp://, par exemple udp://192.168.1.2:514 ; ou c'est le chemin"
        " d'une prise de cette machine, comme /dev/log.",
        REFUSED,
    ),
    "AddressRefused:port": Say(
        "Le réglage {setting} donne un port qui n'existe pas : {url}.",
        "Un port va de 1 à 65535.",
        REFUSED,
    ),
    "WayOut": Say(
        "Tentatives de sortie vues pendant la preuve : {count}.",
        "Le rapport les nomme : {report}. Signalez-les avec lui.",
        WAY_OUT,
    ),
    "ProofIncomplete": Say(
        "La preuve n'est pas complète : {missing}.",
        "Corrigez ce que le rapport dit ({report}), puis relancez `greffe doctor --egress`.",
        INCOMPLETE,
    ),
    "ProofImpossible:strace": Say(
        "La preuve demande strace, qui n'est pas installé.",
        "Installez-le : sudo apt install strace, puis relancez.",
        PROGRAM_MISSING,
    ),
    "ProofImpossible": Say(
        "La preuve demande un espace réseau à part, que cette machine refuse ({detail}).",
        "Relancez-la avec sudo, ou hors d'un conteneur ; voir docs/installer-dsi.md.",
        PROGRAM_MISSING,
    ),
    "AnswerUnknown": Say(
        "Aucune réponse « {id} » ne peut être montrée.",
        "Vérifiez l'identifiant : `greffe journal --kind question` en donne la liste.",
        INPUT_UNREADABLE,
    ),
    "CuratedRefused": Say(
        "La réponse « {id} » ne peut pas être validée : {detail}.",
        "Reposez la question, et validez la réponse d'aujourd'hui.",
        REFUSED,
    ),
    "CuratedUnknown": Say(
        "Aucune réponse validée ne porte le numéro {id}.",
        "`greffe curated` en donne la liste.",
        USAGE,
    ),
    "ValidatorRefused": Say(
        "Le compte « {login} » ne peut pas valider de réponse.",
        "Il faut un compte de rôle juriste ou admin ; une personne de l'annuaire doit s'être"
        " connectée à la page.",
        REFUSED,
    ),
    "ExportInvalid": Say(
        "Le fichier « {path} » n'est pas une réponse exportée par Greffe : {detail}.",
        "Donnez un fichier écrit par `greffe export` ou `greffe ask --export`.",
        INPUT_UNREADABLE,
    ),
    "JournalBroken": Say(
        "Le journal n'est pas tel qu'il a été écrit (constats : {count}) ; le premier :"
        " journal/{file}, ligne {line} : {what}.",
        "Gardez le dossier tel quel, comparez-le à une sauvegarde et à syslog ; il sert encore.",
        BROKEN,
    ),
    "JournalGone": Say(
        "Il n'y a pas de journal, alors que le dossier a servi ({what}) : il a été ôté en entier.",
        "Rien ne peut être contrôlé. Reprenez `journal/` d'une sauvegarde, comparez à syslog.",
        NO_JOURNAL,
    ),
    "SettingsInvalid": Say(
        "Un réglage n'est pas valable : {detail}.",
        "Corrigez greffe.toml ou l'environnement ; `greffe settings` donne la liste.",
        USAGE,
    ),
    "Undrawable": Say("La page {page} ne peut pas être dessinée : {detail}.", "Ouvrez le fichier.",
                      INPUT_UNREADABLE),
}  # fmt: skip

# Reasons for which a program is to be installed.
MISSING_PROGRAMS = frozenset({"ocr_missing", "office_missing"})
# Reasons why a file is set aside: what happened, what to do.
SET_ASIDE: dict[str, tuple[str, str]] = {
    "forbidden": (N_("le fichier ne peut pas être ouvert"), N_("vérifiez les droits de lecture")),
    "bad_name": (
        N_("le nom du fichier n'est pas en UTF-8"),
        N_("renommez-le (convmv le fait pour tout un dossier)"),
    ),
    "dead_link": (N_("le lien ne mène à aucun fichier"), N_("corrigez-le ou ôtez-le")),
    "outer_link": (
        N_("le lien mène hors du dossier, où Greffe ne va pas"),
        N_("copiez-y ce qu'il montre, ou indexez aussi cet autre dossier"),
    ),
    "not_a_file": (
        N_("ce n'est pas un fichier (tube, prise réseau ou périphérique)"),
        N_("ôtez-le du dossier"),
    ),
    "empty": (N_("le fichier est vide"), N_("remplacez-le par l'original")),
    "too_large": (
        N_("le fichier est trop gros"),
        N_("découpez-le ou relevez reading.max_megabytes"),
    ),
    "too_long": (N_("le texte est trop long"), N_("découpez-le en plusieurs fichiers")),
    "unknown_format": (
        N_("ce format n'est pas lu"),
        N_("convertissez-le en PDF, DOCX, ODT ou texte"),
    ),
    "misnamed": (
        N_("le contenu n'est pas celui que l'extension annonce"),
        N_("corrigez l'extension"),
    ),
    "encrypted": (
        N_("le fichier est protégé par un mot de passe ou chiffré"),
        N_("déposez-le sans mot de passe ni chiffrement"),
    ),
    "damaged": (N_("le fichier est abîmé"), N_("déposez de nouveau l'original")),
    "no_text": (
        N_("aucun texte n'a été trouvé"),
        N_("un plan ou une photo n'en a pas ; vérifiez le fichier"),
    ),
    "bomb": (
        N_("l'archive gonfle démesurément quand on l'ouvre"),
        N_("vérifiez d'où elle vient ; si elle est sûre, déposez les fichiers qu'elle contient"),
    ),
    "nested": (
        N_("c'est une archive ou un message au fond de deux autres"),
        N_("sortez-le de là et déposez-le à part"),
    ),
    "ocr_missing": (
        N_("le document est numérisé et tesseract n'est pas installé"),
        N_("installez-le : apt install tesseract-ocr tesseract-ocr-fra, puis relancez"),
    ),
    "ocr_failed": (
        N_("l'OCR a échoué"),
        N_("numérisez de nouveau la page, ou relancez avec --retry"),
    ),
    "office_missing": (
        N_("l'ancien format DOC demande LibreOffice"),
        N_("installez-le : apt install libreoffice-writer-nogui, puis relancez avec --retry"),
    ),
    "timeout": (
        N_("la lecture a pris trop de temps"),
        N_("relevez reading.file_seconds, puis --retry"),
    ),
    "memory": (
        N_("la lecture a pris trop de mémoire"),
        N_("relevez reading.memory_mb, puis --retry"),
    ),
    "crashed": (
        N_("le lecteur s'est arrêté net"),
        N_("signalez le fichier ; relancez avec --retry"),
    ),
}

# Reasons why a record is not ready: a search for its own number and object does not lead to it.
UNFOUND: dict[str, str] = {
    "no_passage": N_("rien n'en a été découpé en passages"),
    "nameless": N_("ni objet ni numéro reconnus : se trouve par son texte seul"),
    "homonyms": N_("plus de vingt passages d'actes de même objet passent avant"),
    "not_found": N_("son objet et son numéro mènent à d'autres actes"),
}

_REASON = re.compile(r"\{([a-z_]+)\}")


def told(warning: str) -> str:
    """A warning with its reason in words: « note.pdf : {damaged} »."""
    return _REASON.sub(
        lambda found: _(SET_ASIDE.get(found[1], (found[0],))[0]),
        known(warning),
    )


# by which a detail shows that it has no translation
_FRENCH = re.compile(r"[àâçéèêëîïôùûœ]|\b(?:le|la|les|des|du|une?|est|pas|il|elle|[ldn]['’])\b")


def cause(detail: str) -> str:
    """The detail of a trouble in the language of the page; what is known in French, quoted."""
    if language() == "fr":
        return in_french(detail)
    said = _(detail)
    said = in_english(detail) if said == detail else said
    return f"« {said} »" if _FRENCH.search(said) and "«" not in said else said


def set_aside_detail(detail: str) -> str:
    """« (mal formé ligne 3) » after why a file was set aside; empty where only Python knows."""
    said = unraised(detail)
    return f" ({told(cause(said))})" if said else ""


def set_aside_line(item: Mapping[str, str]) -> str:
    """« note.pdf : le fichier est vide ; remplacez-le par l'original » (source, reason, detail)."""
    happened, todo = SET_ASIDE[item["reason"]]
    detail = set_aside_detail(item["detail"])
    return _("{source} : {happened}{detail} ; {todo}").format(
        source=item["source"], happened=_(happened), detail=detail, todo=_(todo)
    )


# What SQLite says when the file, and not our SQL, is at fault.
_UNUSABLE = re.compile(r"malformed|not a database|unable to open|disk I/O|readonly|locked")

_NO_ROOM_MB = 5.0


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def as_trouble(error: BaseException, data: Path) -> BaseException:
    """A full disk shows as many kinds of error: make it one.

    So do a damaged catalogue, and a data folder that may not be written or is none.
    """
    full = getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error)
    full = full or "No space left" in str(error)
    database = isinstance(error, sqlite3.DatabaseError) and _UNUSABLE.search(str(error))
    if not full and (database or type(error).__name__ == "StoreUnavailable"):
        full = _free_mb(data) < _NO_ROOM_MB  # neither SQLite nor Chroma always say why
    if full:
        return DiskFull(path=str(data), free_mb=_free_mb(data))
    if database:
        error = CatalogueUnusable(path=str(data / "catalogue.sqlite"), detail=str(error))
    return data_unusable(error, data) or error


def _free_mb(data: Path) -> int:
    there = next((path for path in (data, *data.parents) if path.exists()), Path("/"))
    return shutil.disk_usage(there).free // 1_000_000


def sentence(trouble: BaseException) -> Say | None:
    """The table's sentence for a trouble, its holes filled; None for what is not expected."""
    facts = _Facts(getattr(trouble, "facts", {}))
    if facts.get("detail"):
        facts["detail"] = cause(str(facts["detail"])).rstrip(".")
    for kind in type(trouble).__mro__:
        closest = f"{kind.__name__}:{facts.get('reason', '')}"
        say = SENTENCES.get(closest) or SENTENCES.get(kind.__name__)
        if say is not None:
            happened = _(say.happened).format_map(facts)
            return Say(happened, _(say.todo).format_map(facts), say.code)
    return None


def spoken(trouble: BaseException) -> str:
    """What happened and what to do, in one line; empty for what is not expected."""
    say = sentence(trouble)
    return f"{say.happened} {say.todo}" if say else ""


def keep_traceback(error: BaseException, data: Path) -> Path:
    """Write a bug's traceback to a file of its own. The file."""
    folder = data / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"bug-{datetime.now():%Y%m%d-%H%M%S-%f}.txt"
    path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return path

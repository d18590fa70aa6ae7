"""Greffe's whole life as steps: what the proof runs, install excluded."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from app.airtight.inside import Step
from app.airtight.visit import QUESTION

PAGE_PORT, MODEL_PORT = 7860, 8000  # the namespace is new: nobody else listens there
_QUESTIONS = 6  # of the sample's, in the evaluation
_WITHDRAWN = "2024-066"  # an act of the sample

# an address of documentation (RFC 5737): nobody has it
_FROM_PYTHON = """
import socket, sys
from pathlib import Path
from app import egress
egress.stand_wall(lambda: Path(sys.argv[1]))
socket.create_connection(("192.0.2.1", 443), 2)
"""
_FROM_NATIVE_CODE = """
import ctypes, struct
libc = ctypes.CDLL(None)
place = struct.pack("=HH4s8x", 2, 0xBB01, bytes([192, 0, 2, 1]))
libc.connect(libc.socket(2, 1, 0), place, len(place))
"""
# to the resolver of most machines, which would ask the next one: loopback alone is in its address
_BY_SENDMMSG = """
import ctypes, struct
class Header(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint), ("parts", ctypes.c_void_p),
                ("count", ctypes.c_size_t), ("control", ctypes.c_void_p),
                ("controllen", ctypes.c_size_t), ("flags", ctypes.c_int)]
class Message(ctypes.Structure):
    _fields_ = [("header", Header), ("length", ctypes.c_uint)]
place = struct.pack("=H", 2) + struct.pack(">H4s8x", 53, bytes([127, 0, 0, 53]))
place = ctypes.create_string_buffer(place, 16)
message = Message(Header(ctypes.addressof(place), 16))
libc = ctypes.CDLL(None)
sent = libc.sendmmsg(libc.socket(2, 2, 0), ctypes.byref(message), 1, 0)
raise SystemExit(sent != 1)
"""


def witnesses(folder: Path) -> list[Step]:
    """Attempts made on purpose: a recorder that does not see them proves nothing."""
    python = [sys.executable, "-c"]
    data = str(folder / "witness")
    return [
        Step("témoin : connexion demandée par du Python", [*python, _FROM_PYTHON, data], [1],
             journal=data, role="witness"),
        Step("témoin : connexion demandée par du code natif", [*python, _FROM_NATIVE_CODE],
             role="witness"),
        Step("témoin : envoi sans connexion, par du code natif (sendmmsg)",
             [*python, _BY_SENDMMSG], role="witness"),
        Step("témoin : nom demandé au DNS", ["getent", "ahosts", "exemple.invalid"], [2],
             role="witness"),
    ]  # fmt: skip


def life(folder: Path, gguf: Path | None, commands: Sequence[str]) -> list[Step]:
    """What a town hall does with Greffe, on the sample town, in the data folder FOLDER/data.

    Args:
        folder: of this proof.
        gguf: a model for llama.cpp; None: the stand-in.
        commands: names of the commands that this version has.
    """
    greffe = [sys.executable, "-m", "app.cli", "--data", str(folder / "data")]
    # to whom a question goes does not hang on how much of it the model reads and writes
    modelled = ["env", f"GREFFE_MODEL__URL=http://127.0.0.1:{MODEL_PORT}/v1",
                "GREFFE_MODEL__SECONDS=600", "GREFFE_MODEL__CONTEXT=2048",
                "GREFFE_MODEL__LENGTH=50", *greffe]  # fmt: skip
    module = [sys.executable, "-m"]
    sample = Path(str(resources.files("app.sample")))
    served = [*module, "app.airtight.model", str(MODEL_PORT), *([str(gguf)] if gguf else [])]
    visit = [*module, "app.airtight.visit", f"http://127.0.0.1:{PAGE_PORT}/",
             str(folder / "visit.json")]  # fmt: skip
    export = str(folder / "reponse.json")
    steps = [
        Step("ingestion de la commune d'exemple, avec OCR", [*greffe, "demo", "--index-only"]),
        Step("le serveur de modèle", served, port=MODEL_PORT),
        Step("la page, ouverte", [*greffe, "serve", "--port", str(PAGE_PORT)], port=PAGE_PORT),
        Step("la page, visitée", visit, role="browser"),
        Step("état de l'index", [*greffe, "status"]),
        Step("une question, sans modèle", [*greffe, "ask", QUESTION]),
        # 1: a small model's sentences may all be struck; 6 would say that it was not reached
        Step("une question, avec un modèle", [*modelled, "ask", QUESTION], [0, 1]),
        Step("une question sans réponse dans les actes",
             [*greffe, "ask", "Quelle est la capitale de l'Italie ?"], [1]),
        Step("une recherche", [*greffe, "search", "tarifs de la cantine"]),
        Step("la fiche d'un acte", [*greffe, "show", "2024-031"]),
        Step("une évaluation",
             [*greffe, "eval", str(sample / "questions.jsonl"), "--limit", str(_QUESTIONS)]),
        Step("une réponse, exportée", [*greffe, "ask", QUESTION, "--export", export]),
        Step("la réponse exportée, contrôlée", [*greffe, "verify", export]),
        Step("le journal, contrôlé", [*greffe, "journal", "verify"]),
        # while the page's own vector server runs: one that a step began would outlive it
        Step("une vérification", [*greffe, "doctor"]),
        Step("un retrait, avec effacement", [*greffe, "withdraw", _WITHDRAWN, "--yes"]),
    ]  # fmt: skip
    return [step for step in steps if _exists(step, commands)]


def _exists(step: Step, commands: Sequence[str]) -> bool:
    if "app.cli" not in step.words:
        return True
    named = step.words[step.words.index("--data") + 2]
    return named in commands

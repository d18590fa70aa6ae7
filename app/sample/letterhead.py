"""What is drawn around the text of a PDF: shield, header, footer, stamps, signatures.

All of it is drawn with lines and curves: the commune has no image of its own.
Lengths are in points; the page is A4, its origin at the bottom left.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4

from app.sample.conseil import COMMUNE

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = A4
INK = colors.Color(0.10, 0.16, 0.42)
GREY = colors.Color(0.35, 0.35, 0.35)


def shield(canvas: Any, x: float, y: float, size: float) -> None:
    """The arms of the commune, `size` high, with their bottom left at (x, y)."""
    w, h = size * 0.82, size
    path = canvas.beginPath()
    path.moveTo(x, y + h)
    path.lineTo(x + w, y + h)
    path.lineTo(x + w, y + h * 0.42)
    path.curveTo(x + w, y + h * 0.18, x + w * 0.62, y + h * 0.06, x + w / 2, y)
    path.curveTo(x + w * 0.38, y + h * 0.06, x, y + h * 0.18, x, y + h * 0.42)
    path.close()
    canvas.saveState()
    canvas.clipPath(path, stroke=0)
    canvas.setFillColorRGB(0.16, 0.28, 0.55)
    canvas.rect(x, y, w, h, stroke=0, fill=1)
    canvas.setFillColorRGB(0.86, 0.70, 0.22)
    canvas.rect(x, y + h * 0.62, w, h * 0.38, stroke=0, fill=1)
    canvas.setStrokeColorRGB(1, 1, 1)
    canvas.setLineWidth(size / 16)
    for k in range(2):
        _wave(canvas, x, y + h * (0.26 + 0.17 * k), w)
    canvas.restoreState()
    canvas.setStrokeColorRGB(0.1, 0.1, 0.1)
    canvas.setLineWidth(0.8)
    canvas.drawPath(path)


def _wave(canvas: Any, x: float, y: float, w: float) -> None:
    """One wave across the shield."""
    path = canvas.beginPath()
    path.moveTo(x, y)
    step = w / 4
    for k in range(4):
        bump = step * 0.5 * (1 if k % 2 else -1)
        left = x + k * step
        path.curveTo(left + step / 3, y + bump, left + 2 * step / 3, y + bump, left + step, y)
    canvas.drawPath(path)


def mairie(canvas: Any, font: tuple[str, str]) -> None:
    """The letterhead of a first page: shield, names, address, a rule."""
    font = ("Helvetica", "Helvetica-Bold") if font[0] == "Courier" else font  # else too wide
    top = HEIGHT - 48
    shield(canvas, 57, top - 42, 52)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setFont(font[0], 8.5)
    canvas.drawString(112, top, "RÉPUBLIQUE FRANÇAISE")
    canvas.drawString(112, top - 11, f"Département de la {COMMUNE['departement']}")
    canvas.setFont(font[1], 13)
    canvas.drawString(112, top - 27, "Commune de " + COMMUNE["nom"])
    canvas.setFont(font[0], 7.5)
    canvas.setFillColor(GREY)
    line = f"{COMMUNE['adresse']} – Tél. {COMMUNE['telephone']} – {COMMUNE['courriel']}"
    canvas.drawString(112, top - 39, line)
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(1)
    canvas.line(57, top - 50, WIDTH - 57, top - 50)


def running(canvas: Any, font: str, left: str, right: str) -> None:
    """The header of a following page."""
    canvas.setFont(font, 8)
    canvas.setFillColor(GREY)
    canvas.drawString(57, HEIGHT - 40, left)
    canvas.drawRightString(WIDTH - 57, HEIGHT - 40, right)
    canvas.setStrokeColor(GREY)
    canvas.setLineWidth(0.4)
    canvas.line(57, HEIGHT - 46, WIDTH - 57, HEIGHT - 46)


def footer(canvas: Any, font: str, text: str, page: str) -> None:
    """The foot of a page: a text to the left, the page to the right."""
    canvas.setStrokeColor(GREY)
    canvas.setLineWidth(0.4)
    canvas.line(57, 42, WIDTH - 57, 42)
    canvas.setFont(font, 8)
    canvas.setFillColor(GREY)
    canvas.drawString(57, 31, text)
    canvas.drawRightString(WIDTH - 57, 31, page)


def stamp(canvas: Any, lines: Sequence[str]) -> None:
    """The box of the dispatch to the préfecture, at the top right."""
    width, height = 176, 9.5 * len(lines) + 7
    x, y = WIDTH - 22 - width, HEIGHT - 8 - height
    canvas.setStrokeColor(INK)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setLineWidth(0.7)
    canvas.rect(x, y, width, height, fill=1)
    canvas.setFillColor(INK)
    canvas.setFont("Helvetica", 7)
    for k, line in enumerate(lines):
        canvas.drawString(x + 6, y + height - 11 - 9.5 * k, line)


def seal(canvas: Any, x: float, y: float, radius: float = 33) -> None:
    """The round seal of the mairie, drawn without letters, centred on (x, y)."""
    canvas.saveState()
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(1.2)
    canvas.circle(x, y, radius)
    canvas.circle(x, y, radius * 0.66)
    canvas.setLineWidth(1.6)
    canvas.setDash(3, 2.4)
    canvas.circle(x, y, radius * 0.83)
    canvas.setDash()
    shield(canvas, x - radius * 0.3, y - radius * 0.36, radius * 0.72)
    canvas.restoreState()


def signature(canvas: Any, x: float, y: float, seed: int) -> None:
    """A handwritten line of about 90 × 26 points; the same seed gives the same hand."""
    dice = random.Random(seed)
    canvas.saveState()
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(1.1)
    path = canvas.beginPath()
    path.moveTo(x, y + dice.uniform(4, 14))
    for k in range(6):
        points = [
            (x + 15 * (k + t) + dice.uniform(-9, 9), y + dice.uniform(-6, 26)) for t in (0.3, 0.7)
        ]
        end = (x + 15 * (k + 1), y + dice.uniform(2, 16))
        path.curveTo(*points[0], *points[1], *end)
    path.curveTo(x + 70, y - 12, x + 20, y - 8, x + 104, y + dice.uniform(-4, 4))
    canvas.drawPath(path)
    canvas.restoreState()

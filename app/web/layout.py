"""What stands on the page: the Gradio components, without what they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.web.spacing import NO_BREAK, spaced_text
from app.words import _, pgettext

EXAMPLES = 4  # buttons
# one Tab after the question: by the footer, the first citation was fourteen away
TO_ANSWER = '<p><a class="evitement" href="#reponse">{}</a></p>'


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that the handlers read and change."""

    before: Any  # Markdown: the earlier turns
    current: Any  # Markdown: the last turn
    stage: Any  # Markdown: what is being done
    title: Any  # Markdown: the source's name
    head: Any  # Markdown: the quoted words, and what can be done with them
    sheet: Any  # Markdown: the page
    moves: tuple[Any, ...]  # Buttons: citation before, after; page before, after
    question: Any  # Textbox
    ask: Any  # Button
    stop: Any  # Button
    anew: Any  # Button
    fonds: Any  # CheckboxGroup
    kinds: Any  # CheckboxGroup
    since: Any  # Textbox: a year
    until: Any  # Textbox: a year
    choose: Any  # Accordion around these four
    examples: tuple[Any, ...]  # Buttons
    examples_row: Any  # Column
    choice: Any  # hidden Textbox: the link that was followed
    taken: Any  # hidden Textbox: the conversation to go on with
    talk: Any  # hidden Textbox: the conversation that the page shows, which outlives the server


def lay_out() -> Parts:
    """Create the components inside the Blocks that is open. The stylesheet places them."""
    import gradio as gr

    with gr.Column(elem_id="page"):
        with gr.Column(elem_id="tours"):
            before = _markdown(gr, "precedents")
            current = _markdown(gr, "reponse")
            stage = _markdown(gr, "etape")
        title, head, moves, sheet = _source(gr)
        with gr.Column(elem_id="saisie"):
            question = gr.Textbox(
                label=_("Votre question"),
                info=_("Entrée pour envoyer, Maj + Entrée pour aller à la ligne."),
                elem_id="question",
                lines=1,
                max_lines=8,
            )
            _markdown(gr, "aller", TO_ANSWER.format(_("Aller à la réponse")))
            with gr.Row(elem_id="actions"):
                ask = gr.Button(_("Envoyer"), variant="primary", elem_id="envoyer")
                stop = gr.Button(_("Arrêter"), elem_id="arreter")
                anew = gr.Button(_("Nouvelle conversation"), elem_id="nouvelle")
            fonds, kinds, since, until, choose = _filters(gr)
            examples_row, examples = _examples(gr)
        choice = gr.Textbox(visible="hidden", elem_id="choix", label=_("Citation choisie"))
        taken = gr.Textbox(visible="hidden", elem_id="reprise", label=_("Conversation reprise"))
        talk = gr.Textbox(visible="hidden", elem_id="fil", label=_("Conversation montrée"))
    return Parts(
        before, current, stage, title, head, sheet, moves, question, ask, stop, anew, fonds,
        kinds, since, until, choose, examples, examples_row, choice, taken, talk,
    )  # fmt: skip


def _source(gr: Any) -> tuple[Any, Any, tuple[Any, ...], Any]:
    """The panel: what the source is and the four buttons, which stay in view; the rest, its page.

    The stylesheet takes #preuve apart: its head stays for as long as the panel is scrolled.
    """
    names = (
        ("citation-avant", _("← Source précédente")),
        ("citation-apres", _("Source suivante →")),
        ("page-avant", _("← Page précédente")),
        ("page-apres", _("Page suivante →")),
    )
    with gr.Column(elem_id="source"):
        with gr.Column(elem_id="preuve"):
            with gr.Column(elem_id="entete"):
                title = _markdown(gr, "intitule")
                with gr.Row(elem_id="parcours"):
                    moves = tuple(
                        gr.Button(_with_its_arrow(text), size="sm", elem_id=name)
                        for name, text in names
                    )
            head = _markdown(gr, "citation")
        sheet = _markdown(gr, "feuillet")
    return title, head, moves, sheet


def _with_its_arrow(text: str) -> str:
    """A label whose arrow does not stand alone on a line of its own."""
    return text.replace("← ", f"←{NO_BREAK}").replace(" →", f"{NO_BREAK}→")


def _filters(gr: Any) -> tuple[Any, ...]:
    """What narrows the search, folded away: its choices are filled when the page is opened."""
    from app.web.choices import refuse_in_our_words

    refuse_in_our_words()
    with gr.Accordion(
        _("Limiter la recherche"), open=False, visible=False, elem_id="choisir"
    ) as around:
        fonds = gr.CheckboxGroup(
            [],
            label=pgettext("several", "Fonds"),
            info=spaced_text(_("Rien de coché : tous les fonds.")),
            elem_id="fonds",
        )
        kinds = gr.CheckboxGroup(
            [],
            label=_("Nature des actes"),
            info=spaced_text(_("Rien de coché : toutes.")),
            elem_id="natures",
        )
        with gr.Row(elem_id="periode"):
            since = gr.Textbox(label=_("Depuis l'année"), max_length=4, elem_id="depuis")
            until = gr.Textbox(label=_("Jusqu'à l'année"), max_length=4, elem_id="jusqua")
    return fonds, kinds, since, until, around


def _examples(gr: Any) -> tuple[Any, tuple[Any, ...]]:
    """Questions to begin with: filled when the page is opened."""
    with gr.Column(elem_id="exemples", visible=False) as row:
        _markdown(gr, "exemples-titre", f"<h2>{_('Exemples de questions')}</h2>")
        buttons = tuple(
            gr.Button("", size="sm", visible=False, elem_classes="exemple") for _ in range(EXAMPLES)
        )
    return row, buttons


def _markdown(gr: Any, name: str, value: str = "") -> Any:
    """A Markdown that shows our own HTML: sanitised again in the browser, no formulas."""
    return gr.Markdown(value, elem_id=name, latex_delimiters=[], sanitize_html=True)

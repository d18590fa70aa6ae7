"""Files cut into records. The texts are made up, in the layouts that councils use."""

import pytest

from ingest.pages import Page
from ingest.records.cut import cut
from ingest.records.record import Record

PV = """Commune de Valbourg
Conseil Municipal du 28 juin 2022
L'an deux mille vingt-deux, le 28 juin, à 19h, le Conseil Municipal de VALBOURG s'est réuni.
Présents : Madame Anne UN, Monsieur Paul DEUX
Ordre du jour
1. Restauration scolaire : tarification 2022/2023
2. Publicité des actes
3. Adhésion au Syndicat d'Energie
1. Restauration scolaire : tarification 2022/2023
Madame le Maire propose les tarifs suivants :
1. Repas des enfants 3,10 €
2. Repas des adultes 5,20 €
Vote : pour à l'unanimité
2. Publicité des actes
Madame le Maire propose de publier par affichage.
"""
PV_END = """Vote : 12 pour, 2 contre
3. Adhésion au Syndicat d'Energie
Madame le Maire expose la demande.
Vote : pour à l'unanimité
Questions diverses
Un habitant demande un banc.
"""
NUMBERED = """Communauté de communes des Trois Vallées
Conseil Communautaire
Séance du 13 mars 2025 à 19h30
1. FINANCES
DEL2025-02 : Vote du budget
Vu la délibération n° DEL2023-63 du 29 juin 2023,
DEL2023-64 du 29 juin 2023 ayant le même objet,
Après en avoir délibéré, les membres du conseil ont, à l'unanimité, approuvé.
DEL2025-03 : Cession d'une remorque
2022 - 114 Occupation du domaine public 117,60 €
"""
DELIBERATION = """Extrait du registre des
délibérations du Conseil
Municipal de la Ville de
Grandville
n° 2014 / 216
Séance publique du
jeudi 22 mai 2014
Présents :
Anne UN, Paul DEUX, Jean TROIS.
Absents :
Marie QUATRE
Garantie d'emprunt
Résidence des Tilleuls
Max CINQ rapporte :
Par délibération du 4 février 2013, n° 2013 / 9, la Ville a décidé.
Le Conseil adopte.
"""
ARRETE = """PRÉFET DU GARD
Arrêté préfectoral n°DDTM-SEF-2020-0071
réglementant l'usage de certains matériels
dans le cadre de la prévention des incendies
Le préfet du Gard
Vu l'arrêté n° 2012244-0013 du 31 août 2012,
Fait à Nîmes, le 15 juin 2020
"""


def pages(*texts: str) -> list[Page]:
    return [Page(number, text) for number, text in enumerate(texts, 1)]


def text_of(record: Record, file: list[Page]) -> str:
    return "".join(file[s.page - 1].text[s.start : s.end] for s in record.spans)


def test_the_records_hold_every_character_of_the_file_once_and_in_order() -> None:
    file = pages(PV, "", PV_END)
    records = cut(file, "valbourg/pv.pdf")
    assert "".join(text_of(record, file) for record in records) == PV + PV_END
    assert [record.ordinal for record in records] == list(range(len(records)))


def test_a_seance_is_cut_at_its_points_and_not_at_its_agenda_or_its_lists() -> None:
    records = cut(pages(PV, PV_END), "x/pv.pdf")
    assert [record.title for record in records] == [
        None,
        "Restauration scolaire : tarification 2022/2023",
        "Publicité des actes",
        "Adhésion au Syndicat d'Energie",
        "Questions diverses",
    ]
    assert {(record.date, record.body) for record in records} == {("2022-06-28", "Valbourg")}
    assert records[0].kind == records[-1].kind == "proces_verbal"
    assert records[2].vote is not None
    assert (records[2].vote.pour, records[2].vote.contre) == (12, 2)
    assert all(record.number is None for record in records)


def test_points_withdrawn_one_after_the_other_are_records_of_their_own() -> None:
    withdrawn = "Vote : pour\n4- AFFAIRE RETIREE\n5- AFFAIRE RETIREE\n6- AFFAIRE RETIREE\n"
    text = PV.replace("1. ", "1- ").replace("2. ", "2- ").replace("3. ", "3- ") + withdrawn
    retired = [
        record for record in cut(pages(text), "x/pv.pdf") if record.title == "AFFAIRE RETIREE"
    ]
    assert len(retired) == 3
    assert all(record.spans for record in retired)
    assert {record.vote.outcome for record in retired if record.vote} == {"retire"}


def test_decisions_read_out_do_not_hide_the_points_of_the_seance() -> None:
    decision = "Décision n° 2022-7 : Vente d'un banc\n2. Publicité des actes\nMadame"
    text = PV.replace("2. Publicité des actes\nMadame", decision) + PV_END
    records = cut(pages(text), "x/pv.pdf")
    assert [record.number for record in records] == [None, None, "2022-7", None, None, None]
    assert records[2].kind == "decision"
    assert records[3].title == "Publicité des actes"


def test_numbered_acts_keep_their_numbers_and_references_are_no_acts() -> None:
    file = pages(NUMBERED)
    records = cut(file, "x/cr.pdf")
    assert [record.number for record in records] == [None, "DEL2025-02", "DEL2025-03"]
    assert records[1].title == "Vote du budget"
    assert text_of(records[1], file).startswith("1. FINANCES")
    assert records[1].body == "Communauté de communes des Trois Vallées"


def test_one_deliberation_is_one_record_with_its_head() -> None:
    (record,) = cut(pages(DELIBERATION), "x/2014-05-22-1.pdf")
    assert (record.kind, record.number, record.date) == ("deliberation", "2014 / 216", "2014-05-22")
    assert (record.body, record.title) == (
        "Grandville",
        "Garantie d'emprunt Résidence des Tilleuls",
    )
    assert record.vote is not None
    assert record.vote.outcome == "adopte"


def test_several_deliberations_bound_together_are_cut_where_each_begins() -> None:
    other = DELIBERATION.replace("/ 216", "/ 217").replace("Tilleuls", "Acacias")
    records = cut(pages(DELIBERATION, "suite de la délibération", other), "x/recueil.pdf")
    assert [record.number for record in records] == ["2014 / 216", "2014 / 217"]
    assert records[0].spans[-1].page == 2


def test_an_arrete_takes_its_date_from_the_signature_not_from_its_visas() -> None:
    (record,) = cut(pages(ARRETE), "x/arrete.pdf")
    assert (record.kind, record.number) == ("arrete", "DDTM-SEF-2020-0071")
    assert (record.date, record.body) == ("2020-06-15", "Préfecture du Gard")
    assert record.title is not None
    assert record.title.startswith("réglementant l'usage")


def test_a_leaflet_is_one_record_of_no_kind_and_its_folder_names_the_commune() -> None:
    (record,) = cut(pages("Collecte des encombrants\nInscrivez-vous"), "valbourg/flyer.pdf")
    assert (record.kind, record.number, record.date) == ("autre", None, None)
    assert record.body == "Valbourg"


@pytest.mark.parametrize("name", ["Le Rar Sr", "VaLbourg"])
def test_a_name_that_ocr_misread_gives_way_to_the_folder(name: str) -> None:
    text = f"Extrait du registre\nCommune de {name}\nConseil municipal\nID : 030-VALBOURGCR2022"
    (record,) = cut([Page(1, text, ocr=True, confidence=0.8)], "valbourg/scan.pdf")
    assert record.body == "Valbourg"


def test_a_name_that_is_printed_stands_whatever_the_folder_is_called() -> None:
    text = "Extrait du registre\nCommune de Sommières\nConseil municipal\nValbourg, le 3 mai"
    (record,) = cut(pages(text), "valbourg/acte.pdf")
    assert record.body == "Sommières"


def test_a_scan_without_text_has_no_record() -> None:
    assert cut(pages("", ""), "x/scan.pdf") == ()


@pytest.mark.parametrize(
    "since", ["à compter du", "à partir du", "jusqu'à nouvel ordre et avant le"]
)
def test_the_day_from_which_something_holds_is_not_that_of_the_act(since: str) -> None:
    [record] = cut(
        [
            Page(
                1,
                "Délibération n° 2026-099 du 3 mars 2026\nObjet : tarif du gymnase\n"
                f"Le conseil municipal fixe le tarif à 47 euros {since} 1er juin 2026.\n",
            )
        ],
        "acte.txt",
    )
    assert record.date == "2026-03-03"


ROAD_WORKS = """Commune d'Ormelle
Conseil municipal du 3 mars 2016
Présents : Mme A, M. B, M. C
Ordre du jour
1. Travaux de la rue du Lavoir
− Demande de subvention au département
− Signature du marché
2. Budget communal
− Approbation du compte de gestion 2015
− Budget primitif 2016
________
1. Travaux de la rue du Lavoir
− Demande de subvention au département
− Signature du marché
La chaussée doit être refaite avant l'hiver.
Les travaux à prévoir sont les suivants :
− Travaux de la rue du Lavoir et reprise des bordures
Êtes-vous d'accord pour :
− Adopter l'opération,
− Solliciter une demande de subvention au département au meilleur
taux,
− Autoriser Madame le maire à signer le marché
Vote : Pour à l'unanimité
2. Budget communal
− Approbation du compte de gestion 2015
Le compte est conforme à celui de la commune.
Vote : Pour à l'unanimité
− Budget primitif 2016
M. B présente les chapitres du budget.
Vote :
− Pour : 9
− Abstentions : 2
"""


def test_what_a_council_is_asked_to_decide_is_one_act_and_each_point_of_a_budget_its_own() -> None:
    file = pages(ROAD_WORKS)
    acts = cut(file, "pv.pdf")[1:]
    assert [act.title for act in acts] == [
        "Travaux de la rue du Lavoir - Demande de subvention au département - Signature du marché",
        "Approbation du compte de gestion 2015",
        "Budget primitif 2016",
    ]
    assert text_of(acts[0], file).rstrip().endswith("Vote : Pour à l'unanimité")


def test_a_list_of_points_of_information_is_not_cut_before_they_are_opened() -> None:
    text = """Conseil municipal du 3 mars 2016
Ordre du jour
1. Achat d'une tondeuse
2. Points d'information :
- Travaux de la chapelle romane
- Rapport annuel sur l'eau potable
________
1. Achat d'une tondeuse
Le devis est de 900 euros.
Vote : pour à l'unanimité
2. Points d'information :
Monsieur C souhaite en présenter deux.
- Travaux de la chapelle romane
- Rapport annuel sur l'eau potable
- Travaux de la chapelle romane
Les échafaudages sont posés.
- Rapport annuel sur l'eau potable
Le rapport du délégataire a été envoyé.
"""
    titles = [act.title for act in cut(pages(text), "pv.pdf")]
    assert titles.count("Travaux de la chapelle romane") == 1
    assert titles.count("Rapport annuel sur l'eau potable") == 1


def test_a_count_without_for_or_against_tells_of_an_act_and_of_no_vote() -> None:
    text = """CR du conseil municipal 7 octobre 2022
Ordre du jour
1/ Coupe de bois :
Il n'y aura pas de coupe.
11 votes pour
2/ Subventions aux associations :
Le budget est réparti comme l'an dernier.
11 votes
3/ Rapport du syndicat des eaux
Le rendement du réseau est bon.
"""
    acts = cut(pages(text), "cr.pdf")[1:]
    assert [act.kind for act in acts] == ["deliberation", "deliberation", "proces_verbal"]
    assert acts[1].vote is None


SCANNED_VOTES = """Séance du 3 mars 2021

Nomination du secrétaire
Madame le Maire propose M. C.

Vote : à l'unanimité

Rapport sur le prix de l'eau potable

Madame le Maire présente le rapport.

Vote : à l'unanimité

Assainissement et eau
Schéma directeur des eaux usées, schéma directeur
de l'eau potable et calendrier

Madame le Maire soumet le cahier des charges.

Vote : à l'unanimité

1° - approuve les dossiers de la demande de subventions, pour un montant de 10 000 euros
2° - autorise Madame le Maire à solliciter auprès de l'État, des collectivités
Territoriales et de l'Agence de l'eau

les aides qui peuvent être obtenues

3° - autorise le Département à percevoir ces aides
Renouvellement de la convention avec l'Agence technique

Madame le Maire expose l'intérêt de la commune à disposer d'un tel service.

Convention avec la fourrière animale du canton

Madame le Maire expose la convention.

Vote : à l'unanimité
"""


def test_what_is_decided_under_its_vote_does_not_begin_the_next_act() -> None:
    titles = [act.title for act in cut(pages(SCANNED_VOTES), "cr.pdf")]
    assert "Rapport sur le prix de l'eau potable" in titles
    assert not any(title and title.startswith("Territoriales") for title in titles)
    assert "Convention avec la fourrière animale du canton" in titles


def test_the_words_of_an_announced_title_in_a_sentence_open_nothing() -> None:
    text = """Procès-verbal de la séance du 3 mars 2021
Ordre du jour
Promesse de bail pour la tour
Achat de bancs pour le parc

Promesse de bail pour la tour
Madame le Maire rappelle que la recette du bail paiera une part de la dépense pour
Achat de bancs pour le parc.
Vote : unanimité
Achat de bancs pour le parc
Les bancs coûtent 300 euros.
Vote : unanimité
"""
    file = pages(text)
    _, lease, benches = cut(file, "pv.pdf")
    assert "Vote : unanimité" in text_of(lease, file)
    assert text_of(benches, file).startswith("Achat de bancs pour le parc\nLes bancs")


def test_between_votes_an_agenda_is_passed_over_and_a_title_is_whole() -> None:
    text = """Séance du 3 mars 2021

Madame le Maire propose d'ajouter un point.

Voté à l'unanimité

Ordre du jour

Compte rendu du 31 janvier 2021
Rapport sur l'eau
Questions diverses

Compte rendu du 31 janvier 2021

Madame le Maire demande s'il y a des observations.

Vote : à l'unanimité

Rapport sur le prix et la qualité du service de l'eau
potable du canton

Madame le Maire présente le rapport.

Vote : à l'unanimité

Convention avec la fourrière animale du canton

Madame le Maire expose la convention.

Vote : à l'unanimité
"""
    titles = [act.title for act in cut(pages(text), "cr.pdf")]
    assert titles[1:4] == [
        "Compte rendu du 31 janvier 2021",
        "Rapport sur le prix et la qualité du service de l'eau potable du canton",
        "Convention avec la fourrière animale du canton",
    ]

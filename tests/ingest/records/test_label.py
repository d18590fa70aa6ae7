"""How a clerk names a record."""

from ingest.records.label import label
from ingest.records.record import Record


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_an_act_is_named_by_its_kind_number_and_date() -> None:
    act = Record(0, "deliberation", (), number="2014 / 216", date="2014-05-22", title="Objet")
    assert label(act) == "Délibération n°\u00a02014/216 du 22\u00a0mai\u00a02014"
    arrete = Record(0, "arrete", (), number="AR-2024-117", date="2024-06-01")
    assert plain(label(arrete)) == "Arrêté n° AR-2024-117 du 1er juin 2024"


def test_a_seance_and_its_points_are_named_by_their_date() -> None:
    minutes = Record(0, "proces_verbal", (), date="2025-04-03", body="Pierrefonds")
    assert plain(label(minutes)) == "Procès-verbal du 3 avril 2025"
    point = Record(1, "deliberation", (), date="2022-06-28", title="Tarifs", body="Pierrefonds")
    assert plain(label(point)) == "Conseil municipal du 28 juin 2022, « Tarifs »"


def test_an_article_is_named_with_its_code() -> None:
    code = "Code général des collectivités territoriales"
    article = Record(0, "article", (), number="L2121-29", body=code)
    expected = "Article L. 2121-29 du code général des collectivités territoriales"
    assert plain(label(article)) == expected


def test_a_file_without_any_head_keeps_its_name() -> None:
    assert label(Record(0, "autre", ()), "village/affiche.pdf") == "affiche.pdf"


def test_a_body_that_is_no_commune_has_no_conseil_municipal() -> None:
    named = {
        "CCAS de Valbourg": "Séance", "Centre communal d'action sociale": "Séance",
        "Département du Gard": "Séance", "RÉGION OCCITANIE": "Séance",
        "Conseil départemental du Gard": "Séance", "Conseil municipal": "Conseil municipal",
        "Commune de Valbourg": "Conseil municipal", "Centrès": "Conseil municipal",
        "Communauté de communes": "Conseil communautaire", "Syndicat des eaux": "Comité syndical",
    }  # fmt: skip
    for body, assembly in named.items():
        point = Record(1, "deliberation", (), title="Tarifs", body=body)
        assert plain(label(point)) == f"{assembly}, « Tarifs »"


def test_the_article_of_an_ordonnance_is_said_in_french() -> None:
    for text, expected in (
        ("Ordonnance n° 45-2658", "Article 3 de l'ordonnance n° 45-2658"),
        ("Loi n° 2000-321", "Article 3 de la loi n° 2000-321"),
        ("Décret n° 85-397", "Article 3 du décret n° 85-397"),
    ):
        assert plain(label(Record(0, "article", (), number="3", body=text))) == expected

"""Late interaction: how far each word of a question is met in a sentence that may answer it.

One vector for a sentence says what it is about; that of each token, read with all the others, says
whether the very thing asked stands there (Khattab and Zaharia, ColBERT, 2020). Two maps bring the
tokens of agents' questions nearer to those of what answers: `evals/learn_phrase_maps.py`;
docs/adaptation.md has the data, the figures and what they are worse at.
"""

from __future__ import annotations

from collections.abc import Sequence

from vectorstore.maps import Floats, Maps


def late_interaction(maps: Maps, asked: Floats, said: Sequence[Floats]) -> list[float]:
    """For each text the cosine of its token nearest to one of the question's, mean over these.

    Args:
        maps: for tokens.
        asked: vectors (m, d) of the question's tokens.
        said: of each text, vectors (n, d) of its tokens; none of either is met by nothing.
    """
    wanted = maps.questions(asked)
    return [
        float((wanted @ maps.passages(one).T).max(1).mean()) if len(one) and len(wanted) else 0.0
        for one in said
    ]

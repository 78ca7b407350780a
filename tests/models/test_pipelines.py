"""What of a pipeline is needed for entities."""

from __future__ import annotations

from typing import Any

import pytest

from allnlp.models import unneeded

LISTENER = {"tok2vec": {"@architectures": "spacy.Tok2VecListener.v1"}}
OWN = {"tok2vec": {"@architectures": "spacy.Tok2Vec.v2", "embed": {"@architectures": "spacy.MultiHashEmbed.v2", "attrs": ["NORM", "SHAPE"]}}}
TAGS = {"tok2vec": {"embed": {"@architectures": "spacy.MultiHashEmbed.v2", "attrs": ["NORM", "TAG"]}}}


def config(**components: dict[str, Any]) -> dict[str, Any]:
    parts = {name: {"factory": name, **settings} for name, settings in components.items()}
    return {"nlp": {"pipeline": list(parts)}, "components": parts}


@pytest.mark.parametrize(
    ("components", "left_out"),
    [
        ({"tok2vec": {}, "tagger": {"model": LISTENER}, "parser": {}, "lemmatizer": {}, "ner": {"model": OWN}}, ("tok2vec", "tagger", "parser", "lemmatizer")),
        ({"tok2vec": {}, "tagger": {}, "ner": {"model": LISTENER}}, ("tagger",)),
        ({"tagger": {}, "ner": {"model": TAGS}}, ()),
        ({"tok2vec": {"model": TAGS["tok2vec"]}, "tagger": {}, "ner": {"model": LISTENER}}, ()),
        ({"tagger": {}, "entity_ruler": {}}, ()),
        ({"tagger": {}, "ner": {}, "elsewhere": {"factory": "somebody_elses"}}, ()),
        ({"parser": {}, "spancat": {"suggester": {"@misc": "spacy.ngram_suggester.v1"}}}, ("parser",)),
        ({"parser": {}, "spancat": {"suggester": {"@misc": "mine.noun_chunks.v1"}}}, ()),
        ({"tagger": {}, "parser": {}}, ()),
        ({}, ()),
    ],
)
def test_what_entities_do_not_depend_on_is_left_out(components: dict[str, dict[str, Any]], left_out: tuple[str, ...]) -> None:
    assert unneeded(config(**components)) == left_out

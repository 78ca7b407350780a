"""Models against marked documents."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.scorer import Scorer
from spacy.training import Example

from allnlp.errors import ModelError, OptionError
from allnlp.training.marks import Corpus, Mark, Passage
from allnlp.training.scores import score_models

TEXTS = ("novacel caused rash", "rash and fever", "novacel")
CORPUS = Corpus(
    (
        Passage("1", TEXTS[0], (Mark(0, 7, "Chemical"), Mark(15, 19, "Disease"))),
        Passage("2", TEXTS[1], (Mark(0, 4, "Disease"), Mark(9, 14, "Disease"))),
        Passage("3", TEXTS[2], (Mark(0, 7, "Chemical"),)),
    )
)


@pytest.fixture
def model(tmp_path: Path) -> str:
    nlp = spacy.blank("en")
    rules = [("rash", "DISEASE"), ("novacel", "CHEMICAL"), ("and", "DISEASE"), ("caused", "VERB")]
    nlp.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": words} for words, label in rules])  # type: ignore[attr-defined]
    nlp.to_disk(tmp_path / "m")
    return str(tmp_path / "m")


def test_scores_are_those_of_spacys_scorer(model: str) -> None:
    found = score_models([model], CORPUS, renamed=["Chemical=CHEMICAL", "Disease=DISEASE"])
    nlp, pairs = spacy.load(model), []
    for passage in CORPUS.passages:
        truth = nlp.make_doc(passage.text)
        spans = [truth.char_span(m.start, m.end, label=m.label.upper()) for m in passage.marks]
        truth.set_ents([s for s in spans if s is not None])
        doc = nlp(passage.text)
        doc.set_ents([e for e in doc.ents if e.label_ != "VERB"])
        pairs.append(Example(doc, truth))
    expected = Scorer.score_spans(pairs, "ents")
    ours = found.scores[0]
    assert ours["all"][:3] == (expected["ents_p"], expected["ents_r"], expected["ents_f"])
    assert {k: v["f"] for k, v in expected["ents_per_type"].items()} == {k: s.f for k, s in ours.items() if k != "all"}
    assert found.not_scored == (("VERB",),)
    assert found.not_marked == ()


def test_labels_that_no_model_has_are_told(model: str) -> None:
    found = score_models([model], CORPUS, renamed=["CHEMICAL=Chemical", "Disease=Illness"])
    assert list(found.scores[0]) == ["Chemical", "all"]
    assert (found.not_marked, found.not_scored) == (("Illness",), (("DISEASE", "VERB"),))


def test_models_without_a_label_of_the_documents_are_refused(model: str) -> None:
    with pytest.raises(OptionError, match=r"no label of the documents \(Disease, Chemical\) is one of .*CHEMICAL, DISEASE.*--map Chemical=CHEMICAL"):
        score_models([model], CORPUS)


def test_a_missing_model_is_refused() -> None:
    with pytest.raises(ModelError, match="nowhere"):
        score_models(["nowhere"], CORPUS)

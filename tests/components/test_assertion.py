"""The component ``allnlp_assertion``, and the view ``._.allnlp``."""

from __future__ import annotations

import spacy
from spacy.language import Language

from allnlp.schema import LABELS

TEXT = "No CRS was seen after tisagenlecleucel in 34 children."


def pipeline(**config: object) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_sentences")
    nlp.add_pipe("allnlp_terms")
    nlp.add_pipe("allnlp_resolve")
    nlp.add_pipe("allnlp_assertion", config=config)
    return nlp


def test_mentions_are_in_the_view_with_their_assertion() -> None:
    mentions = {m.text: m for m in pipeline()(TEXT)._.allnlp.mentions}
    assert (mentions["CRS"].assertion, mentions["CRS"].assertion_cue) == ("negated", "No")
    assert mentions["tisagenlecleucel"].assertion == "present"


def test_a_span_knows_its_mention() -> None:
    doc = pipeline()(TEXT)
    (crs,) = (ent for ent in doc.ents if ent.label_ == "TOXICITY")
    assert crs._.allnlp.assertion == "negated"
    assert doc[0:1]._.allnlp is None


def test_entities_are_the_mentions_of_the_six_labels() -> None:
    doc = pipeline()(TEXT + " Flow cytometry and lentiviral vectors were used.")
    assert {ent.label_ for ent in doc.ents} <= set(LABELS)
    assert {span.label_ for span in doc.spans["allnlp"]} - set(LABELS)


def test_entities_may_be_left_alone() -> None:
    nlp = pipeline(set_ents=False)
    ruler = nlp.add_pipe("entity_ruler", first=True)
    ruler.add_patterns([{"label": "WORD", "pattern": "seen"}])
    doc = nlp(TEXT)
    assert [(e.text, e.label_) for e in doc.ents] == [("seen", "WORD")]
    assert len(doc.spans["allnlp"]) > 0


def test_entities_of_others_stay_beside_ours() -> None:
    nlp = pipeline()
    ruler = nlp.add_pipe("entity_ruler", first=True)
    ruler.add_patterns([{"label": "WORD", "pattern": "seen"}])
    assert {"WORD", "TOXICITY"} <= {e.label_ for e in nlp(TEXT).ents}


def test_sentences_are_found_where_no_component_has_set_them() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_terms")
    nlp.add_pipe("allnlp_assertion")
    mentions = nlp("There was no death. CRS was seen.")._.allnlp.mentions
    assert {m.text: (m.sentence, m.assertion) for m in mentions if m.text == "CRS"} == {"CRS": (1, "present")}


def test_entities_of_others_stay_where_ours_overlap_them() -> None:
    nlp = pipeline()
    ruler = nlp.add_pipe("entity_ruler", first=True)
    ruler.add_patterns([{"label": "HARM", "pattern": "CRS"}, {"label": "DRUG", "pattern": "tisagenlecleucel in"}])
    doc = nlp(TEXT)
    assert {(e.text, e.label_) for e in doc.ents} >= {("CRS", "HARM"), ("tisagenlecleucel in", "DRUG")}
    assert {("CRS", "TOXICITY"), ("tisagenlecleucel", "THERAPY")} <= {(s.text, s.label_) for s in doc.spans["allnlp"]}

    shorter = spacy.blank("en")
    ruler = shorter.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "DRUG", "pattern": "release"}])
    shorter.add_pipe("allnlp_terms")
    shorter.add_pipe("allnlp_assertion")
    assert [(e.text, e.label_) for e in shorter("Cytokine release syndrome.").ents] == [("release", "DRUG")]

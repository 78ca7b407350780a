"""Mentions that a model adds to those of the rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from allnlp.schema import Mention
from allnlp.terminology import load, parse
from allnlp.text import Lexicon, annotate_text, compile_lexicon
from allnlp.text.entities import Entity
from allnlp.text.model_mentions import Name, kind_of, plain
from allnlp.text.roles import BIAS, NONE
from allnlp.text.triage import may_hold_mentions

WEIGHTS = {
    "chemical": {"THERAPY": {BIAS: 4.0}, NONE: {"-1 serum": 8.0, "before serum": 4.0}},
    "disease": {"TOXICITY": {BIAS: 2.0}, "DISEASE": {"-1 with": 6.0}, NONE: {}},
    "gene": {"ANTIGEN": {"-1 anti": 2.0, "-2 anti": 8.0}, NONE: {BIAS: 2.0}},
}
LEXICON = compile_lexicon(load())._replace(roles=WEIGHTS)
PARTS = (
    "quoxarine", "Quoxarine (QXR)", "QXR", "tisagenlecleucel", "34 children", "CRS", "previously treated with quoxarine", "patients with quill fever", "aged 3 to 23 years",
    "quill fever (QF)", "QF", "high-dose", "therapy", "relapsed", "B-ALL", "anti-CDX5", "ALL", "was seen.", "No", "of", "\n", "(", ")", "\U0001f9ec", "e\u0301", "-",
)  # fmt: skip
TEXT = st.lists(st.sampled_from(PARTS), min_size=1, max_size=14).map(" ".join)
LABELS = ("CHEMICAL", "DISEASE", "GENE", "THERAPY", "TOXICITY", "POPULATION", "ANTIGEN", "OUTCOME", "WIDGET")


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Entity]]:
    """A text, and marks in it: of its parts, and anywhere."""
    text = draw(TEXT)
    words = draw(st.lists(st.sampled_from([p for p in PARTS if p in text and p.strip()] or [text]), max_size=5))
    places = [(text.find(w), text.find(w) + len(w)) for w in words]
    places += [(min(p), max(p)) for p in draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=3)) if p[0] != p[1]]
    scores = st.none() | st.sampled_from([0.2, 0.5, 0.9])
    return text, [Entity(a, b, draw(st.sampled_from(LABELS)), draw(scores), draw(st.sampled_from(["en_a", "en_b"]))) for a, b in places if a < b]


def entity(text: str, words: str, label: str = "CHEMICAL", *, score: float | None = None, model: str = "en_any") -> Entity:
    start = text.index(words)
    return Entity(start, start + len(words), label, score, model)


def mentions(text: str, entities: Sequence[Entity], lexicon: Lexicon = LEXICON) -> list[Mention]:
    return annotate_text("1", text, lexicon, entities=entities).mentions


def added(text: str, *entities: Entity, lexicon: Lexicon = LEXICON) -> list[tuple[str, str]]:
    return [(m.text, m.label) for m in mentions(text, entities, lexicon) if m.source.startswith("en_")]


def of_rules(rows: Sequence[Mention]) -> list[tuple[object, ...]]:
    """Rows without the number that says which of the document's mentions they are."""
    return [m._replace(mention=0) for m in rows if not m.source.startswith("en_")]


@given(marked())
def test_offsets_hold(given_: tuple[str, list[Entity]]) -> None:
    text, entities = given_
    assert all(text[m.start : m.end] == m.text for m in mentions(text, entities))


@given(marked())
def test_the_rows_of_rules_are_the_same_with_and_without_a_model(given_: tuple[str, list[Entity]]) -> None:
    text, entities = given_
    assert of_rules(mentions(text, entities)) == of_rules(mentions(text, []))


@given(marked())
def test_an_added_mention_overlaps_only_a_population(given_: tuple[str, list[Entity]]) -> None:
    text, entities = given_
    for a, b in combinations(mentions(text, entities), 2):
        if a.start < b.end and b.start < a.end and (a.source, b.source) != ("terms", "terms"):
            assert "POPULATION" in (a.label, b.label)
            assert a.label != b.label
            assert (a.start, a.end) != (b.start, b.end)
            assert (a.start <= b.start and b.end <= a.end) or (b.start <= a.start and a.end <= b.end)


@given(marked())
def test_mentions_are_in_order_and_numbered(given_: tuple[str, list[Entity]]) -> None:
    found = mentions(*given_)
    assert [m.mention for m in found] == list(range(len(found)))
    assert [(m.start, -m.end) for m in found] == sorted((m.start, -m.end) for m in found)


@given(marked(), st.randoms(use_true_random=False))
def test_the_order_of_entities_does_not_matter(given_: tuple[str, list[Entity]], random: object) -> None:
    text, entities = given_
    once = mentions(text, entities)
    random.shuffle(entities)  # type: ignore[attr-defined]
    assert mentions(text, entities) == once


def test_a_name_that_no_list_holds_is_added_wherever_it_stands() -> None:
    text = "They received quoxarine. Quoxarine helped; quoxarines are others, and quoxarine-based is."
    found = mentions(text, [entity(text, "quoxarine", score=0.7)])
    assert [m.text for m in found] == ["quoxarine", "Quoxarine", "quoxarine"]
    assert {(m.label, m.name, m.concept_id, m.source, m.needs_review) for m in found} == {("THERAPY", "quoxarine", None, "en_any", False)}
    assert found[0].rule.startswith("model:CHEMICAL")
    assert found[0].score == pytest.approx(0.982)


def test_the_number_of_a_trial_is_no_drug() -> None:
    text = "They received quoxarine (NCT01234567)."
    assert [m.text for m in mentions(text, [entity(text, "quoxarine"), entity(text, "NCT01234567")])] == ["quoxarine"]


def test_a_mention_of_a_rule_has_no_score() -> None:
    text = "Tisagenlecleucel and quoxarine"
    assert [m.score is None for m in mentions(text, [entity(text, "quoxarine")])] == [True, False]


def test_a_listed_name_that_rules_found_stays_as_it_is() -> None:
    text = "Patients received tisagenlecleucel."
    assert mentions(text, [entity(text, "tisagenlecleucel", "DISEASE")]) == mentions(text, [])
    assert mentions(text, [entity(text, "received tisagenlecleucel")]) == mentions(text, [])


@pytest.mark.parametrize("text", ["Levels of EGFR rose in mice.", "EGFR was expressed in the liver of mice."])
def test_a_listed_name_that_rules_did_not_let_stand_is_not_brought_back(text: str) -> None:
    sure = LEXICON._replace(roles={"gene": {"ANTIGEN": {BIAS: 9.0}, NONE: {}}})
    assert mentions(text, [], sure) == []
    assert mentions(text, [entity(text, "EGFR", "GENE")], sure) == []
    assert added(text.replace("EGFR", "CDX5"), entity(text.replace("EGFR", "CDX5"), "CDX5", "GENE"), lexicon=sure) == [("CDX5", "ANTIGEN")]


def test_a_name_in_another_case_than_the_listed_one_is_another_name(lexicon_of: Callable[..., Lexicon]) -> None:
    rows = [("*", "CHEMICAL", "chemical", "")]
    lexicon = lexicon_of(("DISEASE", "QUOX", "exact"), ner_labels=rows)._replace(roles=WEIGHTS)
    text = "They took quox."
    assert added(text, entity(text, "quox"), lexicon=lexicon) == [("quox", "THERAPY")]


def test_a_name_that_a_hard_negative_forbids_is_not_brought_back(lexicon_of: Callable[..., Lexicon]) -> None:
    stop = ("quillase", "THERAPY", "serum ", "", "Serum quillase rose.", "")
    chemical = ("*", "CHEMICAL", "chemical", "")
    lexicon = lexicon_of(("THERAPY", "quillase", "any"), stoplist=[stop], ner_labels=[chemical])._replace(roles=WEIGHTS | {"chemical": {"THERAPY": {BIAS: 9.0}, NONE: {}}})
    text = "Serum quillase rose, and serum quoxarine."
    assert added(text, entity(text, "quillase"), entity(text, "quoxarine"), lexicon=lexicon) == [("quoxarine", "THERAPY")]


def test_a_stop_for_any_name_holds_for_names_of_models(lexicon_of: Callable[..., Lexicon]) -> None:
    lexicon = lexicon_of(stoplist=[("*", "THERAPY", "antibodies to ", "", "Antibodies to it.", "")], ner_labels=[("*", "CHEMICAL", "chemical", "")])._replace(roles=WEIGHTS)
    text = "Antibodies to quoxarine; quoxarine itself."
    assert [m.start for m in mentions(text, [entity(text, "quoxarine")], lexicon)] == [25]


def test_the_words_around_decide() -> None:
    text = "Serum quoxarine was high."
    assert added(text, entity(text, "quoxarine")) == []
    text = "An anti-CDX5 drug, not CDX5."
    assert added(text, entity(text, "CDX5", "GENE")) == []  # one place for it, one against: not sure enough
    text = "An anti-CDX5 drug."
    assert added(text, entity(text, "CDX5", "GENE")) == [("CDX5", "ANTIGEN")]


@pytest.mark.parametrize("text", ["A CDX5-A2 test.", "An LT-CDX5 test.", "A CDX5::FLT9 test.", "CDX5+cells grew."])
def test_a_part_of_a_longer_name_is_no_name(text: str) -> None:
    sure = LEXICON._replace(roles={"gene": {"ANTIGEN": {BIAS: 9.0}, NONE: {}}})
    assert added(text, entity(text, "CDX5", "GENE"), lexicon=sure) == []


@pytest.mark.parametrize("text", ["An anti-CDX5 drug.", "Anti\u2011CDX5 cells.", "CDX5-directed cells.", "A non-CDX5-specific drug."])
def test_words_before_and_after_a_dash_may_begin_anew(text: str) -> None:
    sure = LEXICON._replace(roles={"gene": {"ANTIGEN": {BIAS: 9.0}, NONE: {}}})
    assert added(text, entity(text, "CDX5", "GENE"), lexicon=sure) == [("CDX5", "ANTIGEN")]


@pytest.mark.parametrize(("words", "label"), [("second-generation", "CHEMICAL"), ("oncologic therapies", "CHEMICAL"), ("inflammatory", "DISEASE")])
def test_general_words_are_no_name(words: str, label: str) -> None:
    text = f"They had {words} then."
    assert added(text, entity(text, words, label)) == []


def test_a_short_form_that_the_document_defines_comes_along() -> None:
    text = "QXR was safe. Quoxarine-maleate (QXR) and QXR."
    found = mentions(text, [entity(text, "Quoxarine-maleate")])
    assert [(m.text, m.name) for m in found] == [("QXR", "quoxarine-maleate")] + [("Quoxarine-maleate", "quoxarine-maleate")] + [("QXR", "quoxarine-maleate")] * 2
    assert (found[0].rule, found[0].source, found[0].score) == ("abbreviation:QXR=Quoxarine-maleate", "en_any", found[1].score)


def test_the_end_of_a_long_form_is_no_name_and_its_short_form_neither() -> None:
    text = "The randomised comparison of very many fox tests of foxi (TRCVMFTF). TRCVMFTF ended."
    assert added(text, entity(text, "foxi")) == []


def test_a_name_inside_a_population_stands() -> None:
    text = "We saw 34 children previously treated with quoxarine."
    found = mentions(text, [entity(text, "quoxarine")])
    assert ("quoxarine", "THERAPY") in [(m.text, m.label) for m in found]


def test_a_name_that_is_or_cuts_a_population_is_left_out() -> None:
    text = "We saw 34 children in all."
    population = next(m for m in mentions(text, []) if m.label == "POPULATION")
    assert added(text, Entity(population.start, population.end, "CHEMICAL", None, "en_any")) == []
    assert added(text, entity(text, "saw " + population.text[:5])) == []
    assert added(text, Entity(population.start, population.end, "POPULATION", 0.9, "en_any")) == []


def test_a_population_of_a_model_does_not_stand_inside_one_of_the_rules() -> None:
    text = "They were previously treated."
    assert [m.text for m in mentions(text, []) if m.label == "POPULATION"] == ["previously treated"]
    assert added(text, entity(text, "previously", "POPULATION", score=0.99)) == []


def test_a_misspelt_name_is_linked_by_likeness_and_is_to_be_reviewed() -> None:
    text = "Patients received fludarabin."
    (found,) = [m for m in mentions(text, [entity(text, "fludarabin")]) if m.label == "THERAPY"]
    assert (found.concept_id, found.name, found.needs_review) == ("ncit:C1094", "fludarabine", True)
    assert found.review_reason is not None
    assert found.review_reason.startswith("fludarabin is linked to fludarabine by likeness (0.")


def test_a_name_of_no_concept_near_is_its_own_name() -> None:
    text = "ZQX-113 helped. Zed factor too."
    found = mentions(text, [entity(text, "ZQX-113"), entity(text, "Zed factor")])
    assert [(m.name, m.concept_id) for m in found] == [("ZQX-113", None), ("zed factor", None)]


def test_names_for_linking_are_linked_to_and_not_looked_for() -> None:
    tables = load()
    terms = (("own.csv", "text,label,curie,name\nquoxarine maleate,THERAPY,my:1,quoxarine\n"),)
    lexicon = compile_lexicon(parse(tables.files, (), terms))._replace(roles=WEIGHTS)
    text = "Patients received quoxxarine maleate."
    assert mentions(text, [], lexicon) == []
    (found,) = mentions(text, [entity(text, "quoxxarine maleate")], lexicon)
    assert (found.concept_id, found.name, found.needs_review) == ("my:1", "quoxarine", True)
    assert parse(tables.files, (), terms).version != tables.version


def test_edge_words_are_taken_in(lexicon_of: Callable[..., Lexicon]) -> None:
    edges = [("THERAPY", "left", "high-dose", ""), ("THERAPY", "right", "therapy", "")]
    lexicon = lexicon_of(edges=edges, ner_labels=[("*", "CHEMICAL", "chemical", "")])._replace(roles=WEIGHTS)
    text = "A high-dose quoxarine therapy."
    assert added(text, entity(text, "quoxarine"), lexicon=lexicon) == [("high-dose quoxarine therapy", "THERAPY")]


def test_an_unsure_role_is_no_mention() -> None:
    weak = LEXICON._replace(roles={"chemical": {"THERAPY": {BIAS: 1.0}, NONE: {}}})  # a share of 0.73
    text = "They took quoxarine."
    assert added(text, entity(text, "quoxarine"), lexicon=weak) == []


@pytest.mark.parametrize(("score", "stands"), [(0.95, True), (0.2, False), (None, True)])
def test_a_label_of_ours_stands_by_its_score(score: float | None, stands: bool) -> None:
    text = "They took quoxarine."
    assert added(text, entity(text, "quoxarine", "THERAPY", score=score)) == ([("quoxarine", "THERAPY")] if stands else [])


def test_a_label_of_ours_that_is_marked_at_few_of_its_places_does_not_stand() -> None:
    text = "A quoxarine, a quoxarine, and quoxarine."
    assert added(text, entity(text, "quoxarine", "THERAPY")) == []


def test_a_label_of_ours_goes_before_a_kind() -> None:
    text = "They took quoxarine."
    assert added(text, entity(text, "quoxarine", "DISEASE"), entity(text, "quoxarine", "THERAPY")) == [("quoxarine", "THERAPY")]


def test_a_longer_name_goes_before_a_shorter() -> None:
    text = "They took quoxarine maleate, then quoxarine."
    assert added(text, entity(text, "quoxarine"), entity(text, "quoxarine maleate")) == [("quoxarine maleate", "THERAPY"), ("quoxarine", "THERAPY")]


@pytest.mark.parametrize("words", ["12", "a", " - ", "42 %"])
def test_what_has_hardly_a_letter_is_no_name(words: str) -> None:
    text = f"They took {words} then."
    assert added(text, entity(text, words)) == []


def test_a_label_that_is_unknown_or_ignored_adds_nothing() -> None:
    text = "They took quoxarine."
    assert added(text, entity(text, "quoxarine", "WIDGET"), entity(text, "quoxarine", "CellLine")) == []


def test_the_most_specific_row_says_what_a_label_is(lexicon_of: Callable[..., Lexicon]) -> None:
    rows = [("*", "DISEASE", "disease", ""), ("en_mine_*", "DISEASE", "DISEASE", ""), ("en_mine_old", "DISEASE", "ignore", "")]
    lexicon = lexicon_of(ner_labels=rows)
    found = [kind_of(Entity(0, 1, "DISEASE", None, model), lexicon) for model in ("en_other", "en_mine_new", "en_mine_old")]
    assert found == ["disease", "DISEASE", "ignore"]
    assert kind_of(Entity(0, 1, "disease", None, "en_other"), lexicon) == "ignore"


@pytest.mark.parametrize(("words", "name"), [("Fox  fever", "fox fever"), ("ABT-1", "ABT-1"), ("CAR T", "CAR T"), ("Fox Fever", "Fox Fever")])
def test_a_normal_name_is_the_words_as_they_stand(words: str, name: str) -> None:
    assert plain(Name(words.lower(), "chemical", Entity(0, len(words), "X", None, "m"), ((0, len(words)),), 1.0), words) == name


def test_two_models_add_a_name_once() -> None:
    text = "They took quoxarine."
    found = mentions(text, [entity(text, "quoxarine", model="en_b"), entity(text, "quoxarine", model="en_a")])
    assert [m.source for m in found] == ["en_a"]


def test_without_entities_nothing_changes() -> None:
    text = "No CRS was seen after tisagenlecleucel in 34 children."
    assert mentions(text, []) == annotate_text("1", text, LEXICON).mentions


@pytest.mark.parametrize(
    ("text", "words", "label"),
    [
        ("Patients received ADP-X2AFP.", "ADP", "THERAPY"),
        ("Patients received it (ADP: Honoraria).", "ADP", "THERAPY"),
        ("An oral foxosine kinase inhibitor was given to patients.", "foxosine", "THERAPY"),
        ("Patients received novel therapies.", "novel therapies", "THERAPY"),
        ("Patients received it at a 7-day interval.", "7-day", "THERAPY"),
        ("Patients had a tumour after vorasine.", "tumour", "TOXICITY"),
    ],
)
def test_a_piece_of_a_name_and_general_words_are_no_names(text: str, words: str, label: str) -> None:
    assert added(text, entity(text, words, label)) == []


def test_what_a_run_does_not_show_to_a_model_gets_nothing_from_one_elsewhere() -> None:
    text = "The mice ate quoxarine. " + "Grapevines were watered at daybreak. " * 10
    assert not may_hold_mentions(text)
    assert added(text, entity(text, "quoxarine", "THERAPY")) == []
    for told in (text + "Nobody was a patient.", "The mice ate quoxarine."):
        assert may_hold_mentions(told)
        assert added(told, entity(told, "quoxarine", "THERAPY")) == [("quoxarine", "THERAPY")]


def test_an_abstract_without_patients_and_medicine_gets_nothing() -> None:
    text = "Grapevines were watered at daybreak. " * 10 + "Foxatine was bought in Lyon."
    assert added(text, entity(text, "Foxatine", "THERAPY")) == []

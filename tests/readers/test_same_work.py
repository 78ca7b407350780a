"""Records of one work are told by title, year and journal where no identifier tells them; records of two are not."""

from __future__ import annotations

from typing import Any

import pytest

from allnlp.readers import mark_duplicates
from allnlp.readers.record import Deletion
from allnlp.readers.same_work import is_same_work
from allnlp.schema import Document, Failure, document_text

TITLE = "Tisagenlecleucel in children and young adults with B-cell lymphoblastic leukemia"
ABSTRACT = "We treated 75 children and young adults with tisagenlecleucel. " * 5
ONE = Document("a", title=TITLE, abstract="", text=TITLE, journal="The New England journal of medicine", year=2018, authors=("Doe, Jane", "Roe, R"))
CONVERSE = (
    ("acute", "chronic"), ("male", "female"), ("symptomatic", "asymptomatic"), ("hypotensive", "hypertensive"), ("T-cell", "B-cell"), ("microvascular", "macrovascular"),
    ("increased", "decreased"), ("IgA", "IgG"), ("PD-1", "PD-L1"), ("Hodgkin", "non-Hodgkin"), ("lenalidomide", "pomalidomide"), ("treated", "untreated"),
)  # fmt: skip


def document(doc_id: str, **cells: Any) -> Document:
    made = Document(doc_id, **cells)
    return made._replace(text=document_text(made.title, made.abstract))


@pytest.mark.parametrize(
    "cells",
    [
        {"title": TITLE.replace("leukemia", "leukaemia") + "."},
        {"title": f"[{TITLE}.]"},
        {"title": f"RETRACTED: {TITLE}"},
        {"title": TITLE.upper()},
        {"title": TITLE.replace("B-cell", "B cell")},
        {"title": TITLE.replace("B-cell", "Bcell").replace("and young", "& young")},
        {"title": TITLE.replace("lymphoblastic", "lymphobastic")},
        {"year": 2019},
        {"year": None},
        {"journal": "N Engl J Med"},
        {"journal": "New England Journal of Medicine"},
        {"journal": None},
        {"authors": ("Doe J", "Roe R")},
        {"authors": ("J. Doe",)},
        {"authors": ()},
        {"pmid": "7", "doi": "10.5555/x"},
        {"abstract": ABSTRACT},
    ],
)
def test_a_record_that_is_written_otherwise_is_the_same_work(cells: dict[str, Any]) -> None:
    assert is_same_work(ONE, ONE._replace(**cells))
    assert is_same_work(ONE._replace(**cells), ONE)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"title": f"{TITLE}, part 1"}, {"title": f"{TITLE}, part 2"}),
        ({"title": f"{TITLE}: 2-year follow-up"}, {"title": f"{TITLE}: 5-year follow-up"}),
        ({"title": f"{TITLE}: part II"}, {"title": f"{TITLE}: part III"}),
        ({"title": f"Phase one trial of {TITLE}"}, {"title": f"Phase two trial of {TITLE}"}),
        ({}, {"title": f"Erratum: {TITLE}"}),
        ({}, {"title": f"{TITLE}: reply"}),
        ({}, {"title": f"{TITLE}: study protocol"}),
        ({}, {"title": TITLE.replace("Tisagenlecleucel", "Blinatumomab")}),
        *(({"title": f"{TITLE} and {one} disease after an allogeneic graft"}, {"title": f"{TITLE} and {other} disease after an allogeneic graft"}) for one, other in CONVERSE),
        ({}, {"year": 2020}),
        ({}, {"journal": "Blood"}),
        ({"journal": "Blood"}, {"journal": "Blood advances"}),
        ({}, {"authors": ("Poe, Edgar",)}),
        ({"pmid": "1"}, {"pmid": "2"}),
        ({"doi": "10.5555/a"}, {"doi": "10.5555/b"}),
        ({"trial_ids": ("NCT01234567",)}, {"trial_ids": ("NCT07654321",)}),
        ({"title": "Acute lymphoblastic leukemia"}, {"title": "Acute lymphoblastic leukemia"}),
        ({"journal": None, "authors": ()}, {"year": None, "title": TITLE.replace("leukemia", "leukemias")}),
        ({"abstract": ABSTRACT}, {"abstract": "Minimal residual disease was measured by flow cytometry in every laboratory of the group. " * 4}),
    ],
)
def test_a_record_of_another_work_is_not(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert not is_same_work(ONE._replace(**first), ONE._replace(**second))


SUBTITLE = ": results of an invented registry of twelve centres"


def test_a_title_without_its_subtitle_is_the_same_where_the_abstract_is() -> None:
    whole = ONE._replace(title=TITLE + SUBTITLE, abstract=ABSTRACT)
    assert is_same_work(whole, ONE._replace(abstract=f"BACKGROUND: {ABSTRACT} (c) The Authors."))
    assert is_same_work(ONE._replace(abstract=ABSTRACT), whole)
    assert not is_same_work(whole._replace(abstract=""), ONE)
    assert not is_same_work(whole, ONE._replace(abstract=ABSTRACT.replace("75", "57")))
    assert not is_same_work(whole._replace(title=f"{TITLE}: reply by the authors"), ONE._replace(abstract=ABSTRACT))


def test_greek_letters_are_their_names() -> None:
    title = "Inhibition of TGF-β and of IFNγ in the marrow of mice with leukaemia"
    assert is_same_work(ONE._replace(title=title), ONE._replace(title="Inhibition of TGF-beta and of IFN-gamma in the marrow of mice with leukemia."))


def test_what_is_merged_has_every_identifier_and_the_fuller_abstract() -> None:
    scopus = document("10.5555/a", doi="10.5555/a", title=TITLE, abstract="We treated 75 children.", year=2018, other_ids=("2-s2.0-1",), source_file="s.csv")
    pubmed = document("7", pmid="7", doi="10.5555/a", title=TITLE, abstract=ABSTRACT.strip(), mesh_terms=("Child",), trial_ids=("NCT01234567",))
    embase = document("L20", title=TITLE + ".", year=2018, keywords=("cd19",), notices=("retraction in 9",), is_retracted=True)
    first, second, third = mark_duplicates([scopus, pubmed, embase])
    assert isinstance(first, Document)
    assert (first.doc_id, first.pmid, first.doi, first.other_ids) == ("7", "7", "10.5555/a", ("2-s2.0-1", "L20"))
    assert (first.abstract, first.abstract_from, first.source_file) == (pubmed.abstract, "7#2", "s.csv")
    assert first.text == document_text(TITLE, pubmed.abstract)
    assert (first.mesh_terms, first.keywords, first.trial_ids) == (("Child",), ("cd19",), ("NCT01234567",))
    assert (first.is_retracted, first.notices) == (True, ("retraction in 9",))
    assert [(d.doc_id, d.duplicate_of, d.duplicate_by) for d in (second, third) if isinstance(d, Document)] == [("7#2", "7", "doi"), ("L20", "7", "title")]


def test_a_copyright_line_makes_no_fuller_abstract() -> None:
    rows = [document("1", pmid="1", title=TITLE, abstract=ABSTRACT), document("1", pmid="1", title=TITLE, abstract=ABSTRACT + " (c) 2020 by the authors.")]
    first, _ = mark_duplicates(rows)
    assert isinstance(first, Document)
    assert (first.abstract, first.abstract_from) == (ABSTRACT, None)


def test_the_state_that_was_revised_last_stands() -> None:
    old = document("1", pmid="1", title=TITLE, abstract=ABSTRACT, revised="2020-01-02", source_record=1)
    new = document("1", pmid="1", title=TITLE, abstract="It was shortened.", revised="2021-05-06", source_record=2)
    older, newest = mark_duplicates([old, new])
    assert (older.doc_id, newest.doc_id) == ("1#2", "1")
    assert isinstance(older, Document)
    assert isinstance(newest, Document)
    assert (older.duplicate_of, older.duplicate_by, newest.abstract) == ("1", "pmid", "It was shortened.")
    first, second = mark_duplicates([new, old])
    assert (first.doc_id, second.doc_id) == ("1", "1#2")


def test_of_two_states_of_one_day_the_later_stands_where_they_differ() -> None:
    rows = [document("1", pmid="1", title=TITLE, abstract=text, revised="2020-01-02") for text in ("First.", "Second.")]
    assert [row.doc_id for row in mark_duplicates(rows)] == ["1#2", "1"]
    assert [row.doc_id for row in mark_duplicates([rows[0], rows[0]])] == ["1", "1#2"]


def test_a_deletion_takes_away_what_stood_before_it() -> None:
    row = document("1", pmid="1", title=TITLE, source_file="base.xml", source_record=4)
    failed, again = mark_duplicates([row, Deletion("1", "update.xml"), Deletion("2", "update.xml"), row])
    assert isinstance(failed, Failure)
    assert (failed.doc_id, failed.step, failed.source_record) == ("1", "delete", 4)
    assert "base.xml: record 4: the source withdrew PMID 1 (DeleteCitation in update.xml)" in failed.error
    assert isinstance(again, Document)
    assert (again.doc_id, again.duplicate_of) == ("1", None)


def test_abstracts_of_a_supplement_that_share_its_doi_are_all_kept() -> None:
    rows = [
        document("a", doi="10.5555/s", title=TITLE, abstract=ABSTRACT),
        document("b", doi="10.5555/s", title="Measurable residual disease by flow cytometry after induction", abstract="Marrow was examined. " * 12),
        document("c", doi="10.5555/s", title=TITLE, abstract=ABSTRACT),
    ]
    assert [row.duplicate_of for row in mark_duplicates(rows) if isinstance(row, Document)] == [None, None, "a"]


def test_alike_titles_do_not_join_two_dois() -> None:
    rows = [
        document("a", doi="10.5555/1", title=TITLE, year=2018),
        document("b", doi="10.5555/2", title=TITLE, year=2018),
        document("c", title=TITLE + ".", year=2018),
    ]
    found = [row for row in mark_duplicates(rows) if isinstance(row, Document)]
    assert [row.duplicate_of for row in found] == [None, None, "a"]


def test_two_registered_trials_of_one_title_are_two() -> None:
    rows = [document(name, title=TITLE, year=2018, journal="ClinicalTrials.gov") for name in ("NCT01234567", "NCT07654321")]
    assert [row.duplicate_of for row in mark_duplicates(rows) if isinstance(row, Document)] == [None, None]

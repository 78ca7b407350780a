"""Repeated records are marked, doc_ids are unique, nothing is dropped."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from allnlp.readers import mark_duplicates
from allnlp.schema import Document, Failure, document_text


def document(doc_id: str, title: str = "", abstract: str = "", pmid: str | None = None, doi: str | None = None) -> Document:
    return Document(doc_id, pmid, None, doi, title, abstract, document_text(title, abstract))


def marks(*rows: Document) -> list[tuple[str, str | None]]:
    return [(row.doc_id, row.duplicate_of) for row in mark_duplicates(rows) if isinstance(row, Document)]


def test_same_pmid_is_a_duplicate_and_keeps_a_doc_id_of_its_own() -> None:
    rows = (document("1", "A", "b", pmid="1"), document("1", "A.", "c", pmid="1"), document("1", pmid="1"))
    assert marks(*rows) == [("1", None), ("1#2", "1"), ("1#3", "1")]


def test_same_doi_is_a_duplicate_of_a_record_with_a_pmid() -> None:
    rows = (document("1", "A", "b", pmid="1", doi="10.5555/x"), document("10.5555/x", "A", "other", doi="10.5555/x"))
    assert marks(*rows) == [("1", None), ("10.5555/x", "1")]


def test_same_text_without_case_and_marks_is_a_duplicate() -> None:
    rows = (document("a", "Cells in Adults.", "We saw them."), document("b", "CELLS in adults", "We saw – them"))
    assert marks(*rows) == [("a", None), ("b", "a")]


def test_chain_points_to_the_first() -> None:
    rows = (
        document("1", "Cells", "text", pmid="1"),
        document("d", "Cells", "text", doi="10.5555/x"),
        document("e", "Other", "words", doi="10.5555/x"),
    )
    assert marks(*rows) == [("1", None), ("d", "1"), ("e", "1")]


def test_shared_doc_id_alone_is_no_duplicate() -> None:
    assert marks(document("7", "A", "b"), document("7", "C", "d")) == [("7", None), ("7#2", None)]


def test_different_pmids_are_never_the_same_record() -> None:
    rows = (document("1", "Reply", "The same words.", pmid="1"), document("2", "Reply", "The same words.", pmid="2"))
    assert marks(*rows) == [("1", None), ("2", None)]
    rows = (document("x", "A", "b", pmid="1"), document("y", "A", "b", pmid="2"))
    assert marks(*rows) == [("x", None), ("y", None)]


def test_short_titles_and_empty_records_are_not_the_same() -> None:
    rows = (document("a", "Editorial"), document("b", "Editorial"), document("c"), document("c"))
    assert marks(*rows) == [("a", None), ("b", None), ("c", None), ("c#2", None)]


def test_suffix_that_is_taken_is_not_given_again() -> None:
    rows = (document("a#2", "A", "1"), document("a", "B", "2"), document("a", "C", "3"))
    assert marks(*rows) == [("a#2", None), ("a", None), ("a#3", None)]


def test_failures_pass_through() -> None:
    failed = Failure(None, "f", 1, "read", "x")
    assert list(mark_duplicates([failed])) == [failed]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "A", "B"]), st.sampled_from([None, "1", "2"])), max_size=12))
def test_every_row_is_kept_doc_ids_are_unique_and_marks_point_back(cells: Sequence[tuple[str, str, str | None]]) -> None:
    rows = [document(name, text, text, pmid=pmid) for name, text, pmid in cells]
    found = [row for row in mark_duplicates(rows) if isinstance(row, Document)]
    assert [row.source_record for row in found] == [row.source_record for row in rows]
    assert all(f.text == r.text for f, r in zip(found, rows, strict=True) if f.duplicate_of is not None or f.abstract_from is None)
    ids = [row.doc_id for row in found]
    assert len(set(ids)) == len(ids)
    originals: set[str] = set()
    for row in found:
        assert row.duplicate_of is None or row.duplicate_of in originals
        if row.duplicate_of is None:
            originals.add(row.doc_id)

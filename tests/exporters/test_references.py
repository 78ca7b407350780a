"""References come back from RIS and PubMed's form as they were."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st

from allnlp.collection.selection import select
from allnlp.exporters.references import Tags, nbib_record, one_line, ris_record, write_nbib, write_ris
from allnlp.readers.medline import read_medline
from allnlp.readers.ris import read_ris
from allnlp.readers.sniff import sniff
from allnlp.schema import Document, document_text

TITLE = "Invented cells in adults: α and β."
ABSTRACT = "BACKGROUND: We made up 24 patients. RESULTS: " + "Remission was seen in 18 of 24 patients. " * 4 + "The end."
WHOLE = Document(
    "90000001", "90000001", "PMC9000001", "10.5555/inv.2021.001", TITLE, ABSTRACT, document_text(TITLE, ABSTRACT), "Journal of Invented Medicine",
    2021, "2021-03-05", ("Muster, Erika Maria", "Beispiel, B"), ("Journal Article", "Clinical Trial"), ("Adult", "Leukemia/drug therapy"), ("invented cells",),
    ("NCT09999991", "ISRCTN99999991"), "eng",
)  # fmt: skip
BARE = Document("X-77", title="A second record", text="A second record")
DOI_ONLY = Document("10.5555/inv.2", doi="10.5555/inv.2", title="A third", abstract="Text.", text="A third\nText.", year=2020, publication_date="2020-11")


def read(record: str, form: str) -> list[Any]:
    reader = {"ris": read_ris, "nbib": read_medline}[form]
    return list(reader(io.BytesIO(record.encode()), source_file="f"))


FORMS = {"ris": ris_record, "nbib": nbib_record}


@pytest.mark.parametrize("form", FORMS)
def test_documents_come_back_through_our_readers(form: str) -> None:
    documents = [WHOLE, BARE, DOI_ONLY, WHOLE._replace(is_retracted=True)]
    found = read("\n".join(map(FORMS[form], documents)), form)
    assert len(found) == 4
    for name in ("doc_id", "pmid", "pmcid", "doi", "title", "abstract", "year", "publication_date", "journal", "authors", "trial_ids", "language"):
        assert [getattr(f, name) for f in found] == [getattr(d, name) for d in documents], name
    assert [f.is_retracted for f in found] == [False, False, False, True]
    assert found[0].publication_types == WHOLE.publication_types
    if form == "nbib":
        assert (found[0].mesh_terms, found[0].keywords) == (WHOLE.mesh_terms, WHOLE.keywords)
    else:
        assert found[0].keywords == WHOLE.keywords + WHOLE.mesh_terms


def test_rispy_reads_each_field() -> None:
    (found,) = rispy.loads(ris_record(WHOLE))
    assert (found["type_of_reference"], found["title"], found["abstract"]) == ("JOUR", WHOLE.title, WHOLE.abstract)
    assert (found["year"], found["date"], found["doi"], found["secondary_title"]) == ("2021", "2021/03/05", WHOLE.doi, WHOLE.journal)
    assert (found["authors"], found["accession_number"], found["name_of_database"]) == (list(WHOLE.authors), "90000001", "PubMed")
    assert (found["keywords"], found["urls"]) == ([*WHOLE.keywords, *WHOLE.mesh_terms], ["https://pubmed.ncbi.nlm.nih.gov/90000001/"])


def test_lines_of_pubmed_are_wrapped_as_pubmed_wraps_them() -> None:
    lines = nbib_record(WHOLE).splitlines()
    assert lines[0] == "PMID- 90000001"
    assert max(map(len, lines)) <= 88
    assert "FAU - Muster, Erika Maria" in lines
    assert "AU  - Muster EM" in lines
    assert "LID - 10.5555/inv.2021.001 [doi]" in lines
    assert "SI  - ClinicalTrials.gov/NCT09999991" in lines
    assert "DP  - 2021 Mar 5" in lines
    start = next(i for i, line in enumerate(lines) if line.startswith("AB  - "))
    assert lines[start + 1].startswith("      ")


def test_files_are_known_by_their_content(tmp_path: Path) -> None:
    for form, record in FORMS.items():
        path = tmp_path / "f.txt"
        path.write_text(record(WHOLE) + "\n" + record(DOI_ONLY) + "\n", encoding="utf-8")
        with path.open("rb") as stream:
            assert sniff(stream.read(), "f.txt") == {"nbib": "medline"}.get(form, form)


TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(["AB  - x", "TI  - ", "ER  - ", "\n", "\r\n", "\t", "PMID- 1", "TY  - JOUR", "- ", "  ", "\u2009", "\x85", "\u2028", "\x0c", "word", "α", "a" * 95]),
        max_size=12,
    ).map("".join),
)  # fmt: skip


def same(text: str) -> str:
    """A text as a reader can give it back."""
    return one_line(text)


@given(titles=st.lists(TEXTS, min_size=1, max_size=3), abstract=TEXTS, author=TEXTS, keyword=TEXTS)
def test_no_text_breaks_a_record(titles: list[str], abstract: str, author: str, keyword: str) -> None:
    nothing = ("na", "n/a", "nan", "none", "null", "-", "")  # that a reader takes for no abstract
    if same(abstract).strip(" .").lower() in nothing:
        abstract = ""
    documents = [
        Document(f"X-{i}", title=f"T {title}", abstract=abstract, text="x", authors=(author,), keywords=(keyword,), year=2020) for i, title in enumerate(titles)
    ]  # fmt: skip
    for form, record in FORMS.items():
        found = read("\n".join(map(record, documents)), form)
        assert [(f.doc_id, f.title, f.abstract, f.year) for f in found] == [(d.doc_id, same(d.title), same(d.abstract), 2020) for d in documents], form
        assert all([name.strip() for name in f.authors if name.strip()] == ([same(author).strip()] if same(author).strip() else []) for f in found), form
    again = rispy.loads("\n".join(map(ris_record, documents)))
    assert [(a["title"], a.get("abstract", "")) for a in again] == [(same(d.title).strip(), same(d.abstract).strip()) for d in documents]


@pytest.mark.parametrize(("write", "reader"), [(write_ris, read_ris), (write_nbib, read_medline)])
def test_a_selection_is_written_and_tags_are_added_on_demand(evidence: Path, tmp_path: Path, write: Any, reader: Any) -> None:
    selection = select(evidence)
    write(selection, tmp_path / "plain")
    write(selection, tmp_path / "tagged", tags=True)
    plain, tagged = ((tmp_path / name).read_text(encoding="utf-8") for name in ("plain", "tagged"))
    assert "allnlp" not in plain
    assert "allnlp: study type" in tagged
    documents = list(reader(tmp_path / "tagged", source_file="f"))
    assert [d.title for d in documents] == selection.documents["title"].tolist()
    write(selection, tmp_path / "again", tags=True)
    assert (tmp_path / "again").read_bytes() == (tmp_path / "tagged").read_bytes()


def test_tags_are_keywords_and_a_note() -> None:
    tags = Tags(("ANTIGEN: CD19",), "allnlp: study type phase 2, 24 patients")
    (found,) = rispy.loads(ris_record(BARE, tags))
    assert (found["keywords"], found["notes"]) == (["ANTIGEN: CD19"], ["allnlp: study type phase 2, 24 patients"])
    assert "OT  - ANTIGEN: CD19\nGN  - allnlp: study type phase 2, 24 patients" in nbib_record(BARE, tags)


def test_negated_concepts_are_no_tags(folder: Path, tmp_path: Path) -> None:
    selection = select(folder)
    negated = selection._replace(mentions=selection.mentions.assign(assertion=pd.Series("negated", index=selection.mentions.index)))
    write_ris(selection, tmp_path / "all.ris", tags=True)
    write_ris(negated, tmp_path / "none.ris", tags=True)
    assert any(line.startswith("KW  - THERAPY: ") for line in lines_of(tmp_path / "all.ris"))
    assert not any(line.startswith("KW  - THERAPY: ") for line in lines_of(tmp_path / "none.ris"))


def lines_of(path: Path) -> Iterator[str]:
    yield from path.read_text(encoding="utf-8").split("\n")

"""Article pages of several publishers' kinds, saved as text: abstract and citation, no navigation."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from allnlp.readers import read, rows_of
from allnlp.readers.article_page import NAVIGATION
from allnlp.schema import Document, Failure

ABSTRACT = (
    "Invented cells have changed what nobody does for adults with an invented leukemia. We made up 24 patients and looked at them for"
    " two years. A remission was seen in 18 of them, and fever in 20. Taken together, invented cells are as good as they are made up,"
    " and a larger invention is under way in three more places."
)
TITLE = "Invented cells for adults with an invented leukemia"

TOP = f"""{ABSTRACT}
Skip Nav Destination
March 5, 2021
{TITLE} Available to Purchase
Erika Muster,
Search for other works by this author on:
Invented Blood (2021) 5 (2): 14–15.
Citation
Erika Muster, Bo Beispiel; {TITLE}. Invented Blood 2021; 5 (2): 14–15. doi: https://doi.org/10.5555/inv.2021.001
Sign In
"""
NATURE = f"""Skip to main content
Advertisement
{TITLE}
Erika Muster & Bo Beispiel
Invented Nature volume 5, pages 14–15 (2021)Cite this article
Abstract
{ABSTRACT}
Similar content being viewed by others
Introduction
The text of the article begins here and is of no interest at all, however long it may be made by those who wrote it in a hurry.
About this article
Cite this article
Muster, E., Beispiel, B. {TITLE}. Invented Nature 5, 14–15 (2021). https://doi.org/10.5555/inv.2021.001
Published 05 March 2021
"""
PLOS = f"""Sign In
Open Access
{TITLE}
Erika Muster, Bo Beispiel
Published: March 5, 2021
https://doi.org/10.5555/inv.2021.001
Abstract
Background
Nobody knows what invented cells do in adults with an invented leukemia.
Methods
We made up 24 patients.
Citation: Muster E, Beispiel B (2021) {TITLE}. PLOS Invented 5(2): e14. https://doi.org/10.5555/inv.2021.001
Download
"""
OXFORD = f"""Skip to Main Content
{TITLE}
Erika Muster, Bo Beispiel
Invented Journal, Volume 5, Issue 2, March 2021, Pages 14–15, https://doi.org/10.5555/inv.2021.001
Cite
Erika Muster, Bo Beispiel, {TITLE}, Invented Journal, Volume 5, Issue 2, March 2021, Pages 14–15, https://doi.org/10.5555/inv.2021.001
Abstract
{ABSTRACT}
Issue Section: Articles
"""
VANCOUVER = f"""Log in
{TITLE}
Abstract {ABSTRACT}
Keywords: cells
Muster E, Beispiel B. {TITLE}. Inv J. 2021;5(2):14-15. doi:10.5555/inv.2021.001
Download PDF
"""


def one(text: str) -> Document:
    (row,) = rows_of(io.BytesIO(text.encode()), "x.txt")
    assert isinstance(row, Document)
    return row


@pytest.mark.parametrize(
    ("page", "journal", "authors"),
    [
        (TOP, "Invented Blood", ("Erika Muster", "Bo Beispiel")),
        (NATURE, "Invented Nature", ("Muster, E.", "Beispiel, B.")),
        (PLOS, "PLOS Invented", ("Muster E", "Beispiel B")),
        (OXFORD, "Invented Journal", ("Erika Muster", "Bo Beispiel")),
        (VANCOUVER, "Inv J", ("Muster E", "Beispiel B")),
    ],
)
def test_page_gives_abstract_and_citation(page: str, journal: str, authors: tuple[str, ...]) -> None:
    row = one(page)
    assert (row.title, row.journal, row.authors, row.year, row.doi) == (TITLE, journal, authors, 2021, "10.5555/inv.2021.001")
    if page is PLOS:
        assert row.abstract == (
            "Background: Nobody knows what invented cells do in adults with an invented leukemia. Methods: We made up 24 patients."
        )
    else:
        assert row.abstract == ABSTRACT


def test_date_of_the_page_is_that_of_publication() -> None:
    assert one(TOP).publication_date == "2021-03-05"
    assert one(PLOS).publication_date == "2021-03-05"


def test_page_without_abstract_and_citation_is_a_failure() -> None:
    (row,) = rows_of(io.BytesIO(b"Skip to content\nSign In\nMy Account\nDownload PDF\nShare\nPermissions\n"), "x.txt")
    assert isinstance(row, Failure)
    assert "save the whole page" in row.error


def test_the_page_that_the_project_started_from(shared: Path) -> None:
    (row,) = read([shared / "real" / "pages" / "article-page.txt"])
    assert isinstance(row, Document)
    assert row.title == "The present and future of CAR T-cell therapy for adult B-cell ALL"
    assert row.authors == ("Alexandros Rampotas", "Claire Roddie")
    assert (row.journal, row.year, row.publication_date) == ("Blood", 2025, "2025-04-03")
    assert row.doc_id == row.doi == "10.1182/blood.2023022922"
    assert row.abstract.startswith("Chimeric antigen receptor T-cell therapy (CAR-T) targeting CD19")
    assert row.abstract.endswith("in a historically challenging patient population.")
    assert not [words for words in NAVIGATION if len(words) > 8 and words in row.text.lower()]

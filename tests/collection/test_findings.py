"""Findings of a folder that fit, with their studies and sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from allnlp import schema
from allnlp.collection.findings import select_findings
from allnlp.collection.grades import fits_grade, fits_months, parse_grade, parse_months
from allnlp.errors import FolderError, NothingFound, OptionError


def places(evidence: Path, **options: Any) -> list[tuple[str, int]]:
    found = select_findings(evidence, **options)
    return list(zip(found["doc_id"], found["finding"], strict=True))


def test_every_finding_comes_with_its_study_and_its_sentence(evidence: Path) -> None:
    found = select_findings(evidence)
    assert len(found) == 14
    assert list(found.columns) == [c.column for c in schema.columns("findings")] + [
        "study", "year", "journal", "pmid", "doi", "title", "section", "sentence_text",
    ]  # fmt: skip
    first = found.iloc[0]
    assert (first.study, first.year, first.pmid, first.section) == ("Maude 2018", 2018, "00990001", "results")
    assert first.sentence_text.startswith("Any-grade CRS occurred in 26")
    assert first.sentence_text.endswith("(12%).")
    assert all(e in s for e, s in zip(found["evidence"], found["sentence_text"], strict=True))
    assert (str(found["n"].dtype), str(found["is_consistent"].dtype)) == ("Int64", "boolean")


@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        ("any", [("1", 0)]),
        (">=3", [("1", 1), ("1", 2), ("2", 0), ("2", 1)]),
        ("3-4", [("1", 1)]),
        ("4", [("1", 2)]),
        ("3", []),
        ("<=2", []),
    ],
)
def test_a_grade_chooses(evidence: Path, grade: str, expected: list[tuple[str, int]]) -> None:
    assert places(evidence, toxicities=["CRS"], grade=grade) == expected


def test_a_grade_by_word_is_the_word_as_written(evidence: Path) -> None:
    assert places(evidence, grade="Severe") == [("2", 4)]
    assert ("2", 4) in places(evidence, grade="≥3")


def test_a_wrong_grade_shows_the_forms(evidence: Path) -> None:
    for wrong in ("x", "6", "4-3", "3-3", "", ">=", "3+4", "<0"):
        with pytest.raises(OptionError, match="Write any, 3, >=3, <=2, 3-4, or a word as severe"):
            select_findings(evidence, grade=wrong)


def test_narrower_concepts_count_unless_it_is_exact(evidence: Path) -> None:
    assert places(evidence, toxicities=["neurotoxicity"]) == [("1", 3), ("1", 4)]
    assert places(evidence, toxicities=["neurotoxicity"], exact=True) == [("1", 4)]


def test_toxicities_and_outcomes_add_up_and_other_options_narrow(evidence: Path) -> None:
    assert places(evidence, toxicities=["ICANS"], outcomes=["CR"]) == [("1", 3), ("1", 5), ("1", 8)]
    assert places(evidence, concepts=["OS"], measures=["hazard_ratio"]) == [("1", 7)]
    assert places(evidence, toxicities=["CRS"], therapies=["tisa-cel"]) == [("2", 1)]
    assert places(evidence, needs_review=True) == [("1", 2)]
    assert len(places(evidence, needs_review=False)) == 13


def test_a_year_is_twelve_months(evidence: Path) -> None:
    assert (
        places(evidence, outcomes=["overall survival"], timepoint="1 year")
        == places(evidence, timepoint="12 months")
        == [("1", 6), ("2", 2), ("2", 3)]
    )
    assert places(evidence, timepoint="day 28") == []
    with pytest.raises(OptionError, match="Write 12 months, 1 year"):
        select_findings(evidence, timepoint="soon")


def test_an_unlisted_concept_is_found_by_its_name(evidence: Path) -> None:
    assert places(evidence, toxicities=["Rare harm"]) == [("2", 4)]


def test_wrong_names_and_measures_are_said(evidence: Path) -> None:
    with pytest.raises(NothingFound, match="no outcome is named 'CRS'"):
        select_findings(evidence, outcomes=["CRS"])
    with pytest.raises(NothingFound, match="no mention of axicabtagene ciloleucel in"):
        select_findings(evidence, therapies=["axi-cel"])
    with pytest.raises(OptionError, match="measure 'mean' is none of incidence"):
        select_findings(evidence, measures=["mean"])


def test_a_folder_without_findings_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="no such folder"):
        select_findings(tmp_path / "none")


@pytest.mark.parametrize(
    ("words", "canonical"),
    [
        ("any", "any"), ("any grade", "any"), ("all grades", "any"), ("grade 3", "3"), ("G3", "3"), ("≥ 3", ">=3"), ("grade ≥3", ">=3"), ("3+", ">=3"), (">2", ">=3"),
        ("3 or higher", ">=3"), ("<3", "<=2"), ("1–2", "1-2"), ("III", "3"), ("grades II-IV", "2-4"), ("2 to 4", "2-4"), ("high-grade", "high-grade"),
    ],
)  # fmt: skip
def test_grades_are_understood_as_people_write_them(words: str, canonical: str) -> None:
    assert parse_grade(words).words == canonical


def test_a_figure_of_any_grade_is_not_of_grade_0_to_2() -> None:
    assert not fits_grade(parse_grade("<=2"), "any", 0, 2)
    assert fits_grade(parse_grade("<=2"), "1-2", 1, 2)
    assert not fits_grade(parse_grade("3"), "severe", 3, 3)


def test_times_agree_to_three_percent() -> None:
    assert fits_months(parse_months("52 weeks"), 12)
    assert fits_months(parse_months("D28"), 28 / 30.4)
    assert not fits_months(parse_months("28 days"), 1)

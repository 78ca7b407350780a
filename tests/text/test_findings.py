"""Findings of invented sentences: every row of tests/sentences/findings, then grading systems, therapies, checks and evidence.

A line of those files at the margin is a text; the lines below it that stand in are its findings, or `none`. Cells are parted by bars,
the concept and the measure first, then those that are said: `26.5%` or `11 months` or `2.24` the value, `9/34` n of total (`9/` without
a total, `/34` without n), `grade >=3`, `ci 12.9-44.4` (`ci 15.9-` where the upper bound is not reached), `p <0.001`, `time 12 months`,
`group X`, `therapy X`. A cell that is not said is empty; `therapy` alone is looked at only where it is said.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.schema import Finding, Study, document_text
from allnlp.text import Lexicon, annotate_text, find_findings, study_record
from allnlp.text.findings import grading_system

FOLDER = Path(__file__).parents[1] / "sentences" / "findings"
THEMES = ("shares", "counts", "times", "ratios", "grades", "lists", "totals", "groups", "negatives")

Read = Callable[..., list[Finding]]


class Case(NamedTuple):
    """A text and the lines of its findings."""

    text: str
    findings: tuple[str, ...]


def cases(theme: str) -> list[Case]:
    out: list[Case] = []
    for line in (FOLDER / f"{theme}.txt").read_text(encoding="utf-8").split("\n"):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("  "):
            out[-1] = out[-1]._replace(findings=(*out[-1].findings, line.strip()))
        else:
            out.append(Case(line, ()))
    return out


def shown(f: Finding) -> tuple[str, str]:
    """A finding as its line, without and with the therapy."""
    value = "" if f.value is None else f"{f.value:g}{'%' if f.unit == '%' else ' ' + f.unit if f.unit else ''}"
    n = "" if f.n is None and f.total is None else f"{'' if f.n is None else f.n}/{'' if f.total is None else f.total}"
    interval = (f.ci_low, f.ci_high)
    ci = "" if interval == (None, None) else "ci " + "-".join("" if bound is None else f"{bound:g}" for bound in interval)
    cells = [f.concept, f.measure, value, n, f.grade and f"grade {f.grade}", ci, "" if f.p_value is None else f"p {f.p_sign}{f.p_value:g}"]
    cells += [f.timepoint and f"time {f.timepoint}", f.group and f"group {f.group}"]
    line = " | ".join(cell for cell in cells if cell)
    return line, f"{line} | therapy {f.therapy}"


@pytest.fixture(scope="module")
def read(lexicon: Lexicon) -> Read:
    """Reads the findings of a title and an abstract, with the study record made by the program, one by hand, or none."""

    def findings(text: str, title: str = "", *, study: bool | Study = False) -> list[Finding]:
        whole = document_text(title, text)
        found = annotate_text("d", whole, lexicon, title_end=len(title) if title else 0)
        record = study if isinstance(study, Study) else study_record("d", whole, *found) if study else None
        return find_findings("d", whole, *found, record)

    return findings


def test_every_file_is_read_and_every_text_stands_once_with_its_findings() -> None:
    read = [case for theme in THEMES for case in cases(theme)]
    assert {path.stem for path in FOLDER.iterdir()} == set(THEMES)
    assert [case.text for case in read if not case.findings or ("none" in case.findings and len(case.findings) > 1)] == []
    assert len({case.text for case in read}) == len(read)


@pytest.mark.parametrize(
    ("text", "expected"), [pytest.param(*case, id=f"{theme}: {case.text[:90]}") for theme in THEMES for case in cases(theme)]
)
def test_text_has_just_these_findings(read: Read, text: str, expected: tuple[str, ...]) -> None:
    rows = [shown(f) for f in read(text)]
    wanted = () if expected == ("none",) else expected
    has_therapy = [" | therapy " in line for line in wanted]
    assert sorted(line for line, _ in rows) == sorted(line.partition(" | therapy ")[0] for line in wanted)
    for line, is_said in zip(wanted, has_therapy, strict=True):
        assert not is_said or line in [whole for _, whole in rows]


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("CRS was graded by the ASTCT consensus.", "ASTCT"),
        ("Events were graded with CTCAE version 5.0.", "CTCAE v5.0"),
        ("Events were graded with the Common Terminology Criteria for Adverse Events (v4.03).", "CTCAE v4.03"),
        ("Events were graded with CTCAE.", "CTCAE"),
        ("CRS was graded by Lee criteria, other events by CTCAE v5.", "Lee; CTCAE v5"),
        ("CRS was graded on the Penn scale.", "Penn"),
        ("Neurotoxicity was graded by CARTOX.", "CARTOX"),
        ("Acute GVHD was graded by the Glucksberg scale and chronic GVHD by the NIH consensus criteria.", "Glucksberg; NIH consensus"),
        ("Dr. Lee graded the events.", None),
    ],
)
def test_the_grading_system_is_the_named_one(text: str, system: str | None) -> None:
    assert grading_system(text) == system


def test_a_grading_system_stands_beside_grades_alone(read: Read) -> None:
    rows = read("CRS was graded by ASTCT. Grade 3 CRS occurred in 8% of patients. The CR rate was 70%.")
    assert [(f.grade, f.grading_system) for f in rows] == [("3", "ASTCT"), (None, None)]


@pytest.mark.parametrize(
    ("grade", "bounds"),
    [
        ("Any-grade", ("any", None, None)),
        ("Grade 4", ("4", 4, 4)),
        ("Grade 3 or higher", (">=3", 3, 5)),
        ("Grade 2-4", ("2-4", 2, 4)),
        ("Grade ≤ 2", ("<=2", 0, 2)),
        ("Severe", ("severe", 3, 5)),
        ("Life-threatening", ("life-threatening", 4, 4)),
        ("Fatal", ("fatal", 5, 5)),
        ("Mild", ("mild", 1, 1)),
    ],
)
def test_a_grade_has_its_bounds(read: Read, grade: str, bounds: tuple[str, int | None, int | None]) -> None:
    (row,) = read(f"{grade} pneumonia occurred in 8% of patients.")
    assert (row.grade, row.grade_min, row.grade_max) == bounds


TREATED = "A total of 40 patients with acute myeloid leukemia were treated with {} in a phase 2 trial. "


@pytest.mark.parametrize(
    ("abstract", "therapy", "link"),
    [
        ("The CR rate was 44% with blinatumomab.", "blinatumomab", "same_clause"),
        ("CR was reached by 44% with blinatumomab and 25% with cytarabine.", "blinatumomab", "same_clause"),
        ("Blinatumomab was given to all patients; the CR rate was 44%.", "blinatumomab", "same_sentence"),
        (TREATED.format("blinatumomab") + "The CR rate was 44%.", "blinatumomab", "only_therapy"),
        (TREATED.format("venetoclax or ibrutinib") + "The CR rate was 44%.", None, None),
        ("The CR rate was 44% after prior blinatumomab.", None, None),
        ("CRS occurred in 44% of patients; tocilizumab was given to all of them.", None, None),
    ],
)
def test_a_number_belongs_to_the_therapy_of_its_clause_sentence_or_study(
    read: Read, abstract: str, therapy: str | None, link: str | None
) -> None:
    row = read(abstract, study=True)[0]
    assert (row.value, row.therapy, row.therapy_link) == (44, therapy, link)
    assert (row.therapy_id is None) == (therapy is None)


@pytest.mark.parametrize(
    ("text", "p"),
    [
        ("Sepsis occurred in 26% vs 12% (p = .02).", 0.02),
        ("Sepsis occurred in 26% versus 12% of patients (P = 0.02).", 0.02),
        ("Sepsis occurred in 26% (p = .02) and neutropenia in 12%.", None),
    ],
)
def test_the_p_value_of_a_comparison_stands_with_both_arms(read: Read, text: str, p: float | None) -> None:
    rows = read(text)
    assert [(f.value, f.p_value) for f in rows] == [(26, 0.02), (12, p)]


@pytest.fixture(scope="module")
def of_40(lexicon: Lexicon) -> Study:
    """The record of a study of 40 patients."""
    text = "A total of 40 patients were treated with drug X."
    return study_record("d", text, *annotate_text("d", text, lexicon))._replace(n_patients=40)


@pytest.mark.parametrize(
    ("text", "is_consistent", "reason"),
    [
        ("CRS occurred in 9 of 34 patients (26.5%).", True, ""),
        ("CRS occurred in 9 of 34 patients (26%).", True, ""),
        ("CRS occurred in 9 of 34 patients (36.5%).", False, "9 of 34 is 26.5%, not 36.5%"),
        ("CRS occurred in 9 of 44 patients.", False, "the total 44 is more than the study's 40 patients"),
        ("The CR rate was 70% (95% CI, 55-83).", True, ""),
        ("The CR rate was 70% (95% CI, 75-83).", False, "the interval does not hold the value"),
        ("The CR rate was 170%.", False, "more than 100%"),
        ("The HR for relapse was 0.4 (95% CI, 0.5-0.9).", False, "the interval does not hold the value"),
        ("Median OS was 18 months (95% CI, 12-NE).", True, ""),
        ("CRS occurred in < 5% of patients.", None, "a bound: <5"),
        ("The CR rate was 70%.", None, ""),
    ],
)
def test_numbers_are_checked_against_one_another(read: Read, of_40: Study, text: str, is_consistent: bool | None, reason: str) -> None:
    (row,) = read(text, study=of_40)
    assert (row.is_consistent, row.needs_review, row.review_reason or "") == (is_consistent, bool(reason), reason)


def test_a_name_taken_from_the_statement_before_is_for_review(read: Read) -> None:
    first, second = read("CRS was seen in 88% of patients, with 8% having grade 3 events.")
    assert (first.needs_review, second.needs_review) == (False, True)
    assert second.review_reason == "the name is taken from the statement before"


@pytest.mark.parametrize(
    ("text", "cells", "derived"),
    [
        ("CRS occurred in 9 of 36 patients (25%).", (9, 36, 25), None),
        ("CRS occurred in 9 of 36 patients.", (9, 36, 25), "percent: n_events of n_patients"),
        ("CRS occurred in 25%.", (10, 40, 25), "n_patients: the study's size; n_events: the percent of n_patients"),
        ("CRS occurred in 10 patients (25%).", (10, 40, 25), "n_patients: the study's size, which n and the percent fit"),
        ("CRS occurred in 10 patients.", (10, 40, 25), "n_patients: the study's size; percent: n_events of n_patients"),
        ("CRS occurred in 10 patients (60%).", (10, None, 60), None),
        ("CRS occurred in 25% of patients in the high-dose group.", (None, None, 25), None),
        ("The probability of survival was .62 +/- .05.", (25, 40, 62), "percent: 100 times the proportion; n_patients: the study's size; n_events: the percent of n_patients"),
        ("Median OS was 18 months.", (None, None, None), None),
        ("The HR for relapse was 0.4.", (None, None, None), None),
    ],
)  # fmt: skip
def test_cells_for_pooling_are_stated_or_derived(
    read: Read, of_40: Study, text: str, cells: tuple[int | None, int | None, float | None], derived: str | None
) -> None:
    (row,) = read(text, study=of_40)
    assert (row.n_events, row.n_patients, row.percent) == cells
    assert row.derived == derived


def test_without_a_study_no_size_is_derived(read: Read) -> None:
    (row,) = read("CRS occurred in 25%.")
    assert (row.n_events, row.n_patients, row.percent, row.derived) == (None, None, 25, None)


def test_a_preclinical_study_has_findings_of_its_patients_alone(read: Read, of_40: Study) -> None:
    study = of_40._replace(study_type="preclinical")
    assert read("Survival was 60% at day 50.", study=study) == []
    assert [f.value for f in read("Relapse was seen in 30% of patients.", study=study)] == [30]


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("In all, grade 3 CRS occurred in 9 of 34 patients (26.5%; 95% CI, 12.9-44.4), and none died.", "grade 3 CRS occurred in 9 of 34 patients (26.5%; 95% CI, 12.9-44.4)"),
        ("Overall, 26% of patients had CRS; others had none.", "26% of patients had CRS"),
        ("Sepsis was seen in 26·5% (95% CI 12·9–44·4).", "Sepsis was seen in 26·5% (95% CI 12·9–44·4)"),
    ],
)  # fmt: skip
def test_evidence_is_the_name_with_its_numbers(read: Read, text: str, evidence: str) -> None:
    assert evidence in [f.evidence for f in read(text)]


def test_findings_are_numbered_by_place_and_name_their_sentence_and_mention(read: Read) -> None:
    title, text = "Drug X in leukemia", "CRS occurred in 26%. The CR rate was 70%. Two patients died."
    whole = document_text(title, text)
    rows = read(text, title)
    assert [f.finding for f in rows] == [0, 1, 2]
    assert [f.sentence for f in rows] == [1, 2, 3]
    assert [f.evidence for f in rows] == ["CRS occurred in 26%", "CR rate was 70%", "Two patients died"]
    assert [f.evidence for f in rows] == [whole[f.start : f.end] for f in rows]
    assert [f.mention is None for f in rows] == [False, False, False]
    assert read(text, title) == rows


PIECES = (
    "CRS", "ICANS", "overall survival", "CR", "relapse", "neutropenia", "patients", "died", "of", "in", "and", "vs", "or", ",", ";", "(", ")", "[", "]",
    ".", " ", "\n", "grade 3", "grade", "any grade", "severe", "26%", "9", "34", "9/34", "12.9-44.4", "26·5", "1 204", "95% CI", "HR", "P <", ".05", "0", "none",
    "no", "all", "12 months", "day 28", "median", "not reached", "was", "had", "at", "with", "blinatumomab", "n =", "respectively", "%", "-", "±", "two", "group",
)  # fmt: skip
TEXTS = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
    | st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join)
    | st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
)


@given(TEXTS)
def test_any_text_has_findings_that_keep_the_rules_of_a_row(lexicon: Lexicon, text: str) -> None:
    found = annotate_text("d", text, lexicon)
    study = study_record("d", text, *found)
    for f in find_findings("d", text, *found, study):
        sentence = found.sentences[f.sentence]
        assert sentence.start <= f.start < f.end <= sentence.end
        assert f.evidence == text[f.start : f.end]
        assert f.n is None or f.total is None or 0 <= f.n <= f.total
        assert f.mention is None or found.mentions[f.mention].mention == f.mention
        assert (f.label, f.measure) != ("OUTCOME", "incidence")


def test_the_other_arm_has_its_own_therapy_though_only_one_is_studied(read: Read) -> None:
    rows = read("A response was seen in 88% with axi-cel and 71% with R-GemOx.", "Axi-cel in lymphoma", study=True)
    assert [(r.value, r.therapy) for r in rows] == [(88.0, "axicabtagene ciloleucel"), (71.0, "R-GemOx")]

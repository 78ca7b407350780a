"""Numbers chosen from findings, one a study, and pooled."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from allnlp.association import pool_proportions
from allnlp.collection.choice import grade_rank
from allnlp.collection.grades import parse_grade
from allnlp.collection.pool import PooledFindings, pool
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import Concept, Document, Finding, Mention, Sentence, Study
from allnlp.tables import FolderWriter

CRS, LOCAL, TISA, AXI, OS = "mesh:D000080424", "allnlp:local-crs", "ncit:C102758", "ncit:C2", "ncit:C125201"
NAMES = {
    CRS: ("TOXICITY", "cytokine release syndrome", ()), LOCAL: ("TOXICITY", "local cytokine release syndrome", (CRS,)),
    TISA: ("THERAPY", "tisagenlecleucel", ()), AXI: ("THERAPY", "axicabtagene ciloleucel", ()), OS: ("OUTCOME", "overall survival", ()),
}  # fmt: skip

Build = Callable[..., Path]


def finding(doc_id: str, n: int | None, of: int | None, grade: str | None = ">=3", concept: str = CRS, **cells: Any) -> Finding:
    """An incidence; ``sentence`` 3 is of the results."""
    low, high = {">=3": (3, 5), "3-4": (3, 4), "3": (3, 3), "4": (4, 4), "severe": (3, 5), "any": (None, None), None: (None, None)}[grade]
    label, name, _ = NAMES[concept]
    row: dict[str, Any] = dict.fromkeys(Finding._fields)
    row |= {
        "doc_id": doc_id, "finding": 0, "sentence": 3, "label": label, "concept_id": concept, "concept": name, "measure": "incidence",
        "grade": grade, "grade_min": low, "grade_max": high, "n": n, "total": of, "n_events": n, "n_patients": of, "therapy_id": TISA,
        "therapy": "tisagenlecleucel", "start": 0, "end": 3, "evidence": f"{n} of {of}", "needs_review": False, "rule": "findings:x",
    }  # fmt: skip
    return Finding(**row | cells)


def study(doc_id: str, kind: str = "phase 2", registration: tuple[str, ...] = (), **cells: Any) -> Study:
    row: dict[str, Any] = dict.fromkeys(Study._fields, ())
    row |= {"doc_id": doc_id, "study_type": kind, "registration": registration, "registration_sentences": (-1,) * len(registration)}
    row |= {"n_patients": None, "median_follow_up_months": None, "needs_review": False, "review_reason": None}
    return Study(**row | cells)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Writes a folder of findings, with a document, four sentences and a study for each document that they name."""
    numbers = itertools.count()

    def built(*findings: Finding, documents: dict[str, dict[str, Any]] | None = None, studies: tuple[Study, ...] = ()) -> Path:
        folder = tmp_path / f"f{next(numbers)}"
        given = documents or {}
        ids = sorted({f.doc_id for f in findings} | set(given))
        own = {s.doc_id: s for s in studies}
        counted: dict[str, itertools.count[int]] = {d: itertools.count() for d in ids}
        with FolderWriter(folder) as writer:
            writer.write("documents", [Document(**{"doc_id": d, "title": "t", "text": "t", "year": 2018, "authors": (f"Name{d} A",)} | given.get(d, {})) for d in ids])
            sections = ("title", "background", "methods", "results", "conclusions")
            writer.write("sentences", [Sentence(d, i, section, i, i + 1) for d in ids for i, section in enumerate(sections)])
            writer.write("findings", [f._replace(finding=next(counted[f.doc_id])) for f in sorted(findings, key=lambda f: f.doc_id)])
            writer.write("studies", [own.get(d, study(d)) for d in ids])
            writer.write("mentions", [Mention(ids[0], 0, 0, 0, 1, "t", *(NAMES[CRS][0], None, CRS, "x"), "present", None, None, None, "terms", "r")])
            writer.write("concepts", [Concept(c, label, name, (), broader, (), (f"{name}: 9",), 9, 9, 0, None, None) for c, (label, name, broader) in NAMES.items()])
            writer.finish({})
        return folder

    return built


def crs(folder: Path, grade: str | None = ">=3", **options: Any) -> PooledFindings:
    return pool(folder, toxicity="CRS", grade=grade, **options)


def reasons(found: PooledFindings) -> list[str]:
    return list(found.left_out["reason"])


def counts(found: PooledFindings) -> list[tuple[int, int]]:
    return list(zip(found.rows["n_events"], found.rows["n_patients"], strict=True))


def test_one_row_a_study_with_its_interval_weight_and_sentence(build: Build) -> None:
    found = crs(build(finding("1", 35, 75), finding("2", 24, 111, grade="3-4"), documents={"2": {"year": 2015, "authors": ("Schuster, Stephen J",)}}))
    assert list(found.rows.columns[:7]) == ["n_events", "n_patients", "studlab", "percent", "ci_low", "ci_high", "weight"]
    assert list(found.rows["studlab"]) == ["Schuster 2015", "Name1 2018"]
    assert found.rows["percent"].round(2).tolist() == [21.62, 46.67]
    assert found.rows["ci_low"].round(2).tolist() == [14.98, 35.82]
    assert found.rows["weight"].sum() == pytest.approx(100)
    assert found.rows[["sentence", "evidence", "grade"]].values.tolist() == [[3, "24 of 111", "3-4"], [3, "35 of 75", ">=3"]]
    assert found.pooled.estimate == pool_proportions([24, 35], [111, 75]).estimate
    assert found.title == "cytokine release syndrome, grade >=3"


def test_the_options_of_the_statistics_are_passed_on(build: Build) -> None:
    folder = build(finding("1", 35, 75), finding("2", 24, 111), finding("3", 2, 30))
    found = crs(folder, method="DL", interval="clopper-pearson", level=0.9, adjust="hksj").pooled
    expected = pool_proportions([35, 24, 2], [75, 111, 30], method="DL", interval="clopper-pearson", level=0.9, adjust="hksj")
    assert found[:20] == expected[:20]
    assert found.low.tolist() == expected.low.tolist()


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (finding("1", 5, 20), finding("1", 9, 30, group="adults")),
        (finding("1", 5, 20), finding("1", 9, 30, derived="n_patients: the study's size")),
        (finding("1", 5, 20), finding("1", 9, 30, grade="3-4")),
        (finding("1", 5, 20, grade="3-4"), finding("1", 9, 30, grade="severe")),
        (finding("1", 5, 20), finding("1", 9, 30, is_consistent=False)),
        (finding("1", 5, 20), finding("1", 9, 30, sentence=4)),
        (finding("1", 5, 20, sentence=4), finding("1", 9, 30, sentence=0)),
        (finding("1", 5, 20), finding("1", 9, 30, concept=LOCAL)),
        (finding("1", 9, 30), finding("1", 5, 20)),
        (finding("1", 9, 30, grade="severe"), finding("1", 9, 30, grade=">=3", group="adults")),
        (finding("1", 9, 30, grade="3-4"), finding("1", 9, 30, derived="n_events")),
    ],
)
def test_of_several_numbers_of_a_document_the_better_one_is_chosen(build: Build, better: Finding, worse: Finding) -> None:
    for folder in (build(better, worse), build(worse, better)):
        found = crs(folder)
        assert counts(found) == [(better.n_events, better.n_patients)]
        assert reasons(found)[0].startswith("another ")


def test_of_numbers_alike_the_first_is_chosen(build: Build) -> None:
    found = crs(build(finding("1", 9, 30), finding("1", 9, 30)))
    assert found.rows["finding"].tolist() == [0]
    assert found.left_out["finding"].tolist() == [1]


def test_the_arm_of_the_therapy_is_taken(build: Build) -> None:
    arms = (finding("1", 3, 30, group="tisa-cel"), finding("1", 9, 40, group="axi-cel", therapy_id=AXI, therapy="axicabtagene ciloleucel"))
    found = crs(build(*arms), therapies=["tisagenlecleucel"])
    assert counts(found) == [(3, 30)]
    assert reasons(found) == ["it belongs to axicabtagene ciloleucel"]
    assert found.title == "cytokine release syndrome, grade >=3, tisagenlecleucel"


def test_arms_of_two_therapies_are_two_rows(build: Build) -> None:
    arms = (finding("1", 3, 30, group="tisa-cel"), finding("1", 9, 40, group="axi-cel", therapy_id=AXI))
    found = crs(build(*arms), therapies=["tisagenlecleucel", "axicabtagene ciloleucel"])
    assert list(found.rows["studlab"]) == ["Name1 2018, axi-cel", "Name1 2018, tisa-cel"]


def test_arms_without_a_therapy_asked_for_are_one_row_with_a_warning(build: Build) -> None:
    found = crs(build(finding("1", 3, 30, group="tisa-cel"), finding("1", 9, 40, group="axi-cel", therapy_id=AXI)))
    assert counts(found) == [(9, 40)]
    assert reasons(found) == ["another group of the document, tisa-cel; 9/40 was chosen (finding 1)"]
    assert found.warnings == ("1 of 1 of a group, not of the whole study: Name1 2018 (axi-cel)",)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"grade": "any"}, "its grade is any, asked for >=3"),
        ({"grade": None}, "its grade is not said, asked for >=3"),
        ({"grade": "4"}, "its grade is 4, asked for >=3"),
        ({"measure": "median"}, "its measure is median, no proportion"),
        ({"sentence": 1}, "it stands in the background, where other work is told"),
        ({"n": None}, "the number of events is not known"),
        ({"of": None}, "the number of patients is not known"),
        ({"n": 31}, "31 events of 30 patients cannot be"),
        ({"therapy_id": None, "therapy": None}, "no therapy is linked with it"),
    ],
)
def test_a_number_that_does_not_fit_is_left_out_with_the_reason(build: Build, cells: dict[str, Any], reason: str) -> None:
    found = crs(build(finding("1", 35, 75), finding("2", **{"n": 3, "of": 30} | cells)), therapies=["tisagenlecleucel"])
    assert found.rows["doc_id"].tolist() == ["1"]
    assert (found.left_out["doc_id"].tolist(), reasons(found)) == (["2"], [reason])


def test_documents_that_are_no_study_of_their_own_are_left_out(build: Build) -> None:
    folder = build(
        finding("1", 35, 75), finding("2", 3, 30), finding("3", 3, 30), finding("4", 3, 30), finding("5", 1, 1),
        documents={"2": {"duplicate_of": "1"}, "3": {"is_retracted": True}},
        studies=(study("4", "meta-analysis"), study("5", "case report")),
    )  # fmt: skip
    assert reasons(crs(folder)) == ["duplicate of 1", "the document is retracted", "the study type is meta-analysis", "the study type is case report"]


def test_no_grade_takes_numbers_of_any_grade(build: Build) -> None:
    found = crs(build(finding("1", 35, 75, grade=None), finding("2", 24, 111, grade="any"), finding("3", 3, 30)), grade=None)
    assert counts(found) == [(35, 75), (24, 111)]
    assert found.title == "cytokine release syndrome"


@pytest.mark.parametrize(
    ("wanted", "ranks"),
    [
        (">=3", {">=3": 0, "3-4": 1, "severe": 2, "3": None, "4": None, "4-5": None, "any": None}),
        ("3-4", {">=3": 1, "3-4": 0, "severe": 2, "3": None, "any": None}),
        ("3", {">=3": None, "3-4": None, "3": 0}),
        (">=4", {"4": 1, "life-threatening": 2, "4-5": 0, ">=3": None}),
        ("<=2", {"1-2": 0, "0-2": 0, "2": None}),
        ("severe", {"severe": 0, "3-4": 1, ">=3": 1, "3": None, "any": None}),
        ("any", {"any": 0, ">=1": 1, "1-4": 1, "1-2": None, ">=3": None}),
    ],
)
def test_a_grade_fits_as_itself_as_good_as_itself_or_not(wanted: str, ranks: dict[str, int | None]) -> None:
    ends = {"any": (None, None), "severe": (3, 5), "life-threatening": (4, 4), ">=3": (3, 5), ">=1": (1, 5)}
    for read, rank in ranks.items():
        low, high = ends.get(read) or (int(read[0]), int(read[-1]))
        assert grade_rank(parse_grade(wanted), read, low, high) == rank, read


def test_grades_that_are_only_as_good_are_named(build: Build) -> None:
    found = crs(build(finding("1", 35, 75), finding("2", 3, 30, grade="severe"), finding("3", 4, 30, grade="3-4")))
    assert found.warnings == ("2 of 3 asked for >=3, but the grade is: Name2 2018 (severe); Name3 2018 (3-4)",)


def test_narrower_concepts_are_taken_and_named_unless_exact(build: Build) -> None:
    folder = build(finding("1", 35, 75), finding("2", 3, 30, concept=LOCAL))
    found = crs(folder)
    assert counts(found) == [(35, 75), (3, 30)]
    assert found.warnings == ("1 of 2 narrower than cytokine release syndrome: Name2 2018 (local cytokine release syndrome)",)
    assert counts(crs(folder, exact=True)) == [(35, 75)]


def test_a_toxicity_that_is_not_listed_goes_by_its_name(build: Build) -> None:
    folder = build(finding("1", 35, 75)._replace(concept_id=None, concept="hot ears"))
    assert counts(pool(folder, toxicity="Hot ears", grade=">=3")) == [(35, 75)]


def test_numbers_of_another_time_are_left_out(build: Build) -> None:
    year = {"concept": OS, "grade": None, "measure": "rate", "timepoint": "12 months", "timepoint_months": 12.0}
    folder = build(finding("1", 50, 75, **year), finding("2", 20, 40, **year | {"timepoint": "24 months", "timepoint_months": 24.0}))
    found = pool(folder, outcome="overall survival", timepoint="1 year")
    assert counts(found) == [(50, 75)]
    assert reasons(found) == ["its time is 24 months, asked for 1 year"]
    assert pool(folder, outcome="overall survival").warnings == ("2 of 2 of different times: Name1 2018 (12 months); Name2 2018 (24 months)",)


def test_studies_are_filtered_by_population(build: Build) -> None:
    folder = build(finding("1", 35, 75), finding("2", 3, 30), studies=(study("2", age_groups=("pediatric",), age_groups_sentences=(0,)),))
    assert counts(crs(folder, populations=["Pediatric"])) == [(3, 30)]
    with pytest.raises(NothingFound, match=r"no study of the population 'old'\. There are: pediatric"):
        crs(folder, populations=["old"])


def test_the_same_trial_in_two_documents_is_named_and_the_largest_kept_when_asked(build: Build) -> None:
    folder = build(
        finding("1", 35, 75), finding("2", 20, 60), finding("3", 3, 30),
        studies=(study("1", registration=("NCT1",)), study("2", registration=("NCT0", "NCT1")), study("3", registration=("NCT9",))),
    )  # fmt: skip
    found = crs(folder)
    assert found.warnings == (
        "same trial, NCT1: Name1 2018 (1); Name2 2018 (2). The same patients may count twice; --keep-largest-per-trial keeps the largest",
    )
    assert found.rows["registration"].tolist() == ["NCT1", "NCT0; NCT1", "NCT9"]
    kept = crs(folder, keep_largest_per_trial=True)
    assert counts(kept) == [(35, 75), (3, 30)]
    assert reasons(kept) == ["same trial (NCT1) as 1, which has 75 patients"]
    assert kept.warnings == ()


def test_doubtful_and_derived_numbers_are_named(build: Build) -> None:
    found = crs(build(finding("1", 35, 75, derived="n_events", needs_review=True, review_reason="odd"), finding("2", 3, 30, is_consistent=False)))
    assert found.warnings == (
        "1 of 2 with counts computed from the percent or the study's size, see the column derived: Name1 2018", "1 of 2 n of N and percent do not agree: Name2 2018", "1 of 2 to review: Name1 2018 (odd)",
    )  # fmt: skip


def test_a_percent_of_stated_counts_is_no_derived_count(build: Build) -> None:
    assert crs(build(finding("1", 35, 75, derived="percent: n_events of n_patients"))).warnings == ()


def test_numbers_that_fit_as_well_as_the_chosen_one_are_named(build: Build) -> None:
    found = crs(build(finding("1", 23, 276), finding("1", 15, 276, derived="n_events"), finding("1", 22, 276), finding("1", 40, 276, group="adults")))
    assert found.warnings == ("1 of 1 chosen, where the document has others that nothing tells apart: Name1 2018 (15/276)",)


def test_a_number_beside_an_arms_that_has_no_total_may_be_of_the_other_arm(build: Build) -> None:
    found = crs(build(finding("1", 79, 184, derived="n_patients"), finding("1", 68, 92, group="liso-cel"), finding("1", 9, 92, group="old", sentence=4)))
    assert "1 of 1 chosen, where the document has others that nothing tells apart: Name1 2018 (68/92)" in found.warnings


def test_counts_from_a_survival_curve_are_named(build: Build) -> None:
    year = {"concept": OS, "grade": None, "measure": "rate", "timepoint": "12 months", "timepoint_months": 12.0}
    found = pool(build(finding("1", 50, 75, **year, derived="n_events: the percent of n_patients")), outcome="OS", timepoint="12 months")
    assert "1 of 1 at a time, with counts computed as if no patient were censored before: Name1 2018 (12 months)" in found.warnings


def test_no_event_in_any_study_is_pooled_with_a_warning(build: Build) -> None:
    found = crs(build(finding("1", 0, 75), finding("2", 0, 30)))
    assert 0 < found.pooled.estimate < 0.02
    assert found.warnings[0].startswith("no patient has it in any study: the pooled value comes from the 0.5")


def test_a_narrow_interval_of_hartung_and_knapp_is_named(build: Build) -> None:
    folder = build(finding("1", 10, 100), finding("2", 20, 200))
    assert "narrower than the usual one" in crs(folder, adjust="hksj").warnings[0]
    assert crs(folder).warnings == ()


def test_labels_are_each_but_once(build: Build) -> None:
    same = {"authors": ("Maude SL",), "year": 2018}
    folder = build(finding("1", 35, 75), finding("2", 3, 30), finding("3", 3, 30), documents={"1": same, "2": same, "3": {"authors": ()}})
    assert list(crs(folder).rows["studlab"]) == ["3", "Maude 2018a", "Maude 2018b"]


def test_nothing_to_pool_says_what_was_left_out(build: Build) -> None:
    folder = build(finding("1", 35, 75, grade="any"), finding("2", 3, 30, grade="any"), finding("2", 3, None))
    with pytest.raises(NothingFound, match=r"no number of cytokine release syndrome, grade >=3 to pool. 3 left out: its grade is any, asked for >=3 \(2\); the number"):
        crs(folder)
    with pytest.raises(NothingFound, match="The folder has no finding of it"):
        pool(folder, outcome="overall survival")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "either a toxicity or an outcome"),
        ({"toxicity": "CRS", "outcome": "OS"}, "either a toxicity or an outcome"),
        ({"toxicity": "CRS", "grade": "7"}, "grade '7'"),
        ({"toxicity": "CRS", "timepoint": "soon"}, "time 'soon'"),
        ({"toxicity": "CRS", "method": "ML"}, "method is 'ML'. Use one of REML, DL"),
        ({"toxicity": "CRS", "interval": "wald"}, "interval is 'wald'"),
        ({"toxicity": "CRS", "adjust": "z"}, "adjust is 'z'. Use one of hksj"),
        ({"toxicity": "CRS", "level": 95}, "level is 95"),
    ],
)
def test_wrong_options_are_refused(build: Build, options: dict[str, Any], message: str) -> None:
    folder = build(finding("1", 35, 75))
    with pytest.raises(OptionError, match=message):
        pool(folder, **options)


def test_an_unknown_name_is_told(build: Build) -> None:
    with pytest.raises(NothingFound, match=r"Did you mean: .*tisagenlecleucel"):
        crs(build(finding("1", 35, 75)), therapies=["tisagenlecleucl"])


def test_tables_have_the_same_types_when_empty_or_null(build: Build) -> None:
    one, two = crs(build(finding("1", 35, 75), documents={"1": {"year": None}})), crs(build(finding("1", 35, 75), finding("2", 3, 30, grade="any")))
    pd.testing.assert_series_equal(one.rows.dtypes, two.rows.dtypes)
    pd.testing.assert_series_equal(one.left_out.dtypes, two.left_out.dtypes)
    assert list(one.rows["studlab"]) == ["Name1"]

"""The study record of a registered trial: each cell has the sentence that says it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from allnlp.readers.trial import Design, Trial, Who, intervention, outcome, trial_text
from allnlp.schema import Study, document_text
from allnlp.text import Lexicon, annotate_text, find_findings
from allnlp.text.studies import study_record

Read = Callable[[Trial], tuple[Study, list[str]]]
TREATED = Design("INTERVENTIONAL", "PHASE3", "RANDOMIZED", "PARALLEL", "DOUBLE", "TREATMENT")


@pytest.fixture(scope="module")
def read(lexicon: Lexicon) -> Read:
    """Reads the study record of a trial, and its sentences."""

    def record(trial: Trial) -> tuple[Study, list[str]]:
        text = document_text(trial.title, trial_text(trial))
        found = annotate_text("d", text, lexicon, title_end=len(trial.title))
        study = study_record("d", text, found.sentences, found.mentions, trial_ids=(trial.number,))
        return study, [text[s.start : s.end] for s in found.sentences]

    return record


def test_every_cell_is_read_from_its_line(read: Read) -> None:
    trial = Trial(
        "NCT09990001",
        "Invented Cells",
        summary="Approximately 40 patients will be enrolled in part 1 and 60 patients in part 2.",
        conditions=("Multiple Myeloma", "Diffuse Large B-cell Lymphoma"),
        interventions=(intervention("Lenalidomide", "DRUG", "25 mg"), intervention("CD19 CAR T cells", "BIOLOGICAL", "once")),
        design=TREATED,
        enrollment="97",
        enrollment_kind="ACTUAL",
        who=Who(("CHILD", "ADULT"), "3 Years", "25 Years", "ALL", "Inclusion Criteria:\n* Newly diagnosed disease\nExclusion Criteria:\n* Leukemia"),
        primary=(outcome("Overall survival", "2 years"),),
    )
    study, sentences = read(trial)
    assert (study.study_type, study.n_patients, study.needs_review) == ("phase 3", 97, False)
    assert study.diseases == ("multiple myeloma", "diffuse large B-cell lymphoma")
    assert "lenalidomide" in study.therapies
    assert (study.age_groups, study.disease_status, study.antigens) == (("child", "adult"), ("newly diagnosed",), ("CD19",))
    assert study.registration == ("NCT09990001",)
    for places, line in (
        (study.study_type_sentences, "DESIGN: "), (study.n_patients_sentences, "ENROLLMENT: "), (study.diseases_sentences, "CONDITIONS: "),
        (study.age_groups_sentences, "ELIGIBILITY: "), (study.disease_status_sentences, "* Newly"), (study.registration_sentences, "REGISTRATION: "),
    ):  # fmt: skip
        assert places
        assert all(sentences[at].startswith(line) for at in places), line


def test_planned_enrollment_is_marked(read: Read) -> None:
    study, _ = read(Trial("NCT09990001", "Invented Cells", design=TREATED, enrollment="120", enrollment_kind="ESTIMATED"))
    assert (study.n_patients, study.needs_review, study.review_reason) == (120, True, "n_patients: 120 are planned")


@pytest.mark.parametrize(
    ("design", "name"),
    [
        (Design("INTERVENTIONAL", "EARLY_PHASE1"), "phase 1"),
        (Design("INTERVENTIONAL", "PHASE1|PHASE2"), "phase 1/2"),
        (Design("INTERVENTIONAL", "PHASE4"), "phase 4"),
        (Design("INTERVENTIONAL", "NA", "RANDOMIZED"), "other"),
        (Design("OBSERVATIONAL", model="COHORT", time="PROSPECTIVE"), "prospective cohort"),
        (Design("OBSERVATIONAL", model="COHORT", time="RETROSPECTIVE"), "retrospective"),
        (Design("OBSERVATIONAL", model="COHORT", time="PROSPECTIVE", is_registry=True), "registry"),
    ],
)
def test_design_gives_the_type(read: Read, design: Design, name: str) -> None:
    study, sentences = read(Trial("NCT09990001", "Made-up Recipients", conditions=("Acute Myeloid Leukemia",), design=design, enrollment="97",
                                  enrollment_kind="ACTUAL"))  # fmt: skip
    assert study.study_type == name
    assert [sentences[at][:8] for at in study.study_type_sentences] == ["DESIGN: "]


def test_what_excludes_is_not_studied(read: Read) -> None:
    who = Who(("ADULT",), criteria="Inclusion Criteria:\n* Untreated myelofibrosis\nExclusion Criteria:\n* Relapsed lymphoma\n* Children")
    study, _ = read(Trial("NCT09990001", "Made-up Recipients", design=TREATED, enrollment="9", enrollment_kind="ACTUAL", who=who))
    assert (study.disease_status, study.age_groups) == (("untreated",), ("adult",))
    assert "lymphoma" not in study.diseases


def test_time_frames_are_no_results(lexicon: Lexicon) -> None:
    trial = Trial("NCT09990001", "Made-up Recipients", design=TREATED, primary=(outcome("Overall survival", "2 years"),))
    text = document_text(trial.title, trial_text(trial))
    found = annotate_text("d", text, lexicon, title_end=len(trial.title))
    assert [m.name for m in found.mentions if m.label == "OUTCOME"] == ["overall survival"]
    assert find_findings("d", text, found.sentences, found.mentions) == []


@pytest.mark.parametrize(("size", "kind", "n", "reason"), [("1", "ACTUAL", 1, None), ("1", "ESTIMATED", 1, "n_patients: 1 is planned"), ("0", "ACTUAL", None, None)])
def test_a_trial_of_one_has_a_size_and_a_withdrawn_one_has_none(read: Read, size: str, kind: str, n: int | None, reason: str | None) -> None:
    study, sentences = read(Trial("NCT09990001", "Invented Cells", summary="We saw 1 participant.", design=TREATED, enrollment=size, enrollment_kind=kind))
    assert (study.n_patients, study.review_reason) == (n, reason)
    assert [sentences[at] for at in study.n_patients_sentences] == ([f"ENROLLMENT: 1 participant ({kind.lower()})."] if n else [])

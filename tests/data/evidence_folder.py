"""A small annotated folder with findings and studies, by hand; all of it is invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from allnlp.schema import Concept, Document, Finding, Mention, Sentence, Study
from allnlp.tables import FolderWriter

CRS, ICANS, NEURO, CR, OS, TISA, BLINA, BALL = (
    "mesh:D000080424", "mesh:C000722498", "mesh:D020258", "ncit:C4870", "ncit:C125201", "ncit:C102758", "chebi:blina", "ncit:C8644",
)  # fmt: skip
NAMES = {
    CRS: ("TOXICITY", "cytokine release syndrome"), ICANS: ("TOXICITY", "immune effector cell-associated neurotoxicity syndrome"),
    NEURO: ("TOXICITY", "neurotoxicity"), CR: ("OUTCOME", "complete remission"), OS: ("OUTCOME", "overall survival"),
    TISA: ("THERAPY", "tisagenlecleucel"), BLINA: ("THERAPY", "blinatumomab"), BALL: ("DISEASE", "B-cell acute lymphoblastic leukemia"),
}  # fmt: skip

TEXTS = {
    "1": (
        "Tisagenlecleucel in children \U0001f9ec with B-ALL.",
        "We treated 34 children.",
        "Any-grade CRS occurred in 26 of 34 patients (76%), grade 3-4 CRS in 9 of 34 (26.5%) and grade 4 in 3 of 34 (12%).",
        "ICANS <all> was seen in 40%, neurotoxicity in 13%.",
        "CR was reached by 28 of 34 (82%; 95% CI, 65-93).",
        "OS at 12 months was 76%; median OS was not reached, HR for death 0.55 (95% CI 0.32-0.94; P = .03).",
        "The complete remission rate was 82%.",
    ),
    "2": (
        "Blinatumomab or tisagenlecleucel.",
        "CRS of grade 3 or more: 5% with blinatumomab and 22% with tisagenlecleucel.",
        "=1-year OS was 54% below 18 years and 41% above.",
    ),
    "3": ("A review of CRS.", "Rates differ."),
    "4": ("Tisagenlecleucel in children \U0001f9ec with B-ALL.",),
}


def number(doc_id: str, place: int, sentence: int, curie: str | None, measure: str, evidence: str, **cells: Any) -> Finding:
    start = "\n".join(TEXTS[doc_id]).index(evidence)
    label, name = NAMES[curie] if curie else ("TOXICITY", cells.pop("name"))
    row: dict[str, Any] = dict.fromkeys(Finding._fields)
    row |= {
        "doc_id": doc_id, "finding": place, "sentence": sentence, "label": label, "concept_id": curie, "concept": name, "measure": measure,
        "start": start, "end": start + len(evidence), "evidence": evidence, "needs_review": False, "rule": "findings:x",
    }  # fmt: skip
    if "value" in cells:
        row |= {"unit": "%", "percent": cells["value"]}
    return Finding(**row | cells)


FINDINGS = [
    number("1", 0, 2, CRS, "incidence", "Any-grade CRS occurred in 26 of 34 patients (76%)", grade="any", n=26, total=34, value=76.0, n_events=26, n_patients=34),
    number("1", 1, 2, CRS, "incidence", "grade 3-4 CRS in 9 of 34 (26.5%)", grade="3-4", grade_min=3, grade_max=4, n=9, total=34, value=26.5, is_consistent=True),
    number(
        "1", 2, 2, CRS, "incidence", "grade 4 in 3 of 34 (12%)", grade="4", grade_min=4, grade_max=4, n=3, total=34, value=12.0,
        is_consistent=False, needs_review=True, review_reason="3 of 34 is 8.8%, not 12%",
    ),
    number("1", 3, 3, ICANS, "incidence", "ICANS <all> was seen in 40%", value=40.0),
    number("1", 4, 3, NEURO, "incidence", "neurotoxicity in 13%", value=13.0, is_consistent=False),
    number("1", 5, 4, CR, "rate", "CR was reached by 28 of 34 (82%; 95% CI, 65-93)", n=28, total=34, value=82.0, ci_low=65.0, ci_high=93.0, ci_level=95.0),
    number("1", 6, 5, OS, "rate", "OS at 12 months was 76%", value=76.0, timepoint="12 months", timepoint_months=12.0),
    number("1", 7, 5, OS, "hazard_ratio", "HR for death 0.55 (95% CI 0.32-0.94; P = .03)", value=0.55, unit=None, percent=None, ci_low=0.32, ci_high=0.94, ci_level=95.0, p_value=0.03, p_sign="="),
    number("1", 8, 6, CR, "rate", "complete remission rate was 82%", value=82.0),
    number("2", 0, 1, CRS, "incidence", "5% with blinatumomab", grade=">=3", grade_min=3, grade_max=5, value=5.0, therapy_id=BLINA, therapy="blinatumomab", therapy_link="same_clause"),
    number("2", 1, 1, CRS, "incidence", "22% with tisagenlecleucel", grade=">=3", grade_min=3, grade_max=5, value=22.0, therapy_id=TISA, therapy="tisagenlecleucel", therapy_link="same_clause"),
    number("2", 2, 2, OS, "rate", "=1-year OS was 54% below 18 years", value=54.0, timepoint="1 year", timepoint_months=11.99, group="below 18 years"),
    number("2", 3, 2, OS, "rate", "41% above", value=41.0, timepoint="1 year", timepoint_months=11.99, group="above"),
    number("2", 4, 2, None, "incidence", "54% below", value=54.0, name="rare harm", grade="severe", grade_min=3, grade_max=5),
]  # fmt: skip


def study(doc_id: str, **cells: Any) -> Study:
    row: dict[str, Any] = dict.fromkeys(Study._fields, ())
    row |= {
        "doc_id": doc_id,
        "study_type": "other",
        "n_patients": None,
        "median_follow_up_months": None,
        "needs_review": False,
        "review_reason": None,
    }
    return Study(**row | cells)


STUDIES = [
    study(
        "1", study_type="phase 2", study_type_sentences=(0,), registration=("NCT00000001", "NCT00000002"), registration_sentences=(1, -1),
        n_patients=34, n_patients_sentences=(1,), age_groups=("children",), age_groups_sentences=(0,), disease_status=("relapsed or refractory",),
        disease_status_sentences=(0,), diseases=("B-cell acute lymphoblastic leukemia",), disease_ids=(BALL,), diseases_sentences=(0,),
        therapies=("tisagenlecleucel",), therapy_ids=(TISA,), therapies_sentences=(0,), median_follow_up_months=13.1, median_follow_up_sentences=(5,),
        needs_review=True, review_reason="n_patients: 34 or 30",
    ),
    study("2", therapies=("blinatumomab", "tisagenlecleucel"), therapy_ids=(BLINA, TISA), therapies_sentences=(0, 0)),
    study("3", study_type="review", study_type_sentences=(0,)),
]  # fmt: skip


def build(folder: Path) -> Path:
    """Write the folder; documents 1, 2 and 3, and 4, a duplicate of 1."""
    facts: dict[str, dict[str, Any]] = {
        "1": {"pmid": "00990001", "doi": "10.1/x", "journal": "J Invent", "year": 2018, "authors": ("Maude, Ann B", "Other C")},
        "2": {"year": 2020, "authors": ("=Zhang Y",)},
        "3": {"year": 2021},
        "4": {"duplicate_of": "1"},
    }
    with FolderWriter(folder) as writer:
        writer.write("documents", [Document(d, title=t[0], text="\n".join(t), **facts[d]) for d, t in TEXTS.items()])
        for doc_id, sentences in TEXTS.items():
            starts = [sum(len(s) + 1 for s in sentences[:i]) for i in range(len(sentences))]
            rows = [
                Sentence(doc_id, i, "results" if i else "title", a, a + len(s))
                for i, (a, s) in enumerate(zip(starts, sentences, strict=True))
            ]
            writer.write("sentences", rows)
        mentions = [
            Mention("1", i, 0, 0, 3, "xyz", NAMES[c][0], None, c, NAMES[c][1], "present", None, None, None, "terms", "r")
            for i, c in enumerate(NAMES)
        ]
        writer.write("mentions", mentions)
        forms = {CRS: ("CRS: 5",), ICANS: ("ICANS: 2",), CR: ("CR: 3",), OS: ("OS: 3",), TISA: ("tisa-cel: 1",)}
        broader = {ICANS: (NEURO,)}
        concepts = [Concept(c, *NAMES[c], (), broader.get(c, ()), (), forms.get(c, ()), 1, 5, 0, 2018, 2020) for c in NAMES]
        writer.write("concepts", concepts)
        writer.write("findings", FINDINGS)
        writer.write("studies", STUDIES)
        writer.finish({"versions": {"allnlp": "0.0"}, "terminology": "t", "inputs": []})
    return folder

"""Evidence tables: one row a study, each filled cell with its sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from allnlp.collection.evidence_table import CELL_COLUMNS, EvidenceTable, evidence_table
from allnlp.errors import NothingFound, OptionError


def cell(found: EvidenceTable, doc_id: str, column: str) -> Any:
    (value,) = found.table[found.table["doc_id"] == doc_id][column].astype(object).where(lambda c: c.notna(), None)
    return value


def test_a_study_is_a_row_and_a_toxicity_two_columns(evidence: Path) -> None:
    found = evidence_table(evidence)
    assert found.table["study"].tolist() == ["Maude 2018", "=Zhang 2020"]
    assert cell(found, "1", "CRS any") == "26/34 (76%)"
    assert cell(found, "1", "CRS >=3") == "9/34 (26.5%) [grade 3-4]; 3/34 (12%) [grade 4]"
    assert cell(found, "1", "n_patients") == 34
    assert cell(found, "1", "population") == "children; relapsed or refractory"
    assert cell(found, "1", "ORR") is None


def test_what_sets_a_value_apart_from_its_header_stands_in_brackets(evidence: Path) -> None:
    found = evidence_table(evidence)
    assert cell(found, "2", "CRS >=3") == "5% [blinatumomab]; 22% [tisagenlecleucel]"
    assert cell(found, "2", "OS 12 months") == "54% [below 18 years]; 41% [above]"
    assert cell(found, "1", "neurotoxicity any") == "40% [ICANS]; 13% [neurotoxicity]"


def test_a_number_said_twice_is_shown_once_and_kept_with_both_sentences(evidence: Path) -> None:
    found = evidence_table(evidence, columns=["CR"])
    assert cell(found, "1", "CR") == "28/34 (82%; 95% CI 65 to 93)"
    of_cr = found.cells[found.cells["column"] == "CR"]
    assert of_cr[["sentence", "is_repeat"]].values.tolist() == [[4, False], [6, True]]


def test_every_filled_cell_has_its_document_its_words_and_its_sentence(evidence: Path) -> None:
    found = evidence_table(evidence)
    assert tuple(found.cells.columns) == CELL_COLUMNS
    columns = [c for c in found.table.columns if c not in ("study", "doc_id", "year", "title", "review")]
    filled = {(d, c) for c in columns for d, v in zip(found.table["doc_id"], found.table[c].notna(), strict=True) if v}
    assert set(zip(found.cells["doc_id"], found.cells["column"], strict=True)) == filled - {("2", "study_type")}  # no sentence says that it is another
    said = found.cells[found.cells["sentence"].notna()]
    assert all(e in s for e, s in zip(said["evidence"], said["sentence_text"], strict=True))
    unsaid = found.cells[found.cells["sentence"].isna()]
    assert unsaid[["text", "evidence"]].values.tolist() == [["NCT00000002", "the record lists it, not the text"]]


def test_doubtful_cells_are_named_in_the_review_column(evidence: Path) -> None:
    found = evidence_table(evidence)
    assert cell(found, "1", "review") == (
        "CRS >=3: 3 of 34 is 8.8%, not 12%; neurotoxicity any: the numbers do not agree; study: n_patients: 34 or 30"
    )
    assert cell(found, "2", "review") is None
    doubtful = found.cells[found.cells["needs_review"]]
    assert doubtful["column"].tolist() == ["n_patients", "CRS >=3", "neurotoxicity any"]


def test_the_user_chooses_the_columns(evidence: Path) -> None:
    found = evidence_table(evidence, columns=["n_patients", "CRS 4", "OS HR", "Nerves: ICANS / neurotoxicity"])
    assert list(found.table.columns) == ["study", "doc_id", "n_patients", "CRS 4", "OS HR", "Nerves", "review"]
    assert cell(found, "1", "CRS 4") == "3/34 (12%)"
    assert cell(found, "1", "OS HR") == "HR 0.55 (95% CI 0.32 to 0.94), P=0.03"
    assert evidence_table(evidence, toxicities=["CRS"], outcomes=["OS 1 year"]).table.columns.tolist()[-4:] == ["CRS any", "CRS >=3", "OS 1 year", "review"]


def test_studies_are_filtered_by_therapy_disease_type_and_kind(evidence: Path) -> None:
    assert evidence_table(evidence, therapies=["blinatumomab"]).table["doc_id"].tolist() == ["2"]
    assert evidence_table(evidence, diseases=["B-ALL"]).table["doc_id"].tolist() == ["1"]
    assert evidence_table(evidence, study_types=["Phase 2"]).table["doc_id"].tolist() == ["1"]
    assert evidence_table(evidence, all_studies=True).table["doc_id"].tolist() == ["1", "2", "3"]
    assert evidence_table(evidence, all_studies=True, primary=True).table["doc_id"].tolist() == ["1", "2"]


def test_a_value_of_another_therapy_than_asked_for_is_marked(evidence: Path) -> None:
    found = evidence_table(evidence, columns=["CRS >=3"], therapies=["tisagenlecleucel"])
    assert cell(found, "2", "CRS >=3") == "5% [blinatumomab]; 22% [tisagenlecleucel]"


def test_narrower_concepts_fill_a_column_when_asked(evidence: Path) -> None:
    assert cell(evidence_table(evidence, columns=["neurotoxicity"]), "1", "neurotoxicity") == "13%"
    assert cell(evidence_table(evidence, columns=["neurotoxicity"], narrower=True), "1", "neurotoxicity") == (
        "40% [immune effector cell-associated neurotoxicity syndrome]; 13%"
    )


def test_what_is_not_shown_is_said(evidence: Path) -> None:
    found = evidence_table(evidence, therapies=["tisagenlecleucel"])
    assert found.notes == (
        "1 of 3 studies do not fit the filters.",
        "2 findings of the studies fill no column, most often overall survival hazard_ratio (1), rare harm incidence (1).",
    )
    assert found.left_out["concept"].tolist() == ["overall survival", "rare harm"]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"columns": ["n_patient"]}, OptionError, "Did you mean: n_patients"),
        ({"columns": ["CRSS"]}, NothingFound, "no toxicity or outcome is named 'CRSS'. Did you mean: CRS"),
        ({"study_types": ["phase 9"]}, OptionError, "no study of type 'phase 9'. Types here: other, phase 2, review"),
        ({"therapies": ["axi-cel"]}, NothingFound, "no mention of axicabtagene ciloleucel"),
        ({"columns": ["CR: CRS", "CR"]}, OptionError, "two columns are headed 'CR'"),
    ],
)
def test_wrong_words_are_told(evidence: Path, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        evidence_table(evidence, **options)


def test_columns_have_the_same_types_full_and_empty(evidence: Path) -> None:
    one, two = evidence_table(evidence), evidence_table(evidence, therapies=["blinatumomab"])
    assert one.table.dtypes.equals(two.table.dtypes)
    assert one.cells.dtypes.equals(two.cells.dtypes)

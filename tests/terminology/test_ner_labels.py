"""Kinds of the labels of models."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from allnlp.terminology import check_folder, load, shipped_folder
from allnlp.terminology.ner_labels import kinds
from allnlp.terminology.rows import NerLabel
from allnlp.terminology.tables import FILES, read_rows, write_rows

CHEMICAL = NerLabel("*", "CHEMICAL", "chemical", "")


def with_rows(folder: Path, *rows: NerLabel) -> Path:
    """The shipped tables with these rows of labels only."""
    tables = folder / "tables"
    shutil.copytree(shipped_folder(), tables, ignore=shutil.ignore_patterns("*.py", "__pycache__", "imports"))
    write_rows(tables / "ner_labels.tsv", rows, NerLabel)
    return tables


@pytest.mark.parametrize(
    ("model", "kind"), [("en_a", "chemical"), ("en_b_sm", "gene"), ("en_b_lg", "disease"), ("hf:x/en_b_lg", "chemical")]
)
def test_the_most_specific_glob_holds(tmp_path: Path, model: str, kind: str) -> None:
    rows = (CHEMICAL, CHEMICAL._replace(model="en_b_*", kind="disease"), CHEMICAL._replace(model="en_b_sm", kind="gene"))
    assert kinds(load(with_rows(tmp_path, *rows)), model) == {"CHEMICAL": kind}


def test_a_label_is_known_as_it_is_written_only(tmp_path: Path) -> None:
    assert "Chemical" not in kinds(load(with_rows(tmp_path, CHEMICAL)), "en_a")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ((CHEMICAL._replace(kind="drug"),), "ner_labels.tsv:2: kind is 'drug'. Use one of chemical, disease, gene, ignore, ANTIGEN"),
        ((CHEMICAL._replace(label=""),), "ner_labels.tsv:2: no label."),
        ((CHEMICAL._replace(model=""),), "ner_labels.tsv:2: no model."),
        ((CHEMICAL, CHEMICAL._replace(kind="gene")), "ner_labels.tsv:3: CHEMICAL of * is listed a second time (line 2). Keep one row."),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, rows: tuple[NerLabel, ...], says: str) -> None:
    (fault,) = check_folder(with_rows(tmp_path, *rows))
    assert fault.startswith(says)


def test_our_own_labels_stand_for_themselves_unless_the_model_says_otherwise() -> None:
    own = kinds(load(), "en_allnlp_mine")
    assert (own["DISEASE"], own["THERAPY"]) == ("DISEASE", "THERAPY")
    assert (kinds(load(), "en_allnlp_bio_sm")["DISEASE"], kinds(load(), "en_other")["DISEASE"]) == ("disease", "disease")
    assert [r for _, r in read_rows(shipped_folder() / "ner_labels.tsv", FILES["ner_labels.tsv"]) if r.kind == r.label and r.model == "*"] != []

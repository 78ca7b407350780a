"""An annotated folder in Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import allnlp
from allnlp.collection import Collection
from allnlp.errors import FolderError
from allnlp.schema import TABLES, columns


def test_a_folder_is_opened_and_tells_what_it_holds(evidence: Path) -> None:
    cart = allnlp.open(evidence)
    assert isinstance(cart, Collection)
    assert repr(cart) == f"Collection({str(evidence)!r}: 4 documents, 8 mentions, 8 concepts, 14 findings, 3 studies)"
    assert "<tr><th>findings</th><td>14</td></tr>" in cart._repr_html_()


def test_every_table_is_a_data_frame_with_the_columns_of_the_schema(evidence: Path) -> None:
    cart = Collection(str(evidence))
    for table in TABLES:
        frame = getattr(cart, "findings_table" if table == "findings" else table)
        assert list(frame.columns) == [c.column for c in columns(table)], table
    assert cart.documents is cart.documents
    assert str(cart.findings_table["n"].dtype) == "Int64"


def test_questions_take_one_name_or_several(evidence: Path) -> None:
    cart = allnlp.open(evidence)
    assert cart.findings("CRS", grade=">=3", therapy="tisa-cel")["value"].tolist() == [22.0]
    assert len(cart.findings(["CRS", "ICANS"])) == 6
    assert cart.evidence_table(["CRS >=3"], therapy="blinatumomab").table["doc_id"].tolist() == ["2"]
    assert cart.pool("CRS", therapy=None).rows["n_events"].tolist() == [26]


def test_a_missing_folder_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="allnlp annotate INPUT"):
        allnlp.open(tmp_path / "none")


def test_importing_allnlp_loads_nothing_heavy() -> None:
    heavy = ("spacy", "pandas", "numpy", "duckdb", "scipy", "matplotlib")
    code = f"import sys, allnlp; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    code = "import sys, allnlp; allnlp.open; print([m for m in ('spacy', 'scipy', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

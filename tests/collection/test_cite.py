"""How to cite a folder's annotation."""

from __future__ import annotations

from pathlib import Path

import pytest

import allnlp
from allnlp.annotation import annotate_collection
from allnlp.collection.cite import FIGURES, cite, flow_text
from allnlp.errors import FolderError
from allnlp.tables import FolderWriter, read_manifest

ROOT = Path(__file__).parents[2]


def test_the_methods_say_what_made_the_folder(folder: Path) -> None:
    manifest = read_manifest(folder)
    said = cite(folder).methods
    assert f"allnlp {allnlp.__version__} (spaCy {manifest['versions']['spacy']}" in said
    assert f"its own vocabulary (hash {manifest['terminology']})" in said
    assert all(f"{Path(i['file']).name} ({i['read']:,} record" in said and i["sha256"][:12] in said for i in manifest["inputs"])
    assert f"{manifest['counts']['findings']:,} numbers of toxicities and outcomes" in said
    assert "therapies (" in said
    assert "Options were left at their defaults." in said


def test_the_flow_of_records_adds_up(folder: Path) -> None:
    found = cite(folder)
    manifest = read_manifest(folder)
    n = found.flow[found.flow["file"] == "all files"].set_index("step")["records"]
    assert n["records read"] == manifest["counts"]["read"]
    assert n.iloc[0] == n.iloc[1:5].sum()
    of_files = found.flow[found.flow["file"] != "all files"].groupby("step", sort=False)["records"].sum()
    assert of_files.to_dict() == n.to_dict()
    assert found.flow_text == flow_text(manifest["counts"])
    assert found.flow_text in found.methods


def test_the_accuracy_is_that_of_the_page() -> None:
    page = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    mentions = [line.split("|") for line in page.partition("## Findings")[0].split("\n") if line.startswith("| 2")]
    strict = sorted(cells[2].strip() for cells in mentions)
    assert len(strict) == 4
    assert FIGURES["strict"] == f"{strict[0]} to {strict[-1]}"
    assert f"| {FIGURES['core']}, median {FIGURES['median']} |" in page


def test_another_version_is_not_praised_for_this_one(tmp_path: Path) -> None:
    counts = dict.fromkeys(("read", "annotated", "duplicates", "without_text", "without_abstract", "failed", "mentions", "concepts", "findings", "files_failed"), 0)
    with FolderWriter(tmp_path / "f") as writer:
        writer.finish({"versions": {"allnlp": "0"}, "terminology": "t", "counts": {**counts, "files_failed": 1}, "inputs": [], "options": {"limit": 3, "columns": {"title": "T"}}})
    found = cite(tmp_path / "f")
    assert "strict F" not in found.methods
    assert "see docs/accuracy.md of allnlp 0." in found.methods
    assert "a vocabulary (hash t) and" in found.methods
    assert "At most 3 records were read; columns were named: 'T' as title." in found.methods
    assert "1 file could not be read to the end." in found.methods
    assert "version = {0}" in found.bibtex


def test_terms_of_ones_own_are_to_be_named(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text("text,label\nmy-cel,THERAPY\n", encoding="utf-8")
    annotate_collection([demo / "demo.nbib"], tmp_path / "f", terms=[tmp_path / "my.csv"])
    assert "[say which terms were added]" in cite(tmp_path / "f").methods


def test_the_same_folder_gives_the_same_words_and_no_date(folder: Path) -> None:
    one, two = cite(folder), cite(folder)
    assert one.methods == two.methods
    assert one.bibtex == two.bibtex
    assert "year" not in one.bibtex


def test_a_folder_without_counts_is_damaged(evidence: Path) -> None:
    with pytest.raises(FolderError, match="damaged, no"):
        cite(evidence)

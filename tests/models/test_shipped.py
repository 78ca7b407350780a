"""The model that comes with the program: its file, and what it adds."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from allnlp.annotation import annotate_collection, find_entities
from allnlp.models import find_package
from allnlp.models.sources import source_of
from allnlp.terminology import load
from allnlp.text import annotate_text, compile_lexicon

ROOT = Path(__file__).parents[2]
NAME = "en_allnlp_bio_sm"
installed = pytest.mark.skipif(find_package(NAME) is None, reason=f"{NAME} is not installed: make setup")


def added(text: str) -> list[tuple[str, str]]:
    entities = find_entities([text], (NAME,))[0]
    found = annotate_text("1", text, compile_lexicon(load()), entities=entities).mentions
    return [(m.text, m.label) for m in found if m.score is not None]


def test_the_file_is_the_one_that_is_recorded_and_small_enough() -> None:
    (wheel,) = (ROOT / "models" / NAME / "dist").glob("*.whl")
    source = source_of(NAME)
    assert source is not None
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() == source.sha256
    assert wheel.name.startswith(f"{NAME}-{source.version}-")
    assert wheel.stat().st_size < 40_000_000


@installed
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patients received quorzamide 20 mg daily.", [("quorzamide", "THERAPY")]),
        ("Vastropenia was the most common grade 3 adverse event, in 12% of patients.", [("Vastropenia", "TOXICITY")]),
        ("Serum creatinine levels were measured in all patients.", []),
        ("The bridge was painted blue in spring.", []),
        ("Patients received blinatumomab; cytokine release syndrome was seen.", []),
    ],
)
def test_new_names_are_seen_and_others_left(text: str, expected: list[tuple[str, str]]) -> None:
    assert added(text) == expected


@installed
def test_the_rows_of_the_rules_stay_as_they_are(tmp_path: Path) -> None:
    import duckdb

    inputs = [ROOT / "corpora" / "demo"]
    for name, models in (("rules", ["none"]), ("both", [NAME])):
        annotate_collection(inputs, tmp_path / name, models=models)
    kept = "doc_id, sentence, start, \"end\", text, label, concept_id, name, assertion, source, rule"
    both, rules = (
        duckdb.sql(f"SELECT {kept} FROM '{tmp_path / name / 'mentions.parquet'}' WHERE source <> '{NAME}' ORDER BY ALL").fetchall() for name in ("both", "rules")
    )
    assert both == rules

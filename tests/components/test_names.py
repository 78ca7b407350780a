"""Hints of a table of names in a pipeline."""

from __future__ import annotations

import pickle
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
import spacy
from hypothesis import given
from spacy.language import Language

from allnlp.components.names import Names
from allnlp.text.name_table import NameTable, build

NAMES = [("lymphoblastic leukemia", 1, False), ("foxatinib", 2, False), ("CAT", 4, True)]
TEXT = "Lymphoblastic leukemia (LL) and CAT, not cat; LL."
HINTS = ["B1", "I1", "", "A1", "", "", "B4", "", "", "", "", "A1", ""]


def pipeline(table: NameTable | None = None) -> Language:
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "allnlp.Tokenizer.v1"}}})
    names = nlp.add_pipe("allnlp_names")
    if table is not None:
        names.table = table  # type: ignore[attr-defined]
    return nlp


def same(a: NameTable, b: NameTable) -> bool:
    return np.array_equal(a.keys, b.keys) and np.array_equal(a.kinds, b.kinds) and a.keys.dtype == b.keys.dtype and a.kinds.dtype == b.kinds.dtype


def test_the_hints_stand_in_the_tags() -> None:
    assert [t.tag_ for t in pipeline(build(NAMES))(TEXT)] == HINTS


def test_without_a_table_no_token_has_a_hint() -> None:
    assert {t.tag_ for t in pipeline()(TEXT)} == {""}


def test_hints_of_before_are_written_over() -> None:
    nlp = pipeline(build(NAMES))
    doc = nlp.make_doc("No names")
    doc[0].tag_ = "B7"
    assert [t.tag_ for t in nlp.get_pipe("allnlp_names")(doc)] == ["", ""]


def test_an_empty_document_passes() -> None:
    assert len(pipeline(build(NAMES))("")) == 0


def test_another_tokenizer_will_do() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_names").table = build(NAMES)  # type: ignore[attr-defined]
    assert [t.tag_ for t in nlp("A foxatinib (foxatinib) trial")] == ["", "B2", "", "B2", "", ""]


@given(st.lists(st.tuples(st.text(min_size=1, max_size=12), st.integers(1, 255), st.booleans()), max_size=8))
def test_a_table_goes_to_bytes_and_back(names: list[tuple[str, int, bool]]) -> None:
    table = Names("a")
    table.table = build(names)
    back = Names("b").from_bytes(table.to_bytes())
    assert same(table.table, back.table)
    assert table.to_bytes() == back.to_bytes()


@pytest.mark.parametrize("names", [[], NAMES])
def test_a_table_goes_to_disk_and_back(tmp_path: Path, names: list[tuple[str, int, bool]]) -> None:
    table = Names("a")
    table.table = build(names)
    table.to_disk(tmp_path / "deep" / "names")
    assert same(table.table, Names("b").from_disk(tmp_path / "deep" / "names").table)


def test_a_pipeline_keeps_its_table(tmp_path: Path) -> None:
    nlp = pipeline(build(NAMES))
    nlp.to_disk(tmp_path / "saved")
    for other in (spacy.load(tmp_path / "saved"), pipeline().from_bytes(nlp.to_bytes()), pickle.loads(pickle.dumps(nlp))):
        assert [t.tag_ for t in other(TEXT)] == HINTS


def test_the_same_table_is_written_as_the_same_bytes(tmp_path: Path) -> None:
    for place in ("one", "two"):
        names = Names("a")
        names.table = build(NAMES if place == "one" else NAMES[::-1])
        names.to_disk(tmp_path / place)
    assert (tmp_path / "one" / "names.npz").read_bytes() == (tmp_path / "two" / "names.npz").read_bytes()


def test_there_are_no_options() -> None:
    assert dict(Language.get_factory_meta("allnlp_names").default_config) == {}

"""The declaration of the tables, and what refuses a wrong row."""

from __future__ import annotations

import re
from typing import Any

import pytest

from allnlp.schema import TABLES, Column, Mention, Sentence, check, columns, document_text

MENTION = Mention("1", 0, 0, 3, 6, "CRS", "TOXICITY", None, "x:1", "n", "present", None, None, None, "terms", "r")
ALL = [column for table in TABLES for column in columns(table)]


@pytest.mark.parametrize("column", ALL, ids=[f"{c.table}.{c.column}" for c in ALL])
def test_every_column_has_a_type_a_meaning_and_a_name_in_snake_case(column: Column) -> None:
    assert column.type in {"VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR[]", "BIGINT[]"}
    assert len(column.meaning) > 3
    assert re.fullmatch(r"[a-z][a-z0-9_]*", column.column)


def test_columns_stand_in_the_order_of_the_row() -> None:
    assert [c.column for c in columns("mentions")] == list(Mention._fields)


def test_a_column_that_may_be_none_is_nullable_and_no_other() -> None:
    nullable = {c.column for c in columns("mentions") if c.nullable}
    assert {"concept_id", "score", "n", "cue_start"} <= nullable
    assert nullable.isdisjoint({"doc_id", "start", "end", "text", "label", "name", "assertion", "rule"})


def test_a_sound_row_is_taken() -> None:
    check("mentions", [MENTION])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": 7}, "are not a stretch of text"),
        ({"start": -1, "end": 2}, "are not a stretch of text"),
        ({"end": 3}, "are not a stretch of text"),
        ({"text": "CRSx"}, "is not 3 characters long"),
        ({"assertion": "maybe"}, "is none of present, negated"),
        ({"label": None}, r"mentions\.label is null"),
        ({"doc_id": None}, r"mentions\.doc_id is null"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_and_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check("mentions", [MENTION._replace(**change)])


def test_a_row_of_another_table_is_refused() -> None:
    with pytest.raises(ValueError, match="expected rows of Mention, got Sentence"):
        check("mentions", [Sentence("1", 0, "title", 0, 3)])


def test_a_sentence_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="sentences"):
        check("sentences", [Sentence("1", 0, "title", 3, 3)])


@pytest.mark.parametrize(("title", "abstract", "text"), [("A", "B", "A\nB"), ("A", "", "A"), ("", "B", "B"), ("", "", "")])
def test_the_text_of_a_document_is_title_newline_abstract(title: str, abstract: str, text: str) -> None:
    assert document_text(title, abstract) == text

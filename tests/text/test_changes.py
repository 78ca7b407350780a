"""Changed vocabularies: where large tables differ, the texts that they touch are the same as with small ones."""

from __future__ import annotations

import pytest

from allnlp.terminology import large_tables, load, parse
from allnlp.terminology.tables import Terminology
from allnlp.text import changes
from allnlp.text.changes import touched_by

SHIPPED = load().files
ROWS = [f"quill fever {i},DISEASE,x:{i},quill fever {i}" for i in range(30)]
TEXTS = ["No quill fever 3 was seen.", "quill fevers", "crane fever", "Quill fever 30", "CD19", ""]


def vocabulary(*rows: str, names: tuple[str, ...] = ("own.csv",)) -> Terminology:
    return parse(SHIPPED, tuple((name, "\n".join(["text,label,curie,name", *rows])) for name in names))


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_tables, "LARGE", 20)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ROWS, ROWS),
        (ROWS, ROWS[::-1]),
        (ROWS, [*ROWS, "quill fever 30,DISEASE,x:30,quill fever 30"]),
        (ROWS, ROWS[:3] + ROWS[4:]),
        (ROWS, [*ROWS, "crane fever,DISEASE,x:3,quill fever 3"]),
    ],
)
def test_a_changed_row_touches_the_texts_with_a_name_of_its_concept(old: list[str], new: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    parse.cache_clear()
    large = touched_by(vocabulary(*old), vocabulary(*new), with_models=False)
    monkeypatch.setattr(large_tables, "LARGE", 1000)
    parse.cache_clear()
    small = touched_by(vocabulary(*old), vocabulary(*new), with_models=False)
    parse.cache_clear()
    assert [large(text) for text in TEXTS] == [small(text) for text in TEXTS]


def test_a_table_that_is_new_touches_every_text() -> None:
    parse.cache_clear()
    touched = touched_by(vocabulary(*ROWS), vocabulary(*ROWS, names=("own.csv", "other.csv")), with_models=False)
    assert all(map(touched, TEXTS))


def test_too_many_changes_touch_every_text(monkeypatch: pytest.MonkeyPatch) -> None:
    parse.cache_clear()
    monkeypatch.setattr(changes, "_MOST", 5)
    assert all(map(touched_by(vocabulary(*ROWS), vocabulary(*(row.upper() for row in ROWS)), with_models=False), TEXTS))


def test_with_a_model_any_change_of_names_touches_every_text() -> None:
    parse.cache_clear()
    assert all(map(touched_by(vocabulary(*ROWS), vocabulary(*ROWS[1:]), with_models=True), TEXTS))

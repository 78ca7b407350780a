"""What forms write: the places of words, the fields that must be there, and where the browser goes afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.collection.edits import list_edits
from allnlp.collection.reviews import read_reviews
from allnlp.errors import AllnlpError, NothingFound, OptionError
from allnlp.explorer.actions import act, word_place
from allnlp.explorer.store import Store

EMOJI = "bad-2/../../etc?x=1#y&z"


@pytest.fixture
def store_of_own(own: Path) -> Any:
    found = Store(own, "AB")
    yield found
    found.close()


def edits(store: Store) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in list_edits(store.folder).to_dict("records")]


@given(st.text(alphabet="ab \u0301\U0001f9ec", max_size=30), st.text(alphabet="ab\u0301\U0001f9ec", min_size=1, max_size=3), st.integers(1, 4))
def test_words_are_found_where_they_stand(text: str, words: str, occurrence: int) -> None:
    places = [i for i in range(len(text)) if text.startswith(words, i)]
    try:
        start, end = word_place(text, words, occurrence)
    except NothingFound:
        assert text.count(words) < occurrence
    else:
        assert start in places
        assert text[start:end] == words


def test_words_that_do_not_stand_there_are_told() -> None:
    with pytest.raises(NothingFound, match="do not stand in the text"):
        word_place("No CRS.", "ICANS")
    with pytest.raises(NothingFound, match="stand 1 time in the text, not 2"):
        word_place("No CRS.", "CRS", 2)
    with pytest.raises(NothingFound, match="no words"):
        word_place("No CRS.", "  ")


def test_a_mark_is_added_by_its_words_after_an_emoji(store_of_own: Store) -> None:
    back = act(store_of_own, "add", {"doc_id": EMOJI, "words": "na\u00efve e\u0301 patients", "label": "POPULATION", "back": "/document?id=x&done=added"})
    found = edits(store_of_own)[0]
    text = store_of_own.shown([store_of_own.number(EMOJI)])[0].document["text"]
    assert text[found["start"] : found["end"]] == "na\u00efve e\u0301 patients"
    assert back == f"/document?id=x&done=added&m=POPULATION%3A{found['start']}-{found['end']}"
    assert found["reviewer"] == "AB"


def test_a_mark_is_added_by_its_place_without_its_blanks(store_of_own: Store) -> None:
    text = store_of_own.shown([store_of_own.number("bad-1")])[0].document["text"]
    start = text.index(" of 10")
    act(store_of_own, "add", {"doc_id": "bad-1", "start": str(start - 2), "end": str(start + 7), "label": "OUTCOME", "concept": "complete remission", "note": "why"})
    found = edits(store_of_own)[0]
    assert (found["text"], found["name"], found["note"]) == (text[start - 2 : start + 7].strip(), "complete remission", "why")


def test_a_change_keeps_what_the_form_says_as_it_is(store_of_own: Store) -> None:
    m = next(m for m in store_of_own.shown([store_of_own.number("bad-1")])[0].mentions if m["label"] == "TOXICITY" and m["assertion"] == "present")
    place = {"doc_id": "bad-1", "label": "TOXICITY", "start": str(m["start"]), "end": str(m["end"]), "was": "present", "new_label": "TOXICITY", "assertion": "present"}
    with pytest.raises(OptionError, match="nothing is changed"):
        act(store_of_own, "change", place)
    act(store_of_own, "change", {**place, "assertion": "negated"})
    assert (edits(store_of_own)[0]["assertion"], edits(store_of_own)[0]["concept_id"]) == ("negated", m["concept_id"])
    back = act(store_of_own, "change", {**place, "was": "negated", "assertion": "negated", "new_label": "DISEASE", "back": "/document?id=bad-1"})
    assert back == f"/document?id=bad-1&m=DISEASE%3A{m['start']}-{m['end']}"
    with pytest.raises(NothingFound, match="Near: cytokine release syndrome"):
        act(store_of_own, "change", {**place, "label": "DISEASE", "new_label": "TOXICITY", "concept": "cytokine relese syndrome"})


def test_a_mark_that_a_person_made_is_taken_away_by_wrong(store_of_own: Store) -> None:
    act(store_of_own, "add", {"doc_id": "bad-1", "words": "3 of 10", "label": "OUTCOME"})
    found = edits(store_of_own)[0]
    place = {"doc_id": "bad-1", "label": "OUTCOME", "start": str(found["start"]), "end": str(found["end"])}
    act(store_of_own, "judge", {**place, "verdict": "wrong"})
    assert edits(store_of_own) == []


def test_reviews_are_kept_field_by_field(store_of_own: Store) -> None:
    act(store_of_own, "review", {"doc_id": "bad-1", "is_read": "1"})
    act(store_of_own, "review", {"doc_id": "bad-1", "decision": "included"})
    act(store_of_own, "review", {"doc_id": "bad-1", "note": " look again "})
    row = read_reviews(store_of_own.folder).iloc[0]
    assert (bool(row["is_read"]), row["decision"], row["note"], row["reviewer"]) == (True, "included", "look again", "AB")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("nothing", {}), ("judge", {}), ("judge", {"doc_id": "bad-1", "label": "TOXICITY", "start": "\u0664", "end": "9", "verdict": "right"}),
        ("judge", {"doc_id": "bad-1", "label": "TOXICITY", "start": "0", "end": "9", "verdict": "perhaps"}), ("add", {"doc_id": "bad-1", "label": "X", "words": "CRS"}),
        ("add", {"doc_id": "bad-1", "label": "TOXICITY", "words": "no such words"}), ("add", {"doc_id": "no", "label": "TOXICITY", "words": "CRS"}),
        ("add", {"doc_id": "bad-1", "label": "TOXICITY", "words": "CRS", "occurrence": "x"}), ("finding", {"doc_id": "bad-1", "finding": "99", "verdict": "wrong"}),
        ("take-back", {"doc_id": "bad-1", "label": "TOXICITY", "start": "0", "end": "3"}), ("take-back-finding", {"doc_id": "bad-1", "finding": "x"}),
        ("take-back-document", {"doc_id": "bad-1"}), ("confirm", {"doc_id": "no"}), ("review", {"doc_id": "bad-1", "decision": "perhaps"}),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_written_says_why(store: Store, name: str, form: dict[str, str]) -> None:
    with pytest.raises(AllnlpError) as error:
        act(store, name, form)
    assert str(error.value).rstrip().endswith((".", "?")) or "See:" in str(error.value)
    assert not (store.folder / "corrections.parquet").exists()

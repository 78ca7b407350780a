"""The tables below a document's text: its mentions, its findings, its record as a study, and what was corrected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from allnlp.collection.cells import value_text
from allnlp.explorer.asked import token
from allnlp.explorer.screens.reading import Place, by_whom, place_of, rule_said, verdict_said
from allnlp.explorer.state import State
from allnlp.explorer.store import Store

_STUDY = (
    ("study_type", "Type of study"), ("registration", "Registration"), ("n_patients", "Patients"), ("age_groups", "Ages"),
    ("disease_status", "State of disease"), ("diseases", "Diseases"), ("therapies", "Therapies"), ("antigens", "Antigens"),
    ("median_follow_up_months", "Median follow-up, months"),
)  # fmt: skip
_COMPARED = {True: "the numbers agree", False: "the numbers do not agree"}


class MentionRow(NamedTuple):
    """A mention of the table."""

    row: Mapping[str, Any]
    url: str  # the page with this mark chosen
    concept: str  # URL of the page of the concept; empty where it has none
    section: str
    said: str  # what decided it
    judged: str  # what a person said of it
    is_chosen: bool


class FindingRow(NamedTuple):
    """A finding of the table; one judged wrong has only what the judgement says of it."""

    row: Mapping[str, Any] | None
    number: str
    words: str
    grade: str
    consistency: str
    judged: str
    edit: Mapping[str, Any] | None


class StudyCell(NamedTuple):
    """A value of the study record, and the sentence that it came from."""

    value: str
    sentence: int | None
    origin: str  # where no sentence says it


class EditRow(NamedTuple):
    """A correction of the document."""

    row: Mapping[str, Any]
    said: str
    by: str
    url: str  # of the mark; empty for a finding


def concept_url(state: State, label: str, concept_id: str | None, name: str) -> str:
    """URL of the page of a concept; one that is not listed goes by its name."""
    return state.url("/concept", id=concept_id or name, label=label)


def concept_token(label: str, concept_id: str | None, name: str) -> str:
    """A concept as a filter; one that is not listed goes by its name."""
    return token(label, concept_id or name)


def mention_rows(
    shown: Sequence[Mapping[str, Any]], sections: Mapping[int, str], edits: Mapping[Place, Mapping[str, Any]], state: State, at: Callable[[Place], str],
    chosen: Place | None,
) -> list[MentionRow]:  # fmt: skip
    """All mentions of a document by their place, context labels among them."""
    out = []
    for m in shown:
        place = place_of(m)
        is_listed = m["concept_id"] is not None or m["label"] != "POPULATION"
        edit = edits.get(place)
        judged = verdict_said(edit) if edit is not None else ""
        url = concept_url(state, m["label"], m["concept_id"], m["name"]) if is_listed else ""
        said = rule_said(m["source"], m["rule"], m["score"])
        out.append(MentionRow(m, at(place), url, sections.get(m["sentence"], ""), said, judged, place == chosen))
    return out


def finding_rows(store: Store, number: int, edits: Sequence[Mapping[str, Any]]) -> list[FindingRow]:
    """Findings of a document by their place, then those that a person judged wrong."""
    judged = {e["finding_number"]: e for e in edits if e["finding"] is not None and e["finding_number"] is not None}
    out = []
    for row in store.rows("SELECT * FROM shelf_findings WHERE doc = ? ORDER BY finding", [number]):
        edit = judged.pop(row["finding"], None)
        said = verdict_said(edit) if edit is not None else ""
        grade = str(row["grade"] or "")
        out.append(FindingRow(row, value_text(SimpleNamespace(**row)), str(row["evidence"]), grade, _COMPARED.get(row["is_consistent"], ""), said, edit))
    left = [e for e in edits if e["finding"] is not None and (e["finding_number"] in judged or e["finding_number"] is None)]
    out += [FindingRow(None, "", str(e["finding"]), "", "", verdict_said(e), e) for e in left]
    return out


def study_rows(record: Mapping[str, Any]) -> list[tuple[str, list[StudyCell]]]:
    """What the record of a study says, each value with its sentence.

    >>> study_rows({"study_type": "phase 1", "study_type_sentences": [2]})
    [('Type of study', [StudyCell(value='phase 1', sentence=2, origin='')])]
    """
    out = []
    for name, words in _STUDY:
        value = record.get(name)
        if value is None or (not isinstance(value, (str, int, float)) and not len(value)):
            continue
        several = isinstance(value, (list, tuple)) or hasattr(value, "tolist")
        values = [_plain(v) for v in value] if several else [_plain(value)]
        sentences = [int(s) for s in record.get(f"{name.removesuffix('_months')}_sentences", ())]
        origins = [str(o) for o in record.get("antigens_from", ())] if name == "antigens" else []
        cells = []
        for i, said in enumerate(values):
            where = sentences[i] if several and len(sentences) == len(values) and i < len(sentences) else sentences[0] if sentences else -1
            origin = f"by {origins[i]}" if i < len(origins) and origins[i] != "text" else "" if where >= 0 else "of the record"
            cells.append(StudyCell(said, where if where >= 0 else None, origin))
        out.append((words, cells))
    return out


def _plain(value: Any) -> str:
    """A value as it is read.

    >>> _plain(12.0), _plain("child")
    ('12', 'child')
    """
    return f"{value:g}" if isinstance(value, float) else str(value)


def edit_rows(edits: Sequence[Mapping[str, Any]], at: Callable[[Place], str]) -> list[EditRow]:
    """Corrections of a document, by their place."""
    return [EditRow(e, verdict_said(e), by_whom(e), at(place_of(e)) if e["finding"] is None else "") for e in edits]

"""Edits of single marks and findings by a person: wrong, added, changed, judged, taken back; and whole documents that a person confirms.

An edit says nothing of the other marks of its document, so that a later run may still better them. It is kept among the
corrections of the folder and applies where its words stand at their place; see ``corrections``.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from allnlp.collection.corrections import (
    HUMAN,
    NEEDED_TABLES,
    Correction,
    finding_words,
    has_corrections,
    judge_findings,
    keep_corrections,
    list_corrections,
    remove_corrections,
)
from allnlp.collection.edit_rows import author_of, digest_of, edit_row, edit_rules, keep_edits, marked_document
from allnlp.collection.edited_marks import EDITS, asserted_as, mark_at, read_mark, words_at
from allnlp.collection.kept_files import kept_words, moment
from allnlp.collection.vocabulary import Vocabulary, vocabulary_of
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import ASSERTIONS, CONTEXT_LABELS, LABELS
from allnlp.tables import MANIFEST, connected

CONFIRMED = "confirmed"  # the name under which documents that a person confirmed stand among the files of corrections
CHANGED = f"{EDITS}:from "  # begins the rule of a mark whose label a person changed
VERDICTS = ("right", "partly", "wrong")
COLUMNS = (
    "doc_id", "action", "label", "start", "end", "text", "concept_id", "name", "assertion", "finding", "reviewer", "made_at", "note", "is_applied",
    "reason",
)  # fmt: skip


def mark_wrong(folder: Path, doc_id: str, label: str, start: int, end: int, *, reviewer: str, note: str = "", made_at: str | None = None) -> None:
    """Let a mark not count any more; one that a person added is taken away.

    Args:
        folder: the annotated folder.
        doc_id: the document.
        label: of the mark.
        start: its first code point in ``documents.text``.
        end: code point after its last.
        reviewer: name or initials.
        note: the reviewer's words.
        made_at: the moment, in ISO form; by default now.

    Raises:
        NothingFound: no such document, or no such mark.
        OptionError: the document is a duplicate, or the moment cannot be read.
        FolderError: no annotated folder, a damaged one, or one that cannot be written to.
    """
    who = author_of(reviewer, made_at, note)
    seen = marked_document(folder, doc_id)
    place = (label, start, end)
    mention = mark_at(seen, place)
    if place in seen.machine or place in seen.human:
        keep_edits(folder, [edit_row(seen, "wrong", mention, who)])
    else:
        keep_edits(folder, [], gone=[(doc_id, *place, None)])


def add_mention(
    folder: Path,
    doc_id: str,
    label: str,
    start: int,
    end: int,
    *,
    concept: str | None = None,
    assertion: str = "present",
    reviewer: str,
    note: str = "",
    made_at: str | None = None,
) -> None:
    """Mark words that the machine passed over; blanks at their ends are left out.

    Args:
        folder: the annotated folder.
        doc_id: the document.
        label: concept type.
        start: first code point in ``documents.text``.
        end: code point after the last.
        concept: CURIE or name of a listed concept; by default the one that the words name exactly, else none.
        assertion: present, negated, hypothetical or historical.
        reviewer: name or initials.
        note: the reviewer's words.
        made_at: the moment, in ISO form; by default now.

    Raises:
        NothingFound: no such document, or no such concept; says which are near.
        OptionError: the place is outside the text or holds no word, no such label or assertion, or the document is a duplicate.
        FolderError: no annotated folder, a damaged one, or one that cannot be written to.
    """
    who = author_of(reviewer, made_at, note)
    _check_value("label", label, (*LABELS, *CONTEXT_LABELS))
    _check_value("assertion", assertion, ASSERTIONS)
    seen = marked_document(folder, doc_id)
    start, end = words_at(seen.text, start, end)
    mention = read_mark(_vocabulary(folder), seen, (label, start, end), concept, assertion)
    keep_edits(folder, [edit_row(seen, "mark", mention, who)])


def change_mention(
    folder: Path,
    doc_id: str,
    label: str,
    start: int,
    end: int,
    *,
    new_label: str | None = None,
    concept: str | None = None,
    assertion: str | None = None,
    reviewer: str,
    note: str = "",
    made_at: str | None = None,
) -> None:
    """Give a mark another label, concept or assertion; what is not given stays, but the concept does not survive another label.

    Args:
        folder: the annotated folder.
        doc_id: the document.
        label: of the mark as it is.
        start: its first code point in ``documents.text``.
        end: code point after its last.
        new_label: the label that it should have.
        concept: CURIE or name of a listed concept.
        assertion: present, negated, hypothetical or historical.
        reviewer: name or initials.
        note: the reviewer's words.
        made_at: the moment, in ISO form; by default now.

    Raises:
        NothingFound: no such document, mark or concept.
        OptionError: nothing to change, no such label or assertion, or the document is a duplicate.
        FolderError: no annotated folder, a damaged one, or one that cannot be written to.
    """
    who = author_of(reviewer, made_at, note)
    if new_label is None and concept is None and assertion is None:
        raise OptionError(f"{doc_id}: nothing to change. Give another label, concept or assertion.")
    target = new_label or label
    _check_value("label", target, (*LABELS, *CONTEXT_LABELS))
    _check_value("assertion", assertion or "present", ASSERTIONS)
    seen = marked_document(folder, doc_id)
    before = mark_at(seen, (label, start, end))
    said = assertion or before.assertion
    if concept is not None or target != label:
        mention = read_mark(_vocabulary(folder), seen, (target, start, end), concept, said)
    else:
        mention = asserted_as(before, said)
    if target == label:
        rule = before.rule if before.rule.startswith(CHANGED) else EDITS
        keep_edits(folder, [edit_row(seen, "mark", mention._replace(rule=rule), who)])
        return
    origin = before.rule.removeprefix(CHANGED) if before.rule.startswith(CHANGED) else label
    rows = [edit_row(seen, "mark", mention._replace(rule=EDITS if target == origin else f"{CHANGED}{origin}"), who)]
    if (label, start, end) in seen.machine or (label, start, end) in seen.human:
        rows.append(edit_row(seen, "wrong", before, who))
    keep_edits(folder, rows, gone=[(doc_id, label, start, end, None)])


def judge(
    folder: Path, doc_id: str, label: str, start: int, end: int, verdict: str, *, reviewer: str, note: str = "", made_at: str | None = None
) -> None:
    """Say of a mark of the machine that it is right, partly right or wrong; only what is wrong does not count any more.

    Args:
        folder: the annotated folder.
        doc_id: the document.
        label: of the mark.
        start: its first code point in ``documents.text``.
        end: code point after its last.
        verdict: right, partly or wrong.
        reviewer: name or initials.
        note: the reviewer's words.
        made_at: the moment, in ISO form; by default now.

    Raises:
        NothingFound: no such document, or no such mark of the machine.
        OptionError: no such verdict, or the document is a duplicate.
        FolderError: no annotated folder, a damaged one, or one that cannot be written to.
    """
    _check_value("verdict", verdict, VERDICTS)
    who = author_of(reviewer, made_at, note)
    seen = marked_document(folder, doc_id)
    mention = mark_at(seen._replace(now={}), (label, start, end))
    keep_edits(folder, [edit_row(seen, verdict, mention, who)])


def mark_finding(folder: Path, doc_id: str, finding: int, verdict: str, *, reviewer: str, note: str = "", made_at: str | None = None) -> None:
    """Say of a finding that it is right, partly right or wrong; one that is wrong stands in no answer any more.

    It is kept by its place, concept and numbers, so that a later run that numbers findings anew finds it again.

    Args:
        folder: the annotated folder.
        doc_id: the document.
        finding: its number in the table of findings now.
        verdict: right, partly or wrong.
        reviewer: name or initials.
        note: the reviewer's words.
        made_at: the moment, in ISO form; by default now.

    Raises:
        NothingFound: no such document or finding.
        OptionError: no such verdict, or the moment cannot be read.
        FolderError: no annotated folder, a damaged one, or one that cannot be written to.
    """
    _check_value("verdict", verdict, VERDICTS)
    who = author_of(reviewer, made_at, note)
    with connected(folder, *NEEDED_TABLES, "findings") as database:
        words = finding_words("f.concept", "f.start", 'f."end"')
        found = database.execute(
            f'SELECT f.label, f.start, f."end", f.evidence, f.concept_id, f.concept, {words}, sha256(d.text) FROM findings AS f'
            " JOIN documents AS d USING (doc_id) WHERE f.doc_id = ? AND f.finding = ?", [doc_id, finding],
        ).fetchall()  # fmt: skip
        if not found:
            raise NothingFound(f"{folder}: document {doc_id!r} has no finding {finding}. See: allnlp findings {folder}")
        judged = []
        if has_corrections(folder):
            judge_findings(database, folder)
            judged = database.execute(
                'SELECT e.doc_id, e.label, e.start, e."end", e.finding FROM judged_findings AS j JOIN told_edits AS e USING (kept_row)'
                " WHERE j.doc_id = ? AND j.finding = ?", [doc_id, finding],
            ).fetchall()  # fmt: skip
    label, start, end, text, concept_id, name, said, digest = found[0]
    row = {"label": label, "start": start, "end": end, "text": text, "concept_id": concept_id, "name": name, "finding": said, "text_sha256": digest}
    keep_edits(folder, [{**row, "doc_id": doc_id, "file": EDITS, "action": verdict, **who._asdict()}], gone=judged)


def take_back(folder: Path, doc_id: str, label: str, start: int, end: int) -> None:
    """Take an edit or a judgement of a mark away; of a mark with a changed label also the word that its former label is wrong.

    Raises:
        NothingFound: there is none of this label and place.
        FolderError: the folder is damaged, or cannot be written to.
    """
    rules = dict(edit_rules(folder, doc_id, start, end))
    if label not in rules:
        raise NothingFound(f"{folder}: no edit of {label} at {start}-{end} of document {doc_id!r}. See: allnlp import {folder} --list")
    labels = [label, *([rules[label].removeprefix(CHANGED)] if rules[label].startswith(CHANGED) else [])]
    keep_edits(folder, [], gone=[(doc_id, one, start, end, None) for one in labels])


def take_back_finding(folder: Path, doc_id: str, finding_words: str) -> None:
    """Take a judgement of a finding away.

    Args:
        folder: the annotated folder.
        doc_id: the document.
        finding_words: that tell the finding, as the column ``finding`` of ``list_edits`` has them.

    Raises:
        NothingFound: there is none.
        FolderError: the folder is damaged, or cannot be written to.
    """
    edits = list_edits(folder, doc_id)
    found = edits[edits["finding"] == finding_words]
    if found.empty:
        raise NothingFound(f"{folder}: no judgement of {finding_words!r} of document {doc_id!r}. See: allnlp import {folder} --list")
    keep_edits(folder, [], gone=[(doc_id, r.label, r.start, r.end, finding_words) for r in found.itertuples()])


def confirm_document(folder: Path, doc_id: str, labels: Sequence[str] = LABELS, *, reviewer: str, made_at: str | None = None) -> None:
    """Let the marks of these labels, as they stand now with all edits, be the whole truth of a document: gold to score and to train by.

    Args:
        folder: the annotated folder.
        doc_id: the document.
        labels: that the person looked for; those of a former correction of the document are among them in any case.
        reviewer: name or initials.
        made_at: the moment, in ISO form; by default now.

    Raises:
        NothingFound: no such document.
        OptionError: no such label, or the document is a duplicate.
        FolderError: no annotated folder, a damaged one, or one that cannot be written to.
    """
    for one in labels:
        _check_value("label", one, (*LABELS, *CONTEXT_LABELS))
    at, seen = moment(made_at), marked_document(folder, doc_id)
    former = list_corrections(folder)
    covered = {*labels, *(label for cell in former[(former["doc_id"] == doc_id) & former["reason"].isna()]["labels"] for label in cell.split(", "))}
    marks = sorted((m for m in seen.now.values() if m.label in covered), key=lambda m: m.mention)
    mentions = [m._replace(source=HUMAN, rule=CONFIRMED, score=None, needs_review=False, review_reason=None) for m in marks]
    ordered = tuple(label for label in (*LABELS, *CONTEXT_LABELS) if label in covered)
    keep_corrections(folder, [Correction(doc_id, CONFIRMED, digest_of(seen.text), ordered, tuple(mentions), kept_words(reviewer), at)])


def take_back_document(folder: Path, doc_id: str) -> None:
    """Take the correction of a whole document away; edits of its single marks count again.

    Raises:
        NothingFound: the document was not corrected as a whole.
        FolderError: the corrections are damaged, or cannot be written.
    """
    if not remove_corrections(folder, documents=[doc_id]):
        raise NothingFound(f"{folder}: document {doc_id!r} was not corrected as a whole. See: allnlp import {folder} --list")


def list_edits(folder: Path, doc_id: str | None = None) -> pd.DataFrame:
    """Edits and judgements of single marks and findings, of a folder or of a document, by document and place.

    Returns:
        The columns ``COLUMNS``; ``finding`` is null for marks, ``reason`` says why an edit is not applied, or that the machine
        reads the words otherwise now. Then finding_number, the number of the finding now; null where there is none.

    Raises:
        FolderError: no annotated folder, or a damaged one.
    """
    columns = [*COLUMNS, "finding_number"]
    if not has_corrections(folder):
        return pd.DataFrame(columns=columns, dtype=object).astype({"is_applied": bool})
    with connected(folder, *NEEDED_TABLES, "findings") as database:
        judge_findings(database, folder)
        frame: pd.DataFrame = database.execute(_LISTED, [doc_id]).df()
    plain = frame.astype(object).where(frame.notna(), None)[columns]
    whole = {name: [None if cell is None else int(cell) for cell in plain[name]] for name in ("start", "end", "finding_number")}
    return plain.assign(**{n: pd.Series(cells, index=plain.index, dtype=object) for n, cells in whole.items()}).astype(
        {"start": int, "end": int, "is_applied": bool}
    )


def _check_value(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise OptionError(f"{name} {value!r} is none of {', '.join(known)}.")


def _vocabulary(folder: Path) -> Vocabulary:
    return _vocabulary_of(folder, (folder / MANIFEST).stat().st_mtime_ns)


@functools.lru_cache(maxsize=2)
def _vocabulary_of(folder: Path, written_at: int) -> Vocabulary:  # a new run is written anew
    with connected(folder, "concepts") as database:
        return vocabulary_of(database)


# What is judged must stand there; a mark that a person made needs nothing.
_LISTED = """
SELECT e.doc_id, e.action, e.label, e.start, e."end", e.text, e.concept_id, e.name, e.assertion, e.finding, e.reviewer, e.made_at, e.note,
    j.finding AS finding_number, CASE
        WHEN e.reason IS NOT NULL THEN e.reason
        WHEN e.finding IS NOT NULL AND j.finding IS NULL THEN 'no finding of this concept and these numbers stands there now'
        WHEN e.finding IS NULL AND e.action <> 'mark' AND m.doc_id IS NULL AND h.doc_id IS NULL THEN 'the machine marks nothing there now'
        WHEN e.finding IS NULL AND e.action <> 'mark' AND m.doc_id IS NOT NULL AND coalesce(m.concept_id, m.name) <> coalesce(e.concept_id, e.name)
            THEN 'the machine reads it as ' || m.name || ' now'
    END AS reason,
    e.reason IS NULL AND CASE WHEN e.finding IS NOT NULL THEN j.finding IS NOT NULL WHEN e.action = 'mark' THEN true
        WHEN e.action = 'wrong' THEN m.doc_id IS NOT NULL OR h.doc_id IS NOT NULL
        ELSE m.doc_id IS NOT NULL AND coalesce(m.concept_id, m.name) = coalesce(e.concept_id, e.name) END AS is_applied
FROM told_edits AS e LEFT JOIN judged_findings AS j USING (kept_row)
LEFT JOIN mentions AS m ON m.doc_id = e.doc_id AND m.label = e.label AND m.start = e.start AND m."end" = e."end"
LEFT JOIN human AS h ON h.doc_id = e.doc_id AND h.label = e.label AND h.start = e.start AND h."end" = e."end"
WHERE $1 IS NULL OR e.doc_id = $1 ORDER BY e.doc_id, e.start, e."end", e.label, e.finding NULLS FIRST
"""

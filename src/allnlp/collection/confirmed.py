"""Documents that a person corrected as a whole, as gold to score the machine's marks by."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from allnlp.collection.corrections import list_corrections
from allnlp.collection.folder import asked
from allnlp.collection.frames import named_rows
from allnlp.evaluation import Mark
from allnlp.tables import connected


class Confirmed(NamedTuple):
    """A document with the marks of the labels that a person looked for."""

    doc_id: str
    text: str
    labels: tuple[str, ...]
    gold: tuple[Mark, ...]  # the person's, with later edits
    found: tuple[Mark, ...]  # the machine's


def confirmed_documents(folder: Path) -> list[Confirmed]:
    """Documents of a folder that a person corrected as a whole and whose corrections are applied, by doc_id.

    Raises:
        FolderError: no annotated folder, or a damaged one.
    """
    seen = list_corrections(folder)
    rows = named_rows(seen[seen["reason"].isna()])
    labels = {row.doc_id: tuple(row.labels.split(", ")) for row in rows}
    if not labels:
        return []
    with connected(folder, "documents", "mentions") as database:
        texts = dict(database.execute("SELECT doc_id, text FROM documents WHERE list_contains(?, doc_id)", [list(labels)]).fetchall())
        found = database.execute(_MARKS, [list(labels)]).fetchall()
    with asked(folder, "mentions") as database:
        gold = database.execute(_MARKS, [list(labels)]).fetchall()
    return [Confirmed(d, texts[d], of, *(tuple(Mark(*m) for i, *m in marks if i == d and m[0] in of) for marks in (gold, found))) for d, of in labels.items()]


_MARKS = """
SELECT doc_id, label, start, "end", text, coalesce(concept_id, label || ' ' || start || ' ' || "end"), assertion FROM mentions
WHERE list_contains(?, doc_id) ORDER BY doc_id, mention
"""

"""Tables of the documents that fit filters: what leaves a folder as another format."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from allnlp.collection.filters import Filters
from allnlp.collection.folder import asked
from allnlp.collection.frames import typed
from allnlp.collection.index import Index


class Selection(NamedTuple):
    """Tables of a folder, narrowed to the documents that fit; columns as in the schema.

    Sections and assertions narrow the mentions (with them the findings, by their sentence), not the documents.
    """

    folder: Path
    documents: pd.DataFrame  # without duplicates; in the order of the folder
    sentences: pd.DataFrame  # all of these documents
    mentions: pd.DataFrame
    findings: pd.DataFrame
    studies: pd.DataFrame
    concepts: pd.DataFrame  # those that the mentions name; counts are of the whole folder


def select(folder: Path, filters: Filters | None = None, *, index: Index | None = None) -> Selection:
    """Tables of what fits; without filters all documents and all mentions, whatever their assertion.

    Raises:
        NothingFound: a filter names something that the folder does not have.
        FolderError: no annotated folder, or a damaged one.
    """
    with asked(folder, "documents", "sentences", "mentions", "findings", "studies", "concepts") as database:
        if filters is None:
            database.execute("CREATE TEMP TABLE chosen AS SELECT doc_id, row_number() OVER () AS place FROM documents WHERE duplicate_of IS NULL")
            kept = "true"
        else:
            index = Index(folder) if index is None else index
            view = index.view(filters)
            chosen = index.documents[view.documents][["doc_id"]].reset_index(drop=True).rename_axis("place").reset_index()
            database.register("chosen_frame", chosen)
            database.execute("CREATE TEMP TABLE chosen AS SELECT doc_id, place FROM chosen_frame")
            assertions = ", ".join(f"'{a}'" for a in filters.assertions)
            kept = f"t.assertion IN ({assertions})"
        sections = () if filters is None else filters.sections
        in_section = "(" + ", ".join(f"'{s}'" for s in sections) + ")" if sections else ""
        narrowed = f"AND (t.doc_id, t.sentence) IN (SELECT doc_id, sentence FROM sentences WHERE section IN {in_section})" if sections else ""
        own = 'FROM chosen AS c JOIN "{}" AS t USING (doc_id)'
        tables = {
            "documents": f"SELECT t.* {own.format('documents')} ORDER BY c.place",
            "sentences": f"SELECT t.* {own.format('sentences')} ORDER BY c.place, t.sentence",
            "mentions": f"SELECT t.* {own.format('mentions')} WHERE {kept} {narrowed} ORDER BY c.place, t.mention",
            "findings": f"SELECT t.* {own.format('findings')} WHERE true {narrowed} ORDER BY c.place, t.finding",
            "studies": f"SELECT t.* {own.format('studies')} ORDER BY c.place",
        }
        frames = {name: typed(database.sql(sql).df(), name) for name, sql in tables.items()}
        database.register("named", frames["mentions"][["concept_id"]].dropna().drop_duplicates())
        frames["concepts"] = typed(database.sql("SELECT * FROM concepts SEMI JOIN named USING (concept_id) ORDER BY concept_id").df(), "concepts")
    return Selection(folder, **frames)

"""An annotated folder in Python: its tables as DataFrames, and the questions that can be asked of it."""

from __future__ import annotations

import copy
import functools
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from allnlp.collection.evidence import Evidence, evidence
from allnlp.collection.evidence_table import EvidenceTable, evidence_table
from allnlp.collection.filters import Filters, Years, narrowed, parse_filters, several
from allnlp.collection.findings import select_findings
from allnlp.collection.folder import asked_table
from allnlp.collection.frames import typed
from allnlp.collection.index import EVERYTHING, Index
from allnlp.collection.prisma import prisma, prisma_records
from allnlp.collection.provenance import asked_command, provenance
from allnlp.collection.selection import Selection, select
from allnlp.collection.summary import Summary, summarise
from allnlp.errors import OptionError
from allnlp.tables import read_manifest

if TYPE_CHECKING:
    from allnlp.collection.cooccurrence import Cooccurrence
    from allnlp.collection.find import Found
    from allnlp.collection.network import Network
    from allnlp.collection.pool import PooledFindings

_NARROWED = ("_selection", "documents", "sentences", "mentions", "concepts", "findings_table", "studies")
Names = str | Sequence[str] | None


class Collection:  # SciPy, which counts need, is imported by the methods that count
    """An annotated folder; tables are read at first use and kept, so that one changed by a new run needs a new Collection.

    >>> cart = Collection("cart")  # doctest: +SKIP
    >>> cart.findings("CRS", grade=">=3", therapy="tisagenlecleucel")  # doctest: +SKIP

    Args:
        folder: made by ``allnlp annotate``.

    Raises:
        FolderError: no annotated folder, or a damaged one.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.manifest = read_manifest(self.folder)
        self.filters: Filters | None = None

    def where(
        self,
        *,
        year: str | int | Years | None = None,
        journal: Names = None,
        study_type: Names = None,
        population: Names = None,
        mentioning: Names = None,
        section: Names = None,
        include: Names = None,
        matching: Names = None,
        lacking: Names = None,
        decision: Names = None,
    ) -> Collection:
        """A view of the collection: the same methods and tables, of what fits. A view can be narrowed again.

        In a view only mentions that are present count, and those of ``include``.

        Args:
            year: 2018, "2018:2024", "2018:" or a pair of which either may be None.
            journal: a journal, or one of several.
            study_type: as "phase 1", or one of several.
            population: age group or state of disease of the study, or one of several.
            mentioning: a concept that the document names, or several of which it names each.
            section: of the mentions and findings, as "results".
            include: mentions beside those that are present: negated, hypothetical, historical or all.
            matching: a query that the document fits, as of ``find``, or several of which it fits each.
            lacking: a concept that the document does not name, or several of which it names none.
            decision: of a reviewer: included, excluded or undecided, read or unread; or one of several.

        Raises:
            NothingFound: a filter names what the folder does not have.
            OptionError: a filter cannot be read, or leaves nothing of one that is set.
        """
        new = parse_filters(
            year=year, journal=several(journal), study_type=several(study_type), population=several(population), mentioning=several(mentioning),
            section=several(section), include=several(include), matching=several(matching), lacking=several(lacking), decision=several(decision),
        )  # fmt: skip
        view = copy.copy(self)
        for name in _NARROWED:
            view.__dict__.pop(name, None)
        view.__dict__["index"] = self.index
        view.filters = new if self.filters is None else narrowed(self.filters, new)
        self.index.view(view.filters)
        return view

    @functools.cached_property
    def index(self) -> Index:
        """Mentions as arrays, made at first use."""
        return Index(self.folder)

    @functools.cached_property
    def _selection(self) -> Selection:
        return select(self.folder, self.filters, index=self.index)

    @functools.cached_property
    def documents(self) -> pd.DataFrame:
        """Records of the input, duplicates among them; of a view those that fit, without duplicates."""
        return self._table("documents") if self.filters is None else self._selection.documents

    @functools.cached_property
    def sentences(self) -> pd.DataFrame:
        """Sentences with section and offsets."""
        return self._table("sentences") if self.filters is None else self._selection.sentences

    @functools.cached_property
    def mentions(self) -> pd.DataFrame:
        """Mentions with concept and assertion."""
        return self._table("mentions") if self.filters is None else self._selection.mentions

    @functools.cached_property
    def concepts(self) -> pd.DataFrame:
        """Concepts that the mentions name; their counts are of the whole folder."""
        return self._table("concepts") if self.filters is None else self._selection.concepts

    @functools.cached_property
    def findings_table(self) -> pd.DataFrame:
        """Every reported number, as the folder has it; see ``findings`` for those that fit a question."""
        return self._table("findings") if self.filters is None else self._selection.findings

    @functools.cached_property
    def studies(self) -> pd.DataFrame:
        """The record of each document as a study."""
        return self._table("studies") if self.filters is None else self._selection.studies

    @functools.cached_property
    def failures(self) -> pd.DataFrame:
        """Files and records that failed."""
        return self._table("failures")

    def _table(self, name: str) -> pd.DataFrame:
        return typed(asked_table(self.folder, name), name)

    def summary(self) -> Summary:
        """What the folder holds, as tables; of a view too it is the whole folder."""
        return summarise(self.folder)

    def prisma(self) -> pd.DataFrame:
        """What became of every record, as the counts of a PRISMA flow; of a view too it is the whole folder. See ``prisma.prisma``."""
        return prisma(self.folder)

    def prisma_records(self, row: str, of: str | None = None) -> pd.DataFrame:
        """The records that a row of the flow counts, as "excluded", or "duplicates" of "doi"; see ``prisma.prisma_records``.

        Raises:
            OptionError: there is no such row.
            NothingFound: it counts no record.
        """
        return prisma_records(self.folder, row, of)

    def counts(self, label: str | Sequence[str], *, level: str = "document", narrower: bool = False, top: int | None = None) -> pd.DataFrame:
        """Concepts of a label with the documents that name them; see ``trend.counts``."""
        from allnlp.collection.trend import counts

        return counts(self.index, label, filters=self._asked, level=level, narrower=narrower, top=top)

    def cooccurrence(
        self, rows: Names, columns: Names = None, *, level: str = "document", min_count: int = 1, narrower: bool = False, sort: str = "n_both"
    ) -> Cooccurrence:
        """Pairs of concepts that are named together; see ``cooccurrence.cooccurrence``.

        Raises:
            NothingFound: a name is of no concept.
            OptionError: an option has a value that it cannot have.
        """
        from allnlp.collection.cooccurrence import Cooccurrence, cooccurrence

        found = cooccurrence(
            self.index, several(rows), None if columns is None else several(columns), filters=self._asked, level=level, min_count=min_count,
            narrower=narrower, sort=sort,
        )  # fmt: skip
        return Cooccurrence(found, self.index, self._asked, level, narrower)

    def evidence(self, *concepts: str, level: str = "document", narrower: bool = False, newest_first: bool = False, limit: int | None = None) -> Evidence:
        """Sentences that name the concepts, in the units that name all of them; see ``evidence.evidence``.

        Raises:
            NothingFound: a name is of no concept, or nothing names all of them.
        """
        return evidence(self.index, concepts, filters=self._asked, level=level, narrower=narrower, newest_first=newest_first, limit=limit)

    def trend(self, *concepts: str, level: str = "document", narrower: bool = False, complete: bool = False) -> pd.DataFrame:
        """Documents of each year that name a concept; see ``trend.trend``.

        Raises:
            NothingFound: a name is of no concept, or no document has a year.
        """
        from allnlp.collection.trend import trend

        return trend(self.index, concepts, filters=self._asked, level=level, narrower=narrower, complete=complete)

    def compare(
        self, other: Collection, concepts: Names, *, level: str = "document", narrower: bool = False, min_count: int = 1
    ) -> pd.DataFrame:
        """Shares of the documents of this view and of another of the same folder that name concepts; see ``trend.compare``.

        Raises:
            OptionError: the other is of another folder.
        """
        from allnlp.collection.trend import compare

        if other.folder != self.folder:
            raise OptionError(f"{other.folder} is another folder than {self.folder}; views of one folder are compared.")
        return compare(self.index, several(concepts), self._asked, other._asked, level=level, narrower=narrower, min_count=min_count)

    def find(self, query: str, *, level: str = "document", sort: str = "folder") -> Found:
        """Documents or sentences that fit a query, as ``tisagenlecleucel AND CRS NOT negated ICANS year:2018-``; see docs/query.md.

        Raises:
            OptionError: the query cannot be read; says where.
            NothingFound: a name is of no concept.
        """
        from allnlp.collection.find import find

        return find(self.index, query, level=level, sort=sort, filters=self._asked)

    def network(self, *labels: str, level: str = "document", min_documents: int = 3, top: int | None = 60) -> Network:
        """Concepts and how they go together, as nodes with a place and edges; see ``network.build_network``."""
        from allnlp.collection.network import build_network

        return build_network(self.index, labels=labels, filters=self._asked, level=level, min_documents=min_documents, top=top)

    @property
    def _asked(self) -> Filters:
        return EVERYTHING if self.filters is None else self.filters

    def _documents(self) -> tuple[str, ...] | None:
        """Documents of a view; for questions that a section does not narrow.

        Raises:
            OptionError: the view is of sections.
        """
        if self.filters is not None and self.filters.sections:
            raise OptionError(f"a view of a section ({', '.join(self.filters.sections)}) gives findings, but no table of studies and no pooled number.")
        return self._documents_of_view()

    def _documents_of_view(self) -> tuple[str, ...] | None:
        return None if self.filters is None else tuple(self.index.documents["doc_id"][self.index.view(self.filters).documents])

    def findings(
        self,
        toxicity: Names = None,
        *,
        outcome: Names = None,
        concept: Names = None,
        grade: str | None = None,
        therapy: Names = None,
        measure: Names = None,
        timepoint: str | None = None,
        needs_review: bool | None = None,
        exact: bool = False,
    ) -> pd.DataFrame:
        """Findings that fit, with study and sentence; see ``select_findings``. A name may be one or several.

        Raises:
            NothingFound: a name is of no concept, or of one that the folder does not mention.
            OptionError: an option has a value that it cannot have.
        """
        found = select_findings(
            self.folder,
            documents=self._documents_of_view(),
            toxicities=several(toxicity),
            outcomes=several(outcome),
            concepts=several(concept),
            grade=grade,
            therapies=several(therapy),
            measures=several(measure),
            timepoint=timepoint,
            needs_review=needs_review,
            exact=exact,
        )
        sections = () if self.filters is None else self.filters.sections
        found = found[found["section"].isin(sections)].reset_index(drop=True) if sections else found
        options = {
            "toxicity": several(toxicity), "outcome": several(outcome), "concept": several(concept), "grade": grade, "therapy": several(therapy),
            "measure": several(measure), "timepoint": timepoint, "review": needs_review or None, "no_review": needs_review is False, "exact": exact,
        }  # fmt: skip
        found.attrs["provenance"] = provenance(self.folder, asked_command("findings", self.folder, self._asked, options), self._asked)
        return found

    def evidence_table(
        self,
        columns: Sequence[str] | None = None,
        *,
        toxicity: Names = None,
        outcome: Names = None,
        therapy: Names = None,
        disease: Names = None,
        antigen: Names = None,
        study_type: Names = None,
        primary: bool = False,
        all_studies: bool = False,
        narrower: bool = False,
    ) -> EvidenceTable:
        """One row a study and a column for each figure asked for; see ``evidence_table``. ``exporters.write_evidence`` writes it.

        Raises:
            NothingFound: a name is of no concept.
            OptionError: a column cannot be read.
        """
        return evidence_table(
            self.folder,
            documents=self._documents(),
            columns=columns,
            toxicities=None if toxicity is None else several(toxicity),
            outcomes=None if outcome is None else several(outcome),
            therapies=several(therapy),
            diseases=several(disease),
            antigens=several(antigen),
            study_types=several(study_type),
            primary=primary,
            all_studies=all_studies,
            narrower=narrower,
        )

    def pool(
        self, toxicity: str | None = None, *, outcome: str | None = None, therapy: Names = None, disease: Names = None, **options: Any
    ) -> PooledFindings:
        """One number a study, pooled; see ``collection.pool.pool`` for the further options.

        Raises:
            NothingFound: no number is left.
            OptionError: an option has a value that it cannot have.
        """
        from allnlp.collection.pool import pool

        return pool(self.folder, documents=self._documents(), toxicity=toxicity, outcome=outcome, therapies=several(therapy), diseases=several(disease), **options)

    def _counts(self) -> dict[str, int]:
        names = ("documents", "mentions", "concepts", "findings", "studies")
        if self.filters is not None:
            return {name: len(getattr(self._selection, name)) for name in names}
        tables = self.manifest["tables"]
        return {name: int(tables.get(name, {}).get("rows", 0)) for name in names}

    def __repr__(self) -> str:
        said = ", ".join(f"{n:,} {name}" for name, n in self._counts().items())
        where = f"; {self.filters.said()}" if self.filters is not None else ""
        return f"Collection({str(self.folder)!r}: {said}{where})"

    def _repr_html_(self) -> str:
        """The same as a table, for a notebook."""
        rows = "".join(f"<tr><th>{name}</th><td>{n:,}</td></tr>" for name, n in self._counts().items())
        return f"<table><caption>{escape(str(self.folder))}</caption>{rows}</table>"

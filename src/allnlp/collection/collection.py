"""An annotated folder in Python: its tables as DataFrames, and the questions that can be asked of it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from allnlp.collection.evidence_table import EvidenceTable, evidence_table
from allnlp.collection.findings import select_findings
from allnlp.collection.frames import typed
from allnlp.collection.summary import Summary, summarise
from allnlp.tables import read_manifest, read_table

if TYPE_CHECKING:
    from allnlp.collection.pool import PooledFindings

Names = str | Sequence[str] | None


class Collection:
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

    @functools.cached_property
    def documents(self) -> pd.DataFrame:
        """Records of the input, duplicates among them."""
        return self._table("documents")

    @functools.cached_property
    def sentences(self) -> pd.DataFrame:
        """Sentences with section and offsets."""
        return self._table("sentences")

    @functools.cached_property
    def mentions(self) -> pd.DataFrame:
        """Mentions with concept and assertion."""
        return self._table("mentions")

    @functools.cached_property
    def concepts(self) -> pd.DataFrame:
        """Concepts that the mentions name."""
        return self._table("concepts")

    @functools.cached_property
    def findings_table(self) -> pd.DataFrame:
        """Every reported number, as the folder has it; see ``findings`` for those that fit a question."""
        return self._table("findings")

    @functools.cached_property
    def studies(self) -> pd.DataFrame:
        """The record of each document as a study."""
        return self._table("studies")

    @functools.cached_property
    def failures(self) -> pd.DataFrame:
        """Files and records that failed."""
        return self._table("failures")

    def _table(self, name: str) -> pd.DataFrame:
        return typed(read_table(self.folder, name), name)

    def summary(self) -> Summary:
        """What the folder holds, as tables."""
        return summarise(self.folder)

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
        return select_findings(
            self.folder,
            toxicities=_several(toxicity),
            outcomes=_several(outcome),
            concepts=_several(concept),
            grade=grade,
            therapies=_several(therapy),
            measures=_several(measure),
            timepoint=timepoint,
            needs_review=needs_review,
            exact=exact,
        )

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
            columns=columns,
            toxicities=None if toxicity is None else _several(toxicity),
            outcomes=None if outcome is None else _several(outcome),
            therapies=_several(therapy),
            diseases=_several(disease),
            antigens=_several(antigen),
            study_types=_several(study_type),
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

        return pool(self.folder, toxicity=toxicity, outcome=outcome, therapies=_several(therapy), diseases=_several(disease), **options)

    def _counts(self) -> dict[str, int]:
        tables = self.manifest["tables"]
        return {name: int(tables.get(name, {}).get("rows", 0)) for name in ("documents", "mentions", "concepts", "findings", "studies")}

    def __repr__(self) -> str:
        said = ", ".join(f"{n:,} {name}" for name, n in self._counts().items())
        return f"Collection({str(self.folder)!r}: {said})"

    def _repr_html_(self) -> str:
        """The same as a table, for a notebook."""
        rows = "".join(f"<tr><th>{name}</th><td>{n:,}</td></tr>" for name, n in self._counts().items())
        return f"<table><caption>{escape(str(self.folder))}</caption>{rows}</table>"


def _several(names: Names) -> tuple[str, ...]:
    return () if names is None else (names,) if isinstance(names, str) else tuple(names)

"""What an evidence table is asked for, and which studies have a row in it, without a cell being made."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from allnlp.collection.filters import Filters
from allnlp.collection.findings import NO_PATIENTS_OF_THEIR_OWN
from allnlp.collection.grades import parse_grade
from allnlp.collection.index import Mask
from allnlp.collection.table_columns import DEFAULT_OUTCOMES, DEFAULT_TOXICITIES, TOXICITY_GRADES, Wanted, read_column
from allnlp.explorer.screens.numbers import meant, numbers_of, of_grade, of_months, within, words_of_grades
from allnlp.explorer.state import State
from allnlp.explorer.store import Store


class Options(NamedTuple):
    """What the table shows."""

    toxicities: tuple[str, ...] | None
    outcomes: tuple[str, ...] | None
    columns: tuple[str, ...] | None
    primary: bool
    all_studies: bool
    narrower: bool

    def arguments(self) -> dict[str, Any]:
        """As ``evidence_table`` takes them."""
        return self._asdict()


def options_of(state: State) -> Options:
    """What the URL asks for; a field has a column a line."""

    def lines(name: str) -> tuple[str, ...] | None:
        return tuple(dict.fromkeys(" ".join(line.split()) for value in state.all(name) for line in value.splitlines() if line.strip())) or None

    return Options(lines("toxicity"), lines("outcome"), lines("column"), state.flag("primary"), state.flag("all"), state.flag("narrower"))


def wanted(options: Options, grades: frozenset[str]) -> list[Wanted]:
    """What fills the columns that are no part of the study record.

    Raises:
        OptionError: a column cannot be read.
    """
    toxicities, outcomes = options.toxicities, options.outcomes
    if options.columns is None and toxicities is None and outcomes is None:
        toxicities, outcomes = DEFAULT_TOXICITIES, DEFAULT_OUTCOMES
    found = [read_column(words, grades=grades) for words in options.columns or ()]
    for words in toxicities or ():
        column = read_column(words, labels=("TOXICITY",), grades=grades)
        if isinstance(column, str) or column.grade is not None or column.measures[0] != "incidence":
            found.append(column)
        else:
            found += [column._replace(grade=parse_grade(grade)) for grade in TOXICITY_GRADES]
    found += [read_column(words, labels=("OUTCOME",), grades=grades) for words in outcomes or ()]
    return [column for column in found if isinstance(column, Wanted)]


def studies_of(store: Store, filters: Filters, options: Options) -> tuple[tuple[str, ...], int, int]:
    """Documents that have a row, how many findings of the studies fill no column, and how many studies have no value.

    The same as ``evidence_table`` says of all of them, without making a cell.

    Raises:
        NothingFound: a name is of no concept.
        OptionError: a column cannot be read.
    """
    numbers, index = numbers_of(store), store.index
    documents = index.view(filters).documents.copy()
    if options.primary:
        documents &= ~index.documents["study_type"].isin(NO_PATIENTS_OF_THEIR_OWN).to_numpy(dtype=bool)
    columns = wanted(options, words_of_grades(numbers))
    fills: Mask = np.zeros(len(numbers.doc), dtype=bool)
    for column in columns:
        fills |= _fills(store, column, exact=not options.narrower)
    of_studies = within(store, filters._replace(sections=())) & documents[numbers.doc]
    n_rest = int((of_studies & ~fills).sum())
    has_value = np.zeros(len(documents), dtype=bool)
    has_value[numbers.doc[of_studies & fills]] = True
    shown = documents if options.all_studies or not columns else documents & has_value
    return tuple(index.documents["doc_id"][shown]), n_rest, int((documents & ~shown).sum())


def _fills(store: Store, column: Wanted, *, exact: bool) -> Mask:
    """Findings that fill a column."""
    numbers = numbers_of(store)
    pairs = np.logical_or.reduce([meant(store.index, numbers, name, exact=exact, absent=True, labels=column.labels) for name in column.names])
    mask: Mask = pairs[numbers.pair] & numbers.frame["measure"].isin(column.measures).to_numpy()
    if column.grade is not None:
        mask &= of_grade(numbers, column.grade)
    if column.months is not None:
        mask &= of_months(numbers, column.months)
    return mask

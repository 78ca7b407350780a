"""What a query needs of a folder's text: offsets and records in the order of an index, and where words stand."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.findings import study_label
from allnlp.collection.folder import asked
from allnlp.collection.index import Index
from allnlp.collection.query_tree import Verbatim, where
from allnlp.errors import OptionError

Places = npt.NDArray[np.intp]


class Texts(NamedTuple):
    """What an index leaves in the tables, in the order of the index."""

    documents: pd.DataFrame  # doc_id, study, year, journal, title, pmid, doi
    text: npt.NDArray[Any]  # shape (documents,)
    first_sentence: Places  # shape (documents,)
    sentence_start: Places  # shape (sentences,)
    sentence_end: Places
    mention_start: Places  # shape (mentions,)
    mention_end: Places


def texts_of(index: Index) -> Texts:
    """Offsets and records of an index; read once.

    Raises:
        FolderError: a table is damaged.
    """
    if "texts" not in index.kept:
        index.kept["texts"] = _texts(index)
    texts: Texts = index.kept["texts"]
    return texts


def _texts(index: Index) -> Texts:
    passages = index.passages
    frame = passages.documents(np.arange(len(index.documents)))
    frame["study"] = [study_label(*cells) for cells in zip(frame["authors"], frame["year"], frame["doc_id"], strict=True)]
    frame["year"] = frame["year"].astype("Int64")
    return Texts(
        frame[["doc_id", "study", "year", "journal", "title", "pmid", "doi"]],
        frame["text"].to_numpy(dtype=object),
        np.searchsorted(index.sentence_document, np.arange(len(frame))),
        *(np.asarray(places).astype(np.intp) for places in (passages.sentence_start, passages.sentence_end, passages.start, passages.end)),
    )


class Words(NamedTuple):
    """Where words of text: stand, once a sentence."""

    sentences: Places
    starts: Places  # in the document's text
    ends: Places


_STANDING = """
SELECT doc_id, sentence, start + length(regexp_extract(text, $whole, 1)) AS start, length(regexp_extract(text, $whole, 2)) AS length FROM (
    SELECT s.doc_id, s.sentence, s.start, substring(d.text, s.start + 1, s."end" - s.start) AS text
    FROM sentences AS s JOIN documents AS d USING (doc_id) WHERE d.duplicate_of IS NULL
) WHERE regexp_matches(text, $whole)
"""


def _word(word: str) -> str:
    r"""A word as a regular expression; a star at its end is any ending.

    >>> _word("transplant*"), _word("CD19+")
    ('transplant[\\pL\\pN_-]*', 'CD19\\+')
    """
    return re.escape(word[:-1]) + r"[\pL\pN_-]*" if word.endswith("*") and len(word) > 1 else re.escape(word)


def standing(index: Index, node: Verbatim) -> Words:
    """Sentences in which words stand, whole and in any case, or a regular expression fits, and where they do so first.

    Raises:
        OptionError: the regular expression cannot be read, or fits everywhere.
        FolderError: a table is damaged.
    """
    if node.is_pattern:
        whole = f"(?is)^(.*?)({node.words})"
    else:
        words = r"\s+".join(_word(word) for word in node.words.split())
        whole = rf"(?is)^(|.*?[^\pL\pN_])({words})(?:$|[^\pL\pN_])"
    with asked(index.folder, "documents", "sentences") as database:
        if node.is_pattern:
            try:
                ((fits_nothing,),) = database.execute("SELECT regexp_matches('', $pattern)", {"pattern": f"(?i){node.words}"}).fetchall()
            except duckdb.Error as error:
                reason = str(error).partition("\n")[0].removeprefix("Invalid Input Error: ")
                wrong = f"{where(node.place)}: this regular expression cannot be read ({reason})"
                raise OptionError(f'{wrong}. Put plain words in quotes, as text:"cytokine storm".') from None
            if fits_nothing:
                raise OptionError(f"{where(node.place)}: this regular expression fits also where nothing stands. Write + for *.")
        rows = database.execute(_STANDING, {"whole": whole}).fetchall()
    number = {doc_id: i for i, doc_id in enumerate(index.documents["doc_id"])}
    first = np.searchsorted(index.sentence_document, np.arange(len(number)))
    placed = sorted((int(first[number[doc_id]]) + sentence, start, start + length) for doc_id, sentence, start, length in rows)
    return Words(*np.array(placed, dtype=np.intp).reshape(-1, 3).T)

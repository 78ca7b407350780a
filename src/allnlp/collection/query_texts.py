"""What a query needs of a folder's text: offsets and records in the order of an index, and where words stand."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.findings import study_label
from allnlp.collection.index import Index
from allnlp.collection.query_tree import Verbatim, where
from allnlp.errors import OptionError

Places = npt.NDArray[np.intp]


class Texts(NamedTuple):
    """What an index leaves in the tables, in the order of the index."""

    documents: pd.DataFrame  # doc_id, study, year, journal, title, pmid, doi, is_retracted, notices
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
        frame[["doc_id", "study", "year", "journal", "title", "pmid", "doi", "is_retracted", "notices"]],
        frame["text"].to_numpy(dtype=object),
        np.searchsorted(index.sentence_document, np.arange(len(frame))),
        *(np.asarray(places).astype(np.intp) for places in (passages.sentence_start, passages.sentence_end, passages.start, passages.end)),
    )


class Words(NamedTuple):
    """Where words of text: stand, once a sentence."""

    sentences: Places
    starts: Places  # in the document's text
    ends: Places


_FITTING = "SELECT doc FROM shown WHERE {tests} ORDER BY doc"
_STANDING = """
SELECT sentence, length(before), length(before) + length(words)
FROM (SELECT sentence, regexp_extract(text, $whole, 1) AS before, regexp_extract(text, $whole, 2) AS words FROM sentence_texts WHERE regexp_matches(text, $whole))
"""
_ANCHORED = re.compile(r"[\^$]|\\[AbBzQ]")  # what fits the ends of a sentence, and not there in the text around it


def _word(word: str) -> str:
    r"""A word as a regular expression; a star at its end is any ending.

    >>> _word("transplant*"), _word("CD19+")
    ('transplant[\\pL\\pN_-]*', 'CD19\\+')
    """
    return re.escape(word[:-1]) + r"[\pL\pN_-]*" if word.endswith("*") and len(word) > 1 else re.escape(word)


def pieces(words: str) -> tuple[str, ...]:
    """Letters and digits that every text with these words holds, in one case: the longest run of each word.

    The letters k and s are left out: the sign of kelvin and the long s are written like them in another case.

    >>> pieces("Cytokine storm*"), pieces("k-s")
    (('cyto', 'torm'), ())
    """
    runs = (re.findall(r"[a-jl-rt-zA-JL-RT-Z0-9]{2,}", word) for word in words.split())
    return tuple(dict.fromkeys(max(of, key=len).lower() for of in runs if of))


def standing(index: Index, node: Verbatim) -> Words:
    """Sentences in which words stand, whole and in any case, or a regular expression fits, and where they do so first.

    Raises:
        OptionError: the regular expression cannot be read, or fits everywhere.
        FolderError: a table is damaged.
    """
    return index.keep("standing", (node.words, node.is_pattern), lambda: _standing(index, node))


def _standing(index: Index, node: Verbatim) -> Words:
    texts = texts_of(index)
    database = index.passages.database.cursor()
    parts: tuple[str, ...] = ()
    if node.is_pattern:
        _check_pattern(database, node)
        whole = f"(?is)^(.*?)({node.words})"
        tests = [] if _ANCHORED.search(node.words) else [f"(?is){node.words}"]
    else:
        words = r"\s+".join(_word(word) for word in node.words.split())
        whole = rf"(?is)^(|.*?[^\pL\pN_])({words})(?:$|[^\pL\pN_])"
        parts = pieces(node.words)
        tests = [f"(?i){test}" for test in dict.fromkeys((*parts, words))]
    named = {f"test_{i}": test for i, test in enumerate(tests)}
    fitting = _FITTING.format(tests=" AND ".join(f"regexp_matches(text, ${name})" for name in named) or "true")
    documents: Places = np.asarray(database.execute(fitting, named).fetchnumpy()["doc"]).astype(np.intp)
    sentences = _holding(index, texts, documents, max(parts, key=len, default=""))
    spans = (index.sentence_document[sentences], texts.sentence_start[sentences], texts.sentence_end[sentences])
    rows = [(s, texts.text[d][a:b]) for s, d, a, b in zip(*(numbers.tolist() for numbers in (sentences, *spans)), strict=True)]
    placed: list[tuple[int, int, int]] = []
    if not node.is_pattern and node.words.isascii():  # the same in plain letters, where it is quicker
        plain = _plainly(node.words)
        placed = [(s, *m.span(1)) for s, text in rows if text.isascii() and (m := plain.search(text))]
        rows = [(s, text) for s, text in rows if not text.isascii()]
    if rows:
        database.register("sentence_texts", pd.DataFrame(rows, columns=["sentence", "text"]))
        placed = sorted(placed + database.execute(_STANDING, {"whole": whole}).fetchall())
    database.close()
    places, starts, ends = np.array(placed, dtype=np.intp).reshape(-1, 3).T
    return Words(places, texts.sentence_start[places] + starts, texts.sentence_start[places] + ends)


def _plainly(words: str) -> re.Pattern[str]:
    """Words as a regular expression of Python for text in ASCII; the first group is where they stand.

    >>> [m.span(1) for m in _plainly("graft*").finditer("Autograft, grafts")]
    [(11, 17)]
    """
    spaced = r"[\t\n\f\r ]+".join(_word(word).replace(r"\pL\pN_", r"\w") for word in words.split())
    return re.compile(rf"(?<!\w)({spaced})(?:\Z|\W)", re.IGNORECASE | re.ASCII)


def _holding(index: Index, texts: Texts, documents: Places, part: str) -> Places:
    """Sentences of documents that may hold letters, in order: each in which they begin, or all of a document."""
    everywhere: list[int] = [] if part else documents.tolist()
    of: list[int] = []
    places: list[int] = []
    for document in documents.tolist() if part else ():
        lowered = texts.text[document].lower()
        if len(lowered) != len(texts.text[document]):  # places moved
            everywhere.append(document)
            continue
        found = [m.start() for m in re.finditer(part, lowered)]
        places += found
        of += [document] * len(found)
    starts = _by_document(index.sentence_document, texts.sentence_start)
    number = np.searchsorted(starts, _by_document(of, places), side="right") - 1
    holds = np.zeros(len(starts) + 1, dtype=bool)
    holds[number] = True  # the last stands for before the first
    is_whole = np.zeros(len(index.documents), dtype=bool)
    is_whole[everywhere] = True
    return np.flatnonzero(holds[:-1] | is_whole[index.sentence_document])


def _by_document(documents: npt.ArrayLike, places: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Places of all documents as numbers that rise through the folder."""
    return np.asarray(documents, dtype=np.int64) << 32 | np.asarray(places, dtype=np.int64)


def _check_pattern(database: duckdb.DuckDBPyConnection, node: Verbatim) -> None:
    try:
        ((fits_nothing,),) = database.execute("SELECT regexp_matches('', $pattern)", {"pattern": f"(?i){node.words}"}).fetchall()
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0].removeprefix("Invalid Input Error: ")
        wrong = f"{where(node.place)}: this regular expression cannot be read ({reason})"
        raise OptionError(f'{wrong}. Put plain words in quotes, as text:"cytokine storm".') from None
    if fits_nothing:
        raise OptionError(f"{where(node.place)}: this regular expression fits also where nothing stands. Write + for *.")

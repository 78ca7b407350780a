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
Codes = npt.NDArray[np.int32]


class Texts(NamedTuple):
    """What an index leaves in the tables, in the order of the index."""

    documents: pd.DataFrame  # doc_id, study, year, journal, title, pmid, doi, is_retracted, notices
    text: npt.NDArray[Any]  # shape (documents,)
    first_sentence: Places  # shape (documents,)
    sentence_start: Places  # shape (sentences,)
    sentence_end: Places
    mention_start: Places  # shape (mentions,)
    mention_end: Places
    glued: Places  # sentences that end or begin between two letters


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
    text = frame["text"].to_numpy(dtype=object)
    return Texts(
        frame[["doc_id", "study", "year", "journal", "title", "pmid", "doi", "is_retracted", "notices"]],
        text,
        np.searchsorted(index.sentence_document, np.arange(len(frame))),
        passages.sentence_start.astype(np.intp),
        passages.sentence_end.astype(np.intp),
        passages.start.astype(np.intp),
        passages.end.astype(np.intp),
        _glued(index.sentence_document, passages.sentence_start, passages.sentence_end, text),
    )


def _glued(document: Codes, start: Codes, end: Codes, text: npt.NDArray[Any]) -> Places:
    """Sentences between which no blank stands and whose letters meet."""
    meet = np.flatnonzero((document[1:] == document[:-1]) & (start[1:] == end[:-1]))
    letters = (text[d][place - 1 : place + 1] for d, place in zip(document[meet].tolist(), end[meet].tolist(), strict=True))
    meet = meet[np.array([all(map(_is_letter, pair)) for pair in letters], dtype=bool)]
    return np.union1d(meet, meet + 1)


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


def _word(word: str, letters: str = r"\pL\pN") -> str:
    r"""A word as a regular expression; a star at its end is any ending.

    >>> _word("transplant*"), _word("CD19+")
    ('transplant[\\pL\\pN_-]*', 'CD19\\+')
    """
    return re.escape(word[:-1]) + rf"[{letters}_-]*" if word.endswith("*") and len(word) > 1 else re.escape(word)


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
    words = r"\s+".join(_word(word) for word in node.words.split())
    if node.is_pattern:
        _check_pattern(database, node)
        whole = f"(?is)^(.*?)({node.words})"
        test = "" if _ANCHORED.search(node.words) else f"(?is){node.words}"
    else:
        whole = rf"(?is)^(|.*?[^\pL\pN_])({words})(?:$|[^\pL\pN_])"
        test = f"(?i){words}"
    fitting = _FITTING.format(tests="regexp_matches(text, $test)" if test else "true")
    documents = np.asarray(database.execute(fitting, {"test": test} if test else {}).fetchnumpy()["doc"]).astype(np.intp)
    placed = np.zeros((0, 3), dtype=np.intp)
    unsure = np.flatnonzero(np.isin(index.sentence_document, documents))
    if not node.is_pattern and node.words.isascii():  # the same in Python, where it is quicker
        placed, unsure = _placed(index, texts, documents, node.words)
    if len(unsure):
        spans = (unsure, index.sentence_document[unsure], texts.sentence_start[unsure], texts.sentence_end[unsure])
        rows = [(s, texts.text[d][a:b]) for s, d, a, b in zip(*(numbers.tolist() for numbers in spans), strict=True)]
        database.register("sentence_texts", pd.DataFrame(rows, columns=["sentence", "text"]))
        more = np.array(database.execute(_STANDING, {"whole": whole}).fetchall(), dtype=np.intp).reshape(-1, 3)
        more[:, 1:] += texts.sentence_start[more[:, 0], None]
        placed = np.concatenate([placed, more])
        placed = placed[np.argsort(placed[:, 0], kind="stable")]
    database.close()
    return Words(*placed.T)


def _placed(index: Index, texts: Texts, documents: Places, words: str) -> tuple[Places, Places]:
    """Where words in ASCII stand in documents, looked for in the whole text of each.

    Returns:
        Rows of sentence, start and end, the first of each sentence, shape (found, 3); and the sentences that have to be looked at by themselves: those
        that are glued to the next, those that the words reach out of, and those of a document whose letters change places in lower case.
    """
    find = _plainly(words).search
    odd: list[int] = []
    of: list[int] = []
    spans: list[tuple[int, int]] = []
    for document in documents.tolist():
        text = texts.text[document]
        lowered = text.lower()
        if not text.isascii() and (len(lowered) != len(text) or "\u017f" in lowered):  # the long s is an s to the database
            odd.append(document)
            continue
        found = find(lowered)
        while found:
            start, end = found.span()
            is_whole = not start or not _is_letter(lowered[start - 1])
            if is_whole:
                of.append(document)
                spans.append((start, end))
            found = find(lowered, end if is_whole else start + 1)
    starts, ends = np.array(spans, dtype=np.intp).reshape(-1, 2).T
    firsts = _by_document(index.sentence_document, texts.sentence_start)
    first = np.searchsorted(firsts, _by_document(of, starts), side="right") - 1
    last = np.searchsorted(firsts, _by_document(of, ends - 1), side="right") - 1
    alone = np.zeros(len(firsts) + 1, dtype=bool)  # the last stands for before the first
    alone[:-1] = np.isin(index.sentence_document, odd)
    alone[texts.glued[np.isin(index.sentence_document[texts.glued], documents)]] = True
    for one, other in zip(first[first < last].tolist(), last[first < last].tolist(), strict=True):
        alone[max(one, 0) : other + 1] = True
    is_inside = (first == last) & ~alone[first]
    is_inside &= (index.sentence_document[first] == of) & (starts >= texts.sentence_start[first]) & (ends <= texts.sentence_end[first])
    sentences, places = np.unique(first[is_inside], return_index=True)
    return np.stack([sentences, starts[is_inside][places], ends[is_inside][places]], axis=1), np.flatnonzero(alone[:-1])


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"


def _plainly(words: str) -> re.Pattern[str]:
    """Words as a regular expression of Python for text in small letters; a letter may stand before them.

    >>> [m.span() for m in _plainly("Graft*").finditer("autograft, grafts")]
    [(4, 9), (11, 17)]
    """
    return re.compile(r"[\t\n\f\r ]+".join(_word(word, r"\w") for word in words.lower().split()) + r"(?!\w)")


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

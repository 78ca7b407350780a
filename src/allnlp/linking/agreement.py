"""Whether two names that look alike can mean the same: numbers, single letters and words agree."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from allnlp.linking.grams import folded
from allnlp.terminology.tables import read_rows

_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_POSSESSIVE = re.compile(r"['\u2019]s\b")
_STEM = 4  # letters that words of different endings share at least
_LEAST = 6  # letters of words of which one may differ
_END = 3  # last letters that may not: xanthine is no xanthene


class WordRow(NamedTuple):
    """A word or a part of words that decides on agreement.

    ``role`` is ``empty`` (names may differ by it), ``salt`` (the same after a drug), ``value`` (the word means the same as ``value``),
    ``beginning`` (words that differ by it are opposed) or ``ending`` (words that differ by it are forms of one).
    """

    word: str
    role: str
    value: str
    comment: str


class Words(NamedTuple):
    """The rows by role."""

    empty: frozenset[str]
    salts: frozenset[str]
    values: Mapping[str, str]
    beginnings: tuple[str, ...]  # the longer ones first
    endings: tuple[str, ...]


@functools.cache
def agreement_words() -> Words:
    """The words that decide, from ``words.tsv``."""
    rows = [r for _, r in read_rows(Path(__file__).with_name("words.tsv"), WordRow)]
    beginnings, endings = (
        tuple(sorted((r.word for r in rows if r.role == role), key=lambda w: (-len(w), w))) for role in ("beginning", "ending")
    )
    values = MappingProxyType({r.word: r.value for r in rows if r.role == "value"})
    empty, salts = (frozenset(r.word for r in rows if r.role == role) for role in ("empty", "salt"))
    return Words(empty, salts, values, beginnings, endings)


def agree(text: str, name: str, *, known: Container[str] = frozenset()) -> bool:
    """Whether two names differ by spelling, form or order of their words only, not by a number, a letter or a word.

    >>> agree("type-2 diabetes", "diabetes, type II"), agree("anti-CD19 cells", "anti-CD22 cells")
    (True, False)
    >>> agree("hypertension", "hypotension"), agree("refractory quill fever", "quill fever")
    (False, False)

    Args:
        text: as it stands in a document.
        name: of a concept.
        known: words that are written as they are meant: none of them is another one misspelt.
    """
    words = agreement_words()
    mine, theirs = _tokens(text, words), _tokens(name, words)
    if _marks(mine) != _marks(theirs):
        return False
    left = [t for t in mine if not _is_mark(t)]
    right = [t for t in theirs if not _is_mark(t)]
    return _match(left, right, words, known)


def _tokens(text: str, words: Words) -> list[str]:
    head, comma, rest = text.partition(", ")  # "iodide, potassium" is potassium iodide
    turned = f"{rest} {head}" if comma and ", " not in rest else text
    tokens = _TOKEN.findall(folded(_POSSESSIVE.sub("", turned)))
    return [words.values.get(t, t) for i, t in enumerate(tokens) if t not in words.empty and not (i and t in words.salts)]


def _is_mark(token: str) -> bool:
    return len(token) == 1 or token.isdigit()


def _marks(tokens: Sequence[str]) -> Counter[str]:
    """Numbers and single letters."""
    return Counter(t.lstrip("0") or "0" if t.isdigit() else t for t in tokens if _is_mark(t))


def _match(left: Sequence[str], right: Sequence[str], words: Words, known: Container[str]) -> bool:
    """Whether each word has its own counterpart in any order."""
    rest = _joined(right, left, words)
    for word in _joined(left, right, words):
        near = next((r for r in rest if r == word), None) or next((r for r in rest if alike(word, r, words, known)), None)
        if near is None:
            return False
        rest.remove(near)
    return not rest


def _joined(parts: Sequence[str], others: Sequence[str], words: Words) -> list[str]:
    """Words with those made one that the other name writes as one: "thrombo-embolism"."""
    out: list[str] = []
    for part in parts:
        if out and any(len(o) > len(part) and alike(out[-1] + part, o, words) for o in others if o not in parts):
            out[-1] += part
        else:
            out.append(part)
    return out


def alike(a: str, b: str, words: Words, known: Container[str] = frozenset()) -> bool:
    """Whether two words are forms or spellings of one.

    >>> words = agreement_words()
    >>> [alike(a, b, words) for a, b in (("tumours", "tumor"), ("hypertensive", "hypertension"), ("leukocytosis", "leukocytopenia"))]
    [True, True, False]
    """
    if a[0] != b[0] or _opposed(a, b, words.beginnings):
        return False
    short, long = sorted((_stem(a), _stem(b)), key=len)
    return short == long or _same_root(short, long, words.endings) or (a not in known and _one_edit(short, long))


def _same_root(a: str, b: str, endings: Sequence[str]) -> bool:
    """Whether words differ by their endings alone."""
    roots = ({w[: len(w) - len(e)] for e in (*endings, "") if w.endswith(e)} for w in (a, b))
    return any(len(root) >= _STEM for root in set.intersection(*roots))


def _one_edit(short: str, long: str) -> bool:
    """Whether one letter more, another one, or two exchanged, before the last ones, are all the difference."""
    if len(short) < _LEAST or short[-_END:] != long[-_END:]:
        return False
    same = next((i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    a, b = short[same:], long[same:]
    return a == b[1:] or a[1:] == b[1:] or (len(a) > 1 and a[1::-1] + a[2:] == b)


def _opposed(a: str, b: str, beginnings: Sequence[str]) -> bool:
    """Whether words differ by a beginning that changes the meaning."""
    mine, theirs = (next((x for x in beginnings if w.startswith(x) and len(w) > len(x) + 3), "") for w in (a, b))
    return mine != theirs


def _stem(word: str) -> str:
    """A word without the end of a plural, in one spelling.

    >>> _stem("anaemias"), _stem("neuropathies"), _stem("tumour")
    ('anemia', 'neuropathy', 'tumor')
    """
    word = word.replace("ae", "e").replace("oe", "e").replace("our", "or")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word

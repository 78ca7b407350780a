"""Passages to learn our own labels from: abstracts as the rules read them, half of the names exchanged for invented words.

An invented word keeps the end of the word that it stands for, its capitals and its digits, so that a model must go by the company of a
name and by how such names end, as it must with a name of next year.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from allnlp.text import Lexicon, annotate_text
from allnlp.text.fold import fold
from allnlp.training.marks import UNKNOWN, Mark, Passage

LABELS = ("THERAPY", "TOXICITY")
EXCHANGED = 0.5  # of the names of a document
_COMMON = 2000  # words of the abstracts that are never exchanged: they make names general ("therapy", "adverse", "events")
_WORD = re.compile(r"[^\W\d_]{4,}")
_ONSETS = "b br c cl d dr f fl g gr h j k l m n p pl pr qu r s st t tr v w x z".split()
_VOWELS = "a e i o u ia io ae ou".split()


def passages(
    abstracts: Iterable[tuple[str, str, int]], lexicon: Lexicon, *, seed: int = 0, unknown: Mapping[str, Sequence[tuple[int, int]]] | None = None
) -> list[Passage]:
    """Silver passages of abstracts.

    Args:
        abstracts: id, text, end of the title.
        lexicon: the rules that read them.
        seed: of what is exchanged.
        unknown: by id, stretches from which nothing is to be learned.
    """
    read = []
    for i, text, end in abstracts:
        marks = [Mark(m.start, m.end, m.label) for m in annotate_text(i, text, lexicon, title_end=end).mentions if m.label in LABELS]
        free = [u for u in (unknown or {}).get(i, ()) if not any(u[0] < m.end and m.start < u[1] for m in marks)]
        read.append((i, text, [*marks, *(Mark(*u, UNKNOWN) for u in free)]))
    common = _common(text for _, text, _ in read)
    draw = random.Random(seed)
    return [exchanged(Passage(i, text, tuple(marks)), common, draw) for i, text, marks in read]


def exchanged(passage: Passage, common: frozenset[str], draw: random.Random) -> Passage:
    """The passage with half of its names' rarer words invented, each the same wherever it stands."""
    names = sorted({fold(passage.text[m.start : m.end]) for m in passage.marks})
    chosen = {n for n in names if draw.random() < EXCHANGED}
    words = sorted({w for n in chosen for w in _WORD.findall(n)} - common)
    new = {w: invented(w, draw) for w in words}
    if not new:
        return passage
    return _rewritten(passage, new)


def invented(word: str, draw: random.Random) -> str:
    """A word that ends as another does."""
    kept = word[-draw.choice((3, 4, 4, 5)) :] if len(word) > 5 else word[-2:]
    while True:
        made = "".join(draw.choice(_ONSETS) + draw.choice(_VOWELS) for _ in range(max(1, round((len(word) - len(kept)) / 2.5))))
        if made + kept != word:
            return made + kept


def _rewritten(passage: Passage, new: Mapping[str, str]) -> Passage:
    pieces, ends, at, shift = [], [], 0, 0
    for m in _WORD.finditer(passage.text):
        made = new.get(m.group().lower())
        if made is None:
            continue
        made = made.upper() if m.group().isupper() else made.capitalize() if m.group()[0].isupper() else made
        pieces += [passage.text[at : m.start()], made]
        shift += len(made) - len(m.group())
        ends.append((m.end(), shift))
        at = m.end()
    text = "".join([*pieces, passage.text[at:]])
    marks = [Mark(_moved(m.start, ends), _moved(m.end, ends), m.label) for m in passage.marks]
    return Passage(passage.doc_id, text, tuple(m for m in marks if m.start < m.end))


def _moved(place: int, ends: Sequence[tuple[int, int]]) -> int:
    shift = 0
    for end, total in ends:
        if end > place:
            break
        shift = total
    return place + shift


def _common(texts: Iterable[str]) -> frozenset[str]:
    counts = Counter(w for text in texts for w in set(_WORD.findall(text.lower())))
    return frozenset(w for w, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0]))[:_COMMON])

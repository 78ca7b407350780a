"""The parts of a document that a study's record is read from: what it says of others, of its aim, of its own work."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from allnlp.schema import Sentence
from allnlp.text.study_words import Hits, find_words

#: What a sentence is: its section where one is marked; else by the first words of the document on its own work.
PARTS = ("title", "background", "aim", "methods", "results", "own", "conclusions", "other")

_CONCLUDES = re.compile(
    r"(?:in (?:conclusion|summary)|conclusions?\b|(?:we conclude|taken together|collectively|overall, (?:our|these))|(?:these|our) (?:results|data|findings|observations)"
    r"|(?:this|our) (?:study|trial|work|analysis) (?:suggests?|demonstrates?|shows?|confirms?|supports?|highlights?|indicates?|provides?)|thus,|therefore,|further studies)"
)
_VERBS = (" was ", " were ", " is ", " are ", " has ", " have ", " had ")
_LONGEST_TITLE = 300
# A registry's lists: what follows the one heading is of people who may not take part, until another heading
_EXCLUDES = re.compile(r"\W{0,3}(?:key |main |major )?exclusion(?: criteria)?\W*")
_HEADS = re.compile(r"\W{0,3}(?:key |main |major )?inclusion criteria\b|[A-Z][A-Z ]{3,25}: ", re.IGNORECASE)


class Page(NamedTuple):
    """A document as the record's readers see it; ``low`` is the text in lower case, of the same length."""

    text: str
    low: str
    sentences: Sequence[Sentence]
    starts: tuple[int, ...]
    parts: tuple[str, ...]
    hits: Hits

    def sentences_with(self, group: str, parts: frozenset[str] | None = None) -> list[int]:
        """Numbers of the sentences that hold a word of a group, in order; only those of certain ``parts`` where they are given."""
        words = self.hits.get(group)
        if words is None:
            return []
        found = _sentences(self.starts, words)
        return found if parts is None else [i for i in found if self.parts[i] in parts]

    def words_of(self, group: str) -> int:
        """How many different words of a group the document holds."""
        return len({word for word, _ in self.hits[group]}) if group in self.hits else 0

    def at(self, offset: int) -> int:
        """Number of the sentence that holds a code point of the text."""
        return max(0, bisect_right(self.starts, offset) - 1)


def read_page(text: str, sentences: Sequence[Sentence]) -> Page:
    """A document with the part that each sentence is.

    >>> text = "A new drug. Leukemia is rare. We treated 20 patients. In conclusion, it works."
    >>> cuts = [(0, 11), (12, 29), (30, 53), (54, 78)]
    >>> read_page(text, [Sentence("d", i, "other", a, b) for i, (a, b) in enumerate(cuts)]).parts
    ('title', 'background', 'aim', 'conclusions')
    """
    low = text.lower()
    if len(low) != len(text):  # one letter that becomes two
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    starts = tuple(s.start for s in sentences)
    hits = find_words(low)
    if "own" not in hits and "figures" in hits:
        hits["own"] = hits["figures"]
    return Page(text, low, sentences, starts, tuple(_parts(low, sentences, starts, hits)), hits)


def _sentences(starts: Sequence[int], words: Sequence[tuple[int, int]]) -> list[int]:
    """Numbers of the sentences in which words stand, in order."""
    out: list[int] = []
    for _, place in words:
        i = bisect_right(starts, place) - 1
        if not out or out[-1] < i:
            out.append(i)
    return out


def _parts(low: str, sentences: Sequence[Sentence], starts: Sequence[int], hits: Hits) -> list[str]:
    own, before = (frozenset(_sentences(starts, hits.get(group, ()))) for group in ("own", "before"))
    out: list[str] = []
    is_own = is_excluded = False
    last = len(sentences) - 1
    for i, s in enumerate(sentences):
        if "exclusion" in hits:
            is_excluded = _EXCLUDES.fullmatch(low, s.start, s.end) is not None or (is_excluded and not _HEADS.match(low, s.start, s.end))
            if is_excluded:
                out.append("other")
                continue
        ours = i in own and (i not in before or "this study" in low[s.start : s.end] or "here" in low[s.start : s.end])
        if s.section in ("title", "methods", "results", "conclusions"):
            out.append(s.section)
            is_own = is_own or s.section in ("methods", "results")
        elif (
            i == 0
            and last
            and s.section == "other"
            and s.end - s.start < _LONGEST_TITLE
            and not any(v in low[s.start : s.end] for v in _VERBS)
            and not low.startswith(("we ", "in this "), s.start)
        ):
            out.append("title")  # the record has no title of its own: the abstract begins with it
        elif s.section == "background":
            out.append("aim" if ours else "background")
        elif is_own:
            closes = out[-1] == "conclusions" or (i > last - 4 and _CONCLUDES.match(low, s.start) is not None)
            out.append("conclusions" if closes else "own")
        else:
            is_own = ours
            out.append("aim" if ours else "background")
    return out

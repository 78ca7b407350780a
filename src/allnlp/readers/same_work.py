"""Whether two records tell of the same work, where no identifier says so; pure."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz.distance import Levenshtein

from allnlp.readers.record import trial_ids
from allnlp.readers.spelling import SMALL, are_spellings, one_spelling
from allnlp.schema import Document

ALIKE = 0.95  # of two titles: one minus the edits between their letters and digits, by the longer one
DIFFERENT = 0.5  # of two titles of one DOI; less is another work
SHARED_WORDS = 0.6  # of two abstracts: words of the shorter one that the other has, too
SHORTEST_TITLE = 30  # letters and digits; "Editorial" and "Acute myeloid leukemia" are no titles to tell records by
_SHORTEST_ABSTRACT = 200
_SAME_LENGTH = 0.75  # of two abstracts that are one: words of the shorter one, at least
_SUBTITLE = re.compile(r"\s*[:.?!\u2013\u2014]\s|\s-+\s|\s*\(")
_RETRACTED = re.compile(r"^\W*retracted(?: (?:article|paper|publication))?\W+", re.IGNORECASE)
_NOT_WORDS = re.compile(r"[\W_]+")
_ORDINALS = re.compile(r"\b(?:[ivx]{1,5}|first|second|third|fourth|fifth|one|two|three|four|five|six|seven|eight|nine|ten)\b")
# a record whose title has one of them is about the other, not the other
_ABOUT = frozenset(
    "erratum errata corrigendum correction retraction addendum reply response comment commentary letter editorial protocol re author authors".split()
)


def plain_title(title: str) -> str:
    """A title's words in one spelling, without case, accents, marks and a notice of retraction.

    >>> plain_title("RETRACTED: [Étude of CD19+ cells.]"), plain_title("β-Blockers in anaemia")
    ('etude of cd19 cells', 'beta blockers in anemia')
    """
    text = unicodedata.normalize("NFKD", _RETRACTED.sub("", title)).casefold()
    if not text.isascii():
        text = "".join(c for c in text if not unicodedata.combining(c))
    return one_spelling(_NOT_WORDS.sub(" ", text).strip())


def is_same_work(a: Document, b: Document) -> bool:
    """Whether title, year and journal of two records are alike, nothing speaks against it, and something besides the title for it.

    The titles' letters and digits are alike (``ALIKE``), the same numbers are in them, and no word of one is another in the other
    (`are_spellings`). The main title alone is alike too, where the abstracts are the same. Against it speak: another PMID, DOI or
    PMCID, years more than one apart, another journal, another first author, abstracts that share few words, and a word such as
    "erratum" or "reply" in one title only. For it speaks a year, a journal or a first author that both have; where both
    records have none of them, the titles must be the same.

    >>> one = Document("1", title="Outcomes of CD19 CAR T cells in children with leukemia", journal="Blood advances", year=2020)
    >>> is_same_work(one, one._replace(title="Outcomes of CD19 CAR T cells in children with leukaemia.", journal="Blood Adv", year=2021))
    True
    >>> is_same_work(one, one._replace(title="Outcomes of CD22 CAR T cells in children with leukemia"))
    False
    """
    if any(x and y and x != y for x, y in ((a.pmid, b.pmid), (a.doi, b.doi), (a.pmcid, b.pmcid))):
        return False
    if a.trial_ids and b.trial_ids and not set(a.trial_ids) & set(b.trial_ids):
        return False
    if are_two_trials(a, b):
        return False
    signs = (_near_years(a.year, b.year), same_journal(a.journal, b.journal), _same_first(a.authors, b.authors))
    return (
        False not in signs
        and (_alike(plain_title(a.title), plain_title(b.title), is_known=any(signs)) or (any(signs) and _is_cut(a, b)))
        and _share_words(a.abstract, b.abstract)
    )


def are_different(a: Document, b: Document) -> bool:
    """Whether two records with one DOI are plainly not one work, as the abstracts of a supplement are: neither title nor text is alike.

    >>> one = Document("1", title="Outcomes of CD19 CAR T cells in children")
    >>> are_different(one, one._replace(title="Blinatumomab as a bridge to transplantation")), are_different(one, one._replace(title=""))
    (True, False)
    """
    one, other = (plain_title(title).replace(" ", "") for title in (a.title, b.title))
    if min(len(one), len(other)) < SHORTEST_TITLE or Levenshtein.normalized_similarity(one, other) >= DIFFERENT:
        return False
    return min(len(a.abstract), len(b.abstract)) < _SHORTEST_ABSTRACT or not _share_words(a.abstract, b.abstract)


def are_two_trials(a: Document, b: Document) -> bool:
    """Whether both are records of a register of trials, with different numbers.

    >>> are_two_trials(Document("NCT01234567"), Document("NCT07654321")), are_two_trials(Document("NCT01234567"), Document("7"))
    (True, False)
    """
    return a.doc_id != b.doc_id and bool(trial_ids([a.doc_id])) and bool(trial_ids([b.doc_id]))


def _near_years(a: int | None, b: int | None) -> bool | None:
    return None if a is None or b is None else abs(a - b) <= 1


def same_journal(a: str | None, b: str | None) -> bool | None:
    """Whether two journals are one, of which either may be abbreviated; None where one is not known.

    >>> same_journal("Blood", "Blood."), same_journal("J Clin Oncol", "Journal of clinical oncology : official journal")
    (True, True)
    >>> same_journal("Blood", "Blood advances"), same_journal(None, "Blood"), same_journal("Br J Haematol", "Blood")
    (False, None, False)
    """
    if not a or not b:
        return None
    short, long = sorted((_journal_words(a), _journal_words(b)), key=len)
    if len(short) != len(long) or not short:
        return False
    return all(y.startswith(x) or x.startswith(y) or (x[:3] == y[:3] and x[-1] == y[-1]) for x, y in zip(short, long, strict=True))


def _journal_words(journal: str) -> list[str]:
    """Words of the main title: what follows a colon, an equals sign or a bracket, and small words, are left out."""
    main = re.split(r"\s[:=]|\s?[(\[]|: ", journal.casefold().replace("&", " "))[0]
    return [word for word in plain_title(main).split() if word not in SMALL]


def _same_first(a: tuple[str, ...], b: tuple[str, ...]) -> bool | None:
    """Whether the first authors may be one person: a name of two letters and more is in both."""
    if not a or not b:
        return None
    names = [{word for word in plain_title(one[0]).split() if len(word) > 1} for one in (a, b)]
    return bool(names[0] & names[1]) if names[0] and names[1] else None


def _alike(a: str, b: str, *, is_known: bool) -> bool:
    """Whether two titles are one; where nothing else is known of both, only the same one is."""
    words = set(a.split()) ^ set(b.split())
    if words & _ABOUT or _numbers(a) != _numbers(b):
        return False
    one, other = a.replace(" ", ""), b.replace(" ", "")
    if min(len(one), len(other)) < SHORTEST_TITLE:
        return False
    if one == other or not is_known:
        return one == other
    return bool(Levenshtein.normalized_similarity(one, other) >= ALIKE) and are_spellings(a.split(), b.split())


def _is_cut(a: Document, b: Document) -> bool:
    """Whether one title is the other without its subtitle, and the abstracts are the same."""
    short, long = sorted((a, b), key=lambda d: len(d.title))
    main = next((m.start() for m in _SUBTITLE.finditer(long.title) if plain_title(long.title[: m.start()]) == plain_title(short.title)), None)
    if main is None or len(plain_title(short.title).replace(" ", "")) < SHORTEST_TITLE or set(plain_title(long.title[main:]).split()) & _ABOUT:
        return False
    return _are_same_abstracts(a.abstract, b.abstract)


def _numbers(title: str) -> list[str]:
    """Numbers of a title, also Roman ones and in words: a second part, another phase or another year is another work."""
    return sorted([*re.findall(r"\d+", title), *_ORDINALS.findall(title)])


def _are_same_abstracts(a: str, b: str) -> bool:
    """Whether two abstracts are one, but for labels, a line of copyright and spelling; with the same numbers."""
    short, long = sorted((plain_title(a).split(), plain_title(b).split()), key=len)
    if min(len(a), len(b)) < _SHORTEST_ABSTRACT or len(short) < _SAME_LENGTH * len(long):
        return False
    words = set(short)
    return len(words & set(long)) >= ALIKE * len(words) and {w for w in words if w.isdecimal()} <= set(long)


def _share_words(a: str, b: str) -> bool:
    if min(len(a), len(b)) < _SHORTEST_ABSTRACT:
        return True
    short, long = sorted((set(plain_title(a).split()), set(plain_title(b).split())), key=len)
    return len(short & long) >= SHARED_WORDS * len(short)

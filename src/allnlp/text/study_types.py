"""What kind of study a document reports: a phase, a design, or no study at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from allnlp.text import study_designs as words
from allnlp.text.registrations import find_registrations
from allnlp.text.study_parts import Page

#: Words in publication types of the record that decide.
_OF_RECORD = (
    ("guideline", "guideline"), ("consensus", "guideline"), ("meta-analysis", "meta-analysis"), ("phase iv", "phase 4"), ("phase iii", "phase 3"),
    ("phase ii", "phase 2"), ("phase i", "phase 1"), ("case reports", "case report"),
)  # fmt: skip
_OWN_PARTS = frozenset(("title", "aim", "methods", "results", "own"))
_TITLE = frozenset(("title",))
_ANY_PART = frozenset((*_OWN_PARTS, "conclusions", "other", "background"))
_POOLS = ("meta-analy", "systematic", "pooled", "effects model", "review authors")
_POOLED = ("meta-analy", "metaanaly", "pooled", "effects model", "indirect", "mixed treatment", "literature-based", "umbrella")
_TITLE_ALONE = 300  # code points of a document that is no more than a title
_SAMPLES = 50  # cases whose cells or genes were studied in the laboratory
_FEW = 10  # a series of so many that were treated is no trial
_RANK = MappingProxyType({"title": 0, "aim": 1, "methods": 1, "own": 2, "results": 3, "conclusions": 7, "other": 7, "background": 8})
_WEAK = 5
_ONE_OR_TWO = 2
_TRIAL_WORDS = ("trial", "randomis", "randomiz", "pilot")
_LONGEST_TRIAL_WORD = len("randomised")
_OWN_TRIAL_REACH = 7  # words: "the present", four more, and the word itself
_BETWEEN_NAME_AND_TRIAL = frozenset(("clinical", "randomised", "randomized"))


class StudyType(NamedTuple):
    """The type, the sentences that say so, and what is doubtful."""

    name: str
    sentences: tuple[int, ...] = ()
    doubt: str = ""

    @property
    def has_patients(self) -> bool:
        """Whether a document of this type counts patients of its own."""
        return self.name not in ("review", "guideline", "preclinical")


class _Named(NamedTuple):
    """A design that a document names, in its title or in so many sentences on its own work, the first of which is given."""

    name: str
    in_title: bool
    sentence: int
    times: int

    def type(self, doubt: str = "") -> StudyType:
        return StudyType("retrospective" if self.name == "records" else self.name, (self.sentence,), doubt)


def study_type(page: Page, n_patients: int | None, publication_types: Sequence[str] = ()) -> StudyType:
    """The type of a study, from its own words; ``n_patients`` are those that it counts, None where it counts none.

    >>> from allnlp.schema import Sentence
    >>> from allnlp.text.study_parts import read_page
    >>> text = "We conducted a phase II trial of a new drug in 20 patients."
    >>> study_type(read_page(text, [Sentence("d", 0, "other", 0, len(text))]), 20).name
    'phase 2'
    """
    said = _of_record(publication_types)
    phase = _phase(page)
    designs = list(_designs(page))
    if said is not None and said.name != "review":
        return _with_sentences(said, designs, phase)
    return _decided(page, phase, designs, n_patients, said is not None)


def _decided(page: Page, phase: StudyType | None, designs: Sequence[_Named], n: int | None, is_review: bool) -> StudyType:
    titled = {d.name: d for d in designs if d.in_title}
    own = {d.name: d for d in designs if not d.in_title}
    if n is not None and not titled and _first(page, "review", words.THIS_REVIEW, _ANY_PART) is not None:
        n = None  # the number is that of a study which the review tells of
    reviewing = None if n is not None and n >= _FEW else _first(page, "review", words.REVIEW, _ANY_PART)
    laboratory, bench, clinic = (page.words_of(group) for group in ("laboratory", "bench", "clinic"))
    is_made = bench > 0 and "found" in page.hits  # the landscape of a tumour in cell lines is no overview
    reviews = is_review or reviewing is not None or (n is None and not is_made and _has_review_title(page))
    is_laboratory = laboratory >= 3 and laboratory > 1.3 * clinic
    if "guideline" in titled and not n:
        return titled["guideline"].type()
    if "meta-analysis" in titled:  # a systematic review that pools nothing is a review
        is_pooled = n is not None or any(w in page.low for w in _POOLED)
        return titled["meta-analysis"]._replace(name="meta-analysis" if is_pooled else "review").type()
    if phase is not None and page.parts[phase.sentences[0]] == "title" and not (reviewing is not None and n is None):
        return phase
    if "case report" in titled and (n is None or n <= 2) and not (is_laboratory and bench > 2):
        return titled["case report"].type()
    if "guideline" in own and own["guideline"].times > 1 and not n:
        return own["guideline"].type()
    if (
        "meta-analysis" in own
        and any(w in page.low for w in _POOLS)
        and (not reviews or own["meta-analysis"].times > 1)
        and not ("case report" in own and own["case report"].times > 1)
    ):
        return own["meta-analysis"].type()
    if "retrospective" in titled and not ("registry" in own or "registry" in titled):
        return titled["retrospective"].type()
    if phase is not None and (n is not None or not reviews):
        return phase
    if "case report" in own and (n is None or n <= 2) and own["case report"].times > (1 if bench or reviews else 0):
        return own["case report"].type()
    if "guideline" in own and not n:
        return own["guideline"].type("study type: review or guideline" if reviews else "")
    if n is None and _title_sentence(page) and "preclinical " in page.low[: page.sentences[0].end]:
        return _preclinical(page)
    other = _data_or_test(page, n)
    if other is not None and not designs:
        return other
    if bench and is_laboratory and (n is None or (bench > 1 and laboratory >= 2 * clinic + 2)):
        is_told = (
            bench < 3 and "found" not in page.hits and (reviewing is not None or ("own" not in page.hits and words.TOPIC.match(page.low)))
        )
        return StudyType("review", reviewing or ()) if is_told else _preclinical(page)
    if reviews and n is None and not (reviewing is None and _first(page, "other", words.OTHER, _OWN_PARTS)):
        return StudyType("review", reviewing or _title_sentence(page))
    return _of_patients(page, titled, own, n) or _by_content(page, n, laboratory, clinic, reviewing)


def _of_patients(page: Page, titled: Mapping[str, _Named], own: Mapping[str, _Named], n: int | None) -> StudyType | None:
    """The design of a study of patients that names one."""
    of_claims = titled.get("records") is not None and "claims" in page.low
    for name in ("retrospective",) if of_claims and "registry" not in titled else ("registry", "retrospective"):
        found = titled.get(name) or own.get(name)
        if found is not None and (n is not None or found.times > 1 or found.in_title or page.words_of("clinic") > 1):
            return found.type()
    prospective = titled.get("prospective cohort") or own.get("prospective cohort")
    if prospective is not None and not prospective.in_title and _first(page, "records", words.MODEL, _TITLE):
        prospective = None
    if n is not None and prospective is not None and "random" not in page.low and (prospective.in_title or "cohort study" in page.low):
        return prospective.type()
    other = _first(page, "other", words.OTHER, _OWN_PARTS)
    if other is not None:
        return StudyType("other", other)
    trial = _trial(page, titled, n)
    if trial is not None:
        return trial if trial.name == "other" or prospective is None else prospective.type()
    for found in (prospective, titled.get("records") or own.get("records")):
        if found is not None and (n is not None or found.in_title):
            return found.type()
    return None


def _trial(page: Page, titled: Mapping[str, _Named], n: int | None) -> StudyType | None:
    """A trial without a phase, or a look back at patients of trials."""
    said = _first(page, "trial", words.TRIAL, _OWN_PARTS, unless_after=words.BEFORE_OTHERS_TRIAL)
    if said is None:
        return None
    is_own = _has_own_trial(page.low)
    if n is None:
        is_own = is_own and ("own" in page.hits or page.parts[said[0]] == "title")
        return StudyType("other", said) if is_own and (page.words_of("clinic") > 1 or page.parts[said[0]] == "title") else None
    if page.parts[said[0]] == "title" and "records" not in titled:
        return StudyType("other", said)
    if "records" not in titled and (page.words_of("associated") < 2 or "placebo" in page.low or is_own):
        return StudyType("other", said)
    name = "other" if _is_of_one_trial(page) else "retrospective"
    return StudyType(name, said, "study type: patients of a trial")


def _has_own_trial(low: str) -> bool:
    """Whether a text in lower case speaks of its own trial, or of a random choice; looked for in the few words before each word for a trial."""
    if "randomly a" in low or "were random" in low:
        return words.OWN_TRIAL.search(low) is not None
    for word in _TRIAL_WORDS:
        at = low.find(word)
        while at >= 0:
            start = at
            for _ in range(_OWN_TRIAL_REACH):
                start = low.rfind(" ", 0, start) if start > 0 else -1
            if words.OWN_TRIAL.search(low, max(0, start), at + _LONGEST_TRIAL_WORD) is not None:
                return True
            at = low.find(word, at + 1)
    return False


def _may_name_trial(page: Page) -> bool:
    """Whether a word for a trial stands beside a name, in capitals or with a digit, or begins one: a sound and fast test before `OF_ONE_TRIAL`."""
    text, low = page.text, page.low
    for word in ("trial", "protocol", "study", "cohort"):
        at = low.find(word)
        while at >= 0:
            end = at + len(word)
            if text[end : end + 1] == " " and (text[at].isupper() or text[end + 1 : end + 2].isupper()):
                return True
            if text[at - 1 : at] == " ":
                before = text[text.rfind(" ", 0, at - 1) + 1 : at - 1]
                if word in ("study", "cohort"):
                    if before[-1:].isdigit():
                        return True
                elif not (before.isalpha() and before.islower()) or before in _BETWEEN_NAME_AND_TRIAL or low.endswith("phase", 0, at - len(before) - 2):
                    return True
            at = low.find(word, end)
    return False


def _is_of_one_trial(page: Page) -> bool:
    """Whether the patients are those of one trial that is named: a trial with no phase stated is other."""
    found = words.OF_ONE_TRIAL.search(page.text) if _may_name_trial(page) else None
    if found is None or words.TRIALS.search(page.low):
        return False
    start = page.sentences[page.at(found.start())].start
    return words.BEFORE_OTHERS_TRIAL.search(page.low, max(start, found.start() - 60), found.end()) is None


def _by_content(page: Page, n: int | None, laboratory: int, clinic: int, reviewing: tuple[int, ...] | None) -> StudyType:
    """The type where no words name it."""
    doubt = "study type: no design is named"
    registered = len(list(find_registrations(page.low))) if "registration" in page.hits else 0
    if n is not None and n <= _SAMPLES and laboratory > 2 and laboratory >= 4 * clinic:
        return _preclinical(page)
    if registered == 1 and clinic > 1 and " protocols" not in page.low:
        is_observed = "observational" in page.low
        return StudyType("other" if not is_observed else "prospective cohort" if "prospective" in page.low else "retrospective", (), doubt)
    if _is_of_one_trial(page):
        return StudyType("other", (), doubt)
    if n is not None and n <= _ONE_OR_TWO and not laboratory > 2:
        return StudyType("case report", (), doubt)
    if n is not None and ("control" in page.low or "healthy " in page.low) and words.CONTROLS.search(page.low):
        return StudyType("other", (), doubt)
    if n is not None:
        repeated = _first(page, "repeated", words.REPEATED, _OWN_PARTS)
        if repeated is not None:
            return StudyType("prospective cohort", repeated, doubt)
        treated = _first(page, "treated", words.TREATED, _OWN_PARTS)
        is_trial = (
            treated is not None
            and (n > _FEW or " enrolled" in page.low or "safety" in page.low)
            and page.words_of("associated") < 2
            and not words.YEARS.search(page.low)
            and "survivors" not in page.low  # they were treated long before
        )
        return StudyType("other", treated or (), doubt) if is_trial else StudyType("retrospective", (), doubt)
    if (
        "found" not in page.hits
        and len(page.text) > 2 * _TITLE_ALONE
        and page.words_of("bench") < (2 if laboratory < 3 else 1)
        and ("own" not in page.hits or words.OWN_WORK.search(page.low) is None)
    ):
        return StudyType("review", (), doubt)
    is_made = laboratory > max(2, clinic) and "found" in page.hits  # "a clone has been isolated"
    if len(page.text) > _TITLE_ALONE and not is_made and words.TOLD.search(page.low) is None:
        return StudyType("review", (), doubt)
    efficacy = _first(page, "own", words.EFFICACY_IN, _OWN_PARTS) if clinic and not page.words_of("bench") else None
    if efficacy is not None:
        return StudyType("other", efficacy, doubt)
    if laboratory > clinic and (laboratory > 1 or "found" in page.hits):
        return _preclinical(page)
    if clinic > 2 and len(words.NUMBERS.findall(page.low)) > 3:
        return StudyType("retrospective", (), doubt)
    if len(page.text) < _TITLE_ALONE:
        return StudyType("other", (), "study type: no abstract says it")
    if "found" in page.hits:
        return StudyType("preclinical" if laboratory > 1 and not clinic else "other", (), doubt)
    if reviewing is None and _first(page, "trial", words.TRIAL, _TITLE) is not None:
        return StudyType("other", (), doubt)
    return StudyType("review", reviewing or ())


def _data_or_test(page: Page, n: int | None) -> StudyType | None:
    """A signature read from public data, or a test held against another."""
    for group, title in (("public data", words.SIGNATURE_TITLE), ("concordance", words.TEST_TITLE)):
        found = page.sentences_with(group, _OWN_PARTS)
        if not found or "multi-cent" in page.low or (group == "public data" and n is not None):
            continue
        is_titled = page.parts[0] == "title" and title.search(page.low, 0, page.sentences[0].end) is not None
        if is_titled or (group == "public data" and "bench" not in page.hits):
            return StudyType("other", (found[0],))
    return None


def _preclinical(page: Page) -> StudyType:
    return StudyType("preclinical", tuple((page.sentences_with("bench") or page.sentences_with("laboratory"))[:2]))


def _of_record(publication_types: Sequence[str]) -> StudyType | None:
    for said in publication_types:
        low = said.lower()
        for part, name in _OF_RECORD:
            if part in low:
                return StudyType(name)
    return StudyType("review") if any(p.lower() == "review" for p in publication_types) else None


def _with_sentences(said: StudyType, designs: Sequence[_Named], phase: StudyType | None) -> StudyType:
    """The type that the record says, more exactly where the text does: phase 1/2 of phase 1."""
    if phase is not None and said.name.startswith("phase"):
        return phase if said.name[6:] in phase.name[6:].split("/") else said
    return said._replace(sentences=tuple(d.sentence for d in designs if d.name == said.name)[:1])


def _phase(page: Page) -> StudyType | None:
    """The phase of the document's own trial: the title's, else that of a sentence on its own work."""
    own = [ranked for i in page.sentences_with("phase") for ranked in _phases_of(page, i)]
    if not own:
        human = _first(page, "first in human", words.FIRST_IN_HUMAN, _OWN_PARTS)
        return StudyType("phase 1", human) if human is not None and "patients" in page.low else None
    best = min(own)[0]
    chosen = [o for o in own if o[0] == best]
    numbers = max((o[2] for o in chosen), key=len)
    if best and len(numbers) == 1:
        both = {o[2] for o in own if o[0] < _WEAK}
        numbers = (1, 2) if both >= {(1,), (2,)} else next((o[2] for o in sorted(own) if len(o[2]) > 1 and numbers[0] in o[2]), numbers)
    return StudyType("phase " + "/".join(map(str, numbers)), (next(o[1] for o in chosen),))


def _phases_of(page: Page, sentence: int) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Phases that a sentence says of the document's own trial: rank (0 is surest), sentence, numbers."""
    s, rank = page.sentences[sentence], _RANK[page.parts[sentence]]
    for m in words.PHASE.finditer(page.low, s.start, s.end):
        before = page.low[max(s.start, m.start() - 60) : m.start()]
        after = page.low[m.end() : min(s.end, m.end() + 90)]
        if rank == 0:
            if not words.BEFORE_TITLED.search(before):
                yield 0, sentence, _phase_numbers(m)
        elif not (words.OTHERS_PHASE.search(before) or words.PHASE_PLURAL.match(after) or words.PHASE_TO_COME.match(after)):
            is_named = (
                words.A_TRIAL.match(after) is not None and (words.THIS if rank > _WEAK - 1 else words.SELF).search(before) is not None
            )
            if is_named or rank < _WEAK or (rank == _RANK["background"] and "own" in page.hits and words.A_TRIAL.match(after)):
                yield rank + (0 if is_named else 3), sentence, _phase_numbers(m)


def _phase_numbers(m: re.Match[str]) -> tuple[int, ...]:
    first = words.ROMAN.get(m["a"]) or int(m["a"])
    second = m["b"] or ""
    last = words.ROMAN.get(second) or (int(second) if second.isdigit() else first)
    return (first, last) if (first, last) in ((1, 2), (2, 3)) else (first,)


def _designs(page: Page) -> Iterator[_Named]:
    for design in words.DESIGNS:
        told = []
        for i in page.sentences_with(design.group):
            s, part = page.sentences[i], page.parts[i]
            if part == "title":
                if design.title.search(page.low, s.start, s.end):
                    yield _Named(design.name, True, i, 1)
            elif (part != "background" or design.name == "case report") and design.own.search(page.low, s.start, s.end):
                if design.name == "registry" and words.REGISTERED.search(page.low, s.start, s.end):
                    continue  # the trial is registered
                told.append(i)
                if len(told) > 1:
                    break
        if told:
            yield _Named(design.name, False, told[0], len(told))


def _first(
    page: Page, group: str, shape: re.Pattern[str], parts: frozenset[str], *, unless_after: re.Pattern[str] | None = None
) -> tuple[int, ...] | None:
    """The first sentence of certain parts that holds a shape, ``unless_after`` other words."""
    for i in page.sentences_with(group, parts):
        s = page.sentences[i]
        for m in shape.finditer(page.low, s.start, s.end):
            if unless_after is None or unless_after.search(page.low, max(s.start, m.start() - 60), m.start()) is None:
                return (i,)
    return None


def _has_review_title(page: Page) -> bool:
    return any(
        part == "title" and words.REVIEW_TITLE.search(page.low, s.start, s.end) for s, part in zip(page.sentences, page.parts, strict=True)
    )


def _title_sentence(page: Page) -> tuple[int, ...]:
    return (0,) if page.parts[:1] == ("title",) else ()

"""What lists cannot say: patterns over the text, and over its shadow in which mentions are masked by their label."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from allnlp.text.fold import fold
from allnlp.text.lexicon import Lexicon
from allnlp.text.rules import SHADOWS, PatternRule
from allnlp.text.spans import Clause, Span, longest, specificity
from allnlp.text.terms import is_stopped
from allnlp.text.triggers import Look, Triggers, look

_REACH = 160  # no pattern begins farther before the string that it needs


def shadow(text: str, spans: Iterable[Span], labels: Collection[str]) -> str:
    """Text of the same length in which each mention of the labels is a run of its label's character.

    >>> shadow("after CAR-T", [Span(6, 11, "THERAPY", None, None, "", "", "")], ["THERAPY"]).replace(SHADOWS["THERAPY"], "T")
    'after TTTTT'
    """
    out, at = [], 0
    for span in longest(s for s in spans if s.label in labels):
        out += [text[at : span.start], SHADOWS[span.label] * (span.end - span.start)]
        at = span.end
    return "".join(out) + text[at:]


def find_patterns(
    text: str,
    lexicon: Lexicon,
    *,
    folded: str,
    clauses: Sequence[Clause],
    known: Sequence[Span],
    shadowed: bool,
    seen: Look | None = None,
) -> list[Span]:
    """Spans of the patterns that look at the text (``shadowed`` False) or at its shadow (True).

    A pattern looks at one sentence, and only at those that hold one of the strings that it needs, and only where one of the
    strings stands with which a match of it begins, if they are known. ``known`` are the spans found so far: they cast the
    shadow, and a pattern without a concept of its own takes that of the longest of its label inside. ``seen`` is what a look
    over the text saw, if there was one.
    """
    seen = look(folded, clauses, lexicon.triggers) if seen is None else seen
    grounds = {frozenset[str](): text}
    spans = []
    for number, i in _pairs(seen, lexicon.triggers, shadowed):
        rule, clause = lexicon.patterns[number], clauses[i]
        first, starts = _places(number, seen.seen[i], clause.start, lexicon.triggers)
        begin = max(clause.start, first - _REACH)
        if rule.holds and not _is_shown(rule.labels, begin, clause.end, known):
            continue
        ground = grounds.get(rule.labels)
        if ground is None:
            ground = grounds[rule.labels] = shadow(text, known, rule.labels)
        if lexicon.triggers.unbegun >> number & 1 or seen.wary is None:
            matches = rule.regex.finditer(ground, begin, clause.end)
        else:
            matches = _matches(rule.regex, ground, begin, clause.end, starts)
        for match in matches:
            start, end = match.span(match.lastgroup or 0)  # the named group that took part is the mention
            if start < end and not is_stopped(text, folded, start, end, rule.row.label, lexicon):
                spans.append(_span(text, match, start, end, rule, known, lexicon))
    return spans


def _pairs(seen: Look, triggers: Triggers, shadowed: bool) -> list[tuple[int, int]]:
    """Numbers of patterns and sentences to look at."""
    ours = triggers.shadowed if shadowed else ~triggers.shadowed
    out = []
    for i, (needed, begun) in enumerate(zip(seen.needed, seen.begun, strict=True)):
        left = needed & begun & ours
        while left:
            number = left.bit_length() - 1
            left ^= 1 << number
            out.append((number, i))
    return sorted(out)


def _places(number: int, seen: Sequence[tuple[int, int]], start: int, triggers: Triggers) -> tuple[int, set[int]]:
    """Place of the first string that a pattern needs in a sentence, its ``start`` where it needs none; places where it may begin."""
    bit, found = 1 << number, triggers.found
    begins, first = set(), -1
    for index, at in seen:
        needed, begun, _, _ = found[index]
        if begun & bit:
            begins.add(at)
        if needed & bit and (first < 0 or at < first):
            first = at
    return start if triggers.needless & bit else first, begins


def _matches(regex: re.Pattern[str], ground: str, begin: int, end: int, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    """Matches one after the other, as ``finditer`` gives them, looked for at the places alone where one may begin."""
    for at in sorted(starts):
        if at >= begin and (match := regex.match(ground, at, end)):
            yield match
            begin = max(at + 1, match.end())


def _is_shown(labels: Collection[str], start: int, end: int, known: Iterable[Span]) -> bool:
    """Whether a mention of one of the labels reaches into a stretch: else its shadow holds none."""
    return any(s.start < end and s.end > start and s.label in labels for s in known)


def _span(text: str, match: re.Match[str], start: int, end: int, rule: PatternRule, known: Sequence[Span], lexicon: Lexicon) -> Span:
    row = rule.row
    curie, name = row.curie or None, row.name
    if name == "{words}":
        curie, name = _of_words(text[start:end], row.label, lexicon)
    elif name.startswith("{ANTIGEN} "):
        curie, name = _aimed(text, match.span(), name.removeprefix("{ANTIGEN} "), known, lexicon)
    elif not name:
        curie, name = _concept(text, start, end, row.label, known, lexicon)
        if curie is None and row.subtype == "class":
            curie, name = _of_class(name, row.label, lexicon)
    return Span(start, end, row.label, row.subtype or None, curie, name, "patterns", f"patterns.tsv:{row.key}")


_ASIDE = re.compile(r"\s?[(\[]\s?([^()\[\]]*?)\s?[)\]]")
_CLASS_OF = re.compile(r"(inhibitor|antagonist|agonist|blocker|modulator|degrader)s?\sof\s(?:the\s)?(.+)")
_CLASSES = re.compile(r"(inhibitor|antagonist|agonist|blocker|modulator|degrader)s$|\binhibition$")


def _of_class(words: str, label: str, lexicon: Lexicon) -> tuple[str | None, str]:
    """A drug class by one name: "CDK7 inhibition", "inhibitors of CDK7" and "cyclin-dependent kinase 7 (CDK7) inhibitor" are CDK7 inhibitors."""
    turned = _CLASS_OF.sub(r"\2 \1", words)
    names = [_CLASSES.sub(lambda m: m[1] or "inhibitor", form.strip()) for form in (_ASIDE.sub("", turned), _ASIDE.sub(r"\n\1", turned).rpartition("\n")[2])]
    for name in names:
        listed = _listed(name, label, lexicon)
        if listed is not None:
            return listed
    return None, names[-1]


_AGAINST = re.compile(r"(?:\santigen\sreceptors?)?(?:\s?\(\w+\))?\s(?:targeting|against|targeted\s(?:to|at)|directed\s(?:to|against|at)|specific\sfor|that\s(?:targets?|recogni[sz]es?)|which\stargets?)\s(?:the\s)?")
_NOTHING = ("",)
_LONGEST_ANTIGEN = 40  # characters
_TARGET_NUMBER = re.compile(r"(?<!\d)(?:19|20|22|30|33|37|38|70|123|138|7|5)(?!\d)")


def _aimed(text: str, place: tuple[int, int], name: str, known: Sequence[Span], lexicon: Lexicon) -> tuple[str | None, str]:
    """A therapy with the antigens that it is aimed at: those named inside or shortly behind ("T cells with a CAR against BCMA"), else its numbers ("CART19/20")."""
    words = text[place[0] : place[1]]
    end = place[1] + len((_AGAINST.match(text, place[1]) or _NOTHING)[0])
    aims = list(dict.fromkeys(s.name for s in known if s.label == "ANTIGEN" and place[0] <= s.start < s.end <= end + _LONGEST_ANTIGEN and s.start <= end))
    aims = aims or [f"CD{n}" for n in _TARGET_NUMBER.findall(words)]
    if "NK" in words:
        name = name.replace("T-cell", "NK-cell")
    elif aims and name.startswith("CAR"):
        numbers = [aim.removeprefix("CD") for aim in aims]
        for number in ("/".join(numbers), "/".join(reversed(numbers))):
            for form in (f"CAR{number}", f"CART{number}", f"CAR {number} T cell"):
                if listed := _listed(form, "THERAPY", lexicon):
                    return listed
    return (None, f"{'/'.join(aims)} {name}") if aims else _listed(name, "THERAPY", lexicon) or (None, name)


def _listed(words: str, label: str, lexicon: Lexicon) -> tuple[str | None, str] | None:
    """The concept of a listed name."""
    folded = " ".join(fold(words).split())
    return next(((e.curie, e.name) for e in lexicon.by_form.get(folded, ()) if e.label == label), None)


_MEASURED = re.compile(r"\s(?:rates?|probabilit(?:y|ies)|\([^()]*\)(?=\s))")


def _of_words(words: str, label: str, lexicon: Lexicon) -> tuple[str | None, str]:
    """The listed name that the words are, or the words themselves: amputation-free survival is no survival as such."""
    measured = _MEASURED.sub("", words)
    return _listed(measured, label, lexicon) or (None, " ".join(measured.lower().split()))


def _concept(text: str, start: int, end: int, label: str, known: Sequence[Span], lexicon: Lexicon) -> tuple[str | None, str]:
    """Concept that the words name: of the longest mention of the label inside, of the listed name that they are, or none."""
    inside = [s for s in known if s.label == label and start <= s.start and s.end <= end]
    if inside:
        best = max(inside, key=lambda s: (s.end - s.start, specificity(s), s.curie or ""))
        return best.curie, best.name
    listed = _listed(text[start:end], label, lexicon)
    if listed is not None:
        return listed
    folded = " ".join(fold(text[start:end]).split())
    return None, folded if label == "POPULATION" else text[start:end] if label == "ANTIGEN" else text[start:end].lower()

"""A document's sentences and mentions, decided on strings alone; the components of ``components`` take the same steps."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from allnlp.schema import Mention, Sentence
from allnlp.text.abbreviations import Abbreviation, find_abbreviations, find_codes, find_regimens, occurrences
from allnlp.text.assertion import Assertion, assert_mentions
from allnlp.text.context import settle
from allnlp.text.cues import find_cues
from allnlp.text.edges import extend
from allnlp.text.entities import Entity
from allnlp.text.fold import fold
from allnlp.text.lexicon import Lexicon
from allnlp.text.model_mentions import add_entities
from allnlp.text.patterns import find_patterns
from allnlp.text.populations import find_populations
from allnlp.text.resolve import resolve
from allnlp.text.sample_sizes import size_roles
from allnlp.text.sentences import find_sentences
from allnlp.text.spans import Clause, Span, longest, specificity
from allnlp.text.terms import find_terms, is_stopped, listed_forms
from allnlp.text.triggers import Look, look

_BRIDGE_LEFT, _BRIDGE_RIGHT = 80, 60
_BEFORE = 25  # a mention may begin before the long form: "B-cell [acute lymphoblastic leukemia] (ALL)"
_CODES = frozenset(("patterns.tsv:code-compound", "patterns.tsv:code-after-class"))  # patterns of what is the same name wherever it stands
_GOES_ON = re.compile(r"[-\u2010\u2011]\d")  # a longer code
_SHARE = 0.4  # and must be most of it: a consortium named after a disease is no disease
_SHARE_OF_DOSED = 0.3  # less of a therapy with its dose: "low-dose [Ara-C] (LDAC)"


class Annotation(NamedTuple):
    """Rows of one document."""

    sentences: list[Sentence]
    mentions: list[Mention]


def annotate_text(doc_id: str, text: str, lexicon: Lexicon, *, title_end: int = 0, entities: Sequence[Entity] = ()) -> Annotation:
    """Sentences and mentions of a text.

    Args:
        doc_id: stands in every row.
        text: the document; offsets of the rows count its code points.
        lexicon: the compiled vocabulary.
        title_end: where the title ends; 0 when there is none.
        entities: what models found in the text.
    """
    folded = fold(text)
    clauses = find_sentences(text, title_end=title_end)
    cues = find_cues(folded, lexicon)
    spans = settle(text, clauses, find_mentions(text, folded, clauses, lexicon), cues, lexicon)
    spans = add_entities(text, clauses, spans, entities, lexicon)
    assertions = assert_mentions(text, clauses, spans, cues)
    return Annotation(sentence_rows(doc_id, clauses), mention_rows(doc_id, text, clauses, spans, assertions))


def find_mentions(text: str, folded: str, clauses: Sequence[Clause], lexicon: Lexicon) -> list[Span]:
    """Spans that stand: terms, patterns and numbers, abbreviations, patterns of context, resolved."""
    seen = look(folded, clauses, lexicon.triggers)
    spans = listed(text, folded, lexicon, seen)
    spans += patterned(text, folded, clauses, spans, lexicon, seen)
    spans = abbreviated(text, folded, spans, lexicon)
    spans += in_context(text, folded, clauses, spans, lexicon, seen)
    return resolve(spans, lexicon.precedence)


def listed(text: str, folded: str, lexicon: Lexicon, seen: Look | None = None) -> list[Span]:
    """Listed names with their edges."""
    return [extend(text, folded, s, lexicon) for s in find_terms(text, lexicon, folded=folded, wary=None if seen is None else seen.wary)]


def patterned(
    text: str, folded: str, clauses: Sequence[Clause], known: Sequence[Span], lexicon: Lexicon, seen: Look | None = None
) -> list[Span]:
    """What patterns and numbers add to the names already ``known``, with its edges."""
    spans = [s for s in find_populations(text, clauses) if not _stopped_population(text, folded, s, lexicon)]
    spans += _everywhere(text, folded, find_patterns(text, lexicon, folded=folded, clauses=clauses, known=known, shadowed=False, seen=seen), lexicon)
    return [extend(text, folded, s, lexicon) for s in spans]


def _everywhere(text: str, folded: str, found: list[Span], lexicon: Lexicon) -> list[Span]:
    """Spans, and the other places of a drug's code, which mostly shows itself by the words beside it at one of them."""
    codes = {text[s.start : s.end]: s for s in reversed(found) if s.rule in _CODES}
    places = {s[:3] for s in found}
    return found + [
        code._replace(start=start, end=end)
        for said, code in codes.items()
        for start, end in occurrences(text, said)
        if not _GOES_ON.match(text, end) and (start, end, code.label) not in places and not is_stopped(text, folded, start, end, code.label, lexicon)
    ]


def in_context(
    text: str, folded: str, clauses: Sequence[Clause], known: Sequence[Span], lexicon: Lexicon, seen: Look | None = None
) -> list[Span]:
    """What patterns around the ``known`` mentions add."""
    return find_patterns(text, lexicon, folded=folded, clauses=clauses, known=known, shadowed=True, seen=seen)


def abbreviated(text: str, folded: str, known: Sequence[Span], lexicon: Lexicon) -> list[Span]:
    """The ``known`` spans as the document's own abbreviations change and complete them."""
    definitions = find_abbreviations(text)
    if regimens := find_regimens(text, known):
        parts = {a.short for a in regimens}
        definitions = [a for a in definitions if "/" not in a.short or not parts.issuperset(a.short.split("/"))]
        # "ACE inhibitors and ... blockers (ARBs)" defines the latter
        named = {a[:3] for a in definitions if _meaning(text, a, known) is not None}
        definitions = [a for a in regimens if a[:3] not in named] + definitions
    definitions += find_codes(text, known)
    if not definitions:
        return list(known)
    return define(text, folded, [*known, *bridge(text, folded, known, definitions, lexicon)], definitions, lexicon)


def _stopped_population(text: str, folded: str, span: Span, lexicon: Lexicon) -> bool:
    return is_stopped(text, folded, span.start, span.end, span.label, lexicon, kind="{" + (span.subtype or "") + "}")


def bridge(text: str, folded: str, spans: Sequence[Span], definitions: Sequence[Abbreviation], lexicon: Lexicon) -> list[Span]:
    """Names with an abbreviation in brackets inside: "Bruton tyrosine kinase (BTK) inhibitor".

    Where the words before the bracket already are a mention of the same label, the bracket abbreviates that mention
    and nothing is bridged: "chimeric antigen receptor T-cell (CAR-T) therapy".
    """
    out = []
    for a in definitions:
        if not (a.long_end <= a.short_start and text[a.short_end : a.short_end + 1] in (")", "]")):
            continue
        cut_start, cut_end = a.long_end, a.short_end + 1
        if text[cut_end : cut_end + 1] not in (" ", "-", "\u2010", "\u2011"):
            continue
        left, right = max(0, cut_start - _BRIDGE_LEFT), min(len(text), cut_end + _BRIDGE_RIGHT)
        shown, seam = folded[left:cut_start] + folded[cut_end:right], cut_start - left
        if not _is_crossed(shown, seam, lexicon):
            continue
        before = {s.label for s in spans if s.end == cut_start}
        for s in find_terms(text[left:cut_start] + text[cut_end:right], lexicon, folded=shown):
            if s.start < seam < s.end and s.end > seam + 1 and s.label not in before:
                whole = s._replace(start=s.start + left, end=s.end + left + cut_end - cut_start)
                out.append(extend(text, folded, whole, lexicon))
    return out


def _is_crossed(folded: str, seam: int, lexicon: Lexicon) -> bool:
    """Whether a listed name begins before a place and ends behind the next, signs at its end not counted."""
    return any(start < seam and (end > seam + 1 or any(e.tail for e in entries)) for start, end, entries in listed_forms(folded, lexicon))


def define(text: str, folded: str, spans: Sequence[Span], definitions: Sequence[Abbreviation], lexicon: Lexicon) -> list[Span]:
    """Spans with the document's own abbreviations: a short form takes its long form's concept wherever it stands.

    A definition overrides the vocabulary: a short form defined as something else is no mention of what it usually is.
    """
    out = list(spans)
    drugs = _listed_drugs(spans, definitions)
    twice = _defined_twice(text, spans, definitions, drugs, lexicon)
    for a in {d.short: d for d in reversed(definitions)}.values():
        if len(a.short) < 2 or _is_made_of_mentions(a, spans):  # "P" is mostly a p value
            continue
        meaning = _regimen(a, drugs, lexicon) or _meaning(text, a, out)
        places = [place for form in _cased(a.short) for place in occurrences(text, form)]
        there = {*places, (a.short_start, a.short_end)}
        if meaning is None:
            long_words = {w[:4] for w in folded[a.long_start : a.long_end].split() if len(w) > 3}
            out = [
                s
                for s in out
                if (s.start, s.end) not in there
                or s.curie is None
                or s.source == "patterns"  # which reads the words themselves
                or long_words & lexicon.words.get(s.curie, frozenset())
            ]
            continue
        rule = f"abbreviation:{a.short}={text[a.long_start : a.long_end]}"
        out = [s for s in out if (s.start, s.end) not in there or s.label == meaning.label == "POPULATION"]
        review = twice.get(a.short, "")
        for start, end in places:
            if not is_stopped(text, folded, start, end, meaning.label, lexicon):
                mine = Span(
                    start, end, meaning.label, meaning.subtype, meaning.curie, meaning.name, "abbreviation", rule, meaning.context,
                    review=review,
                )  # fmt: skip
                out.append(extend(text, folded, mine, lexicon))
    return out


def _listed_drugs(spans: Sequence[Span], definitions: Sequence[Abbreviation]) -> list[Span]:
    """The therapies without overlap, where a long form may be a list of them: it begins with one and ends with another."""
    therapies = [s for s in spans if s.label == "THERAPY"]
    starts, ends = {s.start for s in therapies}, {s.end for s in therapies}
    lists = [a for a in definitions if a.long_start in starts and a.long_end in ends]
    return longest(therapies) if lists else []


def _defined_twice(
    text: str, spans: Sequence[Span], definitions: Sequence[Abbreviation], drugs: Sequence[Span], lexicon: Lexicon
) -> dict[str, str]:
    """For each short form that the document defines as two concepts: the reason to look at its mentions."""
    if len({a.short for a in definitions}) == len(definitions):
        return {}
    by: dict[str, list[Abbreviation]] = {}
    for a in definitions:
        by.setdefault(a.short, []).append(a)
    out = {}
    for short, found in by.items():
        if len(found) > 1:
            meanings = [_regimen(a, drugs, lexicon) or _meaning(text, a, spans) for a in found]
            names = list(dict.fromkeys(m.name for m in meanings if m is not None))
            if len(names) > 1:
                out[short] = f"{short} is defined twice: {'; '.join(names)}"
    return out


def _is_made_of_mentions(a: Abbreviation, spans: Sequence[Span]) -> bool:
    """Whether a short form is no name of its own but several: "R/R DLBCL", "ORR/CRR"."""
    if " " not in a.short and "/" not in a.short:
        return False
    inside = [s for s in spans if a.short_start <= s.start and s.end <= a.short_end]
    if any(s[:2] == (a.short_start, a.short_end) for s in inside):
        return False
    held = longest(inside)
    return len(held) > 1 and sum(s.end - s.start for s in held) >= len(a.short) - len(held) + 1


def _meaning(text: str, a: Abbreviation, spans: Sequence[Span]) -> Span | None:
    """The mention that a long form is: the longest that ends where it ends and begins within or shortly before it."""
    ending = [s for s in spans if s.end == a.long_end]
    if not ending:
        return None
    fits = [
        s
        for s in ending
        if s.start >= a.long_start - _BEFORE
        and s.end - s.start >= (_SHARE_OF_DOSED if "-dose" in text[a.long_start : s.start] else _SHARE) * (a.long_end - a.long_start)
        and s.source != "populations"
        and not (s.start <= a.short_start < s.end)
    ]
    fits = [s for s in fits if s.label != "POPULATION"] or fits  # "prior [transplantation] (HSCT)" defines the therapy
    exact = [s for s in fits if s.start == a.long_start]
    return max(exact or fits, key=lambda s: (s.end - s.start, specificity(s), s.curie or ""), default=None)


def _regimen(a: Abbreviation, therapies: Sequence[Span], lexicon: Lexicon) -> Span | None:
    """What the short name of a list of drugs means: the listed regimen of that name, else one named by its drugs."""
    drugs = [s for s in therapies if a.long_start <= s.start and s.end <= a.long_end] if len(therapies) > 1 else []
    if len(drugs) < 2 or (drugs[0].start, drugs[-1].end) != (a.long_start, a.long_end):
        return None
    listed = next((e for e in lexicon.by_form.get(fold(a.short).strip(), ()) if e.label == "THERAPY" and a.short == a.short.upper()), None)
    curie, name = (listed.curie, listed.name) if listed else (None, " + ".join(s.name for s in drugs))
    return Span(a.long_start, a.long_end, "THERAPY", "regimen", curie, name, "abbreviation", "")


def _cased(short: str) -> tuple[str, ...]:
    """A short form, and the same at the beginning of a sentence: "pola", "Pola"."""
    return (short, short.capitalize()) if short.islower() and len(short) > 2 else (short,)


def sentence_rows(doc_id: str, clauses: Sequence[Clause]) -> list[Sentence]:
    """Rows of the table ``sentences``."""
    return [Sentence(doc_id, i, c.section, c.start, c.end) for i, c in enumerate(clauses)]


def mention_rows(
    doc_id: str, text: str, clauses: Sequence[Clause], spans: Sequence[Span], assertions: Sequence[Assertion]
) -> list[Mention]:
    """Rows of the table ``mentions``."""
    starts = [c.start for c in clauses]
    sizes = [s for s in spans if s.n is not None]
    roles = dict(zip(sizes, size_roles(text, clauses, sizes), strict=True)) if sizes else {}
    rows = []
    for i, (s, a) in enumerate(zip(spans, assertions, strict=True)):
        start, end, label, subtype, curie, name, source, rule, _, n, age_min, age_max, age_median, review, score = s
        value, cue_start, cue_end = a.value, a.cue_start, a.cue_end
        cue = None if cue_start is None else text[cue_start:cue_end]
        role = roles.get(s) if n is not None else None
        rows.append(
            Mention(
                doc_id, i, max(0, bisect_right(starts, start) - 1), start, end, text[start:end], label, subtype, curie, name, value,
                cue, cue_start, cue_end, source, rule, score, bool(review), review or None, n, role, age_min, age_max, age_median,
            )
        )  # fmt: skip
    return rows

"""What a word is that may be a toxicity or a disease: the company it keeps decides."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from allnlp.text.cues import FoundCue
from allnlp.text.lexicon import Lexicon
from allnlp.text.spans import Clause, Span

_OF_PATIENTS = re.compile(r"\b(?:patients?|children|adults|women|men|subjects|individuals|people|cases?|those)\swith\s(?:[\w-]+\s){0,2}$", re.IGNORECASE)
_SENTENCE = 300
_FROM = re.compile(
    r"\s(?:(?:was|were|is|are)\s)?(?:induced\sby|caused\sby|due\sto|by|during|after|following|associated\swith|related\sto|in\spatients\s"
    r"(?:treated\swith|receiving|on|taking)|on|from)\s(?:[\w-]+\s){0,2}",
    re.IGNORECASE,
)
_MAKES = re.compile(
    r"[-\u2010-\u2015\s](?:induced|associated|related|emergent|mediated|caused|causes|may\scause|can\scause|causing|induces|produces)"
    r"\s(?:[\w-]+\s){0,2}",
    re.IGNORECASE,
)
_AS_DISEASE = re.compile(
    r"\b(?:(?:patients?|children|adults|women|men|subjects|individuals|people|infants|cases?|those|treatment|management|history|diagnosis"
    r"|prevalence|pathogenesis|aetiology|etiology|models?|epidemiology|burden|relief|causes?|symptoms?|control)\s(?:with|of|for|from)"
    r"|due\sto|caused\sby|because\sof|secondary\sto|suffering\sfrom)\s(?:[\w-]+\s){0,2}$",
    re.IGNORECASE,
)


def settle(text: str, clauses: Sequence[Clause], spans: Sequence[Span], cues: Sequence[FoundCue], lexicon: Lexicon) -> list[Span]:
    """The spans with those of two readings settled.

    In a document on the treatment of cancer (or a text too short to tell), "pneumonia" or "fatigue" is a toxicity. Elsewhere it is one only where the
    sentence tells of harm by treatment (an ``effect`` cue, or a toxicity that is nothing else); otherwise an infection or a
    haemorrhage is a disease, and a symptom is no mention. "Hypertension" is a disease, and a toxicity where the sentence
    tells of harm.
    """
    doubtful = [s for s in spans if s.context]
    if not doubtful:
        return list(spans)
    starts = [c.start for c in clauses]
    harm = {bisect_right(starts, c.start) - 1 for c in cues if c.rule.row.category == "effect"}
    harm |= {bisect_right(starts, s.start) - 1 for s in spans if s.label == "TOXICITY" and not s.context}
    harm |= {bisect_right(starts, place) - 1 for place in _by_therapy(text, spans)}
    is_oncology = len(text) < _SENTENCE or any(s.curie in lexicon.oncology for s in spans)
    in_title = bool(clauses) and clauses[0].section == "title" and 0 in harm
    out = []
    for span in spans:
        read = _read(text, span, is_oncology or in_title, bisect_right(starts, span.start) - 1 in harm) if span.context else span
        if read is not None:
            out.append(read)
    return out


def _by_therapy(text: str, spans: Sequence[Span]) -> Iterator[int]:
    """Where a toxicity is said to come from a therapy: "hypotension by an ACE inhibitor", "cisplatin-induced vomiting"."""
    both = [s for s in spans if s.label in ("TOXICITY", "THERAPY")]
    for a, b in pairwise(both):
        shape = {("TOXICITY", "THERAPY"): _FROM, ("THERAPY", "TOXICITY"): _MAKES}.get((a.label, b.label))
        if shape is not None and shape.fullmatch(text, a.end, b.start):
            yield a.start


def _read(text: str, span: Span, is_oncology: bool, is_harm: bool) -> Span | None:
    if span.label == "DISEASE":
        return span._replace(label="TOXICITY", subtype=None) if span.context == "toxicity" and is_oncology and is_harm else span
    if span.label != "TOXICITY":
        return span
    had_before = (_OF_PATIENTS if is_oncology else _AS_DISEASE).search(text, max(0, span.start - 60), span.start)
    if (is_harm and is_oncology) if had_before else (is_harm or is_oncology):
        return span
    return span._replace(label="DISEASE", subtype=None) if span.context == "disease" else None

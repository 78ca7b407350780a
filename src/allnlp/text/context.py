"""What a word is that may be a toxicity or a disease, an antigen or a gene, a therapy or a phase: the company it keeps decides."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from allnlp.text.cues import FoundCue
from allnlp.text.lexicon import Lexicon
from allnlp.text.spans import Clause, Span

_AFTERWARDS = re.compile(r"\b(?:after|following|during|post|induced|receiving|recipients?|survivors?)\b", re.IGNORECASE)
_COUNT = re.compile(r"\s[(\[][nN]\s?=")
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
    r"|prevalence|pathogenesis|aetiology|etiology|models?|epidemiology|burden|relief|reversal|palliation|features|diagnoses|manifestations|causes?|symptoms?|control|improvement|reduction)\s(?:with|of|for|from|in)"
    r"|due\sto|caused\sby|because\sof|secondary\sto|suffering\sfrom|reliev(?:e|es|ed|ing))\s(?:[\w-]+\s){0,3}$",
    re.IGNORECASE,
)

#: "presented with fever, lethargy, and pancytopenia": of the disease, whatever treats it
_PRESENTED = re.compile(
    r"\b(?:(?:(?<!at\s)present(?:ed|s|ing)?|admitted|hospitali[sz]ed|found\sto\shave)\s(?:\w+\s){0,3}?with|complain(?:ed|ing|s)?\sof"
    r"|(?:clinical|initial|presenting)\s(?:signs?|symptoms?|features?|findings?|manifestations?)\s(?:\w+\s){0,2}?(?:of|included?|including|were|was))\s[^.;:]{0,90}$",
    re.IGNORECASE,
)
_LATER = re.compile(r"\s(?:soon\s|shortly\s)?(?:after|following|during)\b", re.IGNORECASE)
_TREATED = re.compile(r"\b(?:after|following|during|on|while|receiving|received|post\w*|days?|weeks?|cycles?|treat\w+|therap\w+|induced|grade)\b|-induced", re.IGNORECASE)

# What shows a receptor as a target, and what a document says that is on such targets.
_TARGETING = re.compile(
    r"CAR(?:(?<=\bCAR)s?\b|-T)|chimeric antigen|bispecific|antibody[- ]drug conjugate|immunotoxin|target antigen|tumou?r[- ](?:associated|specific) antigen"
    r"|T[- ]cell engag|checkpoint (?:inhib|block)|surface antigen|adoptive (?:cell|T)"
)
_AIMED_BEFORE = re.compile(
    r"(?:\banti[- ]?|\u03b1-?|\b(?:against|target(?:s|ing|ed)?|(?:re)?directed (?:at|to|against|toward)|specific for|recogni[sz]\w+|loss of|lack of"
    r"|(?:positive|negative) for|monoclonal antibod(?:y|ies) to)\s)(?:the\s|human\s|tumou?r\s)*$",
    re.IGNORECASE,
)
_AIMED_AFTER = re.compile(
    r"(?:\s?\([^()]{1,30}\))?(?:[-\u2010-\u2015\s](?:directed|specific|targeted|targeting|redirected|positive|negative|expressing"
    r"|overexpressing|low\b|loss|antigen|(?:monoclonal\s)?antibod|vaccin|ADC|BiTE|blockade)|\son\s(?:tumou?r|malignant|leuk|cancer|blast|lymphoma)|\s?[+\u207a]|-(?=\s|\)))",
    re.IGNORECASE,
)
_GENE_BEFORE = re.compile(
    r"\b(?:serum|plasma|circulating|soluble|elevated|raised|oncogenic|mutant|phosphorylated|phospho-?|MMTV-|activation of|signall?ing (?:of|by|via|through)"
    r"|inhibition of|secretion of|phosphorylation of(?: \w+ and)?|activates|mediated by|(?:mutations?|amplifications?|polymorphisms?|alterations?|methylation|knockdown|silencing|transcription|gene)(?: and \w+)?"
    r" (?:of|in|encoding)|co-?overexpressed with|downregulat\w+|upregulat\w+)\s?(?:the\s|elevated\s|human\s)*$",
    re.IGNORECASE,
)
_GENE_AFTER = re.compile(
    r"\s?\((?:L858R|T790M|C797S|WT)|(?:\s?\([^()]{1,15}\))?[-\s](?:mutat|alterat|amplif|signal|activat|pathway|ins\s?\d|insertion|exon|inhibitors?\b|TKI|kinase|tyrosine|gene\b|mRNA|polymorphism"
    r"|promoter|transgen|phosphorylation|internali[sz]ation|dimeri[sz]ation|copy|methylat|knock|fluid|concentrations?|levels\b|enriched|receptor\sin|rs\d|intracellular|deplet|silenc|mediat|suppress|regulat|promot|interact|stabili[sz]|inhibits|induces|exhibited|(?:or|and)\s\w+\s(?:copy|amplif|mutat|phosph|signal)|background|mice\b|mouse)",
    re.IGNORECASE,
)
_NORMAL_CELL = re.compile(
    r"\s?(?:\(\s?\+\s?\)|[+\u207a])?(?:[-\s](?:positive|label(?:l)?ed|stained|expressing))?\)?\s(?:Langerhans|dendritic\scells|thymocytes|macrophages|monocytes"
    r"|mast\scells|Tregs?\b|lymphocytes\b|plasma\scells\b(?!\s(?:neopl|leuk|dyscr|myel))|(?<=labeled\s)cells|(?<=labelled\s)cells|T[- ](?:cells?|lymphocytes)\b(?!-|\s(?:acute|leuk|lymphoma|neopl|malig|ALL)))",
    re.IGNORECASE,
)
_MALIGNANT = re.compile(r"(?:malignant|neoplastic|leuk(?:a)?emic|clonal|tumou?r|anti-?\s?)[\s-](?:\w+\s)?$|anti-$", re.IGNORECASE)
_NO_AIM = re.compile(r"[-\s](?:positive|negative)\s(?:cells?\slines?|mice|rats)", re.IGNORECASE)


def settle(text: str, clauses: Sequence[Clause], spans: Sequence[Span], cues: Sequence[FoundCue], lexicon: Lexicon) -> list[Span]:
    """The spans with those of two readings settled.

    Where cancer is treated (or in a text too short to tell), "pneumonia" or "fatigue" is a toxicity. Elsewhere it is one only
    where the sentence tells of harm by treatment (an ``effect`` cue, or a toxicity that is nothing else); otherwise an infection
    or a haemorrhage is a disease, and a symptom is no mention. Where cancer is treated, a feature of blood diseases (splenomegaly,
    eosinophilia), and what patients presented with, is a toxicity only where the sentence tells of harm. "Hypertension" is a disease, and a toxicity where the sentence
    tells of harm. A receptor that is also a gene (EGFR) is an antigen where a therapy aims at it or cells carry it, or where the
    document is on such therapies. "Induction" is a therapy where cancer is treated. A short form of several meanings (CR) that the
    document does not define stands where cancer is treated or where the document names its concept in full; elsewhere it is left
    open: without concept, and to be reviewed.
    """
    spans = _without_counts(text, spans)
    if "ANTIGEN" in {s.label for s in spans}:
        elsewhere = _is_elsewhere(text, spans, lexicon)
        spans = [s for s in spans if s.label != "ANTIGEN" or _is_antigen(text, s, elsewhere=elsewhere)]
    doubtful = [s for s in spans if s.context]
    if not doubtful:
        return spans
    starts = [c.start for c in clauses]
    harm = {bisect_right(starts, c.start) - 1 for c in cues if c.rule.row.category == "effect"}
    harm |= {bisect_right(starts, s.start) - 1 for s in spans if s.label == "TOXICITY" and not s.context}
    harm |= {bisect_right(starts, place) - 1 for place in _by_therapy(text, spans)}
    place = _field(text, spans, lexicon, is_harm=bool(harm))
    in_title = bool(clauses) and clauses[0].section == "title" and 0 in harm
    studied = _studied(text, clauses, doubtful, everywhere=place != "oncology")
    aims = _aims(text, spans) if any(s.context == "gene" for s in doubtful) else frozenset[str | None]()
    out = []
    for span in spans:
        if span.context == "gene":
            read = span if (span.curie in aims or None in aims) and not _is_gene(text, span) else None
        elif span.context == "short":
            read = span if place == "oncology" or _is_said_in_full(span, spans) else _left_open(text, span)
        elif span.context == "phase":
            read = span if place == "oncology" else None
        elif span.context:
            is_harm = bisect_right(starts, span.start) - 1 in harm
            frame = _OF_PATIENTS if place == "oncology" else _AS_DISEASE
            clause = clauses[bisect_right(starts, span.start) - 1] if clauses else None
            is_plain = span.label == "TOXICITY" and place == "oncology" and not is_harm
            if is_plain and (span.context == "feature" or (clause is not None and _is_presented(text, clause, span))):
                read = None
            else:
                read = _read(text, span, frame, (place != "other" or in_title) and span.curie not in studied, is_harm)
        else:
            read = span
        if read is not None:
            out.append(read)
    return out


def _is_elsewhere(text: str, spans: Sequence[Span], lexicon: Lexicon) -> bool:
    """Whether a document is neither on cancer nor on therapies that aim at antigens."""
    return len(text) >= _SENTENCE and not any(s.curie in lexicon.oncology for s in spans) and not _TARGETING.search(text)


def _is_antigen(text: str, span: Span, *, elsewhere: bool) -> bool:
    """Whether the molecule is none of a normal immune cell; ``elsewhere`` something must aim at it besides."""
    if elsewhere and not _AIMED_BEFORE.search(text, max(0, span.start - 40), span.start):
        return False
    return not _NORMAL_CELL.match(text, span.end, span.end + 60) or bool(_MALIGNANT.search(text, max(0, span.start - 30), span.start))


def _without_counts(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans without "n = 3" in the bracket after a toxicity or an outcome: so many had it, and were no group."""
    if not [s for s in spans if s.subtype == "sample_size"]:
        return list(spans)
    after = {s.end for s in spans if s.label in ("TOXICITY", "OUTCOME")}
    return [s for s in spans if not (s.subtype == "sample_size" and s.start - 2 in after and _COUNT.match(text, s.start - 2, s.end))]


def _field(text: str, spans: Sequence[Span], lexicon: Lexicon, *, is_harm: bool) -> str:
    """What a document is on: the treatment of cancer (``oncology``), cancer and the harm of some treatment (``cancer``), or neither."""
    if len(text) < _SENTENCE:
        return "oncology"
    labels = {s.label for s in spans if s.curie in lexicon.oncology}
    if "THERAPY" in labels:
        return "oncology"
    return "cancer" if "DISEASE" in labels and is_harm and any(s.label == "THERAPY" for s in spans) else "other"


def _is_said_in_full(span: Span, spans: Sequence[Span]) -> bool:
    """Whether the document defines a short form, or names its concept by other words."""
    return span.source == "abbreviation" or any(s.curie == span.curie and s.rule != span.rule for s in spans)


def _left_open(text: str, span: Span) -> Span:
    words = text[span.start : span.end]
    return span._replace(curie=None, name=words, review=f"{words} is not defined here and may be something else than {span.name}")


def _studied(text: str, clauses: Sequence[Clause], doubtful: Sequence[Span], *, everywhere: bool) -> frozenset[str]:
    """Concepts that the document treats as diseases: "the burden of VTE"; where cancer is treated only its title can say so."""
    end = len(text) if everywhere else clauses[0].end if clauses and clauses[0].section == "title" else 0
    if not everywhere and _AFTERWARDS.search(text, 0, end):
        return frozenset()
    return frozenset(
        s.curie
        for s in doubtful
        if s.context in ("disease", "feature", "symptom") and s.curie and s.end <= end and _AS_DISEASE.search(text, max(0, s.start - 60), s.start)
    )


def _aims(text: str, spans: Sequence[Span]) -> frozenset[str | None]:
    """Concepts that some words of the document show as targets; None among them where all are, by what the document is about."""
    if _TARGETING.search(text):
        return frozenset({None})
    return frozenset(
        s.curie
        for s in spans
        if s.context == "gene"
        and (_AIMED_BEFORE.search(text, max(0, s.start - 40), s.start) or _AIMED_AFTER.match(text, s.end, s.end + 60))
        and not _NO_AIM.match(text, s.end, s.end + 40)
    )


def _is_gene(text: str, span: Span) -> bool:
    """Whether the words beside a receptor show its gene, its signal or its level in serum."""
    return bool(_GENE_BEFORE.search(text, max(0, span.start - 50), span.start) or _GENE_AFTER.match(text, span.end, span.end + 40))


def _is_presented(text: str, clause: Clause, span: Span) -> bool:
    """Whether a symptom is told of as what patients came with, and no treatment before it."""
    said = _PRESENTED.search(text, max(clause.start, span.start - 130), span.start)
    if said is None or _LATER.match(text, span.end, clause.end):
        return False
    return not _TREATED.search(text, max(clause.start, said.start() - 40), span.start)


def _by_therapy(text: str, spans: Sequence[Span]) -> Iterator[int]:
    """Where a toxicity is said to come from a therapy: "hypotension by an ACE inhibitor", "cisplatin-induced vomiting"."""
    both = [s for s in spans if s.label in ("TOXICITY", "THERAPY")]
    for a, b in pairwise(both):
        if a.label != b.label and (_FROM if a.label == "TOXICITY" else _MAKES).fullmatch(text, a.end, b.start):
            yield a.start


def _read(text: str, span: Span, frame: re.Pattern[str], is_oncology: bool, is_harm: bool) -> Span | None:
    if span.label == "DISEASE":
        return span._replace(label="TOXICITY", subtype=None) if span.context == "toxicity" and is_oncology and is_harm else span
    if span.label != "TOXICITY":
        return span
    if is_harm and is_oncology:
        return span
    if (is_harm or is_oncology) and not frame.search(text, max(0, span.start - 60), span.start):
        return span
    return span._replace(label="DISEASE", subtype=None) if span.context in ("disease", "feature") else None

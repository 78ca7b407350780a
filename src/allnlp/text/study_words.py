"""Words that open a question about a study: a sentence is looked at for an answer only where one of them stands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ahocorasick_rs import BytesAhoCorasick, Implementation

from allnlp.text.expressions import expression

#: For each question the words that open it, in lower case; a word may be the beginning of one.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # A sentence on the document's own work: "we analysed", "this study", "patients were enrolled".
        "own": (
            "we ", "we, ", "our ", "this study", "this trial", "present study", "current study", "this analysis", "this report", "this review", "this article",
            "this paper", "here,", "herein", "here we", " aim", "purpose", "this phase", "in this ", "objective", "to evaluate", "to assess", "to investigate",
            "to determine", "were enrolled", "were treated", "were included", "were randomi", "were studied", "were analy", "were reviewed", "were recruited",
            "was performed", "were performed", "was conducted", "patients received", "a total of", "is presented", "are presented", "is reported",
            "are reported", "is described", "are described", "were retrospectively", "were prospectively", "was retrospectively", "was prospectively", "were followed up", "were collected", "was collected", "were registered", "cohorts included", "groups included", "the design was", "was investigated", "was studied",
            "was evaluated", "were evaluated", "has been developed", "were isolated", "was isolated", "individual data", "using data", "is reviewed", "are reviewed", "is discussed",
            "are discussed", "the study ", "the authors", "n = ", "n=", "retrospective analysis of", "retrospective study of", "retrospective review of", "retrospective cohort",
            "patients were identified", "were randomly", "this prospective", "this retrospective", "this multicent", "this observational", "this single", "this open",
            "this random", "this pilot", "this cohort", "study included", "survey was", "was distributed", "were surveyed",
        ),
        # Figures that nobody quotes from others: a document without a word of the first group begins its own work there
        "figures": ("p<0", "p < 0", "p < .", "p<.", "p =", "p=", "95% ci", "hazard ratio"),
        # ... unless it is of work before: "we have previously reported"
        "before": (
            "previously re", "previously sh", "previously dem", "previously des", "previously dev", "previously id", "previously f", "previously pub", "we previously",
            "have previously", "have shown", "have reported", "have demonstrated", "earlier ",
        ),
        "exclusion": ("exclusion criteria", "exclusion:"),
        # A registration's number, see ``registrations``
        "registration": (
            "nct0", "trials.gov", "trialsgov", "trials gov", "nct 0", "nct-0", "nct#0", "nct: ", "nct no", "nct number", "nct:0", "nct\u20100", "nct\u20110", "nct\u20130", "chictr", *(f"{dash}{n}" for dash in "-\u2010\u2013" for n in ("00", "01", "02")), "-50", "-51", "-52", "isrctn", "umin0",
            "umin-", "umin 0", "umin id", "umin c", "japiccti", "jrct", "actrn", "anzctr", "drks", " ntr", "(ntr", "#ntr", "nl-omon", "ctri/", "ctri-", "irct2", "irct1", "irct 2",
            "irct id", "kct0", "kct 0", "pactr2", "tctr2", "rbr-", "rpcec", "slctr", "crd4", "crd 4", "prospero", "inplasy",
        ),
        # People who may be counted where no size is tagged
        "people": (
            " patients", " parents", " participants", " subjects", " students", " nurses", " physicians", " respondents", " caregivers", " volunteers", " adults",
            " cases",
        ),
        # Data that no clinic of the authors collected; a test held against another
        "public data": ("tcga", "genome atlas", "expression omnibus", "public database", "geo data", "public aml ", "genome project", "public dataset", "publicly available d"),
        "concordance": ("concordan",),
        "samples": (" samples", " specimens", " tissues", " biopsies"),
        "phase": ("phase",),
        "first in human": ("first-in", "first in h", "escalation", "3+3", "3 + 3", "dose-finding"),
        "guideline": (
            "guideline", "consensus", "recommendation", "position paper", "position statement", "best practice", "best-practice", "delphi", "expert panel",
            "policy statement", "practice points", "experts",
        ),
        "meta-analysis": (
            "meta-analy", "metaanaly", "systematic", "pooled", "cochrane", "embase", "medline", "pubmed", "indirect comparison", "literature search", "literature-based",
            "effects model", "selection criteria", "review authors", "studies were", "trials were", "articles were", "rcts", "eligible studies", "eligible trials",
        ),
        "case report": (
            "a case", "case ", "one case", "year-old", "year old", "a patient", "month-old", "a child", "an infant", "-yr-old", "a woman", "a man ", "one patient", "single patient", "a boy",
            "a girl", "our patient", "the patient ", "-old ", "report a", "reports a", "describe a", "present a", "report two ", "describe two ", "present two ",
        ),
        "registry": ("registr", "cibmtr", "seer", "ebmt", "for blood and marrow", "national cancer data", "center for international", "surveillance, epi"),
        "prospective": ("prospectiv", "longitudinal", "birth cohort"),
        "retrospective": ("retrospectiv",),
        "records": (
            "chart", "records", "real-world", "real world", "real-life", "case series", "case-series", "cases", "consecutive", "case-control", "claims", "historical",
            "reviewed ", "population-b", "risk model", "risk score", "nomogram", "prognostic index", "prognostic model", "prognostic s", "prediction model", "predictive model", "multicentre co", "multicenter co", "multicentre an", "multicenter an", "files", "propensity", "cohort study", "we describe", "we report", "we present", "experience",
        ),
        "trial": ("trial", "random", "open-label", "single-arm", "pilot", "escalation", "placebo", "study drug", "non-randomi"),
        "other": (
            "cross-sectional", "questionnaire", "survey", "cost", "budget", "markov", "mendelian", "healthy ", "interview", "qualitative", "focus group", "study protocol",
            "quality improvement", "vigilance", "faers", "disproportion", "genome-wide", "matching-adjusted", "case-control", "neuropsych",
        ),
        "review": (
            "review", "summari", "discuss", "article", "overview", "chapter", "highlight", "paper", "outline", "perspective", "commentary", "delve", "editorial", "opinion", "areas covered",
            "explore", "describe",
        ),
        "treated": ("treated", "received", "mg/m", "mg/kg", "given", "administered", "assigned", "pilot", "dose level", "feasib", "regimen of", "schedule of"),
        "repeated": ("at baseline", "before and", "at diagnosis and"),
        "associated": ("risk factor", "predict", "prognos", "associated with", "multivaria", "univaria", "correlat", "incidence of"),
        "found": (
            "we show", "we found", "we find", "we demonstrate", "we identif", "we report", "we generat", "we develop", "we observ", "we used", "we investigat", "we isolat",
            "we examin", "we establish", "was found", "were found", "isolated", "cloned", "identified", "was observed", "were observed", "was detected", "were detected",
            "was examined", "were examined", "was studied", "were studied", "injected", "was measured", "were measured", "evaluated", "here we show", "was assessed",
            "were assessed", "revealed", "resulted in", "investigated", "was validated", "were validated", "we validated", "we tested", "were tested", "was tested", "we propose", "we compared", "were compared", "was determined", "were determined",
        ),
        "laboratory": (
            "mice", "mouse", "murine", "xenograft", "in vitro", "cell line", "knockout", "knockdown", "transfect", "cdna", "mrna", "promoter", "apoptosis", "signaling",
            "signalling", "phosphorylation", "in vivo", "transgenic", "rats ", "molecular mechanism", "kinase", "binding", "cloned", "homology", "crispr", "western blot",
            "cytotoxicity", "proliferation", "nanoparticle", "cells were", "zebrafish", "transduced", "ex vivo", "gene expression", "preclinical", "epitope", "peptide",
            "lentivir", "organoid", "co-culture", "pathway", "fusion protein", "residues", "recombinant", "plasmid", "hela", "chromatin", "rna-seq", "transcription",
            "domain", "macaque", "canine", "dogs", "rabbit", "protein", "mutant", "differentiation", "secret", "senescence", "dna damage", "progenitor cells", "synergi", "in silico", "crystal structure", "inhibitory", "clones", "drosophila", "restriction map", "amino acid", "exon ",
        ),
        # Work with animals, cells or molecules that is no mere test of patients' samples
        "bench": (
            "mice", "mouse model", "murine", "xenograft", "cell line", "transfect", "knockout", "knockdown", "transgenic", "cloned", "crispr", "zebrafish", "in vitro",
            "transduced", "western blot", "nanoparticle", "rats ", "macaque", "canine", "dogs", "rabbit", "plasmid", "organoid", "crystal structure",
        ),
        "clinic": (
            "patients were", "patients with", "median age", "patients received", "overall survival", "follow-up", "adverse event", "were enrolled", "response rate",
            "remission rate", "confidence interval", "95% ci", "hazard ratio", "clinical trial", "children with", "patients treated", "patients who", "cohort of", "p =",
            "p=", "p <", "p<", "mean age", "participants",
        ),
    }
)  # fmt: skip


def shape(words: str) -> re.Pattern[str]:
    """A pattern of English words in lower case; letters, digits and blanks are those of ASCII, which are looked up faster."""
    return expression(words, re.ASCII)


_WORDS = tuple(sorted({word for words in GROUPS.values() for word in words}))
_GROUPS_OF = tuple(tuple(group for group, words in GROUPS.items() if word in words) for word in _WORDS)
# Bytes of one letter each, so that a place in the bytes is a place in the text; what is outside Latin-1 is "?" in both.
_AUTOMATON = BytesAhoCorasick([word.encode("latin-1", "replace") for word in _WORDS], implementation=Implementation.DFA)


#: For each group that has a word in a document: number and place of each, in order of their ends.
Hits = Mapping[str, Sequence[tuple[int, int]]]


def find_words(low: str) -> dict[str, list[tuple[int, int]]]:
    """The words of each group that has one.

    >>> found = find_words("a phase of mice, mice and murine cells")
    >>> [place for _, place in found["phase"]], len({word for word, _ in found["laboratory"]})
    ([2], 2)

    Args:
        low: the document in lower case.
    """
    out: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for word, start, _ in _AUTOMATON.find_matches_as_indexes(low.encode("latin-1", "replace"), overlapping=True):
        for group in _GROUPS_OF[word]:
            out[group].append((word, start))
    return out

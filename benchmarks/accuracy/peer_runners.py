"""What one peer finds, run by the interpreter that has it; `peers.py` starts it, once a peer.

    python benchmarks/accuracy/peer_runners.py PEER WORK.json FOUND.json

WORK holds the inputs of each task. FOUND gets, for each task that the peer can do, its answers in the order of the inputs,
by the variant of the peer that gave them; or why the peer cannot be imported. Nothing of allnlp is imported but by its own runner.

- negex: whether the characters [start, end) of a sentence are negated. Peers get them as an entity (`Doc.char_span`,
  alignment expand) and split sentences as their own documentation does: negspacy with spaCy's sentencizer, medspaCy with PyRuSH.
- bioscope: whether a sentence holds a negation. No entities are given, a blank pipeline has none: what counts is a cue that
  the peer itself keeps. negspacy: a preceding or following cue that no pseudo-negation covers (`Negex.process_negations`). medspaCy: a
  modifier NEGATED_EXISTENCE of the ConText graph that does not merely end a scope ("but", "however"). Every token given as an
  entity changes F by at most 0.001. allnlp: a cue that negates, or one that says no to a change or an effect ("no difference").
- ab3p: pairs of short and long form of a text.
- gold: label, start and end of the mentions of a text.
"""

from __future__ import annotations

import importlib
import json
import platform
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

Work = Mapping[str, Any]
Found = dict[str, dict[str, list[Any]]]  # task, variant, answers


def run_allnlp(work: Work) -> Found:
    from negation import is_negated, is_negation

    from allnlp.terminology import load
    from allnlp.text import annotate_text, compile_lexicon
    from allnlp.text.abbreviations import find_abbreviations
    from allnlp.text.cues import find_cues
    from allnlp.text.fold import fold

    lexicon = compile_lexicon(load())

    def mentions(text: str, title_end: int) -> list[tuple[str, int, int]]:
        return [(m.label, m.start, m.end) for m in annotate_text("", text, lexicon, title_end=title_end).mentions]

    return {
        "negex": {"": [is_negated(s, s[start:end], lexicon) for s, start, end in work["negex"]]},
        "bioscope": {"": [any(is_negation(c) for c in find_cues(fold(s), lexicon)) for s in work["bioscope"]]},
        "ab3p": {"": [[(a.short, t[a.long_start : a.long_end]) for a in find_abbreviations(t)] for t in work["ab3p"]]},
        "gold": {"": [mentions(text, title_end) for text, title_end in work["gold"]]},
    }


def run_negspacy(work: Work) -> Found:
    import spacy

    importlib.import_module("negspacy.negation")  # registers the component
    termset = importlib.import_module("negspacy.termsets").termset
    found: Found = {"negex": {}, "bioscope": {}}
    for terms, variant in (("en_clinical", "terms en_clinical (its default)"), ("en", "terms en")):
        nlp = spacy.blank("en")
        nlp.add_pipe("sentencizer")
        negex: Any = nlp.add_pipe("negex", config={"neg_termset": termset(terms).get_patterns()})
        found["negex"][variant] = [_flag(nlp, item, "negex") for item in work["negex"]]
        cues = (negex.process_negations(nlp.make_doc(sentence)) for sentence in work["bioscope"])
        found["bioscope"][variant] = [bool(preceding or following) for preceding, following, _ in cues]
    return found


def run_medspacy(work: Work) -> Found:
    importlib.import_module("loguru").logger.disable("PyRuSH")  # it logs every token
    nlp = importlib.import_module("medspacy").load(medspacy_enable=["medspacy_tokenizer", "medspacy_pyrush", "medspacy_context"])

    def has_cue(sentence: str) -> bool:
        modifiers = nlp(sentence)._.context_graph.modifiers
        return any(m.category == "NEGATED_EXISTENCE" and m.direction not in ("TERMINATE", "PSEUDO") for m in modifiers)

    return {
        "negex": {"": [_flag(nlp, item, "is_negated") for item in work["negex"]]},
        "bioscope": {"": [has_cue(s) for s in work["bioscope"]]},
    }


def _flag(nlp: Language, item: tuple[str, int, int], attribute: str) -> bool:
    """An attribute of the entity [start, end) of a sentence, after the pipeline."""
    sentence, start, end = item
    doc = nlp.make_doc(sentence)
    span = doc.char_span(start, end, label="CONCEPT", alignment_mode="expand")
    if span is None:
        return False
    doc.set_ents([span])
    for _, component in nlp.pipeline:
        doc = component(doc)
    return any(getattr(ent._, attribute) for ent in doc.ents)


def run_scispacy(work: Work) -> Found:
    import spacy

    importlib.import_module("scispacy.abbreviation")  # registers the component
    own = importlib.import_module("scispacy.custom_tokenizer").combined_rule_tokenizer
    found: dict[str, list[Any]] = {}
    for variant, is_own in (("spaCy's blank tokenizer", False), ("its own tokenizer", True)):
        nlp = spacy.blank("en")
        if is_own:
            nlp.tokenizer = own(nlp)
        nlp.add_pipe("abbreviation_detector")
        found[variant] = [[(a.text, a._.long_form.text) for a in doc._.abbreviations] for doc in nlp.pipe(work["ab3p"])]
    return {"ab3p": found}


def run_phrase_matcher(work: Work) -> Found:
    """The terms of each variant, (text, label, exact), as phrases; of overlapping matches the longest, else the first label."""
    import spacy
    from spacy.matcher import PhraseMatcher

    found: dict[str, list[Any]] = {}
    for variant, terms in work["terms"].items():
        nlp = spacy.blank("en")
        order = {label: i for i, label in enumerate(dict.fromkeys(label for _, label, _ in terms))}
        matchers = []
        for exact in (False, True):
            matcher = PhraseMatcher(nlp.vocab, attr="ORTH" if exact else "LOWER")
            for label in order:
                matcher.add(label, [nlp.make_doc(t) for t, its_label, is_exact in terms if (its_label, is_exact) == (label, exact)])
            matchers.append(matcher)
        found[variant] = [_longest(nlp.make_doc(text), matchers, order) for text, _ in work["gold"]]
    return {"gold": found}


def _longest(doc: Doc, matchers: Iterable[Callable[..., Any]], order: Mapping[str, int]) -> list[tuple[str, int, int]]:
    from spacy.util import filter_spans

    spans: list[Span] = [span for matcher in matchers for span in matcher(doc, as_spans=True)]
    kept = filter_spans(sorted(spans, key=lambda s: order[s.label_]))  # keeps the order of spans of the same tokens
    return [(s.label_, s.start_char, s.end_char) for s in kept]


# for each peer: the module that must be there, packages whose version is told, its runner
RUNNERS: Mapping[str, tuple[str, Sequence[str], Callable[[Work], Found]]] = MappingProxyType(
    {
        "allnlp": ("allnlp.text", ("allnlp",), run_allnlp),
        "negspacy": ("negspacy.negation", ("negspacy", "spacy"), run_negspacy),
        "medspacy": ("medspacy", ("medspacy", "spacy"), run_medspacy),
        "scispacy": ("scispacy.abbreviation", ("scispacy", "spacy"), run_scispacy),
        "spacy": ("spacy.matcher", ("spacy",), run_phrase_matcher),
    }
)


def versions(packages: Iterable[str]) -> dict[str, str]:
    out = {}
    for package in packages:
        try:
            out[package] = version(package)
        except PackageNotFoundError:
            out[package] = "unknown"
    return out | {"Python": platform.python_version()}


def main() -> None:
    peer, source, target = sys.argv[1:]
    module, packages, runner = RUNNERS[peer]
    outcome: dict[str, Any]
    try:
        importlib.import_module(module)
    except Exception as error:  # not only ImportError: a module built for another NumPy raises ValueError
        outcome = {"missing": f"{type(error).__name__}: {error}"}
    else:
        work = json.loads(Path(source).read_text(encoding="utf-8"))
        outcome = {"versions": versions(packages), "found": runner(work)}
    Path(target).write_text(json.dumps(outcome), encoding="utf-8")


if __name__ == "__main__":
    main()

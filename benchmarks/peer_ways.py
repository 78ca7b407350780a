"""One way of finding names in texts, in a process of its own; `peers.py` starts one for each way and asks for batches in turn.

    python benchmarks/peer_ways.py WAY FOLDER

FOLDER holds names.json and records.json. The first answer, a line of JSON, says which versions the way has and what it took to
load, or why it cannot; after that each line "FIRST LAST" is answered with the CPU seconds and the marks of these records: for each
document start, end and whether a listed name stands there.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from peer_records import Record

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

Names = Sequence[tuple[str, str, str, bool]]  # text, label, CURIE, whether capitals count; the label that wins ties first
Mark = tuple[int, int, bool]  # start, end, whether a listed name stands there
Work = Callable[[Sequence[Any]], Iterable[Iterable[Mark]]]

COUNTED = "COUNTED"  # label of what the token patterns find
PEOPLE = ["patients", "children", "adults", "participants", "subjects", "women", "men"]
YEARS = ["years", "year", "months", "yr"]
#: For numbers of a population: "n = 12", "12 patients", "12 young patients", "aged 18 years", "2 to 18 years", "median age of 54 years".
TOKEN_PATTERNS: tuple[list[dict[str, Any]], ...] = (
    [{"LOWER": "n"}, {"ORTH": "="}, {"LIKE_NUM": True}],
    [{"LIKE_NUM": True}, {"LOWER": {"IN": PEOPLE}}],
    [{"LIKE_NUM": True}, {"IS_ALPHA": True}, {"LOWER": {"IN": PEOPLE}}],
    [{"LOWER": "aged"}, {"LIKE_NUM": True}, {"LOWER": {"IN": YEARS}, "OP": "?"}],
    [{"LIKE_NUM": True}, {"LOWER": {"IN": ["to", "-", "\u2013", "and"]}}, {"LIKE_NUM": True}, {"LOWER": {"IN": YEARS}}],
    [{"LOWER": {"IN": ["median", "mean"]}}, {"LOWER": "age"}, {"OP": "?"}, {"LIKE_NUM": True}, {"LOWER": {"IN": YEARS}, "OP": "?"}],
)


class Way(NamedTuple):
    """How names are found: what is told of it, the packages that it stands on, and what makes it ready."""

    title: str
    does: str
    packages: tuple[str, ...]
    make: Callable[[Names], Work]
    prepare: Callable[[Sequence[Record]], Sequence[Any]] = lambda records: [record.text for record in records]


def blank() -> Language:
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    return nlp


def piped(nlp: Language) -> Work:
    return lambda texts: ([(e.start_char, e.end_char, e.label_ != COUNTED) for e in doc.ents] for doc in nlp.pipe(texts))


def add_rulers(nlp: Language, names: Names) -> None:
    """Entity rulers: one for phrases in any case and the patterns of tokens, one for phrases whose capitals count."""
    for name, attribute, is_exact in (("any_case", "LOWER", False), ("own_case", "ORTH", True)):
        ruler: Any = nlp.add_pipe("entity_ruler", name=name, config={"phrase_matcher_attr": attribute})
        patterns: list[dict[str, Any]] = [
            {"label": label, "pattern": text, "id": curie} for text, label, curie, exact in names if exact == is_exact
        ]
        if not is_exact:
            patterns += [{"label": COUNTED, "pattern": pattern} for pattern in TOKEN_PATTERNS]
        ruler.add_patterns(patterns)


def add_matchers(nlp: Language, names: Names, *, numbers: bool) -> None:
    """One component that sets the longest of what phrase matchers, and where asked the patterns of tokens, find."""
    from spacy.language import Language
    from spacy.matcher import Matcher, PhraseMatcher
    from spacy.util import filter_spans

    matchers: list[Any] = []
    for attribute, is_exact in (("LOWER", False), ("ORTH", True)):
        matcher = PhraseMatcher(nlp.vocab, attr=attribute)
        for label in dict.fromkeys(name[1] for name in names):
            matcher.add(label, [nlp.make_doc(text) for text, its, _, exact in names if (its, exact) == (label, is_exact)])
        matchers.append(matcher)
    if numbers:
        matchers.append(Matcher(nlp.vocab))
        matchers[-1].add(COUNTED, list(TOKEN_PATTERNS))

    @Language.component("matchers")
    def matched(doc: Doc) -> Doc:
        doc.set_ents(filter_spans([span for matcher in matchers for span in matcher(doc, as_spans=True)]))
        return doc

    nlp.add_pipe("matchers")


def add(nlp: Language, module: str, component: str, **config: Any) -> None:
    """Add a component that the import of its module registers."""
    importlib.import_module(module)
    nlp.add_pipe(component, config=config)


def naive(names: Names) -> Work:
    nlp = blank()
    add_rulers(nlp, names)
    add(nlp, "scispacy.abbreviation", "abbreviation_detector")
    add(nlp, "medspacy.context", "medspacy_context")
    return piped(nlp)


def naive_negspacy(names: Names) -> Work:
    nlp = blank()
    add_rulers(nlp, names)
    add(nlp, "scispacy.abbreviation", "abbreviation_detector")
    add(nlp, "negspacy.negation", "negex")
    return piped(nlp)


def matchers_negspacy(names: Names) -> Work:
    nlp = blank()
    add_matchers(nlp, names, numbers=True)
    add(nlp, "scispacy.abbreviation", "abbreviation_detector")
    add(nlp, "negspacy.negation", "negex")
    return piped(nlp)


def least(names: Names) -> Work:
    nlp = blank()
    add_matchers(nlp, names, numbers=False)
    add(nlp, "negspacy.negation", "negex")
    return piped(nlp)


def edsnlp(names: Names) -> Work:
    """Its negation is given the English cues of negspacy: its own are French."""
    cues = importlib.import_module("negspacy.termsets").termset("en_clinical").get_patterns()
    nlp: Any = importlib.import_module("edsnlp").blank("eds")
    nlp.add_pipe("eds.sentences")
    for name, attribute, is_exact in (("any_case", "LOWER", False), ("own_case", "TEXT", True)):
        terms: dict[str, list[str]] = {}
        for text, label, _, exact in names:
            if exact == is_exact:
                terms.setdefault(label, []).append(text)
        nlp.add_pipe("eds.matcher", name=name, config={"terms": terms, "attr": attribute})
    given = {"pseudo": cues["pseudo_negations"], "preceding": cues["preceding_negations"], "following": cues["following_negations"]}
    nlp.add_pipe("eds.negation", config={**given, "verbs": [], "termination": cues["termination"]})
    return piped(nlp)


def flashtext(names: Names) -> Work:
    processors = []
    for is_exact in (False, True):
        processor: Any = importlib.import_module("flashtext").KeywordProcessor(case_sensitive=is_exact)
        for text, label, curie, exact in reversed(names):  # the last of one text stands
            if exact == is_exact:
                processor.add_keyword(text, f"{label} {curie}")
        processors.append(processor)

    def marked(text: str) -> list[Mark]:
        return [(start, end, True) for processor in processors for _, start, end in processor.extract_keywords(text, span_info=True)]

    return lambda texts: map(marked, texts)


def gilda(names: Names) -> Work:
    """Its own normalisation over the names given, without the models, to be downloaded, that tell its own names apart."""
    ner, grounder, term, process = (importlib.import_module(f"gilda.{m}") for m in ("ner", "grounder", "term", "process"))
    terms = [
        term.Term(process.normalize(text), text, *curie.split(":", 1), entry_name=text, status="name", source=label)
        for text, label, curie, _ in names
    ]
    own = grounder.Grounder(terms)
    own.gilda_disambiguators = own.adeft_disambiguators = {}
    return lambda texts: ([(a.start, a.end, True) for a in ner.annotate(text, grounder=own)] for text in texts)


def medspacy(names: Names) -> Work:
    rule = importlib.import_module("medspacy.ner").TargetRule
    nlp = blank()
    matcher: Any = nlp.add_pipe("medspacy_target_matcher")
    matcher.add([rule(text, label) for text, label, _, _ in names])
    add(nlp, "medspacy.context", "medspacy_context")
    return piped(nlp)


def quickumls(names: Names) -> Work:
    """QuickUMLS over an index of the names given, from which UMLS is missing: runs of up to five tokens looked up by simstring.

    Its list of stop words would have to be downloaded; it gets spaCy's, and a blank pipeline in place of a model that tags parts of speech.
    """
    from spacy.lang.en.stop_words import STOP_WORDS

    importlib.import_module("nltk").corpus.stopwords = SimpleNamespace(words=lambda *_: sorted(STOP_WORDS))
    install, core = (importlib.import_module(f"quickumls.{m}") for m in ("install", "core"))
    folder = Path(mkdtemp(prefix="quickumls-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    for flag, content in (("language", "ENG"), ("database_backend", "unqlite"), ("lowercase", "")):
        (folder / f"{flag}.flag").write_text(content)
    rows = ((text.lower(), curie, {label}, 1) for text, label, curie, _ in names)
    install.parse_and_encode_ngrams(rows, str(folder / "umls-simstring.db"), str(folder / "cui-semtypes.db"), "unqlite")
    nlp = blank()
    found = core.QuickUMLS(str(folder), threshold=0.9, accepted_semtypes=None, spacy_component=True)
    return lambda texts: ([(best[0]["start"], best[0]["end"], True) for best in found._match(doc)] for doc in nlp.pipe(texts))


def with_titles(records: Sequence[Record]) -> list[tuple[str, int]]:
    return [(record.text, len(record.title) if record.abstract else 0) for record in records]


def documents(records: Sequence[Record]) -> list[Any]:
    record = importlib.import_module("allnlp.readers.record").record
    return [record(source_file="", source_record=i, doc_id=str(i), title=r.title, abstract=r.abstract) for i, r in enumerate(records, 1)]


def compiled() -> Any:
    from allnlp.terminology import load
    from allnlp.text import compile_lexicon

    return compile_lexicon(load())


def marks(mentions: Iterable[Any]) -> list[Mark]:
    return [(m.start, m.end, m.source == "terms") for m in mentions]


def allnlp_mentions(_: Names) -> Work:
    from allnlp.text import annotate_text

    lexicon = compiled()
    return lambda texts: (marks(annotate_text("", text, lexicon, title_end=title_end).mentions) for text, title_end in texts)


def allnlp_documents(_: Names) -> Work:
    from allnlp.annotation import annotate_document

    lexicon = compiled()
    return lambda found: (marks(annotate_document(document, lexicon).mentions) for document in found)  # type: ignore[union-attr]


def allnlp_doc(_: Names) -> Work:
    import allnlp

    return doc_marks(allnlp.load(models=["none"]))


def allnlp_doc_model(_: Names) -> Work:
    import allnlp

    return doc_marks(allnlp.load(models=[MODEL]))


def doc_marks(nlp: Language) -> Work:
    return lambda texts: (marks(doc._.allnlp.mentions) for doc in nlp.pipe(texts))


def allnlp_model(_: Names) -> Work:
    """The bulk lane with the model: documents that pass triage are read by it in batches."""
    from allnlp.annotation import annotate_document, find_entities

    lexicon = compiled()
    find_entities(["A warm start: the patients had lymphoma."], [MODEL])

    def work(found: Sequence[Any]) -> Iterator[list[Mark]]:
        entities = find_entities([d.text for d in found], [MODEL])
        for document, its in zip(found, entities, strict=True):
            yield marks(annotate_document(document, lexicon, its).mentions)  # type: ignore[union-attr]

    return work


def plain_model(_: Names) -> Work:
    import spacy

    nlp = spacy.load(MODEL)
    return lambda texts: ([(e.start_char, e.end_char, False) for e in doc.ents] for doc in nlp.pipe(texts))


MODEL = "en_allnlp_bio_sm"
NEGEX = "names, numbers, abbreviations, negation"
MENTIONS, MODELLED = "names, numbers, patterns, abbreviations, assertion", "all, names of no list"
OWN = ("allnlp",)
SCI, NEG = ("spacy", "scispacy"), ("spacy", "scispacy", "negspacy")
WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "naive": Way("spaCy naive: EntityRuler, AbbreviationDetector, medspaCy ConText", NEGEX, (*SCI, "medspacy"), naive),
        "naive-negspacy": Way("the same with negspacy for ConText", NEGEX, NEG, naive_negspacy),
        "matchers-negspacy": Way("that with PhraseMatcher for EntityRuler", NEGEX, NEG, matchers_negspacy),
        "least": Way("PhraseMatcher and negspacy alone", "names, negation", ("spacy", "negspacy"), least),
        "edsnlp": Way("EDS-NLP matcher and negation", "names, negation", ("edsnlp", "spacy"), edsnlp),
        "medspacy": Way("medspaCy TargetMatcher and ConText", "names, assertion", ("medspacy", "spacy"), medspacy),
        "flashtext": Way("FlashText", "names", ("flashtext",), flashtext),
        "gilda": Way("gilda", "names", ("gilda",), gilda),
        "quickumls": Way("QuickUMLS, simstring 0.9", "names", ("quickumls",), quickumls),
        "allnlp-mentions": Way("allnlp, mentions on strings", MENTIONS, OWN, allnlp_mentions, with_titles),
        "allnlp": Way("allnlp, with findings and study records", "all", OWN, allnlp_documents, documents),
        "allnlp-doc": Way("allnlp as a spaCy pipeline", "all", (*OWN, "spacy"), allnlp_doc),
        "allnlp-model": Way("allnlp with its model, bulk", MODELLED, (*OWN, "spacy"), allnlp_model, documents),
        "allnlp-doc-model": Way("allnlp with its model as a spaCy pipeline", MODELLED, (*OWN, "spacy"), allnlp_doc_model),
        "plain-model": Way("the same model alone by nlp.pipe, every document", "names of no list", ("spacy",), plain_model),
    }
)


def versions(packages: Iterable[str]) -> dict[str, str]:
    out = {}
    for package in packages:
        with suppress(PackageNotFoundError):
            out[package] = version(package)
    return out


def peak_megabytes() -> int:
    """Peak memory of this process; the kernel's own count begins anew with it, that of getrusage with the process that started it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    raise OSError("/proc/self/status has no VmHWM")


def main() -> None:
    way, folder = WAYS[sys.argv[1]], Path(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer

    def answer(**found: Any) -> None:
        answers.write(json.dumps(found) + "\n")
        answers.flush()

    begin = time.process_time()
    try:
        work = way.make(json.loads((folder / "names.json").read_text(encoding="utf-8")))
    except Exception as error:  # not only ImportError: a module built for another NumPy raises ValueError
        answer(missing=f"{type(error).__name__}: {error}")
        return
    answer(versions=versions(way.packages), load=time.process_time() - begin)
    records = [Record(*r) for r in json.loads((folder / "records.json").read_text(encoding="utf-8"))]
    for line in sys.stdin:
        first, last = map(int, line.split())
        given = way.prepare(records[first:last])
        begin = time.process_time()
        found = [list(its) for its in work(given)]
        answer(cpu=time.process_time() - begin, marks=found, peak=peak_megabytes())


if __name__ == "__main__":
    main()

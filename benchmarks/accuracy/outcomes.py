"""Outcome percents, counts and medians of the PICO corpus in brat's format that a finding reports, and why the others are missed.

    python benchmarks/accuracy/outcomes.py PICO_FOLDER [--misses FILE]

Gold are the numbers of `iv-bin-percent`, `iv-bin-abs`, `iv-cont-median` and of the same with `cv`. One counts as found when a
finding whose evidence or sentence covers it has that number as `value` in % (percent), as `n` (count) or as the `value` of a median;
a finding serves one gold number of each kind. Numbers that are only derived (`percent`, `n_events`) are counted apart.

The corpus does not link numbers to outcomes: of each number the outcome text is the last `outcome` span before it in its sentence, else
the first after it, of those that tell more than a time; by its words it is one of ours, another, or unsure. A miss has the class of the step that lost it,
and a miss of another outcome is one of class e whatever the step.
"""

from __future__ import annotations

import argparse
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from allnlp.schema import Finding, Mention, Sentence
from allnlp.terminology import load
from allnlp.text import annotate_text, compile_lexicon, findings
from allnlp.text.link_frame import is_about_patients
from allnlp.text.link_names import Link
from allnlp.text.numbers import read_number
from allnlp.text.plain import plain
from allnlp.text.quantity_scan import Quantity
from allnlp.text.studies import study_record

KINDS = {"bin-percent": "percent", "bin-abs": "count", "cont-median": "median"}
ARMS = {"iv": "intervention", "cv": "control"}
NAMED = ("TOXICITY", "OUTCOME", "EVENT")
CLASSES = {
    "a": "no toxicity, outcome or event known in the sentence",
    "b": "number not read as a quantity of its kind",
    "c": "quantity read, linked to nothing",
    "d": "a finding has it in another field",
    "e": "not an outcome of our kind",
}
FIGURE = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|-?\.\d+")
OTHERS = re.compile(
    r"\b(?:quality of life|h?r?qo?l|functioning|well-?being|mood|anxiety|depress\w*|distress|stress|fatalism|self-\w+|satisf\w+|prefer\w*|opt(?:ed|ing)|chose|choice|decision\w*|decided|attitudes?|beliefs?"
    r"|knowledge|awareness|aware|intend\w*|informed|agree|adheren\w+|complian\w+|persistence rates?|uptake|attend\w*|participat\w+|appointment|screened|screening|mammogra\w+|tested|completion|completed|missing data|survey"
    r"|habits?|smok\w+|exercise|physical activity|activity|fitness|weight (?:loss|change)|weigh\w*|overweight|diet\w*|waist|bmd|bone mineral|cost\w*|messages|exposure|contraception|ht use|imaging"
    r"|sensitivity|specificity|accura\w+|youden|predictive values?|false-negative|detect\w*|identifi\w+|identification|visuali[sz]\w+|staining|sentinel|slns?|sns?|nodes?|nodal|margins?|re-?excisions?|reoperations?|breast[- ]conserv\w+|bcs|bct"
    r"|(?:salvage )?mastectom\w+|excision|surgical intervention|surgical procedure|treatment plan|baseline|status|positive|negative|low(?!-grade| back)|high(?!-grade)|stage|younger|older|years of age|premenopausal|endometrial|ki-?67|dens[ei]\w*|timp-1|troponin|endoglin|telomere|antibodies|tils?|mutant"
    r"|levels?|scores?|index|labeling|volume|dose intensity|planned dose|dose reductions?|drop(?:ped|-)? ?outs?|serum|plasma|triglycerides|(?:hdl|total|ldl)[- ]c\w*|expression|counts?|p53|ratio|operat\w+ time|drainage|auc|ppv|pedometer|endocrine therapy|delay\w*|interrupt\w*|received|cycles|fluid|aspirations?|drain|blood loss|analgesics?|analgesic consumption|transfusions?|wound care|cosme\w+|hair preservation"
    r"|follow-up|lost to|sleep|memory|libido|quality)\b",
    re.IGNORECASE,
)
OURS = re.compile(
    r"surviv|remission|respon|relaps|recurren|progress|death|died|dead|alive|mortality|metasta|event|toxic|adverse|side[- ]effect|\bs?aes?\b|\bgrade|benefit|failure|penia|a?emia\b|neutrop|infect|sepsis|nausea|vomit|emesis"
    r"|fatigue|diarrh|stomatit|mucosit|dermatit|rash|neuropath|arthr|myalg|musculoskeletal|pain|fever|pyrexia|chill|h(?:a)?emorrhag|bleeding|thrombo|embol|stroke|cardiac|heart|ischa?emi|hypertens|pneumonit|fibrosis|lymph(?:o)?edema|\bo?edema"
    r"|seroma|wound|fl[au]sh|hfs|vasomotor|menopaus|headache|dyspn|reaction|hypersens|hyperalgesia|sensory|tolerab|symptom|hyperplasia|polyps|fibroid|h(?:a)?ematoma|arrhythm|infarct|cardiovasc|ventric|lvef|sweat|dizz|dryness|insomnia|heartburn|fracture|osteo|necrosis|hand-foot|palmar|alopecia|pruritus|allerg|stable disease|effective rate|telangiect|cystitis|complication|morbidity|discontinu|hospitali[sz]|cancer|tumou?r|carcinoma|malignan|neoplasm|phlebitis|infiltration"
    r"|\b(?:[5-9]-year )?(?:os|pfs|dfs|efs|rfs|ddfs|ttp|ttf|ttps|orrs?|cbr|cb|rr|cr|pr|sd|pd|pcr|fn|vtes?|lrr|ibtr|ponv|bronj|ces?|sres?|ssi|bcrl|pn|dor|tees)\b",
    re.IGNORECASE,
)


class Gold(NamedTuple):
    """One number of the corpus."""

    kind: str
    arm: str
    start: int
    end: int
    words: str
    number: float
    decimals: int
    sentence: int
    outcome: str
    outcome_start: int
    outcome_end: int
    sort: str  # ours, other, unsure, none: by the outcome's words

    @property
    def percent(self) -> bool:
        """Whether it is written as a percent, as some medians are ("ORR 12.7%")."""
        return self.kind == "percent" or (self.kind == "median" and "%" in self.words)


class Trace(NamedTuple):
    """What the finder saw of one document: quantities as read, those given to be linked, and the links."""

    read: list[tuple[tuple[Any, ...], dict[str, Any], list[Quantity]]]
    linked: list[tuple[tuple[Any, ...], dict[str, Any], list[Link]]]


class Document(NamedTuple):
    """A text with all that was found in it."""

    name: str
    text: str
    sentences: list[Sentence]
    mentions: list[Mention]
    found: list[Finding]
    trace: Trace


def entities(path: Path) -> Iterator[tuple[str, int, int, str]]:
    """Type, start, end and words of each entity of a brat file."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        cells = line.split("\t")
        if len(cells) > 2 and cells[0].startswith("T"):
            kind, *places = cells[1].replace(";", " ").split(" ")
            yield kind, int(places[0]), int(places[-1]), cells[2]


def number(words: str) -> tuple[float, int] | None:
    """The first figure of some words, in digits or letters, and how many decimals it is written with."""
    figure = FIGURE.search(plain(words))
    if figure:
        written = figure.group().replace(",", "")
        return float(written), len(written.partition(".")[2])
    if words.lower().strip() in ("no", "none"):
        return 0.0, 0
    whole = read_number(re.sub(r"%|per ?cent|[^\w ,-]", "", words.lower()).strip())
    return None if whole is None else (float(whole), 0)


def sort_of(outcome: str) -> str:
    """Whether an outcome's words are of our kind, of another, or tell nothing ("at 12 months")."""
    return "other" if OTHERS.search(outcome) else "ours" if OURS.search(outcome) else "unsure"


def gold(path: Path, sentences: Sequence[Sentence]) -> tuple[list[Gold], list[str]]:
    """The numbers of a document, and the words of those that are none ("not reached")."""
    starts = [s.start for s in sentences]
    everything = list(entities(path))
    outcomes = [(start, end, words, bisect_right(starts, start) - 1) for kind, start, end, words in everything if kind == "outcome"]
    out, wordy = [], []
    for kind, start, end, words in everything:
        arm, _, shape = kind.partition("-")
        if arm not in ARMS or shape not in KINDS:
            continue
        read = number(words)
        if read is None:
            wordy.append(words)
            continue
        sentence = max(0, bisect_right(starts, start) - 1)
        before = [o for o in outcomes if o[3] == sentence and o[1] <= start]
        after = [o for o in outcomes if o[3] == sentence and o[0] >= end]
        near = [*sorted(before, key=lambda o: -o[1]), *sorted(after)]
        telling = [o for o in near if sort_of(o[2]) != "unsure"] or near
        place, stop, outcome = telling[0][:3] if telling else (start, start, "")
        is_rate = KINDS[shape] == "count" and read[1] > 0  # 6.26 per 1000 women-years
        sort = "other" if is_rate else sort_of(outcome) if outcome else "none"
        out.append(Gold(KINDS[shape], ARMS[arm], start, end, words, *read, sentence, outcome, place, stop, sort))
    return sorted(out, key=lambda g: g.start), wordy


def spied(name: str, store: list[Any]) -> Any:
    """A function of the module of findings, changed to store what it was called with and gave."""
    real: Callable[..., Any] = getattr(findings, name)

    def call(*args: Any, **options: Any) -> Any:
        out = real(*args, **options)
        store.append((args, options, out))
        return out

    return patch.object(findings, name, call)


def equal(a: float | None, b: float) -> bool:
    return a is not None and abs(a - b) < 1e-6


def covers(doc: Document, f: Finding, g: Gold) -> bool:
    return f.sentence == g.sentence or (f.start <= g.start and g.end <= f.end)


def states(f: Finding, g: Gold) -> bool:
    """Whether a finding states a gold number in the field of its kind."""
    if g.percent:
        return f.unit == "%" and equal(f.value, g.number)
    if g.kind == "count":
        return equal(f.n, g.number)
    return f.measure == "median" and equal(f.value, g.number)


def derives(f: Finding, g: Gold) -> bool:
    """Whether a number was computed that a finding does not state: the percent of n, or n from the percent."""
    if g.percent:
        return f.percent is not None and abs(f.percent - g.number) < 0.51 * 10.0**-g.decimals
    return g.kind == "count" and equal(f.n_events, g.number)


def served(doc: Document, numbers: Sequence[Gold], test: Callable[[Finding, Gold], bool]) -> set[int]:
    """Places of the gold numbers that a finding fits, each finding used once for a kind; one whose evidence covers the number goes first."""
    used: set[tuple[str, int]] = set()
    out = set()
    for i, g in enumerate(numbers):
        fits = [f for f in doc.found if covers(doc, f, g) and test(f, g) and (g.kind, f.finding) not in used]
        if fits:
            best = min(fits, key=lambda f: (not (f.start <= g.start and g.end <= f.end), f.finding))
            used.add((g.kind, best.finding))
            out.add(i)
    return out


def miss_class(doc: Document, g: Gold, even: str) -> tuple[str, str]:
    """The step that lost a number, and how: a letter of `CLASSES` and words."""
    s = doc.sentences[g.sentence]
    names = [m for m in doc.mentions if m.sentence == g.sentence and m.label in NAMED]
    read = [
        q
        for args, _, quantities in doc.trace.read
        for q in quantities
        if args[1] == s.start and q.start < g.end and g.start < max(q.end, q.stop)
    ]
    offered = [
        q for args, _, _ in doc.trace.linked for q in args[4] if args[1] == s.start and q.start < g.end and g.start < max(q.end, q.stop)
    ]
    links = [k for args, _, found in doc.trace.linked for k in found if args[1] == s.start]
    own = [q for q in read if is_own(q, g)]
    known = [m for m in doc.mentions if m.start < g.outcome_end and g.outcome_start < m.end]
    if not names and not links:
        other = next((f"the outcome's words are a {m.label}" for m in known), "the outcome's words are no mention")
        earlier = any(m.sentence == g.sentence - 1 and m.label in NAMED for m in doc.mentions)
        return "a", other + ("; one is named in the sentence before" if earlier else "")
    if not is_about_patients(even, s.start, s.end):
        return "b", "sentence passed over: design or animals"
    for (_, start, *_), options, _ in doc.trace.read:
        held = [h for h in options.get("held", ()) if start == s.start and h[0] < g.end and g.start < h[1]]
        if held:
            return "b", "read as a grade or a time that figures are of"
    if not read:
        return "b", "no shape fits"
    if not own:
        cells = [
            cell for q in read for cell in ("value", "n", "total", "ci_low", "ci_high", "p_value") if equal(getattr(q, cell), g.number)
        ]
        return "b", f"read as {cells[0]} of a {read[0].kind}" if cells else f"within a {read[0].kind}"
    if not any(is_own(q, g) for q in offered):
        return "b", "read as the size of a group"
    of = [k for k in links if k.quantity.start < g.end and g.start < max(k.quantity.end, k.quantity.stop)]
    if not of:
        is_known = any(m.label in NAMED for m in known)
        return "c", f"{own[0].kind}, no name fits; the outcome's words are {'known' if is_known else 'unknown'}"
    said = [k for k in of if k.name.assertion == "negated"]
    if said and not any(covers(doc, f, g) and (equal(f.value, g.number) or equal(f.n, g.number)) for f in doc.found):
        return "c", "linked, dropped: the name is negated"
    fields = [cell for f in doc.found if covers(doc, f, g) for cell in ("value", "n", "total") if equal(getattr(f, cell), g.number)]
    return "d", f"stands in {fields[0]}" if fields else "linked, no finding"


def is_own(q: Quantity, g: Gold) -> bool:
    """Whether a quantity reads a gold number as what it is."""
    if g.kind == "count":
        return equal(q.n, g.number)
    kind = "share" if g.percent else "time"
    return q.kind == kind and equal(q.value, g.number)


def share(part: int, whole: int) -> str:
    return f"{part / max(whole, 1):.3f} ({part}/{whole})"


def clean(words: str) -> str:
    return " ".join(words.split())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--misses", type=Path)
    options = parser.parse_args()
    terminology = load()
    lexicon = compile_lexicon(terminology)
    totals: Counter[tuple[str, ...]] = Counter()
    classes: Counter[tuple[str, str]] = Counter()
    details: Counter[tuple[str, str]] = Counter()
    unknown: Counter[str] = Counter()
    rows = ["\t".join(("doc", "start", "kind", "arm", "words", "class", "step", "detail", "sort", "outcome", "sentence"))]
    for path in sorted(options.folder.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        annotation = annotate_text(path.stem, text, lexicon)
        study = study_record(path.stem, text, annotation.sentences, annotation.mentions)
        trace = Trace([], [])
        with spied("find_quantities", trace.read), spied("link_quantities", trace.linked):
            found = findings.find_findings(path.stem, text, annotation.sentences, annotation.mentions, study)
        doc = Document(path.stem, text, annotation.sentences, annotation.mentions, found, trace)
        numbers, wordy = gold(path.with_suffix(".ann"), doc.sentences)
        totals["words",] += len(wordy)
        for f in found:
            totals["findings",] += 1
            totals["findings", "percent"] += f.unit == "%"
            totals["findings", "count"] += f.n is not None
            totals["findings", "median"] += f.measure == "median"
            totals["covered",] += any(states(f, g) and covers(doc, f, g) for g in numbers)
            totals["bare",] += not any(g.sentence == f.sentence for g in numbers)
        stated = served(doc, numbers, states)
        derived = served(doc, numbers, lambda f, g: states(f, g) or derives(f, g)) - stated
        even = plain(text)
        for i, g in enumerate(numbers):
            for key in ((g.kind,), (g.kind, g.arm), (g.kind, g.sort)):
                totals["gold", *key] += 1
                totals["found", *key] += i in stated
                totals["derived", *key] += i in derived
            if i in stated:
                continue
            step, detail = miss_class(doc, g, even)
            letter = "e" if g.sort == "other" else step
            classes[g.kind, letter] += 1
            classes[g.kind, f"{letter} {g.sort}"] += 1
            details[letter, step if letter == "e" else detail] += 1
            if letter == "a":
                unknown[clean(g.outcome).lower() or "(no outcome span in the sentence)"] += 1
            s = doc.sentences[g.sentence]
            marked = text[s.start : g.start] + "[[" + text[g.start : g.end] + "]]" + text[g.end : s.end]
            rows.append(
                "\t".join(
                    map(clean, (doc.name, str(g.start), g.kind, g.arm, g.words, letter, step, detail, g.sort, g.outcome or "-", marked))
                )
            )
    if options.misses:
        options.misses.write_text("\n".join(rows) + "\n", encoding="utf-8")
    report(totals, classes, details, unknown)


def report(
    totals: Counter[tuple[str, ...]], classes: Counter[tuple[str, str]], details: Counter[tuple[str, str]], unknown: Counter[str]
) -> None:
    for kind in KINDS.values():
        print(f"{kind}s: R {share(totals['found', kind], totals['gold', kind])}, and {totals['derived', kind]} more only derived")
        for part in (*ARMS.values(), "ours", "unsure", "none", "other"):
            if totals["gold", kind, part]:
                print(f"    {part}: R {share(totals['found', kind, part], totals['gold', kind, part])}")
    print(f"gold in words, not counted: {totals['words',]}")
    shown = ", ".join(f"{totals['findings', kind]} with a {kind}" for kind in KINDS.values())
    print(
        f"findings in all: {totals['findings',]} ({shown}); {totals['covered',]} state a gold number, {totals['bare',]} stand in sentences without one"
    )
    print("\nmisses by class")
    for letter, meaning in CLASSES.items():
        counts = ", ".join(f"{kind}s {classes[kind, letter]}" for kind in KINDS.values())
        sorts = ", ".join(f"{s} {n}" for s in ("ours", "unsure", "none") if (n := sum(classes[k, f"{letter} {s}"] for k in KINDS.values())))
        print(f"{letter}  {sum(classes[k, letter] for k in KINDS.values()):5}  {meaning} ({counts}{'; ' + sorts if sorts else ''})")
        for (own, detail), n in details.most_common():
            if own == letter:
                print(f"     {n:5}  {detail if letter != 'e' else f'by the step that lost it: {detail}'}")
    print("\noutcome texts of class a, the most frequent")
    for words, n in unknown.most_common(40):
        print(f"{n:5}  {words}")


if __name__ == "__main__":
    main()

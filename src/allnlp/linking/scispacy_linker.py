"""scispaCy's prebuilt linkers (umls, mesh, rxnorm, go, hpo), from the folder that a user has them in.

Their own vectors and weights are searched without their approximate index, so that nmslib is not needed and no neighbour is missed.
"""

from __future__ import annotations

import json
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from allnlp.errors import ModelError
from allnlp.linking.grams import Grams, code, folded
from allnlp.linking.index import LinkIndex, block, words_of
from allnlp.terminology.tables import read_rows

FILES = ("tfidf_vectorizer.joblib", "tfidf_vectors_sparse.npz", "concept_aliases.json")
KNOWLEDGE = MappingProxyType(
    {
        "umls": "umls_2022_ab_cat0129.jsonl",
        "mesh": "umls_mesh_2022.jsonl",
        "rxnorm": "umls_rxnorm_2022.jsonl",
        "go": "umls_go_2022.jsonl",
        "hpo": "umls_hpo_2022.jsonl",
    }
)
_AT = "https://ai2-s2-scispacy.s3-us-west-2.amazonaws.com/data"
_CUI = re.compile(r"C\d{7}")


class SemanticType(NamedTuple):
    """A semantic type of UMLS and the label that its concepts have."""

    type: str
    label: str
    name: str


def load_scispacy(folder: Path) -> LinkIndex:
    """The index of a prebuilt linker; concepts are labelled by their semantic types, those of none have the label "".

    Args:
        folder: holds `FILES` and the knowledge base, a ``.jsonl``, under the names that scispaCy gives them. The vectorizer is a pickle:
            load only files that you trust.

    Raises:
        ModelError: a file is missing, with the command that gets it, or the files do not fit together.

    Source:
        Neumann et al. (2019), ScispaCy: Fast and Robust Models for Biomedical Natural Language Processing.
    """
    from scipy import sparse

    knowledge = _found(folder)
    aliases: list[str] = json.loads((folder / "concept_aliases.json").read_text(encoding="utf-8"))
    rows = sparse.csr_matrix(sparse.load_npz(folder / "tfidf_vectors_sparse.npz"))
    rows = sparse.csr_matrix((rows.data.astype(np.float32), rows.indices, rows.indptr), shape=rows.shape)
    grams = _grams(folder / "tfidf_vectorizer.joblib")
    if rows.shape != (len(aliases), len(grams.weights)):
        raise ModelError(
            f"{folder}: {len(aliases):,} aliases and {len(grams.weights):,} 3-grams, but vectors of shape {rows.shape}."
            " Fetch the files of one linker."
        )
    by_label: dict[str, dict[int, tuple[str, ...]]] = defaultdict(dict)
    concepts = _concepts(knowledge)
    for number in sorted(range(len(aliases)), key=aliases.__getitem__):
        for label, ids in concepts.get(aliases[number], {}).items():
            by_label[label][number] = tuple(sorted(ids))
    blocks = {
        label: block([aliases[n] for n in found], list(found.values()), rows[list(found)]) for label, found in sorted(by_label.items())
    }
    return LinkIndex(grams, MappingProxyType(blocks), words_of(folded(a) for a in aliases))


def _found(folder: Path) -> Path:
    """The knowledge base, when all files are there."""
    name = folder.name if folder.name in KNOWLEDGE else "umls"
    for file in FILES:
        if not (folder / file).is_file():
            raise ModelError(_missing(folder, file, f"{_AT}/linkers/2023-04-23/{name}/{file}"))
    known = [p for p in sorted(folder.glob("*.jsonl")) if p.is_file()]
    if len(known) != 1:
        if known:
            raise ModelError(f"{folder}: {len(known)} files end in .jsonl. Leave the knowledge base of the linker alone there.")
        raise ModelError(_missing(folder, KNOWLEDGE[name], f"{_AT}/kbs/2023-04-23/{KNOWLEDGE[name]}"))
    return known[0]


def _missing(folder: Path, file: str, address: str) -> str:
    return f"{folder}: {file} of the linker is missing. Get it: curl --create-dirs --output-dir {folder} -O {address}"


def _grams(path: Path) -> Grams:
    """What a pickled vectorizer of scikit-learn has learned, whichever version wrote it."""
    import joblib

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of another version of scikit-learn; only its numbers are used
        vectorizer = joblib.load(path)
    kind = (getattr(vectorizer, "analyzer", None), tuple(getattr(vectorizer, "ngram_range", ())))
    if kind != ("char_wb", (3, 3)):
        raise ModelError(f"{path}: a vectorizer of {kind}; expected ('char_wb', (3, 3)) as scispaCy's have. Fetch the file again.")
    vocabulary: Mapping[str, int] = vectorizer.vocabulary_
    order = sorted((code(gram), int(column)) for gram, column in vocabulary.items())
    codes, columns = (np.array(part, dtype=np.int64) for part in zip(*order, strict=True))
    return Grams(codes, columns, _weights(vectorizer), unseen=0.0, signs=True)


def _weights(vectorizer: Any) -> Any:
    learned = vars(vectorizer._tfidf)
    weights = learned["idf_"] if "idf_" in learned else learned["_idf_diag"].data
    return np.asarray(weights, dtype=np.float32)


def _concepts(knowledge: Path) -> Mapping[str, Mapping[str, set[str]]]:
    """Concepts of each alias by label."""
    labels = {r.type: r.label for _, r in read_rows(Path(__file__).with_name("semantic_types.tsv"), SemanticType)}
    out: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for entity in _entities(knowledge):
        identifier = str(entity["concept_id"])
        curie = f"umls:{identifier}" if _CUI.fullmatch(identifier) else identifier
        for label in {labels.get(t, "") for t in entity.get("types") or ("",)}:
            for alias in {*entity["aliases"], entity["canonical_name"]}:
                out[alias][label].add(curie)
    return out


def _entities(knowledge: Path) -> Iterator[dict[str, Any]]:
    with knowledge.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                entity: dict[str, Any] = json.loads(line)
            except ValueError:
                raise ModelError(f"{knowledge}:{number}: no JSON. Fetch the file again.") from None
            yield entity

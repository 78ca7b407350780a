"""An untrained pipeline: allnlp's tokenizer, hints of names, and a recogniser that reads them; alone, or on what another model learned."""

from __future__ import annotations

from typing import Any

import spacy
from spacy.language import Language
from thinc.api import Model

from allnlp.components import embed, names, tokenizer  # noqa: F401 - they register what the config names
from allnlp.schema import LABELS
from allnlp.terminology import Terminology
from allnlp.text.name_table import NameTable, build, kind_masks

NAMES, NER = "allnlp_names", "ner"
_ROWS = (5000, 200, 2500, 200, 1000, 2500, 500, 20, 600)  # of the features of allnlp.HashEmbed.v1


def recogniser(
    *, width: int = 96, depth: int = 4, window: int = 1, hidden: int = 64, rows: tuple[int, ...] = _ROWS, has_vectors: bool = False
) -> dict[str, Any]:
    """The config of spaCy's ``ner`` over ``allnlp.HashEmbed.v1``.

    Args:
        width: of a token's vector.
        depth: layers of convolution.
        window: tokens on either side that a layer reads.
        hidden: width of the layer that decides.
        rows: of the tables of the features.
        has_vectors: whether the vocabulary's word vectors are read.
    """
    embedded = {"@architectures": "allnlp.HashEmbed.v1", "width": width, "rows": list(rows), "include_static_vectors": has_vectors}
    encoder = {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": width, "window_size": window, "maxout_pieces": 3, "depth": depth}
    return {
        "model": {
            "@architectures": "spacy.TransitionBasedParser.v2",
            "state_type": "ner",
            "extra_state_tokens": False,
            "hidden_width": hidden,
            "maxout_pieces": 2,
            "use_upper": True,
            "tok2vec": {"@architectures": "spacy.Tok2Vec.v2", "embed": embedded, "encode": encoder},
        }
    }


def new_pipeline(table: NameTable, config: dict[str, Any], *, vectors: Any = None) -> Language:
    """A pipeline that has learned nothing.

    Args:
        table: names whose hints the recogniser reads.
        config: of the recogniser, see ``recogniser``.
        vectors: word vectors (spaCy's ``Vectors``) where the config reads them.
    """
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "allnlp.Tokenizer.v1"}}})
    if vectors is not None:
        nlp.vocab.vectors = vectors
    step: Any = nlp.add_pipe(NAMES)
    step.table = table
    nlp.add_pipe(NER, config=config)
    return nlp


def pipeline_like(start: Language) -> Language:
    """A pipeline with the names, the vectors and the architecture of another one of ours; its weights come with ``take_weights``.

    Raises:
        ValueError: the other has no hints of names or no recogniser of its own.
    """
    if not {NAMES, NER} <= set(start.pipe_names):
        raise ValueError(f"its pipeline is {', '.join(start.pipe_names)}, expected {NAMES} and {NER}")
    step: Any = start.get_pipe(NAMES)
    config = {"model": start.config["components"][NER]["model"]}
    return new_pipeline(step.table, config, vectors=start.vocab.vectors if start.vocab.vectors.shape[0] else None)


def take_weights(nlp: Language, start: Language) -> None:
    """Give an initialised recogniser the weights of another one's layers, all but the last, which knows the other's labels."""
    ours, theirs = recogniser_model(nlp), recogniser_model(start)
    for to, source in zip(ours.layers[:-1], theirs.layers[:-1], strict=True):
        set_weights(to, weights(source))


def recogniser_model(nlp: Language) -> Model[Any, Any]:
    """The network of a pipeline's recogniser."""
    pipe: Any = nlp.get_pipe(NER)
    model: Model[Any, Any] = pipe.model
    return model


def weights(model: Model[Any, Any]) -> list[dict[str, Any]]:
    """A copy of the weights of a network, layer by layer."""
    return [{name: node.get_param(name).copy() for name in node.param_names if node.has_param(name)} for node in model.walk()]


def set_weights(model: Model[Any, Any], given: list[dict[str, Any]]) -> None:
    """Put weights into a network of the same shape."""
    for node, params in zip(model.walk(), given, strict=True):
        for name, value in params.items():
            node.set_param(name, value.copy())


def listed_names(terminology: Terminology) -> NameTable:
    """The names of a vocabulary of ours, of its label's kind; for a model that starts from nothing."""
    bits = kind_masks(LABELS)
    return build((t.text, bits[label], t.case == "exact") for _, _, label, t in terminology.terms if label in bits)

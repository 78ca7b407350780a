"""What of a pipeline is needed for its entities, told from its configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_RULERS = frozenset({"entity_ruler", "future_entity_ruler", "span_ruler"})
_FINDERS = _RULERS | {"allnlp_names", "beam_ner", "ner", "span_finder", "spancat", "spancat_singlelabel"}
_SHARED = frozenset({"curated_transformer", "tok2vec", "transformer"})
_OTHERS = frozenset(
    {
        "attribute_ruler", "entity_linker", "lemmatizer", "morphologizer", "parser", "senter", "sentencizer", "tagger", "textcat",
        "textcat_multilabel", "trainable_lemmatizer",
    }
)  # fmt: skip
_ANNOTATIONS = frozenset({"DEP", "LEMMA", "MORPH", "POS", "SENT_START", "TAG"})


def finds(factory: str) -> bool:
    """Whether components of a factory may mark entities; those of other packages may.

    >>> finds("ner"), finds("somebody_elses"), finds("tagger")
    (True, True, False)
    """
    return factory not in _OTHERS | _SHARED | {"allnlp_names", "span_finder"}


def unneeded(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the components that a pipeline's entities do not depend on, in the pipeline's order.

    A component of another package may read anything, as may a ruler's patterns and a suggester of spans that is not
    spaCy's own, or a network that reads tags: with one of these nothing is left out.

    >>> ner = {"factory": "ner", "model": {"tok2vec": {"@architectures": "spacy.Tok2VecListener.v1"}}}
    >>> parts = {"tok2vec": {"factory": "tok2vec"}, "parser": {"factory": "parser"}, "ner": ner}
    >>> unneeded({"nlp": {"pipeline": list(parts)}, "components": parts})
    ('parser',)

    Args:
        config: the configuration of a pipeline of spaCy, as nested mappings.

    Returns:
        The names. A boundary of sentences that such a component would set no longer stops an entity.
    """
    components = config.get("components", {})
    factories = {name: str(components.get(name, {}).get("factory", "")) for name in config.get("nlp", {}).get("pipeline", ())}
    finders = [name for name, factory in factories.items() if factory in _FINDERS]
    read = [components[name] for name, factory in factories.items() if factory in _FINDERS | _SHARED]
    if (
        not finders
        or not set(factories.values()) <= _FINDERS | _SHARED | _OTHERS
        or not _RULERS.isdisjoint(factories.values())
        or any(_foreign_suggester(components[name]) for name in finders)
        or any(key == "attrs" and not _ANNOTATIONS.isdisjoint(value) for key, value in _settings(read))
    ):
        return ()
    listens = any(key == "@architectures" and "Listener" in str(value) for key, value in _settings([components[n] for n in finders]))
    return tuple(n for n, factory in factories.items() if factory in _OTHERS or (factory in _SHARED and not listens))


def _foreign_suggester(component: Mapping[str, Any]) -> bool:
    suggester = component.get("suggester")
    return isinstance(suggester, dict) and not str(suggester.get("@misc", "")).startswith("spacy.")


def _settings(value: Any) -> Iterator[tuple[str, Any]]:
    """Every setting in nested mappings and lists, with its key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _settings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _settings(inner)

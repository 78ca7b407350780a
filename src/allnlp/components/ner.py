"""Entities of any model: a pipeline of another package, run on its own tokens and borrowed by offsets."""

from __future__ import annotations

import functools
import gc
import importlib
import importlib.util
import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.about import __version__ as spacy_installed
from spacy.language import Language
from spacy.tokens import Doc, SpanGroup
from spacy.tokens import Span as DocSpan
from spacy.util import is_compatible_version, load_config, load_model_from_path, minibatch
from spacy.vocab import Vocab
from thinc.api import Model, NumpyOps

from allnlp.components import state
from allnlp.components.direct import direct
from allnlp.errors import ModelError
from allnlp.models.installed import Package, find_package, package_in
from allnlp.models.listing import FoundEntity, Inspection
from allnlp.models.pipelines import finds, unneeded
from allnlp.models.sources import HUB, missing
from allnlp.terminology import Terminology
from allnlp.terminology.ner_labels import kinds
from allnlp.text.entities import Entity, trimmed

EXAMPLE = (
    "Patients with relapsed lymphoma received lenalidomide and novacabtagene, which binds CD19; "
    "neutropenia and cytokine release syndrome were seen."
)
_NEW_WORDS = 100_000  # beyond those of the model: some 50 MB
_DIGITS = 3  # of a score: what lies behind changes with the batch and with the machine
# What third-party code raises on a damaged pipeline, or on one that was written for other versions.
_UNLOADABLE = (ImportError, OSError, ValueError, LookupError, TypeError, AttributeError)


class Borrowed:
    """A loaded model; ``name`` is that of its package, and stands in its entities.

    spaCy keeps every word that it ever saw (some 2.5 kB a document of new text), so a model that can be loaded again is, now and then.
    """

    def __init__(self, package: Package, nlp: Language, load: Callable[[], Language] | None = None) -> None:
        self.package = package
        self._load = load
        self._take(nlp)

    def _take(self, nlp: Language) -> None:
        self.nlp = nlp
        self._words = len(nlp.vocab.strings)
        self._direct = direct(nlp)

    @property
    def name(self) -> str:
        """Name of the package."""
        return self.package.name

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of entities that the model may give, sorted."""
        return tuple(sorted({label for name in _finders(self.nlp) for label in _labels(self.nlp.get_pipe(name))}))

    def entities(self, texts: Sequence[str], *, batch_size: int = 64) -> list[list[Entity]]:
        """What the model finds in each text, by place; stretches may overlap, a blank text has none.

        Args:
            texts: the documents; offsets count their code points.
            batch_size: documents that are run together.

        Raises:
            ModelError: the model's tokenizer changes a text, so that its entities have no place in it.
        """
        if self._load is not None and len(self.nlp.vocab.strings) > self._words + _NEW_WORDS:
            self._take(self._load())
            gc.collect()  # a pipeline refers to itself
        found: list[list[Entity]] = [[] for _ in texts]
        filled = [i for i, text in enumerate(texts) if text.strip()]
        if self._direct is not None:
            for first in range(0, len(filled), batch_size):
                part = filled[first : first + batch_size]
                for i, entities in zip(part, self._direct.entities([texts[i] for i in part], self.name), strict=True):
                    found[i] = entities
            return found
        docs = self.nlp.pipe((texts[i] for i in filled), batch_size=batch_size)
        for i, doc in zip(filled, docs, strict=True):
            found[i] = entities_of(doc, texts[i], self.name)
        return found


@functools.lru_cache(maxsize=8)
def borrow(name_or_path: str) -> Borrowed:
    """A model that is ready to run: an installed package, the folder of a pipeline, or hf:OWNER/MODEL; loaded once a process.

    Components that its entities do not depend on are not loaded.

    Raises:
        ModelError: it is not installed (with the command that installs it), cannot be loaded, or finds no entities.
    """
    if name_or_path.startswith(HUB):
        return _from_hub(name_or_path)
    package = find_package(name_or_path) or (package_in(Path(name_or_path)) if Path(name_or_path).is_dir() else None)
    if package is None:
        raise missing(name_or_path)
    return Borrowed(package, _loaded(name_or_path, package), functools.partial(_loaded, name_or_path, package))


def _loaded(name_or_path: str, package: Package) -> Language:
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"\[W09[45]\]")  # another version of spaCy: `allnlp models check` says so
            left_out = unneeded(load_config(package.folder / "config.cfg"))
            if package.module:
                nlp: Language = importlib.import_module(package.module).load(exclude=left_out)
            else:
                nlp = load_model_from_path(package.folder, exclude=left_out)
    except _UNLOADABLE as error:
        raise _unloadable(package, error) from error
    if not _finders(nlp):
        raise ModelError(
            f"{name_or_path}: finds no entities; its pipeline is {', '.join(nlp.pipe_names) or 'empty'}. Give one with ner, spancat or a ruler."
        )
    multiply_by_numpy(nlp)
    return nlp


def _unloadable(package: Package, error: BaseException) -> ModelError:
    first = (str(error).strip() or type(error).__name__).split("\n")[0]
    fits = "" if is_compatible(package.spacy_version) else f" It was made for spaCy {package.spacy_version}, installed is {spacy_installed}."
    return ModelError(f"{package.folder}: cannot be loaded ({type(error).__name__}: {first}).{fits} Install the model again, or another version.")


def is_compatible(spacy_version: str) -> bool:
    """Whether the installed spaCy is among the versions that a model asks for; True where it asks for none.

    >>> is_compatible(">=3.0"), is_compatible("<3.0"), is_compatible("")
    (True, False, True)
    """
    return not spacy_version or bool(is_compatible_version(spacy_installed, spacy_version))


def _from_hub(name: str) -> Borrowed:
    """A token classifier of the Hugging Face hub on tokens of letters, digits and single signs, so that offsets stay its own."""
    if importlib.util.find_spec("spacy_huggingface_pipelines") is None:
        raise missing(name)
    model = name.removeprefix(HUB)
    nlp = spacy.blank("en")
    nlp.tokenizer = functools.partial(_signs, nlp.vocab)
    config = {"model": model, "annotate": "spans", "annotate_spans_key": model, "alignment_mode": "expand"}
    try:
        nlp.add_pipe("hf_token_pipe", config=config)
    except _UNLOADABLE as error:
        first = str(error).strip().split("\n")[0]
        raise ModelError(f"{name}: cannot be loaded ({first}). Check the name and the network, or give a folder: hf:FOLDER") from error
    return Borrowed(Package(name, "", "", "", (), Path(model), None), nlp)


def _signs(vocab: Vocab, text: str) -> Doc:
    words: list[str] = []
    for c in text:
        kind = c.isalpha(), c.isdigit()
        if words and any(kind) and kind == (words[-1][-1].isalpha(), words[-1][-1].isdigit()):
            words[-1] += c
        else:
            words.append(c)
    return Doc(vocab, words=words, spaces=[False] * len(words))


def _finders(nlp: Language) -> list[str]:
    """Names of the components of a pipeline that may mark entities."""
    return [name for name in nlp.pipe_names if finds(nlp.get_pipe_meta(name).factory)]


def _labels(pipe: Any) -> tuple[str, ...]:
    """Labels of a component that marks stretches of text."""
    if type(pipe).__name__ != "HFTokenPipe":
        return tuple(str(label) for label in getattr(pipe, "labels", ()))
    names = set(pipe.hf_pipeline.model.config.id2label.values()) - {"O"}
    return tuple({n[2:] if n[:2] in ("B-", "I-") else n for n in names})


def entities_of(doc: Doc, text: str, model: str) -> list[Entity]:
    """Entities of a document of spaCy at their offsets in ``text``: ``doc.ents`` and what has a label in ``doc.spans``.

    Of the same stretch and label found twice the higher score stands. Blanks at the edges are taken off.

    Raises:
        ModelError: the words of the document are not those of the text.
    """
    places = None if doc.text == text else _places([t.text for t in doc], text, model)
    best: dict[tuple[int, int, str], float | None] = {}
    for span, score in _spans(doc):
        start, end = (span.start_char, span.end_char) if places is None else (places[span.start][0], places[span.end - 1][1])
        start, end = trimmed(text, start, end)
        key = (start, end, span.label_)
        if start < end and span.label_ and (key not in best or (score is not None and score > (best[key] or 0.0))):
            best[key] = score
    return [Entity(*key, score, model) for key, score in sorted(best.items(), key=lambda item: item[0])]


def _spans(doc: Doc) -> Iterator[tuple[DocSpan, float | None]]:
    for span in doc.ents:
        yield span, None
    for key in sorted(doc.spans):
        group = doc.spans[key]
        scores = group.attrs.get("scores")
        known = scores is not None and len(scores) == len(group)
        for i, span in enumerate(group):
            yield span, round(float(scores[i]), _DIGITS) if known else None


def _places(words: Sequence[str], text: str, model: str) -> list[tuple[int, int]]:
    """Where the words of a tokenizer that drops blanks stand in a text."""
    out, at = [], 0
    for word in words:
        start = text.find(word, at)
        if start < 0 or text[at:start].strip():
            raise ModelError(
                f"the tokenizer of {model} changes the text: {word!r} does not stand at character {at} ({text[at : at + 20]!r}). "
                "Its entities cannot be placed; use a model whose tokenizer keeps the text."
            )
        at = start + len(word)
        out.append((start, at))
    return out


class MatmulOps(NumpyOps):  # type: ignore[misc]
    """Thinc's operations, with NumPy's own product of matrices: 1.7 times as many words a second on a CPU."""

    def gemm(self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:
        """The product of two matrices, either transposed before."""
        return np.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)


def multiply_by_numpy(nlp: Language) -> None:
    """Let the layers of a pipeline multiply by NumPy; thinc itself and other pipelines stay as they are.

    Only layers that run on thinc's plain operations of a CPU are changed.
    """
    ops = MatmulOps()
    for _, pipe in nlp.components:
        model = getattr(pipe, "model", None)
        for layer in model.walk() if isinstance(model, Model) else ():
            if type(layer.ops) is NumpyOps:
                layer.ops = ops


def examine(name: str, terminology: Terminology, *, text: str = EXAMPLE) -> Inspection:
    """What is seen of a model that is loaded and run on one invented sentence.

    Raises:
        ModelError: it is not installed or cannot be loaded.
    """
    model = borrow(name)
    known = kinds(terminology, model.name)
    found = [FoundEntity(text[e.start : e.end], e.label, known.get(e.label), e.score) for e in model.entities([text])[0]]
    needed = model.package.spacy_version
    return Inspection(
        name=model.name,
        version=model.package.version,
        spacy_needed=needed,
        spacy_installed=spacy_installed,
        fits_spacy=is_compatible(needed),
        kinds=tuple((label, known[label]) for label in model.labels if label in known),
        unknown=tuple(label for label in model.labels if label not in known),
        sentence=text,
        found=tuple(found),
    )


@Language.factory("allnlp_ner", assigns=["doc.spans"], default_config={"model": "en_allnlp_bio_sm"})
def make_ner(nlp: Language, name: str, model: str) -> Ner:
    """Make the component ``allnlp_ner``."""
    return Ner(name, model)


class Ner:
    """Runs another model on the text of a document.

    Needs: nothing; the model keeps its own tokenizer.
    Writes: ``doc.spans[name]`` (a token that holds more than an entity is whole in it); the exact entities, with those of other
        models, in ``doc.user_data["allnlp"]["entities"]``.
    Options: ``model``: an installed package, the folder of a pipeline, or hf:OWNER/MODEL. It is loaded when it is first needed,
        and a saved pipeline holds its name only.
    Example: ``nlp.add_pipe("allnlp_ner", config={"model": "en_ner_bc5cdr_md"})``
    Source: the model's own.
    """

    def __init__(self, name: str, model: str) -> None:
        self.name = name
        self.model = model

    def __call__(self, doc: Doc) -> Doc:
        """Write the model's entities into the document."""
        return self._written(doc, borrow(self.model).entities([doc.text])[0])

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Write the entities of many documents, which the model reads in batches."""
        for docs in minibatch(stream, size=batch_size):  # type: ignore[no-untyped-call]
            found = borrow(self.model).entities([doc.text for doc in docs], batch_size=batch_size)
            for doc, entities in zip(docs, found, strict=True):
                yield self._written(doc, entities)

    def _written(self, doc: Doc, entities: Sequence[Entity]) -> Doc:
        rows = state(doc)
        others = [e for e in rows.get("entities", ()) if e not in entities]
        rows["entities"] = [*others, *(tuple(e) for e in entities)]
        spans = [doc.char_span(e.start, e.end, label=e.label, alignment_mode="expand") for e in entities]
        kept = [(span, e.score) for span, e in zip(spans, entities, strict=True) if span is not None]
        doc.spans[self.name] = SpanGroup(doc, spans=[span for span, _ in kept], attrs={"scores": [score for _, score in kept]})
        return doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The model's name."""
        return json.dumps({"model": self.model}).encode()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Ner:
        """Take the model's name from bytes."""
        self.model = json.loads(data)["model"]
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the model's name."""
        Path(path).mkdir(parents=True, exist_ok=True)
        (Path(path) / "model.json").write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Ner:
        """Take the model's name from disk."""
        return self.from_bytes((Path(path) / "model.json").read_bytes())

"""The numbers that a document reports of toxicities and outcomes, and its record as a study."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from allnlp.components import state
from allnlp.components.vocabulary import Vocabulary
from allnlp.schema import Finding, Mention, Study
from allnlp.text import find_findings, study_record
from allnlp.text.annotate import sentence_rows
from allnlp.text.sentences import find_sentences
from allnlp.text.spans import Clause


@Language.factory("allnlp_findings", default_config={"terms": []})
def make_findings(nlp: Language, name: str, terms: list[str]) -> FindingsStep:
    """Make the component ``allnlp_findings``."""
    return FindingsStep(name, Vocabulary(terms))


class FindingsStep:
    """Reads findings and the study record from the mentions.

    Needs: mentions of ``allnlp_assertion``; sentences of ``allnlp_sentences`` (found anew where absent).
    Writes: ``doc._.allnlp.findings`` and ``doc._.allnlp.study``; nothing on tokens or entities.
    Options: ``terms``: as in ``allnlp_terms``.
    Example: ``nlp.add_pipe("allnlp_findings")``
    Source: forms of words in ``text.findings`` and ``text.studies``; grades as in CTCAE v5.0.
    """

    def __init__(self, name: str, vocabulary: Vocabulary) -> None:
        self.name = name
        self.vocabulary = vocabulary

    def match(self, doc: Doc) -> tuple[list[Finding], Study]:
        """Findings and study record of a document; ``doc_id`` is empty."""
        rows = doc.user_data.get("allnlp", {})
        text = doc.text
        mentions = [Mention(*row) for row in rows.get("mentions", ())]
        sentences = sentence_rows("", [Clause(*row) for row in rows.get("clauses", ())] or find_sentences(text))
        study = study_record("", text, sentences, mentions, targets=self.vocabulary.lexicon.targets)
        return find_findings("", text, sentences, mentions, study), study

    def __call__(self, doc: Doc) -> Doc:
        """Write findings and study record into the document."""
        findings, study = self.match(doc)
        state(doc)["findings"] = [tuple(f) for f in findings]
        state(doc)["study"] = tuple(study)
        return doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The component's tables."""
        return self.vocabulary.to_bytes()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> FindingsStep:
        """Take the tables from bytes."""
        self.vocabulary.from_bytes(data)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the component's tables."""
        self.vocabulary.to_disk(Path(path) / "tables.json")

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> FindingsStep:
        """Take the tables from disk."""
        self.vocabulary.from_disk(Path(path) / "tables.json")
        return self

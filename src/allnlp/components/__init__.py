"""spaCy components, one a file; each wraps the pure functions of ``text`` and also works alone in a foreign pipeline.

What a component decided stands in ``doc.user_data["allnlp"]`` as plain rows (they survive pickling and ``DocBin``), in a
span group of its own, and behind one extension: ``doc._.allnlp`` and ``span._.allnlp``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from spacy.tokens import Doc, Span

from allnlp.schema import Finding, Mention, Study

KEY = "allnlp"


class DocView(NamedTuple):
    """``doc._.allnlp``: the rows of a document."""

    mentions: list[Mention]
    sections: list[tuple[int, int, str]]
    findings: list[Finding]
    study: Study | None


def state(doc: Doc) -> dict[str, Any]:
    """What the components have decided of a document so far; changed in place by them."""
    found: dict[str, Any] = doc.user_data.setdefault(KEY, {})
    return found


def _view(doc: Doc) -> DocView:
    rows = doc.user_data.get(KEY, {})
    mentions = [Mention(*row) for row in rows.get("mentions", ())]
    sections = [(start, end, section) for start, end, section in rows.get("clauses", ())]
    findings = [Finding(*row) for row in rows.get("findings", ())]
    return DocView(mentions, sections, findings, Study(*rows["study"]) if "study" in rows else None)


def _mention(span: Span) -> Mention | None:
    """The mention that a span is: by offsets and label; None when it is none."""
    for row in span.doc.user_data.get(KEY, {}).get("mentions", ()):
        mention = Mention(*row)
        if (mention.label, mention.start, mention.end) == (span.label_, span.start_char, span.end_char):
            return mention
    return None


if not Doc.has_extension(KEY):
    Doc.set_extension(KEY, getter=_view)
if not Span.has_extension(KEY):
    Span.set_extension(KEY, getter=_mention)

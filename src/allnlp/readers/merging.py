"""One record out of several of the same work: every identifier, the fuller abstract; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allnlp.readers.record import unique
from allnlp.schema import Document, document_text

FULLER = 1.25  # an abstract is fuller when it is a quarter longer; a copyright line makes none so


def merged(first: Document, others: Sequence[Document]) -> tuple[Document, int | None]:
    r"""The first record with what the others add, in their order; and the place among them of the one whose abstract it has.

    Every cell that it lacks is taken from the first that has it. Lists of publication types, headings, keywords, trials,
    notices and other identifiers are joined. The abstract is the first one's, or another's that is a quarter longer; an older
    state of the same PubMed record gives none. Its doc_id is the best identifier that the work has.

    >>> merged(Document("10.1/a", doi="10.1/a", title="Cells"), [Document("7", pmid="7", doi="10.1/b", abstract="In blood.")])[0].text
    'Cells\nIn blood.'
    """
    found, place = first, None
    for i, other in enumerate(others):
        is_fuller = not _is_older(first, other) and len(other.abstract) >= max(1.0, len(found.abstract) * FULLER)
        place = i if is_fuller else place
        given: dict[str, Any] = {name: getattr(other, name) for name in _SINGLE if not getattr(found, name)}
        joined: dict[str, Any] = {name: unique((*getattr(found, name), *getattr(other, name))) for name in _LISTS}
        title = found.title or other.title
        abstract = other.abstract if is_fuller else found.abstract
        found = found._replace(
            **given,
            **joined,
            title=title,
            abstract=abstract,
            text=document_text(title, abstract),
            is_retracted=found.is_retracted or other.is_retracted,
        )
    doc_id = found.pmid or found.doi or found.pmcid or found.doc_id if is_derived(first) else first.doc_id
    ids = [i for one in (first, *others) for i in (one.pmid, one.doi, one.pmcid, *one.other_ids, _own_id(one)) if i]
    return found._replace(doc_id=doc_id, other_ids=unique(i for i in ids if i not in (doc_id, found.pmid, found.doi, found.pmcid))), place


_SINGLE = ("pmid", "pmcid", "doi", "journal", "year", "publication_date", "authors", "language", "revised")
_LISTS = ("publication_types", "mesh_terms", "keywords", "trial_ids", "notices")


def is_derived(document: Document) -> bool:
    """Whether its doc_id was made of its identifiers or text, and is not the source's own name for it."""
    return document.doc_id in (document.pmid, document.doi, document.pmcid) or document.doc_id.startswith("sha1:")


def _own_id(document: Document) -> str:
    """The source's own name for a record; a hash of the text is none."""
    return "" if is_derived(document) else document.doc_id


def _is_older(first: Document, other: Document) -> bool:
    return bool(first.abstract and first.pmid and other.pmid == first.pmid and first.revised and other.revised)

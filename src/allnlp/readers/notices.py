"""What records say of retractions and corrections, in the words of each source, as one form of words; pure."""

from __future__ import annotations

from types import MappingProxyType

from allnlp.readers.record import NOTICES, notice, unique

_WORDS = frozenset(NOTICES.values())
# a notice names the article (update-to), or the article its notice (updated-by)
_OF_CROSSREF = MappingProxyType(
    {
        "retraction": ("RetractionOf", "RetractionIn"),
        "partial_retraction": ("ErratumFor", "ErratumIn"),
        "withdrawal": ("RetractionOf", "RetractionIn"),
        "removal": ("RetractionOf", "RetractionIn"),
        "correction": ("ErratumFor", "ErratumIn"),
        "corrigendum": ("ErratumFor", "ErratumIn"),
        "erratum": ("ErratumFor", "ErratumIn"),
        "expression_of_concern": ("ExpressionOfConcernFor", "ExpressionOfConcernIn"),
    }
)
_OF_JATS = MappingProxyType(
    {
        "retracted-article": "RetractionOf",
        "retraction-forward": "RetractionIn",
        "retraction": "RetractionIn",
        "partial-retraction": "ErratumFor",
        "corrected-article": "ErratumFor",
        "correction-forward": "ErratumIn",
        "correction": "ErratumIn",
        "object-of-concern": "ExpressionOfConcernFor",
        "concern-forward": "ExpressionOfConcernIn",
        "expression-of-concern": "ExpressionOfConcernIn",
        "corrected-article-forward": "ErratumIn",
        "republished-article": "CorrectedandRepublishedFrom",
        "republication-forward": "CorrectedandRepublishedIn",
    }
)


def worded_notice(words: str, name: str | None) -> str:
    """The notice that a source says in PubMed's words; empty for links of other kinds.

    >>> worded_notice("Erratum in", "123"), worded_notice("Comment in", "5"), worded_notice("Retraction of:", None)
    ('erratum in 123', '', 'retraction of a notice')
    """
    said = " ".join(words.lower().strip(" :").split())
    return f"{said} {name or 'a notice'}" if said in _WORDS else ""


def crossref_notice(kind: str, doi: str | None, *, is_later: bool) -> str:
    """The notice of an item of Crossref's ``updated-by`` (``is_later``) or ``update-to``.

    >>> crossref_notice("retraction", "10.5555/n", is_later=True), crossref_notice("new_version", None, is_later=True)
    ('retraction in 10.5555/n', '')
    """
    both = _OF_CROSSREF.get(kind.lower().replace("-", "_").replace(" ", "_"))
    return notice(both[is_later], doi) if both else ""


def jats_notice(kind: str, name: str | None) -> str:
    """The notice of a ``related-article-type``.

    >>> jats_notice("retracted-article", "10.5555/a"), jats_notice("commentary", None)
    ('retraction of 10.5555/a', '')
    """
    return notice(_OF_JATS.get(kind, ""), name)


def all_notices(values: list[str]) -> list[str]:
    """Notices that say something, each once, in order.

    >>> all_notices(["", "erratum in 1", "erratum in 1"])
    ['erratum in 1']
    """
    return list(unique(values))

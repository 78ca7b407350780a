"""The record of a document as a study, decided from the rows of that document alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from allnlp.schema import Mention, Sentence, Study
from allnlp.text.follow_up import find_follow_ups
from allnlp.text.registrations import find_registrations
from allnlp.text.study_parts import Page, read_page
from allnlp.text.study_sizes import Size, study_size
from allnlp.text.study_subjects import Cell, age_groups, antigens, disease_status, diseases, therapies
from allnlp.text.study_types import StudyType, study_type

_NO_TARGETS: Mapping[str, Sequence[tuple[str, str]]] = MappingProxyType({})


def study_record(
    doc_id: str,
    text: str,
    sentences: Sequence[Sentence],
    mentions: Sequence[Mention],
    *,
    trial_ids: Sequence[str] = (),
    publication_types: Sequence[str] = (),
    targets: Mapping[str, Sequence[tuple[str, str]]] = _NO_TARGETS,
) -> Study:
    """The row of the table ``studies`` of one document.

    >>> text = "We treated a 45-year-old man. NCT01234567."
    >>> rows = [Sentence("d", 0, "other", 0, 29), Sentence("d", 1, "other", 30, 42)]
    >>> study = study_record("d", text, rows, [])
    >>> study.study_type, study.n_patients, study.registration
    ('case report', 1, ('NCT01234567',))

    Args:
        doc_id: stands in the row.
        text: the document.
        sentences: its rows of the table ``sentences``.
        mentions: its rows of the table ``mentions``.
        trial_ids: registrations that its record lists.
        publication_types: as its record lists them.
        targets: for the CURIE of a therapy, the CURIE and name of each antigen that it is aimed at.
    """
    page = read_page(text, sentences)
    of_label: dict[str, list[Mention]] = {"THERAPY": [], "DISEASE": [], "ANTIGEN": [], "POPULATION": []}
    for mention in mentions:
        held = of_label.get(mention.label)
        if held is not None:
            held.append(mention)
    population = of_label["POPULATION"]
    size = study_size(page, [m for m in population if m.n is not None])
    is_own = bool(size.sentences) and page.parts[size.sentences[0]] not in ("background", "conclusions")
    kind = study_type(page, size.n if is_own else None, publication_types)
    size = _of_type(size, kind)
    is_review = kind.name in ("review", "guideline", "meta-analysis")
    given = therapies(page, of_label["THERAPY"], is_review=is_review)
    main = next((m for m in population if m.n is not None and m.n == size.n and m.sentence in size.sentences), None)
    ages = age_groups(page, population, main)
    status = disease_status(page, population, main, is_review=is_review)
    treated = diseases(page, of_label["DISEASE"], is_review=is_review)
    aims = antigens(page, of_label["ANTIGEN"], of_label["THERAPY"], given, targets)
    ids, id_sentences = _registrations(page, trial_ids)
    followed = find_follow_ups(page.low) if kind.has_patients else []
    doubts = [d for d in (kind.doubt, size.doubt) if d]
    age_names, _, age_places = _columns(ages)
    status_names, _, status_places = _columns(status)
    aim_names, aim_curies, aim_places = _columns(aims)
    return Study(
        doc_id,
        kind.name, kind.sentences,
        ids, id_sentences,
        size.n, size.sentences,
        age_names, age_places,
        status_names, status_places,
        *_columns(treated),
        *_columns(given),
        aim_names, aim_curies, tuple([c.origin for c in aims]), aim_places,
        followed[0].months if followed else None, (page.at(followed[0].start),) if followed else (),
        bool(doubts), "; ".join(doubts) or None,
    )  # fmt: skip


def _of_type(size: Size, kind: StudyType) -> Size:
    """The number of patients that a study of its type has: none of a review, one of a case report."""
    if not kind.has_patients:
        return Size(None)
    if kind.name == "case report" and (size.n is None or size.doubt):
        return Size(1, kind.sentences)
    return size


def _registrations(page: Page, trial_ids: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Registrations of the text, then those that only the record lists."""
    found: list[tuple[str, int]] = []
    for i in page.sentences_with("registration"):
        sentence = page.sentences[i]
        for name, _ in find_registrations(page.low[sentence.start : sentence.end]):
            if name not in (held for held, _ in found):
                found.append((name, i))
    said = {name for name, _ in found}
    for given in trial_ids:
        names = [name for name, _ in find_registrations(given.lower())] or [given]
        found += [(name, -1) for name in names if name not in said]
        said.update(names)
    return tuple(name for name, _ in found), tuple(at for _, at in found)


def _columns(cells: Sequence[Cell]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...]]:
    """Names, CURIEs and sentences of cells."""
    if not cells:
        return (), (), ()
    return tuple([c.name for c in cells]), tuple([c.curie for c in cells]), tuple([c.sentence for c in cells])

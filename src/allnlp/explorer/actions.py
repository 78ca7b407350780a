"""What a reviewer's forms write: edits of marks and findings, and reviews of documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from allnlp.collection import edits, reviews
from allnlp.collection.corrections import HUMAN
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.state import read_state
from allnlp.explorer.store import Store
from allnlp.schema import LABELS

Form = Mapping[str, str]


def act(store: Store, name: str, form: Form) -> str | None:
    """Write what a form asks; gives the address that shows what was written, where the form could not know it.

    Raises:
        OptionError: no such form, a field is missing, or it cannot be written so.
        NothingFound: no such document, mark, concept or words.
        FolderError: the folder cannot be written.
    """
    if name not in _ACTIONS:
        raise OptionError(f"there is no form {name!r}. Load the page again.")
    return _ACTIONS[name](store, form)


def word_place(text: str, words: str, occurrence: int = 1) -> tuple[int, int]:
    """Where words stand in a text for the first or a later time: as they are written, else in any case; blanks may be any.

    >>> word_place("CRS and crs, no CRS.", "CRS", 2), word_place("Any  CRS.", "any crs")
    ((16, 19), (0, 8))

    Raises:
        NothingFound: they do not stand there, or not so often.
    """
    parts = [re.escape(part) for part in words.split()]
    if not parts:
        raise NothingFound("no words are given. Write them as they stand in the text.")
    pattern = r"\s+".join(parts)
    found = [m.span() for m in re.finditer(pattern, text)] or [m.span() for m in re.finditer(pattern, text, re.IGNORECASE)]
    if not found:
        raise NothingFound(f"the words {words!r} do not stand in the text. Write them as they stand there.")
    if not 1 <= occurrence <= len(found):
        raise NothingFound(f"the words {words!r} stand {len(found):,} time{'' if len(found) == 1 else 's'} in the text, not {occurrence:,}.")
    return found[occurrence - 1]


def _field(form: Form, name: str) -> str:
    value = form.get(name, "").strip()
    if not value:
        raise OptionError(f"the form says no {name.replace('_', ' ')}. Fill it in, and send it again.")
    return value


def _number(form: Form, name: str) -> int:
    value = _field(form, name)
    if not (value.isascii() and value.isdecimal()) or len(value) > 9:
        raise OptionError(f"{name} {value!r} is no whole number. Load the page again.")
    return int(value)


def _place(form: Form) -> tuple[str, str, int, int]:
    return _field(form, "doc_id"), _field(form, "label"), _number(form, "start"), _number(form, "end")


def _who(store: Store, form: Form) -> dict[str, str]:
    return {"reviewer": store.reviewer, "note": form.get("note", "").strip()}


def _judge(store: Store, form: Form) -> None:
    """A verdict on a mark; one that is wrong goes, also where a person made it."""
    doc_id, label, start, end = _place(form)
    verdict = _field(form, "verdict")
    if verdict == "wrong":
        edits.mark_wrong(store.folder, doc_id, label, start, end, **_who(store, form))
    else:
        is_machine = _is_machine(store, doc_id, label, start, end)
        edits.judge(store.folder, doc_id, label, start, end, verdict, **_who(store, form))
        if is_machine:
            store.judged()


def _is_machine(store: Store, doc_id: str, label: str, start: int, end: int) -> bool:
    """Whether a mark stands as the machine made it, so that to find it right changes nothing that is shown."""
    places = {(m["label"], m["start"], m["end"]): m["source"] for m in store.shown([store.number(doc_id)])[0].mentions}
    return bool(places.get((label, start, end), HUMAN) != HUMAN)


def _change(store: Store, form: Form) -> str | None:
    """Another label, concept or assertion; what the form says as it is stays."""
    doc_id, label, start, end = _place(form)
    before = {"new_label": label, "assertion": form.get("was", "")}
    given = {name: form.get(name, "").strip() for name in ("new_label", "concept", "assertion")}
    new = {name: value for name, value in given.items() if value and value != before.get(name)}
    if not new:
        raise OptionError("nothing is changed: give another label, concept or assertion.")
    edits.change_mention(store.folder, doc_id, label, start, end, **new, **_who(store, form))
    return _shown(form, new.get("new_label", label), start, end)


def _add(store: Store, form: Form) -> str | None:
    """A mark at a place, or at words of the text and how often they have stood before."""
    doc_id, label = _field(form, "doc_id"), _field(form, "label")
    text = str(store.shown([store.number(doc_id)])[0].document["text"])
    if form.get("start", "").strip():
        start, end = _number(form, "start"), _number(form, "end")
    else:
        start, end = word_place(text, _field(form, "words"), _number(form, "occurrence") if form.get("occurrence", "").strip() else 1)
    concept = form.get("concept", "").strip() or None
    edits.add_mention(store.folder, doc_id, label, start, end, concept=concept, assertion=form.get("assertion") or "present", **_who(store, form))
    words = text[start:end]
    return _shown(form, label, start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip()))


def _shown(form: Form, label: str, start: int, end: int) -> str | None:
    """The page of a form with a mark chosen."""
    path, _, query = form.get("back", "").partition("#")[0].partition("?")
    return read_state(path, query).url(m=f"{label}:{start}-{end}") if path == "/document" else None


def _take_back(store: Store, form: Form) -> None:
    edits.take_back(store.folder, *_place(form))


def _finding(store: Store, form: Form) -> None:
    doc_id, finding, verdict = _field(form, "doc_id"), _number(form, "finding"), _field(form, "verdict")
    stands = store.rows("SELECT 1 FROM shelf_findings WHERE doc = ? AND finding = ?", [store.number(doc_id), finding])
    edits.mark_finding(store.folder, doc_id, finding, verdict, **_who(store, form))
    if stands and verdict != "wrong":
        store.judged()


def _take_back_finding(store: Store, form: Form) -> None:
    edits.take_back_finding(store.folder, _field(form, "doc_id"), _field(form, "finding"))


def _confirm(store: Store, form: Form) -> None:
    edits.confirm_document(store.folder, _field(form, "doc_id"), LABELS, reviewer=store.reviewer)


def _take_back_document(store: Store, form: Form) -> None:
    edits.take_back_document(store.folder, _field(form, "doc_id"))


_DECISIONS = MappingProxyType({"included": "included", "excluded": "excluded", "none": None})


def _review(store: Store, form: Form) -> None:
    """A tick, a decision or a note; what the form does not hold stays."""
    new: dict[str, object] = {}
    if "is_read" in form:
        new["is_read"] = form["is_read"] == "1"
    if "decision" in form:
        if form["decision"] not in _DECISIONS:
            raise OptionError(f"decision {form['decision']!r} is none of {', '.join(_DECISIONS)}.")
        new["decision"] = _DECISIONS[form["decision"]]
    if "note" in form:
        new["note"] = form["note"].strip()
    reviews.keep_review(store.folder, _field(form, "doc_id"), **new, reviewer=store.reviewer)  # type: ignore[arg-type]


_ACTIONS: MappingProxyType[str, Callable[[Store, Form], str | None]] = MappingProxyType(
    {
        "judge": _judge, "change": _change, "add": _add, "take-back": _take_back, "finding": _finding, "take-back-finding": _take_back_finding,
        "confirm": _confirm, "take-back-document": _take_back_document, "review": _review,
    }
)  # fmt: skip

"""Label Studio: its JSON export, tasks with annotations; predictions are no work of a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from allnlp.errors import ReadError
from allnlp.readers.corrections.marks import Corrected, Mark, Row, Untouched, is_curie, lost, read_assertion, read_label, unknown_label
from allnlp.readers.json_objects import Bad, json_objects
from allnlp.readers.source import opened, scrubbed, text_chunks
from allnlp.schema import Failure

Json = Mapping[str, Any]

_LABELS = ("labels", "hypertextlabels")
_NAMED = re.compile(r"(?P<name>.*\S) \((?P<curie>[^\s()]+(?:\([^\s()]*\))?)\)", re.DOTALL)  # cytokine release syndrome (mesh:D000080424)
_OF_REGION = ("choices", "taxonomy", "textarea")


def read_label_studio(path: Path) -> Iterator[Row]:
    """Documents of the tasks that a person annotated; of several annotations the ground truth, else the latest, is read.

    Raises:
        ReadError: the file's compression is damaged, or it holds no task.
    """
    number = 0
    with opened(path) as stream:
        for number, task in enumerate(json_objects(text_chunks(stream)), start=1):
            if isinstance(task, Bad):
                yield lost(str(path), number, task.error)
            else:
                yield from read_task(str(path), number, task)
    if not number:
        raise ReadError(f"{path}: holds no task. Export the project of Label Studio as JSON.")


def read_task(file: str, number: int, task: Json) -> Iterator[Row]:
    """The document of a task, after what of it cannot be read."""
    annotations = task.get("annotations", task.get("completions"))
    if not isinstance(annotations, list):
        if "predictions" in task or isinstance(task.get("data"), dict):
            yield Untouched(file, number)
            return
        yield lost(file, number, "the object has no annotations; expected a task of Label Studio. Export as JSON, not as JSON-MIN")
        return
    done = [a for a in annotations if isinstance(a, dict) and not a.get("was_cancelled") and isinstance(a.get("result"), list)]
    if not done:
        yield Untouched(file, number)
        return
    data = _dict(task.get("data"))
    about = {**_dict(task.get("meta")), **_dict(data.get("meta")), **data}
    doc_id = next((str(about[key]) for key in ("doc_id",) if about.get(key) not in (None, "")), None)
    if len(done) > 1:
        yield lost(file, number, f"the task has {len(done)} annotations; only the ground truth or the latest is read", doc_id)
    text = _text(data)
    marks, failures = read_result(file, number, max(done, key=_order)["result"], text, doc_id)
    yield from failures
    yield Corrected(file, number, doc_id, "", text, tuple(marks))


def _order(annotation: Json) -> tuple[bool, str, str]:
    """What of several annotations of a task is read: the greatest."""
    return bool(annotation.get("ground_truth")), str(annotation.get("updated_at") or annotation.get("created_at") or ""), f"{annotation.get('id')!s:>20}"


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _strings(value: Any) -> list[str]:
    """Strings of a cell, of a list, or the last ones of paths."""
    if isinstance(value, str):
        return [value]
    return [one for part in value for one in (_strings(part)[-1:] if isinstance(part, list) else _strings(part))] if isinstance(value, list) else []


def _text(data: Json) -> str | None:
    """The text of a task: what is called so, else its longest string."""
    found = data.get("text")
    if not isinstance(found, str):
        found = max((v for v in data.values() if isinstance(v, str)), key=len, default=None)
    return scrubbed(found) if found is not None else None


def read_result(
    file: str, number: int, result: Sequence[Any], text: str | None = None, doc_id: str | None = None
) -> tuple[list[Mark], list[Failure]]:
    """Marks of an annotation; choices, taxonomies and text of a region say its assertion, its identifier or a note.

    >>> value = {"start": 3, "end": 6, "text": "CRS"}
    >>> labels = {"id": "a", "type": "labels", "value": {**value, "labels": ["Toxicity"]}}
    >>> choices = {"id": "a", "type": "choices", "value": {**value, "choices": ["Negated"]}}
    >>> read_result("x.json", 1, [labels, choices], "No CRS.")[0][0].assertion
    'negated'
    """
    regions = [r for r in result if isinstance(r, dict)]
    marked = [r for r in regions if r.get("type") in _LABELS]
    keys = {str(r.get("id")) for r in marked}
    said: dict[str, list[str]] = {}
    errors = [f"the result is {type(r).__name__}; expected an object" for r in result if not isinstance(r, dict)]
    for region in regions:
        kind, key, value = str(region.get("type")), str(region.get("id")), _dict(region.get("value"))
        if kind in _OF_REGION and key in keys:
            said.setdefault(key, []).extend(_strings(value.get(kind if kind != "textarea" else "text")))
        elif kind not in _LABELS:
            errors.append(f"{kind} {key}: belongs to no mark; not read")
    marks = []
    for region in marked:
        found = _marks(region, said.get(str(region.get("id")), []), text)
        errors += [one for one in found if isinstance(one, str)]
        marks += [one for one in found if isinstance(one, Mark)]
    return marks, [lost(file, number, error, doc_id) for error in errors]


def _marks(region: Json, said: Sequence[str], text: str | None) -> list[Mark | str]:
    """A mark for each label of a region, and what is wrong with it."""
    key, value, meta = str(region.get("id")), _dict(region.get("value")), _dict(region.get("meta"))
    words = value.get("text")
    place = _place(value, text, words)
    if place is None:
        return [f"region {key}: has no offsets; expected start and end, or globalOffsets"]
    found = _strings(value.get(str(region.get("type"))))
    if not found:
        return [f"region {key}: has no label; give it one"]
    assertions = list(dict.fromkeys(a for a in map(read_assertion, said) if a is not None))
    if len(assertions) > 1:
        return [f"region {key}: is both {' and '.join(assertions)}; keep one of them"]
    notes = [s.strip() for s in (*said, *_strings(meta.get("text"))) if read_assertion(s) is None and s.strip()]
    named = [m for m in map(_NAMED.fullmatch, notes) if m is not None and is_curie(m["curie"])]
    others = [s for s in notes if s not in [m[0] for m in named]]
    given = [m["curie"] for m in named] + [meta[k] for k in ("concept_id",) if isinstance(meta.get(k), str)]
    curies = list(dict.fromkeys(s for s in (*given, *others) if is_curie(s)))
    if len(curies) > 1:
        return [f"region {key}: has the identifiers {' and '.join(curies)}; keep one of them"]
    mark = Mark(
        f"region {key}", "", *place, words if isinstance(words, str) else None, assertions[0] if assertions else "present", curies[0] if curies else None,
        named[0]["name"] if named else None, "; ".join(s for s in others if s not in curies) or None,
    )  # fmt: skip
    out: list[Mark | str] = []
    for one in found:
        label = read_label(one)
        out.append(mark._replace(label=label) if label is not None else f"region {key}: {unknown_label(one)}")
    return out


def _place(value: Json, text: str | None, words: Any) -> tuple[int, int] | None:
    """Offsets in code points; where the words stand at them only as UTF-16 counts, which older versions wrote, those are meant."""
    for cells in (value, _dict(value.get("globalOffsets"))):
        start, end = cells.get("start"), cells.get("end")
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end:
            if text is None or not isinstance(words, str) or _squeezed(text[start:end]) == _squeezed(words):
                return start, end
            a, b = from_utf16(text, start), from_utf16(text, end)
            return (a, b) if _squeezed(text[a:b]) == _squeezed(words) else (start, end)
    return None


def _squeezed(words: str) -> str:
    return "".join(words.replace("\\n", " ").split())


def from_utf16(text: str, place: int) -> int:
    r"""The offset in code points of one that counts UTF-16 units.

    >>> from_utf16("\U0001f9ec CRS", 3)
    2
    """
    return len(text.encode("utf-16-le")[: 2 * place].decode("utf-16-le", "ignore"))

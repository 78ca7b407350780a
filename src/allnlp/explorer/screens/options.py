"""Concepts of a label whose name holds some letters, as choices of the filters: what the list of a box is narrowed to."""

from __future__ import annotations

from allnlp.collection.facets import facet_counts
from allnlp.collection.groups import label_of
from allnlp.collection.provenance import asked_command
from allnlp.errors import OptionError
from allnlp.explorer.asked import Asked, token
from allnlp.explorer.page import Leaving, Page, python_view, python_words
from allnlp.explorer.sidebar import Box, Option
from allnlp.explorer.state import State
from allnlp.explorer.store import Store

_MOST = 30


def page(store: Store, state: State, found: Asked) -> Page:
    """The choices, the most frequent first."""
    label = label_of(state.one("label", "therapy"))
    if label is None:
        raise OptionError(f"label {state.one('label')!r} is no concept type. Use one as therapy.")
    words = " ".join(state.one("name").split()).casefold()
    frame = facet_counts(store.index, found.filters, label)
    chosen = set(state.all("mentioning"))
    options: list[Option] = []
    for concept_id, name, n in zip(frame["concept_id"], frame["name"], frame["n_documents"], strict=True):
        if words in str(name).casefold() and len(options) < _MOST:
            one = token(label, str(concept_id))
            options.append(Option(one, str(name), int(n), one in chosen, ""))
    box = Box("mentioning", label.capitalize(), label, tuple(options), (), len(frame), False)
    command = asked_command("counts", store.folder, found.filters, {"narrower": True}, words=(label.lower(),))
    call = f"counts({python_words(label.lower())}, narrower=True)"
    return Page("options.html", "Choices", {"box": box}, Leaving(lambda: frame, command, python_view(store.folder, found.filters, call)))

"""The answer of PubMed's search (ESearch): how many records, which, how the query was understood, and what PubMed warns of."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from allnlp.fetching.faults import Fault, body_fault, json_object

_NUMBER = re.compile(r"[0-9]{1,12}")
_WARNINGS = (
    ("errorlist", "phrasesnotfound", "not found: {}"),
    ("errorlist", "fieldsnotfound", "no such field: {}"),
    ("warninglist", "quotedphrasesnotfound", "quoted phrase not found: {}"),
    ("warninglist", "phrasesignored", "left out by PubMed: {}"),
    ("warninglist", "outputmessages", "{}"),
)


class Search(NamedTuple):
    """One search, as it was answered."""

    term: str
    total: int
    pmids: tuple[str, ...]
    history: tuple[str, str] | None  # WebEnv and query_key, under which the server keeps the result for some hours
    translation: str
    warnings: tuple[str, ...]


def read_search(body: bytes, *, term: str, most: int) -> Search | Fault:
    """The search that an answer holds; a fault where its list is shorter than its count.

    >>> read_search(b'{"esearchresult":{"count":"2","idlist":["7","5"],"querykey":"1","webenv":"M"}}', term="t", most=10)[:4]
    ('t', 2, ('7', '5'), ('M', '1'))
    >>> read_search(b'{"esearchresult":{"count":"2","idlist":["7"]}}', term="t", most=10)
    Fault(reason='a list of 1 of 2 PMIDs', is_lasting=False, wait=None)

    Args:
        body: JSON.
        term: that was asked.
        most: PMIDs that were asked for.
    """
    if fault := body_fault(body):
        return fault
    value = json_object(body)
    if isinstance(value, Fault):
        return value
    result = value.get("esearchresult")
    if not isinstance(result, dict) or not _NUMBER.fullmatch(str(result.get("count", ""))):
        return Fault("an answer without a count")
    listed = result.get("idlist", [])
    pmids = tuple(dict.fromkeys(str(one) for one in listed)) if isinstance(listed, list) else ()
    count = int(result["count"])
    expected = min(count, most)
    if len(pmids) != expected or not all(map(_NUMBER.fullmatch, pmids)):
        return Fault(f"a list of {len(pmids)} of {expected} PMIDs")
    key, name = result.get("querykey"), result.get("webenv")
    history = (str(name), str(key)) if key and name else None
    return Search(term, count, pmids, history, str(result.get("querytranslation", "")), warnings_in(result))


def warnings_in(result: dict[str, Any]) -> tuple[str, ...]:
    """What PubMed says of the words of a query, each in one phrase.

    >>> warnings_in({"errorlist": {"phrasesnotfound": ["cartx"]}, "warninglist": {"outputmessages": ["No items found."]}})
    ('not found: cartx', 'No items found.')
    """
    found = []
    for group, key, form in _WARNINGS:
        inner = result.get(group)
        values = inner.get(key) if isinstance(inner, dict) else None
        found += [form.format(value) for value in values if isinstance(value, str) and value.strip()] if isinstance(values, list) else []
    return tuple(dict.fromkeys(found))

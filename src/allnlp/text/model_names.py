"""What a model marks and is no name: a part of a longer one, an adjective, general words."""

from __future__ import annotations

import re

_DASH = r"[-\u2010-\u2013]"
# After a name and a dash these words begin anew ("foxatinib-induced"); any other goes on with the name ("ADP-A2AFP").
_BEGINS = (
    r"(?:induced|based|treated|containing|related|associated|mediated|refractory|resistant|resistance|na[i\u00ef]ve|directed|specific|positive|negative|targeted|"
    r"targeting|exposed|dependent|sensitive|intolerant|free|sparing|loaded|conjugated|emergent|like|plus|and|or|to|therapy|treatment|group|arm|cohort)\b"
)
_GOES_ON = re.compile(rf"{_DASH}(?!{_BEGINS})\w|::|\+\w", re.IGNORECASE)
_BEGAN_BEFORE = re.compile(rf"(?<=\w)(?<!\bpost)(?<!\bpre)(?<!\banti)(?<!\bnon){_DASH}$|::$", re.IGNORECASE)
_ADJECTIVE = re.compile(r"\w+(?:ic|al|ory|ive|ous|ated)", re.IGNORECASE)  # of drugs too: arsenic, phenobarbital
_ORDER = re.compile(r"(?:[\w-]*-)?(?:grade|line|class|generation|stage|term)", re.IGNORECASE)
_GENERAL = re.compile(
    r"(?:[a-z]+ment|therap(?:y|ies)|drugs?|agents?|regimens?|products?|approach(?:es)?|strateg(?:y|ies)|options?|inhibition|doses?|effects?|symptoms?|events?|findings?|"
    r"disorders?|diseases?|behaviou?rs?|intensity|density|conditions?|abnormalit(?:y|ies))",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?:tumou?r|neoplasm|disorder|disease|lesion|mass)(?:s|es)?|\d+-(?:day|week|month|year)s?", re.IGNORECASE)
# What comes after the name of a substance where it is no drug: an enzyme, a stain, a level.
_OTHERWISE = re.compile(r"\s(?:kinase|phosphatase|receptor|synth|transferase|oxidase|transporter|channel|pathway|signal|metabolism|deposit|stain|level\b|levels\b)")
_PLAIN = re.compile(r"[a-z]+(?:[ -][a-z]+)+", re.IGNORECASE)
_DISCLOSED = re.compile(r":\s(?:Honoraria|Consult|Research|Membership|Employment|Current|Other|Speak|Patents|Travel|Equity)")


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a place holds a whole name and not a piece of a longer one, nor a company in a disclosure.

    >>> [stands_alone(t, 0, 3) for t in ("ADP-A2AFP", "ADP-induced", "EWS::FLI1", "ADP: Honoraria", "ADP.")]
    [False, True, False, False, True]
    """
    if _GOES_ON.match(text, end) or _DISCLOSED.match(text, end) or _OTHERWISE.match(text, end):
        return False
    return _BEGAN_BEFORE.search(text, max(0, start - 8), start) is None


def is_general(name: str, kind: str) -> bool:
    """Whether words are an adjective alone, or common words that end in a general one: no name that a list could hold.

    >>> [is_general(n, "THERAPY") for n in ("second-generation", "oncologic therapies", "phenobarbital", "NK-92 therapy")]
    [True, True, False, False]
    >>> is_general("inflammatory", "disease")
    True

    Args:
        name: the words.
        kind: what they are marked as: a kind of ``ner_labels.tsv``.
    """
    if _ORDER.fullmatch(name) or _ALONE.fullmatch(name) or (kind in ("disease", "DISEASE", "TOXICITY") and _ADJECTIVE.fullmatch(name)):
        return True
    return _PLAIN.fullmatch(name) is not None and _GENERAL.fullmatch(name.replace("-", " ").rpartition(" ")[2]) is not None

"""Whom a study treated and with what: age groups, status, diseases, therapies studied, antigens aimed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from allnlp.schema import Mention
from allnlp.text.study_parts import Page
from allnlp.text.study_words import shape


class Cell(NamedTuple):
    """One value of a cell: its normal name, its CURIE or the name itself, the sentence that says it."""

    name: str
    curie: str
    sentence: int
    origin: str = "text"


# Diseases that give way to a kind of theirs which the study names too.
_GENERIC = frozenset(
    (
        "cancer", "neoplasm", "malignancy", "hematologic malignancy", "hematologic neoplasm", "solid tumor", "leukemia", "lymphoma", "acute leukemia", "b-cell malignancy",
        "t-cell malignancy", "b-cell lymphoma", "non-hodgkin lymphoma", "b-cell non-hodgkin lymphoma", "t-cell lymphoma", "lymphoid malignancy", "myeloid malignancy",
        "lymphoproliferative disorder", "plasma cell neoplasm", "myeloid neoplasm", "metastasis", "carcinoma", "sarcoma", "tumor", "indolent lymphoma", "aggressive lymphoma",
        "chronic leukemia", "infection", "disease", "syndrome",
    )
)  # fmt: skip
# Therapies that are named with others rather than studied, unless the title names them.
_SUPPORT = frozenset(("supportive", "phase"))
_CLASSES = frozenset(("class", "modality", None))
_VAGUE = frozenset(
    (
        "chemotherapy", "immunotherapy", "targeted therapy", "combination chemotherapy", "salvage therapy", "cell therapy", "surgery", "monoclonal antibody",
        "salvage chemotherapy", "combination therapy", "intensive chemotherapy", "adoptive immunotherapy", "induction therapy", "supportive care",
    )
)  # fmt: skip
# Words for any therapy of a kind, which say nothing beside a therapy that is named.
_KINDS = frozenset(
    (
        "immunotherapy", "targeted therapy", "cell therapy", "transplantation", "small-molecule inhibitor", "monoclonal antibody", "antibody", "combination therapy",
        "salvage therapy", "adoptive cell therapy", "adoptive immunotherapy", "induction therapy", "supportive care",
    )
)  # fmt: skip
_GIVEN = shape(
    r"\b(?:receiv\w*|treated with|treatment with|therapy with|treat\w* (?:\w+ ){0,3}with|given|administ\w*|infus\w*|combin\w*|plus|added to|addition of|versus|vs\.?|or|and|undergo\w*|underwent|undergone|assigned to|random\w*|with|of|after|evaluat\w*|investigat\w*|efficacy|safety|effects?|compar\w*)\b[^.;:]{0,50}$"
)
_TAKEN = shape(
    r"\b(?:received|receiving|treated with|treatment with|assigned to(?: receive)?|given|infused with|randomi[sz]ed to(?: receive)?|combined with|in combination with|efficacy of|safety of)\b[^.;:]{0,75}$"
)
# Between a name and the class that it is of: "tisagenlecleucel CAR T cells"; "epcoritamab, a novel, subcutaneous bispecific antibody"
_OF_CLASS = shape(r"\W{0,3}|,\s(?:an?|the)\s[^:;.]{0,60}")
_CLASS_OF = shape(r"\W{0,3}")
_GIVEN_AFTER = shape(
    r"[^.;:]{0,30}?\b(?:was|were) (?:\w+ )?(?:given|administered|infused|added|initiated|started|delivered|performed|used)\b|[\s,(]{1,3}(?:n\s?=\s?\d|\d+ (?:patients|pts)\b)"
)
# Another group, or what was not done: "as compared with adults", "unlike in children"
_OTHER_GROUP = shape(
    r"\b(?:than (?:in|that of)|unlike|as in|range of exposure in|compared (?:with|to)|observed in|reported in|similar to(?: that in)?|not)\s(?:the\s)?$"
)
_NO_GROUP = shape(
    r"[\s-](?:(?:\w+\s){0,3}(?:group\b(?! of)|hospital|oncology group|cancer group|unit|department|society|consortium|network|study group|center)|t-cell|onset|life|stem|tissue|type|hemoglobin|worms?)"
)
_BEFORE_STUDY = shape(
    r"\b(?:prior|previous\w*|history of|exposed to|failed|failure of|refractory to|relapsed after|after|following|ineligible for|eligible for|candidates? for)\s(?:\w+[\s-]){0,4}$"
)
_MINOR_STATUS = frozenset(
    ("active disease", "MRD-positive", "MRD-negative", "primary refractory", "triple-class-refractory", "de novo", "chemosensitive", "remission", "early relapse", "late relapse",
     "second complete remission", "post-transplant relapse", "early-stage", "unresectable", "relapsing", "chronic phase", "second relapse")
)  # fmt: skip
_PATIENTS_AFTER = shape(r"(?:[\s,/-]+[\w()+/-]+){0,5}?[\s,]+(?:patients|pts|adults|children|cases|individuals)\b")
_PATIENTS_BEFORE = shape(
    r"\b(?:patients|pts|adults|children|individuals|participants|subjects|those)\b(?: \([^()]*\))? (?:[\w-]+ ){0,5}?(?:with|had|having|who had|for)\b[^.;:]{0,30}$"
)
_AIMED = shape(
    r"(?:[\s/-]*(?:and|or|x|\u00d7|/|-)?\s?[\w+]{0,8}){0,2}[\s\-\u2010-\u2015]*(?:(?:directed|targeted|targeting|specific|based|redirected|positive|bispecific|dual|tandem|negative)[\s\-,]*)?(?:[\w()\u2010-\u2015-]+\s){0,3}?$"
)
_AIMED_BEFORE = shape(
    r"\b(?:target(?:s|ing|ed)?|against|directed (?:at|to|against|toward)|specific for|binds?(?: to)?|recogni[sz]\w+|anti|bind a \w+ epitope on)[\s-][^.;:]{0,40}$"
)
# A registry's lines: "CONDITIONS: Myeloma."; "INTERVENTIONS: Lenalidomide (drug; also called Revlimid): 25 mg."
_CONDITIONS = "conditions: "
_INTERVENTION = shape(
    r"[^.;:()]{0,40}?\s\((?:drug|biological|genetic|procedure|radiation|combination product|dietary supplement|device)\b(?=[;)])"
)
_NOT_AIMED = ("-deplet", " deplet", "-select", " select")
_OLDER = "older adult"
_VAGUE_AGES = frozenset(("young", "younger adult", "middle-aged adult", "very old"))
# Age groups that the words of a size name: "63 adult patients"
_OF_SIZE = (
    ("adult", "mesh:D000328", ("adult",)), ("child", "mesh:D002648", ("child", "pediatric", "paediatric")),
    ("older adult", "mesh:D000368", ("elderly", "older ")), ("adolescent", "mesh:D000293", ("adolescent",)), ("infant", "mesh:D007223", ("infant",)),
)  # fmt: skip
# Status that the words of a size name: "25 newly diagnosed patients"
_STATUS_OF_SIZE = (
    ("newly diagnosed", "allnlp:newly-diagnosed", ("newly diagnosed", "newly-diagnosed")), ("relapsed or refractory", "allnlp:relapsed-or-refractory", ("relapsed or ref", "relapsed/ref", "r/r")),
    ("untreated", "allnlp:untreated", ("untreated",)),
)  # fmt: skip
_WHO = shape(r"\b(?:eligib\w+|enrol\w+|includ\w+|recruit\w+|received|treated|aged?|underwent|analy[sz]ed|studied|participa\w+)\b")
_SURVIVORS_OF = shape(r"(?:childhood|pa?ediatric)\b")
_SHORT = 8  # sentences of a document in which a single mention counts
_PLACES = ("title", "aim", "methods", "results", "own")


def age_groups(page: Page, mentions: Sequence[Mention], size: Mention | None) -> list[Cell]:
    """Age groups of those who were studied, from the title, the document's own work and the words of its main size."""
    found = [m for m in mentions if m.subtype == "age_group" and m.assertion != "negated" and not _is_other_group(page, m)]
    titled = {m.name for m in found if page.parts[m.sentence] == "title"}
    out: dict[str, Cell] = {}
    for m in found:
        part = page.parts[m.sentence]
        if part in ("background", "conclusions", "other") and m.name not in titled:
            continue
        if m.name not in titled and (m.name in _VAGUE_AGES or (part in ("results", "own") and (titled or not _says_who(page, m)))):
            continue
        out.setdefault(m.name, Cell(m.name, m.concept_id or m.name, m.sentence))
    _add_of_size(out, _OF_SIZE, page, size)
    if _OLDER in out and "adult" in out and not (titled and "adult" in titled and _OLDER not in titled):
        del out["adult"]
    return list(out.values())


def _add_of_size(out: dict[str, Cell], names: Sequence[tuple[str, str, tuple[str, ...]]], page: Page, size: Mention | None) -> None:
    """Adds what the words of the main size say of its patients."""
    if size is not None:
        said = page.low[size.start : size.end]
        for name, curie, words in names:
            if name not in out and any(word in said for word in words):
                out[name] = Cell(name, curie, size.sentence)


def _says_who(page: Page, m: Mention) -> bool:
    """Whether a sentence says who was studied."""
    s = page.sentences[m.sentence]
    return _WHO.search(page.low, s.start, s.end) is not None


def _is_other_group(page: Page, m: Mention) -> bool:
    if _SURVIVORS_OF.match(page.low, m.start) and "survivor" in page.low[max(0, m.start - 60) : m.end + 60]:
        return True  # "adult survivors of childhood leukemia"
    return bool(_OTHER_GROUP.search(page.low, max(0, m.start - 40), m.start) or _NO_GROUP.match(page.low, m.end))


def disease_status(page: Page, mentions: Sequence[Mention], size: Mention | None, *, is_review: bool) -> list[Cell]:
    """Status of those who were studied: relapsed or refractory, newly diagnosed ..."""
    out: dict[str, Cell] = {}
    found = [m for m in mentions if m.subtype == "disease_status" and m.assertion != "negated"]
    titled = any(page.parts[m.sentence] == "title" for m in found)
    for m in found:
        part = page.parts[m.sentence]
        if part != "title":
            if m.name in _MINOR_STATUS or (part not in _PLACES and not (is_review and not titled)):
                continue
            if (titled or part in ("own", "results")) and not is_review and not _of_patients(page, m):
                continue
        out.setdefault(m.name, Cell(m.name, m.concept_id or m.name, m.sentence))
    _add_of_size(out, _STATUS_OF_SIZE, page, size)
    if "relapsed or refractory" in out:
        for name in ("relapsed", "refractory"):
            out.pop(name, None)
    if "newly diagnosed" in out:
        out.pop("de novo", None)
    return list(out.values())


def _of_patients(page: Page, m: Mention) -> bool:
    """Whether a status is said of patients: "25 newly diagnosed patients", "adults with relapsed ..."."""
    return (
        _PATIENTS_AFTER.match(page.low, m.end) is not None or _PATIENTS_BEFORE.search(page.low, max(0, m.start - 70), m.start) is not None
    )


def diseases(page: Page, mentions: Sequence[Mention], *, is_review: bool) -> list[Cell]:
    """Diseases that were treated or studied: the title's; where it names none, or only a kind, those of the aim and methods."""
    found = [m for m in mentions if m.assertion in ("present", "hypothetical") and not page.low.endswith("non-", 0, m.start)]
    chosen = [m for m in found if page.parts[m.sentence] == "title"]
    listed = [m for m in found if page.low.startswith(_CONDITIONS, page.starts[m.sentence])]
    if listed:
        both = [*chosen, *listed]
        return _cells([m for m in both if m.name.lower() not in _GENERIC] or both)
    special = [m for m in chosen if m.name.lower() not in _GENERIC]
    if special:
        return _cells(special)
    aim = [m for m in found if page.parts[m.sentence] in ("aim", "methods") and m.name.lower() not in _GENERIC]
    if aim and (chosen or not is_review):
        return _cells(aim)
    own = [
        m
        for m in found
        if page.parts[m.sentence] in ("own", "results")
        and m.name.lower() not in _GENERIC
        and _PATIENTS_BEFORE.search(page.low, max(0, m.start - 90), m.start)
    ]
    if own and not is_review:
        return _cells(own)
    if chosen:
        return _cells(chosen)
    exact = [m for m in found if m.name.lower() not in _GENERIC] or found
    counts: dict[str, float] = {}
    for m in exact:
        counts[m.name] = counts.get(m.name, 0) + (1.0 if page.parts[m.sentence] in _PLACES else 0.5)
    most = max(counts.values(), default=0.0)
    return (
        _cells([m for m in exact if counts[m.name] == most])
        if most > 1 or is_review or len(page.sentences) < _SHORT
        else _cells(exact[:1] if most == 1 and exact is not found else [])
    )


def therapies(page: Page, mentions: Sequence[Mention], *, is_review: bool) -> list[Cell]:
    """Therapies studied, by how the title, the aim and the methods speak of them."""
    scores: dict[str, float] = {}
    first: dict[str, Mention] = {}
    for before, m in zip((None, *mentions), mentions, strict=False):
        if m.assertion == "negated":
            continue
        key = m.concept_id or m.name
        held = first.get(key)
        if held is None or _ORDER[page.parts[m.sentence]] < _ORDER[page.parts[held.sentence]]:
            first[key] = m
        if held is None or scores[key] < _ENOUGH:
            is_support = m.subtype in _SUPPORT and not (before is not None and _is_partner(page, before, m))
            scores[key] = scores.get(key, 0.0) + _studied(page, m, is_review, is_support)
    kept = [key for key, score in scores.items() if score >= (_ENOUGH if not is_review else _ENOUGH_OF_REVIEW)]
    named = [k for k in kept if first[k].subtype not in _CLASSES and first[k].name not in _VAGUE]
    if named:
        titled = [first[k] for k in named if page.parts[first[k].sentence] == "title"]
        kept = [k for k in kept if k in named or _stands_alone(page, first[k], titled)]
    if any(first[k].name not in _VAGUE and first[k].name not in _KINDS for k in kept):
        kept = [k for k in kept if first[k].name not in _KINDS]
    return list(_cells_of_parts([first[k] for k in sorted(kept, key=lambda k: first[k].start)], first))


_ENOUGH, _ENOUGH_OF_REVIEW = 2.5, 1.5
_ORDER = MappingProxyType({"title": 0, "aim": 1, "methods": 1, "own": 2, "results": 2, "conclusions": 3, "other": 4, "background": 4})
_WORTH = MappingProxyType({"aim": 2.0, "methods": 1.5, "own": 1.0, "results": 0.7})


def _stands_alone(page: Page, m: Mention, titled: Sequence[Mention]) -> bool:
    """Whether a class or a general word is studied beside named therapies: not where it says what one of them is."""
    if page.parts[m.sentence] != "title":
        return not titled and m.subtype in _CLASSES and m.name not in _VAGUE
    return m.name in _VAGUE or not any(
        _OF_CLASS.fullmatch(page.low, t.end, m.start) if t.end <= m.start else _CLASS_OF.fullmatch(page.low, m.end, t.start) for t in titled
    )


def _cells_of_parts(chosen: Sequence[Mention], first: Mapping[str, Mention]) -> Iterator[Cell]:
    """Therapies once each; a regimen without a name of its own as its drugs."""
    by_name = {m.name: (key, m) for key, m in first.items()}
    seen: set[str] = set()
    for m in chosen:
        for name in m.name.split(" + ") if m.concept_id is None and " + " in m.name else (m.name,):
            key, held = by_name.get(name, (name, m))
            if name not in seen:
                seen.add(name)
                yield Cell(name, key, held.sentence)


_STEROIDS = frozenset(("dexamethasone", "prednisone", "prednisolone", "methylprednisolone"))
_JOINED = shape(r"(?:\s?\([^()]{1,12}\))?(?:,?\s(?:and|plus|with)\s|,\s|\s?[+/]\s?|-)(?:(?:low|high)-dose\s|oral\s)?")


def _is_partner(page: Page, before: Mention, m: Mention) -> bool:
    """Whether a steroid stands in a list with a drug that it is given with: "bortezomib and dexamethasone"."""
    return m.name in _STEROIDS and before.subtype not in _SUPPORT and _JOINED.fullmatch(page.low, before.end, m.start) is not None


def _studied(page: Page, m: Mention, is_review: bool, is_support: bool) -> float:
    part = page.parts[m.sentence]
    if part == "title":
        return 1.5 if is_support else 4.0
    if m.assertion == "historical" or is_support:
        return 0.0
    if page.low[page.starts[m.sentence] : m.start] in ("", "interventions: ") and _INTERVENTION.match(page.low, m.end):
        return 4.0
    if part == "background" and not is_review:
        return 0.1
    if part not in _WORTH:
        return 1.0 if is_review or part == "conclusions" else 0.5
    before = page.low[max(page.starts[m.sentence], m.start - 95) : m.start]
    if _BEFORE_STUDY.search(before[-60:]):
        return 0.0
    if _TAKEN.search(before) or _GIVEN_AFTER.match(page.low, m.end):
        return _WORTH[part] + 2.0
    return _WORTH[part] + (0.8 if _GIVEN.search(before[-70:]) else 0.0)


def antigens(
    page: Page,
    mentions: Sequence[Mention],
    given: Sequence[Mention],
    studied: Sequence[Cell],
    targets: Mapping[str, Sequence[tuple[str, str]]],
) -> list[Cell]:
    """Antigens that the therapies aim at: those that stand beside a mention of a therapy (``given``); else those of the studied therapies' rows."""
    out: dict[str, Cell] = {}
    for m in mentions:
        if m.name not in out and _is_aimed_at(
            page, m, [t for t in given if t.sentence == m.sentence and t.assertion in ("present", "hypothetical")]
        ):
            out[m.name] = Cell(m.name, m.concept_id or m.name, m.sentence)
    said = {c.curie for c in out.values()}
    for cell in studied:
        rows = targets.get(cell.curie, ())
        if rows and not any(curie in said for curie, _ in rows):
            for curie, name in rows:
                out.setdefault(name, Cell(name, curie, cell.sentence, cell.name))
    return list(out.values())


def _is_aimed_at(page: Page, m: Mention, therapies: Sequence[Mention]) -> bool:
    if not therapies or page.parts[m.sentence] == "other" or page.low.startswith(_NOT_AIMED, m.end):
        return False
    for t in therapies:
        if t.start >= m.end and t.start - m.end < 60 and _AIMED.fullmatch(page.low, m.end, t.start):
            return not _BEFORE_STUDY.search(page.low, max(0, m.start - 60), m.start)
        if t.end <= m.start < t.end + 80 and _AIMED_BEFORE.search(page.low, t.end, m.start):
            return True
    return False


def _cells(mentions: Sequence[Mention]) -> list[Cell]:
    out: dict[str, Cell] = {}
    for m in mentions:
        out.setdefault(m.name, Cell(m.name, m.concept_id or m.name, m.sentence))
    return list(out.values())

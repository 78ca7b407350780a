"""Counts CAR T-cell products, target antigens and toxicities, and holds every count against a search that knows nothing of allnlp.

    python benchmarks/demonstration.py FOLDER ABSTRACTS

FOLDER is an annotated folder of ABSTRACTS, JSON Lines with title, abstract and year. The search is a regular expression for each
name, written by hand, over title and abstract. Documents that only one of the two finds stand with the reason: what was found on
reading the place, else what allnlp itself reads there. A place that has neither is "not read". docs/demonstration.md has the
tables and what they mean.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import allnlp
from allnlp.collection.collection import Collection
from allnlp.errors import NothingFound

FIRST_YEAR = 2017  # of the trends that are printed


class Asked(NamedTuple):
    """A concept that is counted, and the words that name it."""

    name: str  # as allnlp is asked
    words: str  # regular expression, in any case unless it says otherwise
    narrower: bool = False


PRODUCTS = (
    Asked("tisagenlecleucel", r"\btisa[- ]?cel\b|tisagenlecleucel|kymriah|\bctl[- ]?019\b"),
    Asked("axicabtagene ciloleucel", r"\baxi[- ]?cel\b|axicabtagene|yescarta|\bkte[- ]?c19\b"),
    Asked("brexucabtagene autoleucel", r"\bbrexu[- ]?cel\b|brexucabtagene|tecartus|\bkte[- ]?x19\b"),
    Asked("lisocabtagene maraleucel", r"\bliso[- ]?cel\b|lisocabtagene|breyanzi|\bjcar[- ]?017\b"),
    Asked("idecabtagene vicleucel", r"\bide[- ]?cel\b|idecabtagene|abecma|\bbb[- ]?2121\b"),
    Asked("ciltacabtagene autoleucel", r"\bcilta[- ]?cel\b|ciltacabtagene|carvykti|\bjnj[- ]?68284528\b|\blcar[- ]?b38m\b"),
    Asked("obecabtagene autoleucel", r"\bobe[- ]?cel\b|obecabtagene|aucatzyl|\bauto[- ]?1\b"),
    Asked("relmacabtagene autoleucel", r"\brelma[- ]?cel\b|relmacabtagene|carteyva|\bjwcar[- ]?029\b"),
    Asked("equecabtagene autoleucel", r"\beque[- ]?cel\b|equecabtagene|fucaso|\bct[- ]?103a\b"),
    Asked("zevorcabtagene autoleucel", r"\bzevor[- ]?cel\b|zevorcabtagene|\bct[- ]?053\b"),
    Asked("inaticabtagene autoleucel", r"\binati[- ]?cel\b|inaticabtagene|\bcnct[- ]?19\b"),
    Asked("varnimcabtagene autoleucel", r"varnimcabtagene|\bvar-cel\b|\bari[- ]?0001\b"),
    Asked("talicabtagene autoleucel", r"\btali[- ]?cel\b|talicabtagene|nexcar ?19|actalycabtagene|\bhcar[- ]?19\b"),
)
ANTIGENS = (
    Asked("antigen:PD-1", r"\bPD-?1(?!\d)|\bPDCD1\b|\bCD279\b|programmed (?:cell[- ])?death[- ](?:protein |receptor )?-?1\b"),
    Asked("antigen:PD-L1", r"\bPD-?L-?1\b|\bB7-?H1\b|\bCD274\b|programmed (?:cell[- ])?death[- ]ligand[- ]?1\b"),
    Asked("antigen:CD19", r"\bCD-?19(?!\d)"),
    Asked("antigen:CD20", r"\bCD-?20(?!\d)|\bMS4A1\b"),
    Asked("antigen:CD38", r"(?<![A-Za-z])CD-?38(?!\d)"),
    Asked("antigen:CD123", r"\bCD-?123(?!\d)|\bIL-?3R ?(?:A|a|α)|interleukin[- ]3 receptor"),
    Asked("antigen:BCMA", r"BCMA\b|B[- ]cell maturation antigen|\bTNFRSF17\b|\bCD269\b"),
    Asked("antigen:CD33", r"\bCD-?33(?!\d)|siglec-?3\b"),
    Asked("antigen:EGFR", r"(?-i:\bEGFR\b)|(?<!human )\bepidermal growth factor receptor(?![- ]2)|\berbB-?1\b"),
    Asked("antigen:CTLA-4", r"\bCTLA-?4\b|cytotoxic T[- ]lymphocyte[- ](?:associated )?(?:antigen|protein)[- ]?4|\bCD152\b"),
    Asked("antigen:HER2", r"\bHER-?2\b|\b(?:c-)?ERBB-?2\b|human epidermal growth factor receptor[- ]2"),
    Asked("antigen:CD7", r"\bCD-?7(?!\d)"),
    Asked("antigen:CD22", r"\bCD-?22(?!\d)"),
    Asked("antigen:WT1", r"\bWT-?1\b|Wilms'? tumou?r (?:gene |protein )?1"),
    Asked("antigen:CD30", r"\bCD-?30(?!\d)|\bTNFRSF8\b|\bKi-?1\b"),
    Asked("antigen:CD47", r"\bCD-?47(?!\d)"),
    Asked("antigen:CD10", r"\bCD-?10(?!\d)|\bCALLA\b"),
    Asked("antigen:CD25", r"(?<![A-Za-z])CD-?25(?!\d)|\bIL-?2R(?:A|α)?\b|(?-i:\bTac\b)"),
    Asked("antigen:CD70", r"\bCD-?70(?!\d)"),
    Asked("antigen:CD5", r"\bCD-?5(?!\d)"),
    Asked("antigen:CD79b", r"\bCD-?79b\b"),
    Asked("antigen:FLT3", r"\bFLT-?3|\bCD135\b|(?:FMS|fms)-(?:like|related) tyrosine kinase[- ]3"),
    Asked("antigen:B7-H3", r"\bB7-?H3\b|\bCD276\b"),
    Asked("antigen:LAG-3", r"\bLAG-?3\b|\bCD223\b|lymphocyte[- ]activation gene[- ]3"),
    Asked("antigen:GPRC5D", r"\bGPRC5D\b|G protein-coupled receptor (?:class|family) C group 5 member D"),
)
TOXICITIES = (
    Asked(
        "toxicity:adverse event",
        r"\badverse[- ](?:\w+ )?(?:event|effect|reaction)s?\b|\bside[- ]effects?\b|\btoxicit(?:y|ies)\b"
        r"|(?-i:\bS?AEs?\b|\bTE?AEs?\b|\bTRAEs?\b)",
    ),
    Asked("toxicity:infection", r"\binfections?\b"),
    Asked("toxicity:neutropenia", r"\bneutropa?enia\b|granulocytopa?enia|agranulocytosis"),
    Asked("toxicity:thrombocytopenia", r"\bthrombocytopa?enia\b"),
    Asked("toxicity:dose-limiting toxicity", r"dose[- ]limiting (?:toxicit|adverse)|\bDLTs?\b"),
    Asked("toxicity:diarrhea", r"\bdiarrho?ea"),
    Asked("toxicity:anemia", r"\bana?emia\b"),
    Asked(
        "toxicity:treatment-related death",
        r"\b(?:\w*therapy|treatment|drug|toxicity|transplant\w*)[- ](?:related|associated) (?:mortality|deaths?)\b"
        r"|\bTRM\b|\btoxic deaths?\b",
    ),
    Asked("toxicity:febrile neutropenia", r"\bfebrile neutropa?enia|\bneutropa?enic fever"),
    Asked("toxicity:cytokine release syndrome", r"cytokine[- ]release|(?-i:\bCRS\b)|cytokine storm"),
    Asked("toxicity:fatigue", r"\bfatigue\b|\btiredness\b"),
    Asked("toxicity:nausea", r"\bnausea\b"),
    Asked("toxicity:peripheral neuropathy", r"\b(?:poly)?neuropath(?:y|ies)\b"),
    Asked("toxicity:fever", r"\bfevers?\b|\bpyrexia\b"),
    Asked(
        "toxicity:gastrointestinal toxicity",
        r"\b(?:gastro-?intestinal|GI) (?:\w+ )?(?:toxicit|adverse|side|symptom|disturb|complain|event)\w*",
    ),
    Asked("toxicity:chronic graft-versus-host disease", r"\bc(?:hronic )?GVHD|\bchronic graft[- ](?:versus|vs\.?|v)[- ]host"),
    Asked("toxicity:mucositis", r"\bmucositis\b|\bstomatitis\b"),
    Asked("toxicity:pneumonia", r"\bpneumonias?\b"),
    Asked("toxicity:graft-versus-host disease", r"GVHD\b|\bgraft[- ](?:versus|vs\.?|v)[- ]host\b", narrower=True),
    Asked("toxicity:rash", r"\brash(?:es)?\b"),
    Asked("toxicity:neurotoxicity", r"\bneurotoxicit|\bneurologic(?:al)? toxicit"),
    Asked(
        "toxicity:immune effector cell-associated neurotoxicity syndrome",
        r"(?-i:\bICANS\b)|immune effector cell[- ‐-―]associated neuro",
    ),
)
PAIRED = ("antigen:CD19", "antigen:BCMA", TOXICITIES[9].name, TOXICITIES[-1].name)  # with each product

READ_AS = {  # what allnlp has at the place that the search found
    "ANTIGEN": "another antigen",
    "TOXICITY": "a longer or narrower name",
    "OUTCOME": "an outcome",
    "DISEASE": "a disease of the patient",
    "THERAPY": "part of a therapy's name",
    "GENE_ALTERATION": "an altered gene",
    "BIOMARKER": "a marker",
    "POPULATION": "a trait of the patients",
    "PROCEDURE": "part of a scale or a test",
}
READ_IN = "08757c649113cd10def240831aa3d7ef1e25b3779b3c9b125bee7e2287baee0f"  # SHA-256 of the file whose records are meant below
READ: dict[str, dict[str, tuple[int, ...]]] = {  # found on reading, in documents counted by one only or not as present
    "antigen:PD-1": {
        "a receptor's expression or signal, no target": (
            172, 193, 485, 509, 830, 955, 1859, 2231, 2304, 2307, 2452, 2461, 2466, 2479, 2482, 2501, 2513, 2561, 2604, 2655, 2664,
            2683, 2852, 2874,
        ),
        "allnlp at fault: blocked, so a target": (910, 1573, 2306, 2315),
    },
    "antigen:PD-L1": {
        "a ligand's expression or signal, no target": (
            79, 80, 136, 143, 224, 460, 476, 484, 513, 521, 534, 593, 639, 826, 848, 872, 929, 1859, 1876, 2222, 2231, 2265, 2268,
            2272, 2283, 2285, 2286, 2323, 2325, 2452, 2461, 2499, 2500, 2655, 2665, 2674, 2683, 2846, 2859, 2867, 2882,
        ),
        "allnlp at fault: blocked, so a target": (800, 910, 2254),
    },
    "antigen:CD19": {
        "a marker of B cells": (2344, 2421, 2505, 2506, 2508, 2509, 2511, 2660, 2856),
        "allnlp at fault: aim of an antibody": (2498,),
    },
    "antigen:CD38": {"a marker of stem cells": (280, 349, 1233, 1390, 2679)},
    "antigen:EGFR": {
        "a gene's state or signal": (172, 639, 653, 669, 677, 682, 774, 779, 865, 2648),
        "a kinase that is spared": (603,),
        "allnlp at fault: aim of an antibody": (763,),
    },
    "antigen:CTLA-4": {
        "a receptor's expression or signal, no target": (287, 2250, 2452, 2664, 2665),
        "allnlp at fault: inhibited, so a target": (2253,),
    },
    "antigen:HER2": {"a gene's state or signal": (748, 804, 806, 2452, 2631)},
    "antigen:CD22": {"a mutant mouse": (2509,)},
    "antigen:WT1": {
        "a gene's state or its transcript": (515, 1101, 1142, 1297, 1358, 1368, 1375, 1469, 1775, 1946, 1978, 2468, 2895),
        "allnlp at fault: aim of T cells": (1669,),
    },
    "antigen:CD30": {"a marker of lymphoma": (700,), "allnlp lacks the name Ki-1 (a marker here)": (2589, 2750)},
    "antigen:CD25": {"a gene's expression": (193, 1608), "allnlp lacks the names IL-2R and Tac (targets here)": (2792, 2809)},
    "antigen:CD5": {"a marker of lymphocytes": (252, 2019, 2473, 2744, 2875)},
    "antigen:FLT3": {
        "a gene's state or signal": (124, 216, 457, 497, 1196, 1309, 1395, 1583, 1649, 2111, 2401, 2642, 2955),
        "allnlp lacks the spelling of an alteration": (1399, 1424, 1757, 2022),
        "allnlp at fault: inhibited, so a target": (873, 1270, 1878),
    },
    "antigen:LAG-3": {
        "a receptor's expression or signal, no target": (511, 2304, 2478, 2479, 2665),
        "allnlp at fault: aim of a therapy": (243, 800),
    },
    "toxicity:adverse event": {
        "another sense: financial, on the outlook, in the tube or an assay": (624, 974, 1390, 1530, 2159, 2318, 2948, 2970),
        "another meaning of the short form": (2467,),
        "allnlp at fault: said to occur": (45, 2606),
        "negated, none that is unexpected": (861, 897, 921, 1106, 1787),
        "allnlp at fault: harm of a therapy": (847, 2516),
    },
    "toxicity:neutropenia": {"allnlp at fault: function, not number": (2696,)},
    "toxicity:infection": {
        "infected cells of a laboratory": (504, 1308, 2115, 2474, 2648),
        "allnlp at fault: a complication of the therapy": (916, 2793),
    },
    "toxicity:thrombocytopenia": {
        "an inherited disease": (987, 1930),
        "allnlp at fault: caused by the therapy": (158, 2962),
        "allnlp at fault: risk that was measured": (2294,),
    },
    "toxicity:diarrhea": {"a sign of a disease or of poisoning": (11, 2521, 2544)},
    "toxicity:anemia": {"allnlp at fault: caused by the therapy": (2416,), "allnlp at fault: a disease": (542,)},
    "toxicity:treatment-related death": {
        "allnlp lacks the name chemotherapy-related death": (754,),
        "allnlp at fault: occurred, but not more often": (1299,),
        "hypothetical, but measured": (1657,),
    },
    "toxicity:graft-versus-host disease": {"allnlp at fault: occurred, but not more often": (2808,)},
    "toxicity:chronic graft-versus-host disease": {"allnlp at fault: occurred, but not more often": (365,)},
    "toxicity:mucositis": {"allnlp at fault: of the stomach": (440, 2444)},
    "toxicity:cytokine release syndrome": {"release of cytokines, no syndrome": (680, 1967, 2521)},
    "toxicity:fatigue": {
        "a scale, or a symptom that is scored": (154, 163, 286, 722, 1201, 1867, 1874, 2964),
        "a sign of a disease": (84,),
    },
    "toxicity:fever": {"a sign of a disease": (400, 470, 631, 1833, 2521, 2888, 2952)},
    "toxicity:pneumonia": {"allnlp at fault: an adverse event": (217,)},
    "toxicity:rash": {"a sign of a disease": (221, 295, 1833), "allnlp at fault: caused by the therapy": (2387,)},
}

Reasons = defaultdict[str, list[int]]


class Counts(NamedTuple):
    """Documents of one concept, by the record's number in the file."""

    asked: Asked
    present: frozenset[int]
    all: frozenset[int]  # negated, hypothetical and historical mentions too
    found: frozenset[int]  # by the search
    agrees: bool  # counts, evidence and trend give the same


def texts(path: Path) -> dict[int, tuple[str, int | None]]:
    """Title and abstract, and the year, of each record by its number."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {
        i: (f"{row.get('title') or ''}\n{row.get('abstract') or ''}", int(row["year"]) if row.get("year") else None)
        for i, row in enumerate(rows, 1)
    }


@functools.cache
def counts_of(view: Collection, label: str, narrower: bool) -> dict[str, int]:
    """Documents of each concept of a label."""
    frame = view.counts(label, narrower=narrower).groupby("name")["n_documents"].sum()
    return {str(name): int(n) for name, n in frame.items()}


def documents(view: Collection, asked: Asked, records: Mapping[str, int], years: Mapping[int, int | None]) -> tuple[frozenset[int], bool]:
    """Documents that allnlp counts; whether its count, its evidence and its trend are of the same documents."""
    label = asked.name.partition(":")[0] if ":" in asked.name else "therapy"
    name = asked.name.removeprefix(f"{label}:")
    n = counts_of(view, label, asked.narrower).get(name, 0)
    try:
        evidence = view.evidence(f"{label}:{name}", narrower=asked.narrower)
    except NothingFound:
        return frozenset(), n == 0
    numbers = frozenset(records[doc_id] for doc_id in evidence.rows["doc_id"])
    trend = view.trend(f"{label}:{name}", narrower=asked.narrower)
    by_year = {int(y): int(k) for y, k in zip(trend["year"], trend["n_documents"], strict=True) if k}
    own = Counter(y for y in (years[i] for i in numbers) if y is not None)
    return numbers, n == evidence.n_documents == len(numbers) and by_year == dict(own)


def counted(collection: Collection, rows: Mapping[int, tuple[str, int | None]], group: Iterable[Asked]) -> list[Counts]:
    """Counts of a group by allnlp and by the search."""
    records = dict(zip(collection.documents["doc_id"], collection.documents["source_record"].astype(int), strict=True))
    years = {i: year for i, (_, year) in rows.items()}
    everything = including_all(collection)
    out = []
    for asked in group:
        present, first = documents(collection, asked, records, years)
        found_all, second = documents(everything, asked, records, years)
        words = re.compile(asked.words, re.IGNORECASE)
        found = frozenset(i for i, (text, _) in rows.items() if words.search(text))
        out.append(Counts(asked, present, found_all, found, first and second))
    return out


def judged(asked: Asked, record: int, otherwise: str) -> str:
    """What was found on reading a document, else what holds otherwise."""
    return next((words for words, read in READ.get(asked.name, {}).items() if record in read), otherwise)


def reason(asked: Asked, text: str, mentions: Iterable[Any]) -> str:
    """What allnlp reads at the places where only the search finds a concept."""
    mentions, labels = list(mentions), Counter[str]()
    for hit in re.finditer(asked.words, text, re.IGNORECASE):
        labels.update({m.label for m in mentions if m.start < hit.end() and hit.start() < m.end})
    known = [label for label in READ_AS if labels[label]]
    return READ_AS[max(known, key=lambda label: labels[label])] if known else "not read"


def line(*cells: object) -> str:
    """A row of a table."""
    return f"| {' | '.join(str(c) for c in cells)} |"


def head(*cells: str) -> str:
    """The first two rows of a table, numbers to the right."""
    return f"{line(*cells)}\n|---|{'---:|' * (len(cells) - 1)}"


def said(reasons: Mapping[str, list[int]]) -> str:
    """Reasons with the number of documents, most frequent first; records where they are few or unexpected."""
    parts = []
    for words, records in sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0])):
        shown = f" (record {', '.join(map(str, records))})" if len(records) <= 3 or words.startswith(("allnlp", "not read")) else ""
        parts.append(f"{len(records)} {words}{shown}")
    return "; ".join(parts)


def short(asked: Asked) -> str:
    """The name without its label."""
    return asked.name.rpartition(":")[2] + (" with its kinds" if asked.narrower else "")


def main() -> None:
    """Prints the tables as markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="annotated folder")
    parser.add_argument("abstracts", type=Path, help="the JSON Lines that it was made of")
    given = parser.parse_args()
    collection, rows = allnlp.open(given.folder), texts(given.abstracts)
    if len(rows) != len(collection.documents):
        parser.error(f"{given.abstracts}: {len(rows):,} records; {given.folder} has another number. Annotate this file.")
    if hashlib.sha256(given.abstracts.read_bytes()).hexdigest() != READ_IN:
        READ.clear()  # records of another file
    asked = {"Products": PRODUCTS, "Antigens": ANTIGENS, "Toxicities": TOXICITIES}
    groups = {title: counted(collection, rows, group) for title, group in asked.items()}
    dated = sum(year is not None for _, year in rows.values())
    print(f"{len(rows):,} documents, {dated:,} with a year.")
    print_counts(groups)
    print_reasons([c for found in groups.values() for c in found], rows, mentions_of(collection))
    print_pairs(collection, {c.asked.name: c for found in groups.values() for c in found})
    print_trends(collection, groups)


@functools.cache
def including_all(collection: Collection) -> Collection:
    """A view in which negated, hypothetical and historical mentions count too."""
    return collection.where(include="all")


def mentions_of(collection: Collection) -> dict[int, list[Any]]:
    """Mentions of each record by its number."""
    numbers = collection.documents[["doc_id", "source_record"]]
    mentions: dict[int, list[Any]] = {i: [] for i in numbers["source_record"].astype(int).tolist()}
    rows: Iterable[Any] = collection.mentions.merge(numbers, on="doc_id").itertuples()
    for row in rows:
        mentions[row.source_record].append(row)
    return mentions


def print_counts(groups: Mapping[str, list[Counts]]) -> None:
    """Documents of each concept by allnlp and by the search."""
    for title, found in groups.items():
        columns = ("concept", "present", "all", "search", "both", "only allnlp", "only search", "evidence and trend agree")
        print(f"\n## {title}\n\n{head(*columns)}")
        for c in found:
            sets = (c.present, c.all, c.found, c.all & c.found, c.all - c.found, c.found - c.all)
            print(line(short(c.asked), *map(len, sets), "yes" if c.agrees else "NO"))


def print_reasons(found: Iterable[Counts], rows: Mapping[int, tuple[str, int | None]], mentions: Mapping[int, list[Any]]) -> None:
    """Why documents are counted by one of the two, or are not counted as present."""
    print(f"\n## Why they differ\n\n{line('concept', 'only search', 'only allnlp', 'all, but not present')}\n|---|---|---|---|")
    for c in found:
        other, own, hidden = Reasons(list), Reasons(list), Reasons(list)
        for i in sorted(c.found - c.all):
            other[judged(c.asked, i, reason(c.asked, rows[i][0], mentions[i]))].append(i)
        for i in sorted(c.all - c.found):
            lacks = "a name that the search lacks"
            own[judged(c.asked, i, lacks) if i in c.present else lacks].append(i)
        for i in sorted(c.all - c.present):
            name = short(c.asked).removesuffix(" with its kinds")
            states = {m.assertion for m in mentions[i] if m.name == name or (c.asked.narrower and m.name.endswith(name))}
            hidden[judged(c.asked, i, " and ".join(sorted(states)))].append(i)
        if other or own or hidden:
            print(line(short(c.asked), said(other), said(own), said(hidden)))


def print_pairs(collection: Collection, by_name: Mapping[str, Counts]) -> None:
    """Documents that name both of two concepts: by allnlp, by its evidence and by the search."""
    everything = including_all(collection)
    print(f"\n## Together\n\n{head('product', 'with', 'present', 'all', 'search', 'evidence', 'only one of them')}")
    for row in (product.name for product in PRODUCTS if by_name[product.name].all):
        for column in PAIRED:
            pairs = [view.cooccurrence(row, column) for view in (collection, everything)]
            n = [int(pair.frame["n_both"].sum()) for pair in pairs]
            a, b = by_name[row], by_name[column]
            both, found = a.all & b.all, a.found & b.found
            opened = [pair.evidence(0).n_documents if len(pair) else 0 for pair in pairs]
            agrees = "yes" if opened == n == [len(a.present & b.present), len(both)] else "NO"
            print(line(short(a.asked), short(b.asked), n[0], n[1], len(found), agrees, ", ".join(map(str, sorted(both ^ found))) or "none"))


def print_trends(collection: Collection, groups: Mapping[str, list[Counts]]) -> None:
    """Documents a year with share and 95 % interval; the last year is marked."""
    for title, found in groups.items():
        rows = {}
        for c in (c for c in found if c.present):
            label = "therapy:" if title == "Products" else ""
            trend = collection.trend(label + c.asked.name, narrower=c.asked.narrower)
            rows[short(c.asked)] = trend[trend["year"] >= FIRST_YEAR]
        years = next(iter(rows.values()))
        marks = [f"{y}{'*' if last else ''} ({n})" for y, n, last in years[["year", "n_total", "is_incomplete"]].itertuples(index=False)]
        print(f"\n## {title} by year\n\n{head('concept', *marks)}")
        for name, trend in rows.items():
            cells = trend[["n_documents", "share", "ci_low", "ci_high"]].itertuples(index=False)
            print(line(name, *(f"{n}: {100 * s:.1f} % ({100 * low:.1f}-{100 * high:.1f})" if n else "0" for n, s, low, high in cells)))


if __name__ == "__main__":
    main()

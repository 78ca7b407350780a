"""A small annotated folder for queries, by hand: assertions, sections, narrower concepts, a label by context; all of it is invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from allnlp.schema import Concept, Document, Mention, Sentence, Study
from allnlp.tables import FolderWriter

# name in the folder: label, CURIE, normal name, next broader
CONCEPTS: dict[str, tuple[str, str | None, str, tuple[str, ...]]] = {
    "tisagenlecleucel": ("THERAPY", "ncit:C102758", "tisagenlecleucel", ("x:cart",)),
    "axi-cel": ("THERAPY", "x:axi", "axicabtagene ciloleucel", ("x:cart",)),
    "CAR-T": ("THERAPY", "x:cart", "CAR T-cell therapy", ()),
    "invent-cel": ("THERAPY", None, "invent-cel", ()),
    "CRS": ("TOXICITY", "mesh:D000080424", "cytokine release syndrome", ()),
    "ICANS": ("TOXICITY", "mesh:C000722498", "immune effector cell-associated neurotoxicity syndrome", ("mesh:D020258",)),
    "neurotoxicity": ("TOXICITY", "mesh:D020258", "neurotoxicity", ()),
    "infection": ("TOXICITY", "mesh:D007239", "infection", ()),
    "Infection": ("DISEASE", "mesh:D007239", "infection", ()),
    "B-ALL": ("DISEASE", "ncit:C8644", "B-cell acute lymphoblastic leukemia", ("ncit:C3167",)),
    "ALL": ("DISEASE", "ncit:C3167", "acute lymphoblastic leukemia", ()),
    "CR": ("OUTCOME", "ncit:C4870", "complete remission", ()),
    "relapsed or refractory": ("POPULATION", "x:rr", "relapsed or refractory", ()),
}
SECTION = {"T": "title", "B": "background", "M": "methods", "R": "results", "C": "conclusions"}
CUES = {"-": "negated", "?": "hypothetical", "~": "historical"}  # before a name in braces

# section and sentence, with {names}
TEXTS: dict[str, tuple[str, ...]] = {
    "a1": ("T {tisagenlecleucel} in {B-ALL}", "M We treated \U0001f9ec {B-ALL}.", "R {CRS} was seen after {tisagenlecleucel}.", "R No {-ICANS} was seen.", "C {CR} is likely."),
    "a2": ("T {axi-cel} and a cytokine storm", "R {CRS} was seen and {ICANS} too.", "C {?infection} may follow {axi-cel}."),
    "a3": ("T {CAR-T} for {ALL}", "B Prior {~CRS} was known.", "R {neurotoxicity} was seen, no {-CRS}."),
    "a4": ("T {relapsed or refractory} {B-ALL}", "B {Infection} is a disease here.", "R {infection} was an event; {CR} was reached."),
    "a5": ("T {invent-cel}, a new product", "R Neither {-CRS} nor {-ICANS}.", "R A second {CRS} came later."),
    "a6": ("T Nothing of note", "R The cytokine  storms were two."),
    "a7": ("T {tisagenlecleucel} again",),
}  # fmt: skip
FACTS: dict[str, dict[str, Any]] = {
    "a1": {"year": 2018, "journal": "Blood Invented", "pmid": "111", "doi": "10.1000/a(1)", "authors": ("Maude, Ann B",)},
    "a2": {"year": 2020, "journal": "Blood Invented", "authors": ("Zhang Y",)},
    "a3": {"year": 2022, "journal": "J Invent"},
    "a4": {"pmid": "444"},
    "a5": {"year": 2024, "journal": "blood letters"},
    "a6": {"year": 2020},
    "a7": {"duplicate_of": "a1"},
}
STUDIES: dict[str, tuple[str, tuple[str, ...]]] = {"a1": ("phase 1", ("children",)), "a2": ("phase 1/2", ("adults",)), "a3": ("review", ())}


def build(folder: Path) -> Path:
    """Write the folder; a7 is a duplicate of a1."""
    with FolderWriter(folder) as writer:
        mentions: list[Mention] = []
        for doc_id, lines in TEXTS.items():
            text, sentences, own = _read(doc_id, lines)
            writer.write("documents", [Document(doc_id, title=text.partition("\n")[0], text=text, **FACTS[doc_id])])
            writer.write("sentences", sentences)
            mentions += own
        writer.write("mentions", mentions)
        by_id = {curie: (name, label, normal, broader) for name, (label, curie, normal, broader) in reversed(CONCEPTS.items()) if curie}
        writer.write(
            "concepts",
            [
                Concept(curie, label, normal, ("x:syn",) if name == "CRS" else (), broader, (), (f"{name}: 3",), 1, sum(m.concept_id == curie for m in mentions), 0, 2018, 2024)
                for curie, (name, label, normal, broader) in sorted(by_id.items())
            ],
        )  # fmt: skip
        for doc_id, (study_type, groups) in STUDIES.items():
            row: dict[str, Any] = dict.fromkeys(Study._fields, ()) | dict.fromkeys(("n_patients", "median_follow_up_months", "review_reason"))
            writer.write("studies", [Study(**row | {"doc_id": doc_id, "study_type": study_type, "age_groups": groups, "needs_review": False})])
        writer.finish({"versions": {"allnlp": "0.0"}, "terminology": "t", "inputs": []})
    return folder


def _read(doc_id: str, lines: tuple[str, ...]) -> tuple[str, list[Sentence], list[Mention]]:
    text = ""
    sentences: list[Sentence] = []
    mentions: list[Mention] = []
    for i, line in enumerate(lines):
        section, _, words = line.partition(" ")
        text += "\n" if i else ""
        start = len(text)
        for j, part in enumerate(words.replace("{", "}").split("}")):
            name = part.lstrip("-?~") if j % 2 else part
            if j % 2:
                label, curie, normal, _ = CONCEPTS[name]
                assertion = CUES.get(part[0], "present")
                mentions.append(Mention(doc_id, len(mentions), i, len(text), len(text) + len(name), name, label, None, curie, normal, assertion, None, None, None, "terms", "r"))
            text += name
        sentences.append(Sentence(doc_id, i, SECTION[section], start, len(text)))
    return text, sentences, mentions

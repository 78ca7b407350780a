"""A small annotated folder with what is hard to hand on: wide characters, quotes, overlaps, parts of words, odd ids; all of it is invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from allnlp.schema import Concept, Document, Mention, Sentence
from allnlp.tables import FolderWriter

CD19, CRS, TISA, MARROW = "hgnc:1633", "mesh:D000080424", "ncit:C102758", "allnlp:marrow-relapse"

TITLE = "Tisa-cel \U0001f9ec in Burkitt's <leukemia> & lymphoma."
SENTENCES = (
    ("methods", "METHODS: Of 34 children, CAR19 cells were given after \u03b3-irradiation."),
    ("methods", "A history of CRS led to exclusion."),
    ("results", 'RESULTS: No CRS\u2028was seen; "marrow relapse" may follow.'),
)
ABSTRACT = " ".join(s for _, s in SENTENCES)

# doc_id, label, concept, name, words, assertion, its cue
_MENTIONS = (
    ("101", "THERAPY", TISA, "tisagenlecleucel", "Tisa-cel", "present", None),
    ("101", "DISEASE", None, "Burkitt's <leukemia>", "Burkitt's <leukemia>", "present", None),
    ("101", "DISEASE", None, "lymphoma", "<leukemia> & lymphoma", "present", None),
    ("101", "POPULATION", None, "34 children", "34 children", "present", None),
    ("101", "POPULATION", None, "children", "children", "present", None),
    ("101", "CONSTRUCT", None, "chimeric antigen receptor", "CAR", "present", None),
    ("101", "ANTIGEN", CD19, "CD19", "19", "present", None),
    ("101", "TOXICITY", CRS, "cytokine release syndrome", "CRS led", "historical", "history of"),
    ("101", "TOXICITY", CRS, "cytokine release syndrome", "CRS\u2028was", "negated", "No"),
    ("101", "OUTCOME", MARROW, "marrow relapse", "marrow relapse", "hypothetical", "may"),
    ("10.1/A b", "TOXICITY", CRS, "cytokine release syndrome", "CRS", "present", None),
    ("10.1/a_B", "ANTIGEN", CD19, "CD19", "CD19", "present", None),
    ("105", "TOXICITY", None, "graft-versus-host disease", "Graft\nversus host", "present", None),
    ("105", "TOXICITY", CRS, "cytokine release syndrome", "CRS", "present", None),
)  # fmt: skip
DOCUMENTS = {
    "101": Document(
        "101", pmid="101", doi="10.1/x", title=TITLE, abstract=ABSTRACT, text=f"{TITLE}\n{ABSTRACT}", journal="J Invent", year=2018,
        publication_date="2018-05",
    ),
    "10.1/A b": Document("10.1/A b", doi="10.1000/a#b", abstract="Only an abstract with CRS.", text="Only an abstract with CRS."),
    "10.1/a_B": Document("10.1/a_B", title="Only a title on CD19.", text="Only a title on CD19."),
    "nothing": Document("nothing", title="No mention here.", abstract="Nor here.", text="No mention here.\nNor here."),
    "105": Document("105", title="Graft", abstract="versus host disease, and CRS.", text="Graft\nversus host disease, and CRS."),
    "106": Document("106", title="Graft", abstract="versus host disease, and CRS.", duplicate_of="105"),
}  # fmt: skip


def _sentences(document: Document) -> list[Sentence]:
    title = len(document.title)
    found = [("title", 0, title)] if title else []
    if document.abstract:
        first = document.text.index(document.abstract)
        of_101 = document.doc_id == "101"
        for section, words in SENTENCES if of_101 else (("other", document.abstract),):
            found.append((section, document.text.index(words, first), document.text.index(words, first) + len(words)))
    return [Sentence(document.doc_id, i, *one) for i, one in enumerate(found)]


def _mentions(document: Document, sentences: list[Sentence]) -> list[Mention]:
    out: list[Mention] = []
    for doc_id, label, concept, name, words, assertion, cue in _MENTIONS:
        if doc_id != document.doc_id:
            continue
        start = document.text.index(words)
        place = document.text.index(cue) if cue else None
        sentence = next(s.sentence for s in sentences if s.start <= start < s.end)
        out.append(
            Mention(
                doc_id, len(out), sentence, start, start + len(words), words, label, None, concept, name, assertion, cue, place,
                place + len(cue) if cue and place is not None else None, "terms", f"{label.lower()}:{words}",
            )
        )  # fmt: skip
    return out


def build(folder: Path) -> Path:
    """Write the folder; the last document is a duplicate."""
    facts: dict[str, Any] = {CD19: ("ANTIGEN", "CD19"), CRS: ("TOXICITY", "cytokine release syndrome"), TISA: ("THERAPY", "tisagenlecleucel")}
    facts[MARROW] = ("OUTCOME", "marrow relapse")
    with FolderWriter(folder) as writer:
        for document in DOCUMENTS.values():
            sentences = _sentences(document) if document.duplicate_of is None else []
            writer.write("documents", [document])
            writer.write("sentences", sentences)
            writer.write("mentions", _mentions(document, sentences) if sentences else [])
        writer.write("concepts", [Concept(c, *said, (), (), (), (), 1, 1, 0, 2018, 2018) for c, said in sorted(facts.items())])
        writer.finish({"versions": {"allnlp": "0.0"}, "terminology": "t", "inputs": []})
    return folder

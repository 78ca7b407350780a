"""An annotated folder of random mentions, the same each time; every word of it is invented."""

from __future__ import annotations

import random
from pathlib import Path

from allnlp.schema import ASSERTIONS, Concept, Document, Mention, Sentence, Study
from allnlp.tables import FolderWriter

CONCEPTS = (
    # label, concept_id, name, broader
    ("THERAPY", "t:any", "any cells", ()),
    ("THERAPY", "t:one", "cells one", ("t:any",)),
    ("THERAPY", "t:two", "cells two", ("t:one",)),
    ("THERAPY", "t:pill", "pill", ()),
    ("TOXICITY", "x:harm", "harm", ()),
    ("TOXICITY", "x:fever", "fever", ("x:harm",)),
    ("TOXICITY", "x:rash", "rash", ("x:harm",)),
    ("TOXICITY", "x:both", "infection", ()),
    ("DISEASE", "x:both", "infection", ()),
    ("DISEASE", "d:one", "illness", ()),
    ("POPULATION", "p:child", "child", ()),
)
SECTIONS = ("title", "background", "results", "results", "conclusions")


def build(folder: Path, *, seed: int = 7, documents: int = 220) -> Path:
    """Write the folder; each tenth document is a duplicate, each seventh has no year."""
    rng = random.Random(seed)
    rows: dict[str, list[object]] = {table: [] for table in ("documents", "sentences", "mentions", "studies")}
    with FolderWriter(folder) as writer:
        for d in range(documents):
            doc_id, text, sentences, mentions = f"d{d:03d}", "", [], []
            for number in range(rng.randint(1, 5)):
                start = len(text)
                text += f"Sentence {number}"
                for _ in range(rng.choice((0, 1, 2, 3))):
                    label, concept_id, name, _ = rng.choice(CONCEPTS)
                    listed = rng.random() > 0.1
                    text += " "
                    begin = len(text)
                    word = name if listed else f"odd {label.lower()}"
                    text += word
                    mentions.append(
                        Mention(
                            doc_id, len(mentions), number, begin, len(text), word, label, None, concept_id if listed else None, word,
                            rng.choices(ASSERTIONS, (8, 2, 1, 1))[0], "cue" if rng.random() < 0.3 else None, None, None, "terms", f"r:{name}",
                        )
                    )  # fmt: skip
                text += "."
                sentences.append(Sentence(doc_id, number, SECTIONS[number], start, len(text)))
                text += " "
            facts = {
                "year": None if d % 7 == 3 else rng.randint(2015, 2020),
                "journal": rng.choice(("J One", "J Two")),
                "duplicate_of": "d000" if d % 10 == 9 else None,
                "authors": ("Invented A",),
            }
            rows["documents"].append(Document(doc_id, title="A title", text=text, **facts))
            rows["sentences"] += sentences
            rows["mentions"] += mentions
            blank = dict.fromkeys(Study._fields, ())
            blank |= {"doc_id": doc_id, "n_patients": None, "median_follow_up_months": None, "needs_review": False, "review_reason": None}
            study_type, ages = rng.choice(("phase 1", "review")), rng.choice(((), ("child",), ("adult",), ("child", "adult")))
            rows["studies"].append(Study(**{**blank, "study_type": study_type, "age_groups": ages, "age_groups_sentences": (0,) * len(ages)}))
        for table, of in rows.items():
            writer.write(table, of)
        seen = {}
        for label, concept_id, name, broader in CONCEPTS:
            seen.setdefault(concept_id, Concept(concept_id, label, name, (), broader, (), (f"{name}: 5",), 1, 5, 0, 2015, 2020))
        writer.write("concepts", list(seen.values()))
        writer.finish({"versions": {"allnlp": "0.0"}, "terminology": "t", "inputs": [], "counts": {}})
    return folder

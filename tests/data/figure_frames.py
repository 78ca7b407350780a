"""Tables that figures are drawn from, by hand; all numbers and some names are invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

Sizes = Mapping[tuple[str, str], int]  # documents of a label and a name

LONG = "immune effector cell-associated haemophagocytic lymphohistiocytosis-like syndrome of the second kind"
THERAPIES = ("novacabtagene", "blinatumomab", "conditioning", "allogeneic haematopoietic stem cell transplantation", "vincristine")
TOXICITIES = ("cytokine release syndrome", "infection", LONG, "anaemia", "pancreatitis", "fever")


def sizes(n_rows: int = 5, n_columns: int = 6) -> tuple[Sizes, Sizes]:
    """Therapies and toxicities with their documents, as many as are wanted."""
    rows = [*THERAPIES, *(f"drug {i} of a class with a long name" for i in range(n_rows))][:n_rows]
    columns = [*TOXICITIES, *(f"toxicity number {i}" for i in range(n_columns))][:n_columns]
    return {("THERAPY", t): 300 - 9 * i for i, t in enumerate(rows)}, {("TOXICITY", t): 260 - 7 * i for i, t in enumerate(columns)}


def pairs(a: Sizes, b: Sizes, *, n_total: int = 1000, level: str = "document", seed: int = 3, full: float = 0.7) -> pd.DataFrame:
    """A co-occurrence table of two sides."""
    random = np.random.default_rng(seed)
    rows = []
    for (label_a, name_a), n_a in a.items():
        for (label_b, name_b), n_b in b.items():
            if (label_a, name_a) == (label_b, name_b) or random.random() > full:
                continue
            n = int(min(n_a, n_b, max(1, round(n_a * n_b / n_total * 2 ** random.normal(0, 1.5)))))
            rows.append((f"x:{name_a}", name_a, label_a, f"x:{name_b}", name_b, label_b, level, n, n_a, n_b, n_total))
    names = ["concept_a", "name_a", "label_a", "concept_b", "name_b", "label_b", "level", "n_both", "n_a", "n_b", "n_total"]
    frame = pd.DataFrame(rows, columns=names)
    n, n_a, n_b = (frame[c].to_numpy(dtype=float) for c in ("n_both", "n_a", "n_b"))
    frame["expected"] = n_a * n_b / n_total
    frame["lift"] = n / frame["expected"]
    frame["npmi"] = np.log(frame["lift"]) / -np.log(n / n_total)
    frame["jaccard"] = n / (n_a + n_b - n)
    frame["association_strength"] = frame["lift"] / n_total
    frame["log_likelihood"] = 2 * n * np.abs(np.log(frame["lift"]))
    frame["odds_ratio"] = (n + 0.5) * (n_total - n_a - n_b + n + 0.5) / ((n_a - n + 0.5) * (n_b - n + 0.5))
    return frame.assign(odds_low=frame["odds_ratio"] / 2, odds_high=2 * frame["odds_ratio"], p_value=0.01, q_value=0.02, score=n / 2, n_documents=frame["n_both"], n_sentences=frame["n_both"])  # fmt: skip


def trend(names: Sequence[str], *, first: int = 2010, last: int = 2026, incomplete: bool = True) -> pd.DataFrame:
    """A trend table."""
    rows = []
    for k, name in enumerate(names):
        for i, year in enumerate(range(first, last + 1)):
            total = 40 + 3 * i
            share = min(0.9, 0.02 * (k + 1) * (1 + i / 4))
            n = round(share * total)
            interval = (max(n / total - 0.05, 0), n / total + 0.06)
            rows.append((f"x:{name}", "THERAPY", name, year, n, total, n / total, *interval, incomplete and year == last, first))
    return pd.DataFrame(rows, columns=["concept_id", "label", "name", "year", "n_documents", "n_total", "share", "ci_low", "ci_high", "is_incomplete", "first_year"])  # fmt: skip


def counts(documents: Sequence[tuple[str, str, int]], n_total: int = 3000) -> pd.DataFrame:
    """A table of counts from label, name and documents."""
    frame = pd.DataFrame(documents, columns=["label", "name", "n_documents"])
    share = frame["n_documents"] / n_total
    low, high = (share * 0.8).clip(0, 1), (share * 1.2 + 0.0002).clip(0, 1)
    return frame.assign(concept_id="x:" + frame["name"], n_total=n_total, share=share, ci_low=low, ci_high=high, n_mentions=2 * frame["n_documents"], n_negated=0, first_year=2010, last_year=2024)  # fmt: skip


def compared(names: Sequence[str], *, totals: tuple[int, int] = (157, 1530), same: bool = False) -> pd.DataFrame:
    """A table of two sets; the first concept of the first set is in none of its documents."""
    rows = []
    for i, name in enumerate(names):
        n = (round(totals[0] * 0.04 * i), round(totals[1] * (0.04 * i if same else 0.3 / (i + 1))))
        shares = (n[0] / totals[0], n[1] / totals[1])
        apart = shares[0] - shares[1]
        rows.append((f"x:{name}", "TOXICITY", name, n[0], totals[0], shares[0], n[1], totals[1], shares[1], apart, apart - 0.05, apart + 0.05, 1.0, 0.5, 0.5))
    columns = "concept_id label name n_1 total_1 share_1 n_2 total_2 share_2 difference ci_low ci_high ratio p_value q_value".split()
    return pd.DataFrame(rows, columns=columns)


def nodes(of: Sizes) -> pd.DataFrame:
    """Nodes with their counts."""
    rows = [(f"x:{name}", label, name, n, 2 * n, 2015 + i % 7) for i, ((label, name), n) in enumerate(of.items())]
    return pd.DataFrame(rows, columns=["concept_id", "label", "name", "n_documents", "n_mentions", "mean_year"])

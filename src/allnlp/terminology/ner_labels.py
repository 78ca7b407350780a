"""What the labels of a model stand for."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType

from allnlp.terminology.tables import Terminology


def kinds(terminology: Terminology, model: str) -> Mapping[str, str]:
    """Kind of each label that the vocabulary knows of a model; of several rows the one of the most specific glob.

    >>> from allnlp.terminology import load
    >>> kinds(load(), "en_ner_bc5cdr_md")["CHEMICAL"], kinds(load(), "en_core_web_sm")["PERSON"]
    ('chemical', 'ignore')

    Args:
        terminology: the vocabulary.
        model: name of the model's package.

    Returns:
        A mapping of labels to chemical, disease, gene, ignore or one of our labels. A label that is not in it is known to no row.
    """
    rows = [r for r in terminology.ner_labels if fnmatchcase(model, r.model)]
    return MappingProxyType({r.label: r.kind for r in sorted(rows, key=lambda r: (specificity(r.model), r.model))})


def specificity(glob: str) -> int:
    """How much of a name a glob says: its characters that are no wildcards.

    >>> specificity("en_core_*") > specificity("*"), specificity("en_core_sci_sm")
    (True, 14)
    """
    return sum(c not in "*?" for c in glob)

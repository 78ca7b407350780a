"""Models of named entities as packages: which there are, which are installed, how one is fetched; nothing here loads one.

Loading lives in ``components.ner``.
"""

from __future__ import annotations

from allnlp.models.installation import Plan, install, plan
from allnlp.models.installed import Package, find_package, installed_version, package_in
from allnlp.models.listing import Inspection, ListedModel, list_models
from allnlp.models.pipelines import unneeded
from allnlp.models.sources import Source, missing, read_sources, source_of

__all__ = [
    "Inspection",
    "ListedModel",
    "Package",
    "Plan",
    "Source",
    "find_package",
    "install",
    "installed_version",
    "list_models",
    "missing",
    "package_in",
    "plan",
    "read_sources",
    "source_of",
    "unneeded",
]

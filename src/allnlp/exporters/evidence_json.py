"""An evidence table as one JSON object."""

from __future__ import annotations

import json

from allnlp.collection.evidence_table import EvidenceTable
from allnlp.collection.frames import records


def evidence_json(evidence: EvidenceTable) -> str:
    """The table, its cells, what fills no column, the references, the notes and the options."""
    body = {
        "table": records(evidence.table),
        "cells": records(evidence.cells),
        "left_out": records(evidence.left_out),
        "references": records(evidence.references),
        "notes": list(evidence.notes),
        "options": evidence.options,
    }
    return json.dumps(body, ensure_ascii=False, indent=1)

"""Records of PubMed and Europe PMC, fetched whole into one file; what is in them is for the readers to say.

Inside the room imports run downwards: fetch > pubmed, europepmc, output > connection, windows, unfinished > search, records,
question, harvest > faults. No other room opens the network.
"""

from __future__ import annotations

from allnlp.fetching.connection import Pace
from allnlp.fetching.fetch import Fetched, count_records, fetch_records
from allnlp.fetching.harvest import Found, Progress
from allnlp.fetching.question import query_of

__all__ = ["Fetched", "Found", "Pace", "Progress", "count_records", "fetch_records", "query_of"]

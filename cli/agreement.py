"""What ngspice said of a learned network, as two files in its run's folder: a summary and a table of every output."""

from __future__ import annotations

JSON = "verification.json"
TABLE = "verification.csv"

"""What every examination needs, imported once in the server that its processes are forked from; nothing is computed."""

from __future__ import annotations

from ...solvers.nodal import analyses as analyses
from . import examination as examination

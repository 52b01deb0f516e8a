"""answers.yaml out to Excel and Word and back, for people who do not open JupyterLab.

A document carries what was exported, so an import changes only what was edited in it, and never
what somebody else changed in answers.yaml meanwhile. It is taken whole or not at all.
"""

from __future__ import annotations

from wa_kit.exchange.coming_back import Change, Imported, Prefer, bring_back
from wa_kit.exchange.going_out import export
from wa_kit.exchange.opened import Format

__all__ = ["Change", "Format", "Imported", "Prefer", "bring_back", "export"]

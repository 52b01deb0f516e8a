"""What the evidence suggests for each question: the machine's half of an answer, and summary.json.

A suggestion cites counts and findings and says what it did not see; it never gives the answer.
"""

from __future__ import annotations

from wa_kit.suggestions.drafts import shortened, why_unknown
from wa_kit.suggestions.one import suggest
from wa_kit.suggestions.parts import (
    WA_TOOL_LIMIT,
    Blind,
    Changes,
    Standing,
    Stores,
    Suggestion,
    Summary,
    Trouble,
)
from wa_kit.suggestions.troubles import blind_spots, troubles
from wa_kit.suggestions.whole import owners_of, summarise
from wa_kit.wording import listing, plural

__all__ = [
    "WA_TOOL_LIMIT",
    "Blind",
    "Changes",
    "Standing",
    "Stores",
    "Suggestion",
    "Summary",
    "Trouble",
    "blind_spots",
    "listing",
    "owners_of",
    "plural",
    "shortened",
    "suggest",
    "summarise",
    "troubles",
    "why_unknown",
]

"""Whether a pattern sees an event: EventBridge rules, and metric filters of CloudWatch Logs. Pure.

Patterns are evaluated against an event, never compared with a text that we expect: order, spaces,
quotes and the way round make no difference. What this package does not know raises
``PatternError``; it never guesses.
"""

from wa_kit.event_patterns.filters import filter_matches
from wa_kit.event_patterns.rules import rule_matches
from wa_kit.event_patterns.shared import Event, PatternError

__all__ = ["Event", "PatternError", "filter_matches", "rule_matches"]

"""Charts as plain data in plotly's JSON form, each with the table that says the same."""

from wa_kit.charts.bars import Bars, coverage, key_ages, levels, outcomes
from wa_kit.charts.figure import NOT_READ, PLOTLY, Chart, label
from wa_kit.charts.flows import Flows
from wa_kit.charts.key_map import key_map
from wa_kit.charts.lineage import lineage
from wa_kit.charts.told import customer_managed, rotation, said

__all__ = [
    "NOT_READ",
    "PLOTLY",
    "Bars",
    "Chart",
    "Flows",
    "coverage",
    "customer_managed",
    "key_ages",
    "key_map",
    "label",
    "levels",
    "lineage",
    "outcomes",
    "rotation",
    "said",
]

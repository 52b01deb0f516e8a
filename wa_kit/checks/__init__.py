"""Checks: small pure functions that judge one row each.

The first line of a check's docstring is its title, the rest is why it matters. Its parameters
say what it needs: the row it judges; then any ``Rows[OtherRow]`` it joins, any view made of such
tables (``KeyRing``, ``KeyUsers``), or ``context: Context``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import get_args, get_origin, get_type_hints

import msgspec

from wa_kit.evidence import tables_for
from wa_kit.model import Context, Effort, Row, Rows, Severity, Verdict
from wa_kit.protection import View

CheckFunction = Callable[..., Verdict]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One registered check: its words, what it judges, and what it joins."""

    id: str
    title: str
    why: str
    severity: Severity
    effort: Effort
    remedy: str
    docs: str
    judges: type[Row]
    joins: dict[str, type[Row]]  # parameter -> table
    views: dict[str, type[View]]  # parameter -> view
    wants_context: str | None
    about: str | None  # the subject in answers.yaml and all below it, for what people attest
    see: str | None  # instead of the row's own
    can_fail: bool
    function: CheckFunction

    @property
    def needs(self) -> list[type[Row]]:
        """Every collected table that this check judges or joins."""
        views = (table for view in self.views.values() for table in view.reads)
        return tables_for((self.judges, *self.joins.values(), *views))

    @property
    def service(self) -> str:
        return getattr(self.judges, "service", "Every data store")


CHECKS: dict[str, Check] = {}


def check(
    *,
    severity: Severity,
    remedy: str,
    docs: str,
    effort: Effort = "medium",
    about: str | None = None,
    see: str | None = None,
    can_fail: bool = True,
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a function as a check. Questionnaires name it by the function's name.

    ``about`` names a subject of answers.yaml (``artefacts/encryption-policy``): the check then
    judges that attestation alone, or each of those below it (``artefacts``). ``effort`` is what
    the remedy takes: small for a setting, large where data has to be copied. A check that cannot
    fail is shown, and counts for no pass.
    """

    def register(function: CheckFunction) -> CheckFunction:
        title, _, why = (inspect.getdoc(function) or "").partition("\n\n")
        hints = get_type_hints(function)
        hints.pop("return")
        judged, *others = hints
        joins = {n: get_args(hints[n])[0] for n in others if get_origin(hints[n]) is Rows}
        views = {n: hints[n] for n in others if n not in joins and hints[n] is not Context}
        CHECKS[function.__name__] = Check(
            id=function.__name__,
            title=title,
            why=why,
            severity=severity,
            effort=effort,
            remedy=remedy,
            docs=docs,
            judges=hints[judged],
            joins=joins,
            views=views,
            wants_context=next((n for n in others if hints[n] is Context), None),
            about=about,
            see=see,
            can_fail=can_fail,
            function=function,
        )
        return function

    return register


for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)  # importing a check registers it

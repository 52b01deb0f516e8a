"""Not having looked is never a verdict: each operation refused or garbled in turn, end to end.

The company is read once. For each operation, the tables that may use it are read again under the
fault, and everything is judged again.
"""

from __future__ import annotations

import pytest

from wa_kit import run, simulated
from wa_kit.answers import Answers, attestations
from wa_kit.aws import action, open_gate
from wa_kit.checks import CHECKS
from wa_kit.evidence import COLLECTORS, gather
from wa_kit.judging import judge
from wa_kit.model import Evidence, Outcome
from wa_kit.workload import Workload

ACCOUNT = "222233334444"
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")
SHAPES = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthFailure")
GARBAGE = ("html", "empty", "cut", "list", "wrong-type")


class Company:
    """The estate, what a clean run of it finds, and what it finds under a fault."""

    def __init__(self, estate):
        self.estate = estate
        for fault in estate.faults:  # the company's own denied corner would hide others
            fault.lift()
        self.context = Workload().context(
            now=estate.now, account=ACCOUNT, partition="aws", regions=REGIONS
        )
        self.clean, self.calls = self.read(list(COLLECTORS))
        self.found = self.judged(self.clean)

    def read(self, tables):
        gate, _ = open_gate(
            endpoint_url=self.estate.endpoint, region="us-east-1", attempts=1, max_rate=10_000
        )
        with gate:
            evidence = gather(gate, ACCOUNT, REGIONS, tables)
            return evidence, dict(gate.calls)

    def judged(self, evidence):
        whole = evidence.plus(attestations(Answers(), ACCOUNT))
        found = judge(whole, CHECKS.values(), self.context)
        return {(f.check, f.resource, f.region): f for f in found}

    def under(self, operation):
        """Evidence in which the tables that may use ``operation`` were read again."""
        needed = action(operation)
        tables = [t for t, collector in COLLECTORS.items() if needed in collector.actions]
        again, _ = self.read(tables)
        names = {table.__name__ for table in tables}
        kept = [row for row in self.clean.rows if type(row).__name__ not in names]
        looks = [look for look in self.clean.looks if look.table not in names]
        fresh = [row for row in again.rows if type(row).__name__ in names]
        return Evidence([*kept, *fresh], [*looks, *again.looks])


@pytest.fixture(scope="module")
def company():
    patch = pytest.MonkeyPatch()
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with simulated.serve(ACCOUNT) as estate:
        simulated.found(estate)
        yield Company(estate)
    patch.undo()


def wrong(company, evidence):
    """Everything that a refusal turned into something else than unknown.

    A finding or row may be gone only where something else says, for the same check or table and
    the same region, that not all was read.
    """
    now = company.judged(evidence)
    unread = {(f.check, f.region) for f in now.values() if f.reason and f.reason.not_read}
    partly = {(look.table, look.region) for look in evidence.looks if look.not_read}
    partly |= {(type(row).__name__, row.region) for row in evidence.rows if row.unread}
    rows = {(type(row).__name__, row.arn, row.region) for row in evidence.rows}
    for key, finding in now.items():
        before = company.found.get(key)
        if finding.outcome is Outcome.UNKNOWN:
            continue
        if before is None or before.outcome is not finding.outcome:
            yield f"{key} became {finding.outcome}: {finding.because}"
    for check, resource, region in company.found.keys() - now.keys():
        if not unread & {(check, region), (check, "global")}:
            yield f"the finding {check} on {resource} in {region} was lost"
    for row in company.clean.rows:
        table = type(row).__name__
        gone = (table, row.arn, row.region) not in rows
        if gone and not partly & {(table, row.region), (table, "global")}:
            yield f"the row {row.arn} of {table} was lost"


@pytest.mark.parametrize("shape", SHAPES)
def test_each_operation_denied_in_turn_is_unknown_and_names_the_permission(company, shape):
    assert len(company.calls) > 40
    for operation in sorted(company.calls.keys() - {"sts:GetCallerIdentity"}):
        needed = action(operation)
        with company.estate.deny(operation, code=shape):
            evidence = company.under(operation)
        assert list(wrong(company, evidence)) == [], operation
        unknown = [f for f in company.judged(evidence).values() if f.outcome is Outcome.UNKNOWN]
        named = [f for f in unknown if f.action == needed]
        assert named, f"{operation}: no finding says that {needed} is missing"
        assert {f.operation for f in named} == {operation}
        assert needed in {entry.action for entry in run.not_read(evidence)}, operation


@pytest.mark.parametrize("kind", GARBAGE)
def test_each_operation_garbled_in_turn_is_unknown(company, kind):
    for operation in sorted(company.calls.keys() - {"sts:GetCallerIdentity"}):
        needed = action(operation)
        with company.estate.garble(operation, kind):
            evidence = company.under(operation)
        assert list(wrong(company, evidence)) == [], operation
        assert needed in {entry.action for entry in run.not_read(evidence)}, operation


def test_everything_denied_leaves_nothing_but_unknown(company):
    with company.estate.deny("*:*"):
        gate_tables = list(COLLECTORS)
        with pytest.raises(Exception, match=r"did not let us in|may not"):
            company.read(gate_tables)
    services = {operation.partition(":")[0] for operation in company.calls}
    faults = [company.estate.deny(f"{s}:*") for s in services - {"sts"}]
    evidence, _ = company.read(list(COLLECTORS))
    for fault in faults:
        fault.lift()
    outcomes = {f.outcome for f in company.judged(evidence).values()}
    assert outcomes == {Outcome.UNKNOWN}

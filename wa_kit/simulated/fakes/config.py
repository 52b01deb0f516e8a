"""AWS Config: what its rules found, what mends it, what it has discovered. Rules are moto's."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from moto.config.models import config_backends

from wa_kit.simulated.fakes.base import Fake, Item
from wa_kit.simulated.wire import Refused


class Config(Fake):
    """``compliance`` by (region, rule): COMPLIANT and so on; ``details`` by (region, rule);
    ``remediations`` by region; ``discovered`` by region: {resource type: count}."""

    paging = ("Limit", "NextToken")

    def __init__(self, account: str, now: dt.datetime) -> None:
        super().__init__(account, now)
        self.compliance: dict[tuple[str, str], str] = {}
        self.details: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
        self.remediations: defaultdict[str, list[Item]] = defaultdict(list)
        self.discovered: defaultdict[str, dict[str, int]] = defaultdict(dict)

    def describe_compliance_by_config_rule(self, region: str, asked: Item) -> Item:
        rules = config_backends[self.account][region].config_rules
        wanted = asked.get("ConfigRuleNames") or sorted(rules)
        for name in wanted:
            self._known(region, name)
        listed = [self._compliance(region, name) for name in wanted]
        types = asked.get("ComplianceTypes")
        if types:
            listed = [item for item in listed if item["Compliance"]["ComplianceType"] in types]
        return self.page("ComplianceByConfigRules", listed, asked)

    def _compliance(self, region: str, rule: str) -> Item:
        found = self.compliance.get((region, rule), "INSUFFICIENT_DATA")
        compliance: Item = {"ComplianceType": found}
        bad = [d for d in self.details[region, rule] if d["ComplianceType"] == "NON_COMPLIANT"]
        if found == "NON_COMPLIANT":
            count = {"CappedCount": min(len(bad), 25), "CapExceeded": len(bad) > 25}
            compliance["ComplianceContributorCount"] = count
        return {"ConfigRuleName": rule, "Compliance": compliance}

    def get_compliance_details_by_config_rule(self, region: str, asked: Item) -> Item:
        self._known(region, asked["ConfigRuleName"])
        types = asked.get("ComplianceTypes")
        details = [
            detail
            for detail in self.details[region, asked["ConfigRuleName"]]
            if not types or detail["ComplianceType"] in types
        ]
        return self.page("EvaluationResults", details, asked)

    def add_detail(
        self, region: str, rule: str, resource_type: str, resource: str, verdict: str
    ) -> None:
        """One resource's evaluation, in AWS's nesting."""
        qualifier = {
            "ConfigRuleName": rule,
            "ResourceType": resource_type,
            "ResourceId": resource,
        }
        self.details[region, rule].append(
            {
                "EvaluationResultIdentifier": {
                    "EvaluationResultQualifier": qualifier,
                    "OrderingTimestamp": self.now - dt.timedelta(hours=6),
                },
                "ComplianceType": verdict,
                "ResultRecordedTime": self.now - dt.timedelta(hours=5),
                "ConfigRuleInvokedTime": self.now - dt.timedelta(hours=6),
            }
        )

    def describe_remediation_configurations(self, region: str, asked: Item) -> Item:
        wanted = asked["ConfigRuleNames"]
        found = [r for r in self.remediations[region] if r["ConfigRuleName"] in wanted]
        return {"RemediationConfigurations": found}

    def get_discovered_resource_counts(self, region: str, asked: Item) -> Item:
        types = asked.get("resourceTypes") or sorted(self.discovered[region])
        counts = [
            {"resourceType": kind, "count": self.discovered[region][kind]}
            for kind in types
            if kind in self.discovered[region]
        ]
        counted = {"Limit": asked.get("limit"), "NextToken": asked.get("nextToken")}
        answered = self.page("resourceCounts", counts, counted)
        if "NextToken" in answered:
            answered["nextToken"] = answered.pop("NextToken")
        answered["totalDiscoveredResources"] = sum(item["count"] for item in counts)
        return answered

    def _known(self, region: str, rule: str) -> None:
        if rule not in config_backends[self.account][region].config_rules:
            raise Refused("NoSuchConfigRuleException", f"There is no Config rule {rule}")

"""What Amazon CloudWatch Logs tells us: metric filters. Never a line of a log."""

from __future__ import annotations

from collections.abc import Iterator

from wa_kit.aws import Reader
from wa_kit.evidence import collects
from wa_kit.evidence.cloudwatch import metric
from wa_kit.model import Row


class MetricFilter(Row, frozen=True, kw_only=True):
    """One filter that counts what it finds in a log group."""

    resource_type = "AWS::Logs::MetricFilter"
    service = "CloudWatch Logs"
    see = (
        "aws logs describe-metric-filters --region {region} --log-group-name {log_group} "
        "--filter-name-prefix {name}"
    )

    log_group: str
    pattern: str
    metrics: list[str]  # as evidence.cloudwatch.metric names them


@collects(MetricFilter, "logs:DescribeMetricFilters")
def metric_filters(aws: Reader) -> Iterator[MetricFilter]:
    for found in aws.pages("logs", "describe_metric_filters", "metricFilters"):
        group, name = found["logGroupName"], found["filterName"]
        yield MetricFilter(
            arn=aws.arn("logs", f"log-group:{group}:metric-filter:{name}"),
            account=aws.account,
            region=aws.region,
            name=name,
            log_group=group,
            pattern=found.get("filterPattern", ""),
            metrics=sorted(
                metric(made["metricNamespace"], made["metricName"], made.get("dimensions", {}))
                for made in found["metricTransformations"]
            ),
        )

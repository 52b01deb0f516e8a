"""What Amazon GuardDuty tells us: whether it watches a region."""

from __future__ import annotations

from collections.abc import Iterator

from wa_kit.aws import Reader
from wa_kit.evidence import collects
from wa_kit.model import Row


class Detector(Row, frozen=True, kw_only=True):
    """A region's detector. There is at most one."""

    resource_type = "AWS::GuardDuty::Detector"
    service = "GuardDuty"
    see = "aws guardduty get-detector --region {region} --detector-id {name}"

    status: str  # ENABLED or DISABLED, which the console calls suspended


@collects(Detector, "guardduty:ListDetectors", "guardduty:GetDetector")
def detectors(aws: Reader) -> Iterator[Detector]:
    listed = aws.pages("guardduty", "list_detectors", "DetectorIds")
    yield from aws.each(listed, lambda detector: _detector(aws, detector))


def _detector(aws: Reader, detector: str) -> Detector:
    return Detector(
        arn=aws.arn("guardduty", f"detector/{detector}"),
        account=aws.account,
        region=aws.region,
        name=detector,
        status=aws.read("guardduty", "get_detector", "Status", DetectorId=detector),
    )

"""The judge: what was not looked at is never a verdict, whoever wrote the check."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace
from tools import (
    ACCOUNT,
    ACCOUNT_ROW,
    CONTEXT,
    DENIED,
    HERE,
    REGION,
    REGION_ROW,
    arn,
    finding,
    findings,
    looks,
)

from wa_kit.checks import CHECKS, check
from wa_kit.evidence.ec2 import EbsDefault, EbsVolume
from wa_kit.evidence.kms import KmsKey
from wa_kit.judging import cli_line, judge
from wa_kit.model import (
    Evidence,
    Look,
    NotRead,
    Reason,
    Region,
    Rows,
    Unread,
    Verdict,
    account_arn,
    fails,
    finding_id,
    passes,
)
from wa_kit.protection import KeyRing

KEY = KmsKey(
    **HERE,
    arn=arn("kms", "key/1"),
    name="alias/ours",
    aliases=["alias/ours"],
    manager="CUSTOMER",
    state="Enabled",
    spec="SYMMETRIC_DEFAULT",
    usage="ENCRYPT_DECRYPT",
    origin="AWS_KMS",
    multi_region=None,
    primary_region=None,
    replica_regions=[],
    created=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    deletion_date=None,
    rotates=True,
    rotation_days=365,
    next_rotation=None,
    policy="{}",
    tags={},
)
VOLUME = EbsVolume(
    **HERE,
    arn=arn("ec2", "volume/vol-1"),
    name="vol-1",
    tags={},
    encryption="kms",
    kms_key=KEY.arn,
    volume_id="vol-1",
    state="in-use",
    gib=8,
    attached_to=[],
)


@pytest.fixture
def registered():
    """Checks that only this test knows."""
    before = dict(CHECKS)
    yield check(severity="high", remedy="mend it", docs="https://docs.aws.amazon.com/")
    CHECKS.clear()
    CHECKS.update(before)


@pytest.fixture
def key_of_volume(registered):
    @registered
    def key_of_volume(volume: EbsVolume, keys: Rows[KmsKey]) -> Verdict:
        """A volume's key is one we manage.

        Only such a key has a policy that we can change.
        """
        managers = {key.arn: key.manager for key in keys}
        return passes("ours") if managers.get(volume.kms_key) == "CUSTOMER" else fails("not ours")

    return "key_of_volume"


def test_a_joined_table_gives_a_verdict_where_it_was_read(key_of_volume):
    assert finding(key_of_volume, VOLUME, KEY).outcome == "pass"
    assert finding(key_of_volume, VOLUME).outcome == "fail"


def test_a_denied_joined_table_is_unknown_and_names_the_permission(key_of_volume):
    found = finding(key_of_volume, VOLUME, denied=[KmsKey])
    assert (found.outcome, found.reason) == ("unknown", "denied")
    assert (found.operation, found.action) == (DENIED.operation, DENIED.action)


def test_a_joined_table_read_in_part_is_unknown(key_of_volume):
    assert finding(key_of_volume, VOLUME, KEY, denied=[KmsKey]).outcome == "unknown"


def test_a_denied_field_of_a_joined_row_is_unknown(key_of_volume):
    assert finding(key_of_volume, VOLUME, replace(KEY, manager=DENIED)).outcome == "unknown"


def test_a_joined_table_that_nobody_collected_is_unknown(key_of_volume):
    only_volumes = [look for look in looks() if look.table == "EbsVolume"]
    (found,) = judge(Evidence([VOLUME], only_volumes), [CHECKS[key_of_volume]], CONTEXT)
    assert (found.outcome, found.reason) == ("unknown", "not_collected")


def test_a_view_over_a_denied_table_is_unknown(registered):
    @registered
    def level_of_volume(volume: EbsVolume, keys: KeyRing) -> Verdict:
        """A volume has a level.

        It does.
        """
        return passes(keys.level(volume).name)

    assert finding("level_of_volume", VOLUME, KEY).because == "customer"
    assert finding("level_of_volume", VOLUME, denied=[KmsKey]).outcome == "unknown"


def test_a_table_denied_in_one_region_says_nothing_of_another(registered):
    @registered
    def volumes_in_region(region: Region, volumes: Rows[EbsVolume]) -> Verdict:
        """A region holds volumes.

        It might.
        """
        return passes("some") if volumes.in_region(region.region) else fails("none")

    elsewhere = Region(arn=account_arn(ACCOUNT), account=ACCOUNT, region="us-east-1")
    refused = [
        replace(look, not_read=DENIED)
        if (look.table, look.region) == ("EbsVolume", "us-east-1")
        else look
        for look in looks()
    ]
    found = judge(
        Evidence([REGION_ROW, elsewhere, VOLUME], refused), [CHECKS["volumes_in_region"]], CONTEXT
    )
    assert {f.region: f.outcome for f in found} == {REGION: "pass", "us-east-1": "unknown"}


def test_an_unread_field_inside_a_property_is_unknown(registered):
    @registered
    def ours(key: KmsKey) -> Verdict:
        """A key is ours.

        Its manager says so.
        """
        return passes("ours") if key.customer_managed else fails("not ours")

    assert finding("ours", KEY).outcome == "pass"
    assert finding("ours", replace(KEY, manager=DENIED)).outcome == "unknown"


def test_a_denied_table_is_one_unknown_finding_and_the_rows_that_were_read_stay():
    found = findings("ec2_ebs_volume_encrypted", VOLUME, denied=[EbsVolume])
    by_resource = {(f.resource, f.region): f.outcome for f in found}
    assert by_resource == {
        (VOLUME.arn, REGION): "pass",
        (f"AWS::::Account:{ACCOUNT}#EbsVolume", REGION): "unknown",
        (f"AWS::::Account:{ACCOUNT}#EbsVolume", "us-east-1"): "unknown",
    }


def test_a_table_nobody_collected_is_unknown_not_empty():
    (found,) = judge(Evidence([ACCOUNT_ROW]), [CHECKS["ec2_ebs_volume_encrypted"]], CONTEXT)
    assert (found.outcome, found.reason) == ("unknown", "not_collected")


def test_an_empty_table_gives_no_finding():
    assert findings("ec2_ebs_volume_encrypted") == []


def test_a_finding_quotes_the_fields_the_check_read_and_no_others():
    found = finding("ec2_ebs_volume_encrypted", VOLUME)
    assert set(found.read) == {"state", "encryption", "kms_key", "at"}


def test_a_verdict_that_rests_on_other_rows_alone_says_how_many_and_as_of_when():
    found = finding("guardduty_enabled", REGION_ROW, VOLUME)
    assert found.outcome == "fail"
    assert found.read["Detector"] == "0 rows" and found.read["at"]


def test_a_finding_keeps_its_id_over_runs():
    found = finding("ec2_ebs_volume_encrypted", VOLUME)
    assert found.finding == finding_id(
        "ec2_ebs_volume_encrypted",
        ACCOUNT,
        REGION,
        "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1",
    )
    assert found.finding == finding("ec2_ebs_volume_encrypted", replace(VOLUME, gib=9)).finding


def test_a_long_value_is_quoted_by_its_beginning(registered):
    @registered
    def has_policy(key: KmsKey) -> Verdict:
        """A key has a policy.

        It always does.
        """
        return passes("it has") if key.policy else fails("it has not")

    read = finding("has_policy", replace(KEY, policy="x" * 1000)).read
    assert read["policy"].endswith("(1000 characters; whole in evidence/)")


def test_a_command_line_quotes_hostile_names():
    row = replace(VOLUME, volume_id="vol-1; rm -rf $HOME")
    line = cli_line("aws ec2 describe-volumes --volume-ids {volume_id}", row)
    assert line == "aws ec2 describe-volumes --volume-ids 'vol-1; rm -rf $HOME'"


def test_rows_that_failed_raise_whatever_is_asked_of_them():
    rows = Rows([VOLUME], {REGION: DENIED})
    for ask in (len, list, bool, lambda r: r[0], lambda r: r.in_region(REGION)):
        with pytest.raises(Unread):
            ask(rows)
    assert list(rows.seen()) == [VOLUME]
    assert rows.in_region("us-east-1") == []


def test_a_region_that_was_not_looked_at_is_not_empty():
    rows = Rows([VOLUME], looked={REGION})
    with pytest.raises(Unread) as raised:
        rows.in_region("ap-south-1")
    assert raised.value.not_read.reason is Reason.NOT_COLLECTED


def test_known_empty_needs_a_whole_look():
    assert Rows([], looked={REGION}).known_empty_in(REGION)
    assert not Rows([], {REGION: DENIED}, {REGION}).known_empty_in(REGION)
    assert not Rows([VOLUME], looked={REGION}).known_empty_in(REGION)


def test_the_order_of_evidence_does_not_change_the_findings():
    other = replace(VOLUME, arn=arn("ec2", "volume/vol-2"), volume_id="vol-2", encryption="none")
    forwards = judge(Evidence([VOLUME, other], looks()), CHECKS.values(), CONTEXT)
    backwards = judge(
        Evidence([other, VOLUME], looks()[::-1]), list(CHECKS.values())[::-1], CONTEXT
    )
    assert forwards == backwards


def test_every_reason_says_itself_in_words():
    for reason in Reason:
        assert str(NotRead(reason, "ec2:DescribeVolumes", "ec2:DescribeVolumes"))


def test_a_default_of_a_region_judges_that_region_alone():
    default = EbsDefault(**HERE, arn=account_arn(ACCOUNT), encrypts=True)
    assert finding("ec2_ebs_default_encryption", default).because == "new volumes are encrypted"


def test_a_look_that_failed_needs_no_rows_to_be_seen():
    look = Look(table="EbsVolume", account=ACCOUNT, region=REGION, not_read=DENIED)
    (found,) = judge(Evidence([], [look]), [CHECKS["ec2_ebs_volume_encrypted"]], CONTEXT)
    assert found.because.startswith("EbsVolume was not read whole: svc:Operation was denied")

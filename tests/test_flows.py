"""Flows drawn from plain bars and bands: nothing overlaps, nothing is lost, long columns fold."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from samples import ACCOUNT, DENIED, NOW, PLAN, VAULT, key, point, volume
from test_archives import KEPT

from wa_kit import archive
from wa_kit.charts.backups import backups
from wa_kit.charts.figure import (
    NO_KEY,
    NO_USE,
    NOBODY,
    NOT_READ,
    OPEN_KEY,
    OTHERS_KEY,
    SEEN,
    UNTOLD,
)
from wa_kit.charts.flows import Flows, fewer
from wa_kit.charts.key_map import key_map, protected
from wa_kit.charts.lineage import lineage
from wa_kit.charts.placing import Stop, bands, placed
from wa_kit.evidence.backup import BackupPlan, BackupVault, RecoveryPoint
from wa_kit.evidence.ec2 import EbsSnapshot
from wa_kit.evidence.kms import KmsKey
from wa_kit.evidence.rds import DbInstanceBackup, DbSnapshot
from wa_kit.model import Evidence, Look, Row
from wa_kit.shown import Table

A, B, C, D = (Stop(name) for name in "abcd")
BAD = Stop("bad", NO_KEY)
WAYS = {(A, C): 3, (A, BAD): 1, (B, D): 6}
ORDERS, PAYROLL = key("alias/orders", 1), key("alias/payroll", 2)
HERE = {"account": ACCOUNT, "region": "eu-west-1"}


def chart(ways: dict[tuple[Stop, ...], int], most: int = 9) -> Flows:
    table = Table("t", ("a", "b"), [("x", "y")])
    return Flows("Things by way", "things", ("From", "To"), ways, table, most)


def test_bars_of_a_column_keep_apart_and_are_as_tall_as_what_they_hold() -> None:
    columns = placed(WAYS, lambda stop: 38)
    for column in columns:
        for above, below in pairwise(column):
            assert above.top + above.slot < below.top
    heights = {node.stop: node.height for column in columns for node in column}
    assert heights[B] == pytest.approx(6 / 10 * 240)
    assert heights[A] == pytest.approx(heights[C] + heights[BAD])


def test_bands_fill_the_bars_they_leave_and_enter() -> None:
    columns = placed(WAYS, lambda stop: 38)
    found = bands(columns, WAYS, lambda way, at: way[1].mark, 0.1)
    assert Counter(band.mark for band in found) == {"Seen": 2, NO_KEY: 1}
    for column, side in ((columns[0], 1), (columns[1], 0)):
        for node in column:
            assert node.taken[side] == pytest.approx(node.height)


def test_a_column_is_ordered_so_that_few_bands_cross() -> None:
    ways = {(A, D): 5, (B, C): 4}
    first, then = placed(ways, lambda stop: 38)
    assert [node.stop for node in first] == [A, B]
    assert [node.stop for node in then] == [D, C]


def test_of_a_long_column_what_is_wrong_stays_and_the_light_stand_together() -> None:
    ways = {(Stop(f"n{n:02}"), A): n + 1 for n in range(20)} | {(BAD, A): 1}
    few = fewer(ways, 5)
    assert sum(few.values()) == sum(ways.values())
    assert {way[0] for way in few} == {
        BAD,
        Stop("n19"),
        Stop("n18"),
        Stop("n17"),
        Stop("17 more"),
    }


def test_a_single_stop_too_many_keeps_its_name() -> None:
    ways = {(Stop("a"), C): 3, (Stop("b"), C): 2, (Stop("c", NOBODY), C): 1}
    assert set(fewer(ways, 2)) == set(ways)


def test_a_flow_chart_says_what_is_wrong_in_words() -> None:
    said = chart(WAYS).in_words()
    assert "10 things, from from to to." in said
    assert "not encrypted: 1" in said
    assert "none is in trouble" in chart({(A, C): 1}).in_words()
    assert not chart({})


def test_the_labels_of_a_flow_chart_are_inert() -> None:
    figure = chart({(Stop("<b>$x$</b>"), Stop("y\u202e")): 1}).figure
    texts = " ".join(note["text"] for note in figure["layout"]["annotations"])
    assert "&lt;b&gt;&#36;x&#36;&lt;/b&gt;" in texts and "\u27e8U+202E\u27e9" in texts
    assert "&lt;b&gt;" in str(figure["data"])


def snapshot(**more: object) -> EbsSnapshot:
    given = {
        "arn": "arn:aws:ec2:eu-west-1::snapshot/snap-1",
        "name": "before the move",
        "encryption": "none",
        "kms_key": None,
        "tags": {},
        "snapshot_id": "snap-1",
        "volume_id": volume(1).volume_id,
        "gib": 8,
        "public": False,
        "image": None,
    }
    return EbsSnapshot(**HERE, **(given | more))


def database_snapshot(made_by: str) -> DbSnapshot:
    return DbSnapshot(
        **HERE,
        arn=f"arn:aws:rds:eu-west-1:{ACCOUNT}:snapshot:s",
        name="s",
        encryption="kms",
        kms_key=ORDERS.arn,
        tags={},
        source="orders",
        engine="postgres",
        made_by=made_by,
        public=False,
    )


def automated(region: str) -> DbInstanceBackup:
    return DbInstanceBackup(
        account=ACCOUNT,
        region=region,
        arn=f"arn:aws:rds:{region}:{ACCOUNT}:auto-backup:ab-1",
        name="orders",
        encryption="owned",
        kms_key=None,
        tags={},
        resource_id="db-1",
        engine="postgres",
        status="active",
        source_region="eu-west-1",
    )


def way(*rows: Row, looks: tuple[Look, ...] = ()) -> list[tuple[str, str, str, str, str]]:
    """What is said of the first backup: source, plan, place, key, copies."""
    read = [
        Look(table=t.__name__, account=ACCOUNT, region="eu-west-1") for t in (KmsKey, RecoveryPoint)
    ]
    found = backups(Evidence([ORDERS, PAYROLL, *rows], [*read, *looks]))
    return [
        (f"{b.service} {b.source}", *(s.name for s in (b.plan, b.place, b.key, b.copy)))
        for b in found
    ]


GONE = "arn:aws:kms:eu-west-1:111122223333:key/gone"
THEIRS = "arn:aws:kms:eu-west-1:999988887777:key/theirs"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (point(1), ("RDS orders", "nightly", "main", "orders", "none seen")),
        (point(1, plan=None), ("RDS orders", "none named", "main", "orders", "none seen")),
        (point(1, plan=DENIED), ("RDS orders", "not read", "main", "orders", "none seen")),
        (
            point(1, copied_from=VAULT),
            ("RDS orders", "nightly", "main", "orders", "is a copy, from main, eu-west-1"),
        ),
        (point(1, copied_from=DENIED), ("RDS orders", "nightly", "main", "orders", "not read")),
        (
            point(1, copied_from=VAULT.replace(ACCOUNT, "999988887777")),
            (
                *("RDS orders", "nightly", "main", "orders"),
                "is a copy, from main, eu-west-1, account 999988887777",
            ),
        ),
        (
            point(1, encryption="none", encrypted=False, kms_key=None),
            ("RDS orders", "nightly", "main", "not encrypted", "none seen"),
        ),
        (
            point(1, encryption="none", encrypted=None, kms_key=None),
            ("RDS orders", "nightly", "main", "AWS does not say", "none seen"),
        ),
        (point(1, kms_key=GONE), ("RDS orders", "nightly", "main", "gone, gone", "none seen")),
        (
            point(1, kms_key=THEIRS),
            ("RDS orders", "nightly", "main", "a key of account 999988887777", "none seen"),
        ),
        (point(1, kms_key=DENIED), ("RDS orders", "nightly", "main", "not read", "none seen")),
        (
            snapshot(),
            (
                *("EBS vol-00000000000000001", "AWS does not say", "none: EBS snapshot"),
                *("not encrypted", "AWS does not say"),
            ),
        ),
        (
            database_snapshot("manual"),
            ("RDS orders", "made by hand", "none: RDS snapshot", "orders", "AWS does not say"),
        ),
        (
            database_snapshot("awsbackup"),
            (
                *("RDS orders", "AWS Backup, by a plan not read", "none: RDS snapshot", "orders"),
                "AWS does not say",
            ),
        ),
        (
            automated("eu-west-1"),
            (
                *("RDS orders", "by RDS itself, every day", "none: RDS automated backup"),
                *("a key that AWS owns", "none seen"),
            ),
        ),
        (
            automated("us-east-1"),
            (
                *("RDS orders", "by RDS itself, every day", "none: RDS automated backup"),
                *("a key that AWS owns", "is a copy, from eu-west-1"),
            ),
        ),
    ],
)
def test_a_backup_is_told_as_aws_tells_it(row: Row, said: tuple[str, ...]) -> None:
    assert way(row) == [said]


def test_a_source_whose_copies_were_seen_says_where_they_lie() -> None:
    copy = point(2, region="eu-central-1", vault="far", copied_from=VAULT)
    other = point(3, source="arn:aws:rds:eu-west-1:1:db:other")
    copies = {name: copies for name, *_, copies in way(point(1), copy, other)[::2]}
    assert copies == {"RDS orders": "copies in far, eu-central-1"} | {"RDS other": "none seen"}


def test_copies_of_an_automated_backup_in_another_region_are_named() -> None:
    assert way(automated("eu-west-1"), automated("us-east-1"))[0][-1] == "copies in us-east-1"


def test_where_recovery_points_were_not_read_no_copy_is_ruled_out() -> None:
    refused = Look(table="RecoveryPoint", account=ACCOUNT, region="us-east-1", not_read=DENIED)
    ((*_, copies),) = way(point(1), looks=(refused,))
    assert copies == "none seen; us-east-1 not read"


def test_a_vault_that_could_not_be_opened_counts_the_backups_it_says_it_holds() -> None:
    hidden = RecoveryPoint.hidden(
        DENIED, **HERE, arn="arn:x#recovery-points", name="points of main", vault="main"
    )
    vault = BackupVault(
        **HERE,
        arn=VAULT,
        name="main",
        encryption="aws-managed",
        kms_key=None,
        tags={},
        kind="BACKUP_VAULT",
        recovery_points=5,
        locked=False,
        lock_date=None,
        policy=None,
    )
    seen, dark = backups(Evidence([point(1), hidden, vault]))
    assert (seen.number, dark.number) == (1, 4)
    assert dark.key.mark == dark.plan.mark == dark.copy.mark == NOT_READ


def test_a_plan_is_called_by_its_name_and_a_snapshot_of_a_recovery_point_counts_once() -> None:
    plan = BackupPlan(**HERE, arn=PLAN, name="every night", plan_id="p", rules=1, selections=1)
    twin = snapshot(arn=point(1).arn)
    assert [said[1] for said in way(plan, point(1), twin)] == ["every night"]


def test_what_expires_and_what_only_groups_others_is_no_backup() -> None:
    assert way(point(1, status="EXPIRED"), point(2, composite=True)) == []


def test_a_run_of_an_older_kit_says_that_plan_and_copies_were_not_read() -> None:
    evidence = archive.load_evidence(KEPT[0])
    found = [b for b in backups(evidence) if b.place.mark == SEEN]  # those that lie in a vault
    assert {b.plan.mark for b in found} == {b.copy.mark for b in found} == {NOT_READ}


def test_ten_thousand_backups_make_a_small_chart_and_a_table_that_says_what_it_leaves_out() -> None:
    source = "arn:aws:rds:eu-west-1:1:db:"
    points = [point(n, source=f"{source}{n}", source_type=f"T{n % 40}") for n in range(10_000)]
    made = lineage(Evidence(points))
    assert len(str(made.figure)) < 40_000
    assert "(the first 1,000 of 10,000 ways; all backups in evidence/)" in made.table.caption
    assert "10,000 backups" in made.in_words()


def keys_said(*rows: Row, public: tuple[str, ...] = ()) -> list[tuple[str, str, dict[str, int]]]:
    found = protected(Evidence(rows), public)
    return [(one.key.name, one.key.mark, dict(one.kinds)) for one in found]


OURS, AWS_KEY = "Customer managed key", "AWS managed key"


@pytest.mark.parametrize(
    ("held", "public", "said"),
    [
        (ORDERS, (), ("orders", OURS)),
        (ORDERS, (ORDERS.arn,), ("orders, open to anybody", OPEN_KEY)),
        (key("alias/old", 3, state="Disabled"), (), ("old, Disabled", NO_USE)),
        (key("alias/old", 3, state=DENIED), (), ("old, state not read", NOT_READ)),
        (key("alias/aws/ebs", 3, manager="AWS"), (), ("aws/ebs", AWS_KEY)),
    ],
)
def test_a_key_is_told_with_its_trouble(
    held: KmsKey, public: tuple[str, ...], said: tuple[str, str]
) -> None:
    user = volume(1, encryption="kms", kms_key=held.arn)
    assert keys_said(held, user, public=public) == [(*said, {"EBS volume": 1})]


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (GONE, ("gone, not seen", NOT_READ)),
        (THEIRS, ("theirs of account 999988887777", OTHERS_KEY)),
        (DENIED, ("key not read", NOT_READ)),
        ("alias/aws/ebs", ("aws/ebs", AWS_KEY)),
    ],
)
def test_a_key_that_is_not_here_is_told_as_it_is_known(
    reference: str, said: tuple[str, str]
) -> None:
    user = volume(1, encryption="kms", kms_key=reference)
    looked = [Look(table="KmsKey", account=ACCOUNT, region="eu-west-1")]
    (one,) = protected(Evidence([user], looked))
    assert (one.key.name, one.key.mark) == said


def test_keys_in_trouble_come_first_then_those_of_most_resources() -> None:
    bad = key("alias/old", 3, state="PendingDeletion")
    users = [volume(n, encryption="kms", kms_key=ORDERS.arn) for n in range(3)]
    users += [volume(9, encryption="kms", kms_key=bad.arn), volume(10, encryption="none")]
    named = [name for name, _, _ in keys_said(ORDERS, bad, *users)]
    assert named == ["old, PendingDeletion", "orders"]


def test_the_key_map_draws_and_lists_the_same_resources() -> None:
    users = [volume(n, encryption="kms", kms_key=ORDERS.arn) for n in range(7)]
    made = key_map(Evidence([ORDERS, *users, point(1)]))
    ((name, region, state, what, names, number),) = made.table.rows
    assert (name, region, state, number) == ("orders", "eu-west-1", OURS, 8)
    assert what == "Backup recovery point: 1; EBS volume: 7"
    assert names.endswith("and 3 more")
    assert "8 resources" in made.in_words()


def test_backups_know_when_the_newest_was_made() -> None:
    made = lineage(Evidence([point(1), point(5)]))
    assert (NOW.date().replace(month=10, day=31)).isoformat() in str(made.table.rows[0][-1])
    assert UNTOLD not in made.in_words()

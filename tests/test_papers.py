"""The papers of a run: drafts beside answers, five documents, and nothing live in any of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import mistune
import pytest
from msgspec.structs import replace
from samples import (
    ACCOUNT,
    CONTEXT,
    HOSTILE,
    HOSTILE_ANSWERS,
    NOW,
    QUESTIONS,
    REGIONS,
    denied,
    finding,
    hostile,
    key,
    manifest,
    mixed,
    volume,
)

from wa_kit import papers
from wa_kit.answers import AcceptedRisk, Answer, Answers, Dispute, Document, Duty, accept
from wa_kit.archive import NotReadEntry
from wa_kit.evidence.backup import BackupVault, RecoveryPoint
from wa_kit.evidence.cloudtrail import ChangeEvent, KeyUse, Trail
from wa_kit.evidence.ec2 import EbsSnapshot
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import Evidence, Finding, Look, NotRead, Reason, Row
from wa_kit.suggestions import owners_of, summarise
from wa_kit.workload import (
    ClassificationRules,
    ClassifiedResources,
    MultiRegion,
    OutOfScope,
    TrustedAccount,
    Workload,
)

SHEET = "answers.md"
POLICY = "artefacts/encryption-policy.md"
AUDIT = "artefacts/audit-report.md"
BACKUPS = "artefacts/backup-encryption-report.md"
INVENTORY = "artefacts/key-inventory.md"
EXCEPTIONS = "artefacts/exceptions-register.md"
PAPERS = (SHEET, POLICY, AUDIT, BACKUPS, INVENTORY, EXCEPTIONS)
REFUSED = NotRead(Reason.DENIED, "backup:ListBackupVaults", "backup:ListBackupVaults")


def written(
    rows: Sequence[Row] = (),
    findings: Sequence[Finding] = (),
    *,
    answers: Answers | None = None,
    workload: Workload | None = None,
    looks: Sequence[Look] = (),
    questions: Any = QUESTIONS,
    **more: Any,
) -> dict[str, str]:
    said, work = answers or Answers(), workload or Workload()
    evidence = Evidence(list(rows), list(looks))
    accepted = accept(findings, said, NOW.date())
    owners = owners_of(evidence, CONTEXT, {})
    summary = summarise(questions, accepted, evidence, CONTEXT, said, owners=owners)
    return papers.write(questions, said, work, summary, accepted, evidence, manifest(**more))


def look(kind: type[Row], region: str = "eu-west-1", why: NotRead | None = None) -> Look:
    return Look(table=kind.__name__, account=ACCOUNT, region=region, not_read=why)


def section(text: str, title: str) -> str:
    """From a heading to the next of its rank or above."""
    begin = re.search(rf"^(#+) {re.escape(title)}$", text, re.M)
    assert begin, title
    rest = text[begin.end() :]
    end = re.search(rf"^#{{1,{len(begin[1])}}} ", rest, re.M)
    return rest[: end.start() if end else None]


@lru_cache
def of_mixed() -> dict[str, str]:
    rows, findings = mixed()
    return written(rows, findings)


# The answer sheet


def test_a_run_has_an_answer_sheet_and_five_documents() -> None:
    assert tuple(of_mixed()) == PAPERS
    assert all(text.startswith("# ") and text.endswith("\n") for text in of_mixed().values())
    assert not any("\n\n\n" in text for text in of_mixed().values())


def test_each_question_says_where_it_stands_and_drafts_an_answer() -> None:
    part = section(of_mixed()[SHEET], "Managing encryption keys")
    assert "- **Where it stands:** Gaps found, because 2 of 3 resources judged fail; 1 cou" in part
    assert "Open:** 1 finding without a verdict: 1 because permission was denied." in part
    draft = section(part, "Draft, from the evidence")
    assert "Key management has gaps: of 3 resources judged, 2 do not meet" in draft
    assert re.search(r"as it is: \d{3} of 2,084 characters\.", draft)
    assert "Nobody has answered this question yet." in section(part, "What people answered")
    unread = section(part, "What was not seen")
    assert "| KMS | eu-west-1 | permission denied | `kms:DescribeKey` | 1 |" in unread
    worst = section(part, "Worst first")
    assert worst.index("alias/archive | eu-west-1 | critical") < worst.index("alias/payroll")
    assert "[SEC08-BP01](https://docs.aws" in section(part, "Practices it supports")
    assert "**Who may administer a key" in section(part, "To ask")


def test_what_people_answered_stands_apart_and_whole() -> None:
    answer = Answer(
        status="answered",
        notes="We do.\nSince May.\n\nAlways.",
        answered_by="A. Moreau",
        answered_on=dt.date(2026, 10, 1),
        valid_until=dt.date(2026, 10, 31),
        practices=("sec_protect_data_rest_key_mgmt",),
        evidence=("ticket 7",),
    )
    text = written(answers=Answers(answers={"key-management": answer}))[SHEET]
    said = section(section(text, "Managing encryption keys"), "What people answered")
    assert "> We do.  \n> Since May.\n>\n> Always.\n" in said
    assert "| Given by | A. Moreau |" in said
    assert "| Practices followed | SEC08-BP01 Implement secure key management |" in said
    assert "- it was to hold until 2026-10-31" in said
    assert "there is no resource to judge | yes, but out of date |" in text
    assert "We do." not in section(text, "Enforcing encryption at rest")


def test_a_long_draft_has_a_short_form_to_copy_as_it_is() -> None:
    long = replace(QUESTIONS[0], answer="{% for n in range(300) %}It is *so*. {% endfor %}")
    text = written(questions=[long])[SHEET]
    short = section(section(text, long.title), "Short form")
    count, body = re.search(r": ([\d,]+) of 2,084 .*?```text\n(.*)\n```", short, re.S).groups()  # type: ignore[union-attr]
    assert int(count.replace(",", "")) == len(body) <= 2084
    assert body.startswith("It is *so*. It is")


# The documents


def test_a_policy_states_scope_levels_and_who_is_responsible() -> None:
    workload = Workload(
        name="Shop",
        out_of_scope=(OutOfScope(region="us-east-2", reason="Billing alone"),),
        classification=ClassificationRules(
            levels={"secret": "customer"},
            resources=(ClassifiedResources(match="arn:aws:s3:::x-*", classification="pii"),),
        ),
        trusted_accounts=(TrustedAccount(account="444455556666", who="Our auditors"),),
        multi_region=MultiRegion(approach="keys"),
        break_glass=("emergency",),
        standards=("GDPR", "PCI DSS"),
    )
    answers = Answers(
        roles={"responsibilities": {"config-rules": Duty(accountable="A", deputy="B")}},
        artefacts={"encryption-policy": Document(version="3", owner="C", where="wiki")},
    )
    text = written([volume(1)], answers=answers, workload=workload)[POLICY]
    assert text.startswith("# Encryption policy: Shop\n")
    for words in (
        "| Version | 3 |",
        "| Owner | C |",
        "| Approved | not yet |",
        "| EBS | 1 |",
        "- us-east-2: Billing alone",
        "| secret | customer | encryption at rest with a customer managed KMS key |",
        "| no classification | owned |",
        "| `arn:aws:s3:::x-*` | pii |",
        "The levels above are those of workload.yaml.",
        "- 444455556666: Our auditors",
        "but for emergencies: emergency.",
        "encrypted with multi-Region keys.",
        "| Cloud administrator | A | B |",
        "| Cloud security engineer | to be named | to be named |",
        "relevant to GDPR and PCI DSS",
    ):
        assert words in text, words
    assert "complies" not in text and "compliant" not in text


def test_a_policy_lists_exceptions_and_says_which_have_run_out() -> None:
    def entry(resource: str, expires: dt.date) -> AcceptedRisk:
        given = {"owner": "A", "approver": "B", "reason": "C"}
        return AcceptedRisk(
            check="ec2_ebs_volume_encrypted", resource=resource, expires=expires, **given
        )

    entries = (entry("*volume*", dt.date(2027, 1, 1)), entry("*", dt.date(2026, 1, 1)))
    failing = [finding("ec2_ebs_volume_encrypted", volume(n), "fail") for n in (1, 2)]
    text = section(
        written((), failing, answers=Answers(exceptions=entries))[POLICY], "8. Exceptions"
    )
    assert "| `*volume*` | EBS volume encrypted | C | A | B | 2027-01-01 | 2 failures |" in text
    assert "2026-01-01 (run out: covers nothing any more) | 0 failures |" in text


def test_a_policy_keeps_apart_what_is_required_and_what_is_so_today() -> None:
    today = section(of_mixed()[POLICY], "10. Where these rules stand on 2026-11-01")
    assert "| EBS volume encrypted | high | 4 pass, 2 fail | `ec2_ebs_volume_encrypted` |" in today
    assert "s3_bucket_default_encryption" not in today  # a rule that cannot be broken


TRAIL = Trail(
    arn=f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/all",
    account=ACCOUNT,
    region="eu-west-1",
    name="all",
    encryption="kms",
    kms_key="alias/audit",
    home_region="eu-west-1",
    bucket="audit",
    log_group=None,
    multi_region=True,
    organization=False,
    log_validation=True,
    logging=NotRead(Reason.DENIED, "cloudtrail:GetTrailStatus", "cloudtrail:GetTrailStatus"),  # type: ignore[arg-type]
    records_management_events="All",
    excludes_kms=False,
)


def event(number: int, day: int, **more: Any) -> ChangeEvent:
    given: dict[str, Any] = {
        "arn": f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:event/{number}",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "name": "DisableKey",
        "event_id": str(number),
        "event": "DisableKey",
        "source": "kms.amazonaws.com",
        "at": dt.datetime(2026, 10, day, tzinfo=dt.UTC),
        "user": "somebody",
        "resources": ["key-1"],
    }
    return ChangeEvent(**(given | more))


def test_an_audit_report_lists_changes_newest_first_and_what_watches() -> None:
    events = [event(1, 3), event(2, 9, user=""), event(3, 5, event="StopLogging")]
    text = written(
        [TRAIL, *events],
        looks=[look(Trail), look(ChangeEvent)],
        workload=Workload(reviewed_events=("1",)),
    )[AUDIT]
    changes = section(text, "2. Changes to encryption")
    assert "| DisableKey | 2 |\n| StopLogging | 1 |" in changes
    assert re.findall(r"^\| (2026-10-\d\d) \|.*\| (yes|no) \|$", changes, re.M) == [
        ("2026-10-09", "no"),
        ("2026-10-05", "no"),
        ("2026-10-03", "yes"),
    ]
    assert "| 2026-10-09 | DisableKey | nobody named | key-1 | eu-west-1 | no |" in changes
    trails = section(text, "Trails (CloudTrail)")
    assert "log validation: yes; records management events: All; excludes kms: no" in trails
    assert "logging: not read (cloudtrail:GetTrailStatus)" in trails


def test_an_audit_report_speaks_of_what_watches_and_not_of_what_is_watched() -> None:
    watching = section(written()[AUDIT], "4. What watches")
    services = set(re.findall(r"^### .* \((.+)\)$", watching, re.M))
    assert {"CloudTrail", "CloudWatch", "Config", "EventBridge", "GuardDuty", "Macie"} <= services
    assert not services & {"KMS", "S3", "EBS", "RDS", "Backup", "DynamoDB", "Secrets Manager"}


def test_events_beyond_what_a_page_holds_are_counted() -> None:
    many = [event(n, 1 + n % 28) for n in range(230)]
    changes = section(written(many, looks=[look(ChangeEvent)])[AUDIT], "2. Changes to encryption")
    assert "And 30 more in evidence/ChangeEvent.jsonl." in changes
    assert "| DisableKey | 230 |" in changes


@pytest.mark.parametrize(
    ("looks", "unread", "words"),
    [
        ([], (), "was not collected, so nothing can be said"),
        ([look(ChangeEvent)], (), "CloudTrail recorded none in the 90 days before 2026-11-01"),
        (
            [look(ChangeEvent, why=REFUSED)],
            (
                NotReadEntry(
                    table="ChangeEvent",
                    operation="cloudtrail:LookupEvents",
                    action="cloudtrail:LookupEvents",
                    region="eu-west-1",
                    reason=Reason.DENIED,
                ),
            ),
            "No change was found in what could be read",
        ),
    ],
)
def test_not_having_looked_is_never_told_as_nothing_there(
    looks: list[Look], unread: tuple[NotReadEntry, ...], words: str
) -> None:
    text = written(looks=looks, not_read=unread)[AUDIT]
    changes = section(text, "2. Changes to encryption")
    assert words in changes
    assert (
        "Not read whole in eu-west-1: permission denied, `cloudtrail:LookupEvents`." in changes
    ) is bool(unread)


def use(by: str, event: str = "Decrypt", **more: Any) -> KeyUse:
    given: dict[str, Any] = {
        "arn": f"{key('alias/shop', 1).arn}#{event}/{by}",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "name": event,
        "key": key("alias/shop", 1).arn,
        "event": event,
        "by": f"arn:aws:iam::{ACCOUNT}:role/{by}",
        "times": 7,
        "denied": 0,
        "first": NOW,
        "last": NOW,
        "since": NOW,
        "sampled": False,
    }
    return KeyUse(**(given | more))


def use_of_keys(*rows: Row, **more: Any) -> str:
    return section(written(rows, **more)[AUDIT], "3. Use of keys")


def test_an_audit_report_says_who_used_which_key_those_refused_first() -> None:
    rows = [use("shop"), use("shop", "GenerateDataKey", times=2), use("eve", times=4, denied=4)]
    rows.append(use("auditor", "DescribeKey"))
    text = use_of_keys(key("alias/shop", 1), *rows, looks=[look(KeyUse)])
    lines = [line for line in text.splitlines() if line.startswith("| alias/shop")]
    assert lines == [
        "| alias/shop | eu-west-1 | role/eve | Decrypt 4 | 4 | 2026-11-01 |",
        "| alias/shop | eu-west-1 | role/shop | Decrypt 7, GenerateDataKey 2 | none | 2026-11-01 |",
    ]
    assert "- eu-west-1: all of the last 90 days" in text


def test_an_audit_report_says_how_far_back_a_sample_reaches() -> None:
    text = use_of_keys(use("shop", sampled=True))
    assert "- eu-west-1: the newest events, back to 2026-11-01 12:00 UTC; older ones were" in text


def test_use_of_keys_that_nobody_looked_at_is_not_told_as_none() -> None:
    assert "was not collected, so nothing can be said" in use_of_keys()
    assert "CloudTrail recorded none" in use_of_keys(looks=[look(KeyUse)])
    refused = NotReadEntry(
        table="KeyUse",
        operation="cloudtrail:LookupEvents",
        action="cloudtrail:LookupEvents",
        region="eu-west-1",
        reason=Reason.DENIED,
    )
    text = use_of_keys(looks=[look(KeyUse, why=REFUSED)], not_read=(refused,))
    assert "No use of a key was found in what could be read." in text
    assert "Not read whole in eu-west-1: permission denied, `cloudtrail:LookupEvents`." in text


def snapshot(place: int, **more: Any) -> EbsSnapshot:
    given: dict[str, Any] = {
        "arn": f"arn:aws:ec2:eu-west-1::snapshot/snap-{place}",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "name": f"snap-{place}",
        "encryption": "kms",
        "kms_key": key("alias/backups", 1).arn,
        "tags": {},
        "snapshot_id": f"snap-{place}",
        "volume_id": "vol-1",
        "gib": 8,
        "public": False,
        "image": None,
    }
    return EbsSnapshot(**(given | more))


def point(place: int, **more: Any) -> RecoveryPoint:
    given: dict[str, Any] = {
        "arn": f"arn:aws:backup:eu-west-1:{ACCOUNT}:recovery-point:{place}",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "name": f"point-{place}",
        "encryption": "none",
        "kms_key": None,
        "vault": "main",
        "source_type": "VirtualMachine",
        "source": None,
        "status": "COMPLETED",
        "encrypted": None,
        "composite": False,
        "created": NOW,
        "plan": None,
        "copied_from": None,
    }
    return RecoveryPoint(**(given | more))


def test_a_backup_report_lists_each_backup_with_its_protection_the_failing_first() -> None:
    check = "ec2_ebs_snapshot_encrypted"
    plain = snapshot(9, encryption="none", kms_key=None)
    rows = [key("alias/backups", 1), snapshot(1), snapshot(2), snapshot(3), plain]
    found = [
        finding(check, rows[1], level="customer"),
        finding(check, rows[2], "unknown", reason=Reason.DENIED, because="kms was denied"),
        finding(check, plain, "fail", because="8 GiB lie unencrypted", level="none"),
    ]
    text = written(rows, found, looks=[look(EbsSnapshot)])[BACKUPS]
    part = section(text, "EBS snapshots")
    assert re.findall(r"^\| (snap-\d) \|.*\| (.+) \| (.+) \| (.+) \|$", part, re.M) == [
        ("snap-9", "not encrypted", "\u2013", "fails: 8 GiB lie unencrypted"),
        ("snap-2", "encrypted with a KMS key", "alias/backups", "no verdict: kms was denied"),
        ("snap-3", "encrypted with a KMS key", "alias/backups", "not judged"),
        ("snap-1", "encrypted with a customer managed key", "alias/backups", "passes"),
    ]
    assert "EBS snapshots:** 4 snapshots seen: 1 failing, 1 passing, 1 without a verdict." in text
    assert "| snap-9 | eu-west-1 | high | 8 GiB lie unencrypted |" in section(text, "2. What fails")


def test_a_backup_of_which_aws_says_nothing_is_not_told_as_unencrypted() -> None:
    text = written([point(1)], looks=[look(RecoveryPoint)])[BACKUPS]
    assert "| AWS does not say | \u2013 | not judged |" in section(text, "Recovery points")


def test_a_backup_that_was_refused_is_listed_as_not_read() -> None:
    hidden = RecoveryPoint.hidden(
        REFUSED, arn="x", account=ACCOUNT, region="eu-west-1", name="points of main", vault="main"
    )
    text = section(written([hidden], looks=[look(RecoveryPoint)])[BACKUPS], "Recovery points")
    needs = "not read (backup:ListBackupVaults)"
    assert f"vault: main; source type, created, status: {needs} | {needs} | {needs} |" in text


def test_a_table_that_was_refused_is_not_told_as_empty() -> None:
    entry = NotReadEntry(
        table="BackupVault",
        operation=REFUSED.operation,
        action=REFUSED.action,
        region="us-east-1",
        reason=Reason.DENIED,
    )
    looks = [look(BackupVault), look(BackupVault, "us-east-1", REFUSED), look(EbsSnapshot)]
    text = written(looks=looks, not_read=(entry,))[BACKUPS]
    assert "None in what could be read." in section(text, "Backup vaults")
    assert section(text, "EBS snapshots").strip() == "None."
    assert "Not collected" in section(text, "Recovery points")
    unread = section(text, "3. What was not read")
    assert "| Backup vaults | us-east-1 | permission denied | `backup:ListBackupVaults` |" in unread
    assert "| Recovery points | all regions | not collected | \u2013 |" in unread


# All of them


# The key inventory


POLICY_OF_KEY = """{"Statement": [
  {"Effect": "Allow", "Action": "kms:*", "Resource": "*",
   "Principal": {"AWS": "arn:aws:iam::ACCOUNT:root"}},
  {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
   "Principal": {"AWS": "arn:aws:iam::ACCOUNT:role/shop"}},
  {"Effect": "Allow", "Action": "kms:DisableKey", "Resource": "*",
   "Principal": {"AWS": "arn:aws:iam::ACCOUNT:role/admin"}}]}""".replace("ACCOUNT", ACCOUNT)


def inventory(*rows: Row, **more: Any) -> str:
    return written(rows, **more)[INVENTORY]


def test_an_inventory_says_of_each_key_what_it_is_who_holds_it_and_what_it_protects() -> None:
    shop = key("alias/shop", 1, policy=POLICY_OF_KEY, tags={"Owner": "shop-team"})
    disk = volume(1, encryption="kms", kms_key=shop.arn, name="disk", region=shop.region)
    text = inventory(shop, disk, key("alias/aws/ebs", 2, manager="AWS", policy=None))
    keys = section(text, "1. The keys")
    assert "| alias/shop | eu-west-1 |" in keys and "| shop-team | the customer |" in keys
    assert "alias/aws/ebs" not in text and "1 key that AWS manages" in text
    held = section(text, "2. Who holds each key")
    assert "| IAM policies decide; role/admin | IAM policies decide; role/shop |" in held
    used = section(text, "3. What each key protects")
    assert "EBS: 1; not everything could be read" in used  # no other table was looked at
    assert "disk (eu-west-1)" in used


def test_an_inventory_keeps_a_key_that_was_refused_and_says_so() -> None:
    rows, _ = denied()
    hidden = KmsKey.hidden(
        REFUSED, arn=key("x", 7).arn, account=ACCOUNT, region="eu-west-1", name="secret"
    )
    text = inventory(*rows, hidden)
    assert "| no alias seen | eu-west-1 | `" in text
    assert "| not read | not read (backup:ListBackupVaults) |" in text
    assert "| not read | not read |" in section(text, "2. Who holds each key")


def test_an_inventory_of_what_nobody_looked_at_is_not_told_as_empty() -> None:
    assert "Not collected: nothing can be said of keys." in inventory()
    looked = inventory(looks=[look(KmsKey)])
    assert "Not collected:" not in looked and "0 keys of the customer" in looked


# The exceptions register


def test_a_register_of_exceptions_says_what_each_covers_and_which_ran_out() -> None:
    def entry(resource: str, expires: dt.date, check: str = "ec2_ebs_volume_encrypted") -> Any:
        given = {"owner": "A", "approver": "B", "reason": "C"}
        return AcceptedRisk(check=check, resource=resource, expires=expires, **given)

    today = NOW.date()
    entries = (
        entry("*", dt.date(2026, 1, 1)),
        entry(volume(1).arn, today + dt.timedelta(days=1)),
        entry("arn:none", today + dt.timedelta(days=300), "a_check_of_old"),
    )
    disputes = (Dispute(check=entries[0].check, resource="*", says="wrong", by="D", note="E"),)
    failing = [
        finding("ec2_ebs_volume_encrypted", volume(n), "fail", because=f"it is {n}") for n in (1, 2)
    ]
    answers = Answers(exceptions=entries, disputes=disputes)
    text = written((), failing, answers=answers)[EXCEPTIONS]
    assert "| In force | 2 |" in text and "| Run out | 1 |" in text
    register = section(text, "1. Exceptions, the next to run out first")
    first, second, third = (line for line in register.splitlines() if line[:3] in SOME_NUMBERS)
    assert "nothing; 1 failure without it | A | B | C | 2026-01-01 | ran out" in first
    assert "1 failure | A | B | C |" in second and "in force, 1 day left |" in second
    assert "a_check_of_old" in third and third.endswith("| in force |")
    covered = section(text, f"2. What they cover on {today}")
    assert "It is 1" in covered and "It is 2" not in covered
    assert "| wrong | D | E | 2 fail |" in section(text, "3. Disputes")


SOME_NUMBERS = ("| 1", "| 2", "| 3")


def test_a_register_without_exceptions_says_so() -> None:
    text = written()[EXCEPTIONS]
    assert text.count("answers.yaml names none.") == 2


@pytest.mark.parametrize("name", PAPERS)
def test_a_simulation_says_so_and_a_review_of_aws_does_not(name: str) -> None:
    assert "**Simulation. " in written()[name]
    assert "Simulation" not in written(simulation=False)[name]


def test_a_review_without_aws_never_speaks_of_evidence() -> None:
    made = written(calls={}, caller="", regions=(), simulation=False)
    assert "nothing was asked of AWS" in made[SHEET]
    assert "did not ask AWS which data stores there are" in made[POLICY]
    for name in (AUDIT, BACKUPS):
        assert "by nobody: AWS was not asked" in made[name]
        assert "Not collected" in made[name]


@pytest.mark.parametrize("rows_and_findings", [lambda: ([], []), denied])
def test_an_empty_account_and_one_where_all_is_denied_have_papers_too(
    rows_and_findings: Any,
) -> None:
    made = written(*rows_and_findings())
    assert tuple(made) == PAPERS
    for text in made.values():
        assert "None |" not in text and "[]" not in text


def test_a_run_of_one_question_says_what_the_other_papers_lack() -> None:
    (keys,) = (q for q in QUESTIONS if q.id == "key-management")
    made = written(questions=[keys])
    assert "This review asked no question on monitoring." in made[AUDIT]
    assert "This review asked no question on backups." in made[BACKUPS]
    assert section(made[AUDIT], "4. What watches").strip() == "This review did not look."


def test_the_same_run_gives_the_same_papers() -> None:
    rows, findings = mixed()
    assert written(rows[::-1], findings[::-1]) == written(rows, findings)


PLAIN = {"h1", "h2", "h3", "p", "strong", "em", "code", "pre", "ul", "li", "a", "br", "blockquote"}
PLAIN |= {"table", "thead", "tbody", "tr", "th", "td"}


@pytest.mark.parametrize("name", PAPERS)
def test_nothing_hostile_lives_in_a_paper(name: str) -> None:
    rows, findings = hostile()
    bad_rows = [
        replace(TRAIL, name=HOSTILE, bucket=HOSTILE),
        event(1, 1, user=HOSTILE, event=HOSTILE, resources=[HOSTILE, "|"]),
        replace(use("x"), by=HOSTILE, event=HOSTILE, key=HOSTILE),
        snapshot(1, name=HOSTILE, kms_key=HOSTILE),
        point(1, name=HOSTILE, vault=HOSTILE, source_type=HOSTILE),
    ]
    workload = Workload(
        name=HOSTILE,
        out_of_scope=(OutOfScope(region="us-east-2", reason=HOSTILE),),
        break_glass=(HOSTILE,),
        backup_deleters=(HOSTILE,),
        standards=(HOSTILE,),
        trusted_accounts=(TrustedAccount(account="444455556666", who=HOSTILE),),
        classification=ClassificationRules(
            levels={HOSTILE: "owned"},
            resources=(ClassifiedResources(match=HOSTILE, classification=HOSTILE),),
        ),
    )
    text = written(
        [*rows, *bad_rows],
        findings,
        answers=HOSTILE_ANSWERS,
        workload=workload,
        caller=HOSTILE,
        looks=[look(Trail), look(ChangeEvent), look(EbsSnapshot), look(RecoveryPoint)],
    )[name]
    html = mistune.create_markdown(plugins=["url", "table", "math", "footnotes"])(text)
    assert isinstance(html, str)
    assert set(re.findall(r"<([a-z0-9]+)", html)) <= PLAIN
    assert {a.split("/")[2] for a in re.findall(r'<a href="([^"]+)"', html)} <= {
        "docs.aws.amazon.com"
    }
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "&lt;script&gt;window.ran=1&lt;/script&gt;" in text  # and it can still be read


@pytest.mark.parametrize("name", PAPERS)
def test_tables_keep_their_shape_whatever_the_names_are(name: str) -> None:
    rows, findings = hostile()
    lines = written(rows, findings, answers=HOSTILE_ANSWERS)[name].splitlines()
    widths: dict[int, set[int]] = {}
    for number, line in enumerate(lines):
        if line.startswith("|"):
            first = next(n for n in range(number, -1, -1) if not lines[n].startswith("|"))
            widths.setdefault(first, set()).add(len(re.findall(r"(?<!\\)\|", line)))
    assert all(len(columns) == 1 for columns in widths.values())


def test_the_regions_of_a_run_are_named_in_every_document() -> None:
    assert all(region in of_mixed()[name] for name in PAPERS[1:] for region in REGIONS)

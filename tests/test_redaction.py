"""Redaction: no name of the run is left in what is handed on, and everything still works on it."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
import samples
from exporting import hostile_run, kept_run, raw
from hypothesis import given
from hypothesis import strategies as st

from wa_kit import answers, archive, narrative, report, workbook, workload
from wa_kit.exports import Format, export
from wa_kit.exports.redaction import redacted_copy
from wa_kit.exports.redaction.aliases import Replacer, assigned
from wa_kit.exports.redaction.arns import named
from wa_kit.exports.redaction.names import plain
from wa_kit.model import Evidence, Row, finding_id
from wa_kit.planning import Request
from wa_kit.review import Review
from wa_kit.run import judge_again
from wa_kit.simulated import demo

COMPANY = Path(demo.__file__).parent / "company"
# What AWS calls a thing that it made itself, or what says which API call it was.
NO_NAMES = ("Account", "Region", "EbsDefault", "MacieSession", "Inventory", "ChangeEvent")
# Names of the kept run that are common words too: in sentences they stay, see docs/exports.md.
WORDS = {"default", "everything", "leaving", "regions", "replication", "reviewer", "stack"}
WORDS |= {"theme"}  # a parameter's last word, and the name of a part of every Excel file


@pytest.fixture(scope="module")
def run() -> Path:
    return kept_run()


@pytest.fixture(scope="module")
def copy(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return redacted_copy(run, tmp_path_factory.mktemp("redacted"))


def accounts(run: Path) -> set[str]:
    text = b"\n".join(path.read_bytes() for path in run.rglob("*.jsonl")).decode()
    found = {row.account for row in archive.load_evidence(run).rows}
    return found | set(re.findall(r"arn:aws[^:]*:[^:]*:[^:]*:(\d{12}):", text))


def resources(run: Path) -> set[str]:
    """ARNs, and the names and ids that are in them or beside them."""
    found = set()
    for row in archive.load_evidence(run).rows:
        if type(row).__name__ in NO_NAMES or row.name.startswith("alias/aws/"):
            continue
        found |= {row.arn, row.name, row.name.removeprefix("alias/")}
        found.add(re.split("[:/]", row.arn.split(":", 5)[5])[-1])
    return {name for name in found if name}


def people(run: Path) -> set[str]:
    said = answers.load(run / "answers.yaml")
    found = {answer.answered_by for answer in said.answers.values()}
    found |= {answer.owner for answer in said.answers.values()}
    for duties in said.roles.values():
        found |= {name for duty in duties.values() for name in (duty.accountable, duty.deputy)}
    found |= {document.owner for document in said.artefacts.values()}
    found |= {name for e in said.exceptions for name in (e.owner, e.approver)}
    found |= {dispute.by for dispute in said.disputes}
    found |= {entry.owner for entry in workload.load(run / "workload.yaml").owners}
    for row in archive.load_evidence(run).rows:
        tags = getattr(row, "tags", {})
        found |= {tags.get("Owner", "")} if isinstance(tags, dict) else set()
    return {name for name in found if name}


def left_in(made: bytes, names: set[str]) -> set[str]:
    """The names that can be read in it, as whole words, through the escapes of its format."""
    text = made.decode("utf-8", "replace")
    text += html.unescape(text) + text.replace("\\", "")
    words = set(re.findall(r"[^\W_]+", text))
    may = {name for name in names if words.issuperset(re.findall(r"[^\W_]+", name))}
    left = {n for n in may if re.search(rf"(?<![^\W_]){re.escape(n)}(?![^\W_])", text)}
    return {name for name in left if name.lower() not in WORDS}


def test_the_copy_holds_no_name_of_the_run(run: Path, copy: Path) -> None:
    made = raw(copy)
    assert len(accounts(run)) > 1 and len(resources(run)) > 300 and len(people(run)) > 15
    assert {id_ for id_ in accounts(run) if id_.encode() in made} == set()
    assert left_in(made, resources(run)) == set()
    assert left_in(made, people(run)) == set()
    for word in (b"kestrel", b"Kestrel", b"Okafor", b"Maren", b"wiki."):
        assert word not in made


@pytest.mark.parametrize("format", Format)
def test_no_format_holds_a_name_of_the_run(run: Path, tmp_path: Path, format: Format) -> None:
    made = raw(export(run, format, tmp_path / f"made{format.ending}", redact=True))
    assert len(made) > 10_000
    assert {id_ for id_ in accounts(run) if id_.encode() in made} == set()
    assert left_in(made, resources(run) | people(run)) == set()
    if format not in (Format.parquet, Format.pdf):  # one is compressed, the other slow to make
        plainly = raw(export(run, format, tmp_path / f"plain{format.ending}"))
        assert left_in(plainly, people(run)) != set()


def test_who_holds_a_role_of_the_matrix_is_named_in_no_finding(run: Path, tmp_path: Path) -> None:
    home = tmp_path / "runs" / run.parent.name / run.name
    shutil.copytree(run, home)
    shutil.copyfile(COMPANY / "answers.yaml", home / "answers.yaml")
    judged = judge_again(home, Request(workbook=False)).run
    roles = answers.load(judged / "answers.yaml").raci.roles.values()
    named = {name for role in roles for name in role.held_by}
    assert named and left_in((judged / "findings.jsonl").read_bytes(), named) == named
    made = raw(redacted_copy(judged, tmp_path / "redacted"))
    assert left_in(made, named | people(judged)) == set()


def test_the_workbook_of_the_copy_and_its_page_hold_no_name(run: Path, copy: Path) -> None:
    given = {"run": ".", "account": archive.load_manifest(copy).account}
    executed = workbook.execute(copy, given)
    page = re.sub("<script>.*?</script>", "", report.rendered(executed), flags=re.DOTALL)
    made = executed.read_bytes() + page.encode()
    executed.unlink()
    assert b'"ename"' not in made
    assert {id_ for id_ in accounts(run) if id_.encode() in made} == set()
    assert left_in(made, resources(run) | people(run)) == set()


def test_the_copy_is_whole_loads_and_says_what_it_is(run: Path, copy: Path) -> None:
    assert archive.verify(copy).whole
    before, after = archive.load_manifest(run), archive.load_manifest(copy)
    assert after.parameters["redacted"] is True
    assert after.derived_from == archive.link(run)
    assert after.previous is None
    assert after.regions == before.regions and after.calls == before.calls
    material = Review.open(copy).material
    assert material.summary.findings == Review.open(run).material.summary.findings
    for name, load in (("answers", answers.load), ("workload", workload.load)):
        assert load(copy / f"{name}.yaml")


def test_what_was_found_is_the_same_for_all_that_is_called_otherwise(run: Path, copy: Path) -> None:
    before, after = archive.load_findings(run), archive.load_findings(copy)
    facts = ("check", "severity", "outcome", "reason", "region", "level", "classification")
    assert [[getattr(f, n) for n in facts] for f in before] == [
        [getattr(f, n) for n in facts] for f in after
    ]
    assert len({f.finding for f in after}) == len({f.finding for f in before})
    assert len({f.resource for f in after}) == len({f.resource for f in before})
    for f in after:
        assert f.finding == finding_id(f.check, f.account, f.region, f.resource)
    known = {f.finding for f in after}
    assert {id_ for t in Review.open(copy).material.summary.worst for id_ in t.findings} <= known


def test_keys_are_still_found_by_what_refers_to_them(copy: Path) -> None:
    from wa_kit.evidence.kms import KmsKey
    from wa_kit.evidence.s3 import S3Bucket

    evidence = archive.load_evidence(copy)
    keys = {key.arn for key in evidence.of(KmsKey)}
    named_ = {bucket.kms_key for bucket in evidence.of(S3Bucket) if bucket.encryption == "kms"}
    assert {key for key in named_ if key and ":key/" in key} & keys


def test_the_same_run_gives_the_same_aliases(run: Path, copy: Path, tmp_path: Path) -> None:
    again = redacted_copy(run, tmp_path)
    for path in copy.rglob("*.jsonl"):
        assert path.read_bytes() == (again / path.relative_to(copy)).read_bytes()


def test_the_run_itself_is_not_touched(run: Path, copy: Path) -> None:
    assert archive.verify(run).whole


def test_a_hostile_run_is_redacted_and_still_whole(tmp_path: Path) -> None:
    hostile = hostile_run(tmp_path)
    made = redacted_copy(hostile, tmp_path / "redacted")
    assert archive.verify(made).whole
    assert samples.ACCOUNT.encode() not in raw(made)
    assert Review.open(made).material.findings
    assert narrative.load(made / "narrative.yaml").status == "draft"


def small(tmp_path: Path, rows: list[Row], findings: list[Any], **texts: str) -> Path:
    """A copy of a small run, with an answers.yaml and a narrative.yaml of the test's own."""
    with archive.staged(tmp_path / "run", samples.ACCOUNT, samples.NOW) as staging:
        evidence = Evidence(rows, samples.looks())
        archive.save_evidence(evidence, staging)
        archive.save_findings(findings, staging)
        summary = samples.review(rows, findings).material.summary
        staging.write("summary.json", msgspec.json.encode(summary))
        for name, text in texts.items():
            staging.write(f"{name}.yaml", text)
        made = staging.finish(samples.manifest())
    return redacted_copy(made, tmp_path / "redacted")


def test_a_name_that_is_a_common_word_breaks_no_sentence_and_no_fact(tmp_path: Path) -> None:
    row = samples.volume(1, "data", tags={"Owner": "Backup", "DataClassification": "internal"})
    found = samples.finding(
        "ec2_ebs_volume_encrypted", row, "fail", because="the data at rest lie unencrypted"
    )
    copy = small(tmp_path, [row], [found])
    (finding,) = archive.load_findings(copy)
    assert finding.because == "the data at rest lie unencrypted"
    assert (finding.name, finding.service) == ("ebs-volume-1", "EBS")
    (made,) = archive.load_evidence(copy).of(type(row))
    assert made.tags == {"Owner": "person-1", "DataClassification": "internal"}


@pytest.mark.parametrize("name", ["in-use", "customer", "eu-west-1", "fail", "EBS", "aws-managed"])
def test_a_resource_called_like_a_fact_leaves_the_facts_alone(tmp_path: Path, name: str) -> None:
    row = samples.volume(1, name)
    found = samples.finding("ec2_ebs_volume_encrypted", row, "fail", level="aws-managed")
    copy = small(tmp_path, [row], [found])
    (finding,) = archive.load_findings(copy)
    assert (finding.level, finding.outcome, finding.region) == ("aws-managed", "fail", "eu-west-1")
    (made,) = archive.load_evidence(copy).of(type(row))
    assert (made.state, made.encryption, made.region) == ("in-use", "aws-managed", "eu-west-1")


def test_people_are_replaced_in_what_people_wrote_by_first_name_too(tmp_path: Path) -> None:
    said = """
answers:
  key-management:
    status: answered
    answered_by: Zofia Brandvold
    notes: Ask Zofia, or zofia brandvold's deputy; mail z.brandvold@corp.example. Keys rotate.
    evidence: [https://wiki.corp.example/keys?page=7]
"""
    told = "customer: Hallamshire Forge\nexecutive_summary: Hallamshire has done well.\n"
    copy = small(tmp_path, [samples.volume(1)], [], answers=said, narrative=told)
    answer = answers.load(copy / "answers.yaml").answers["key-management"]
    assert answer.answered_by == "person-1"
    assert answer.notes == "Ask person-1, or person-1's deputy; mail person-3. Keys rotate."
    assert answer.evidence == ("link-1",)
    made = narrative.load(copy / "narrative.yaml")
    assert (made.customer, made.executive_summary) == ("customer-1", "customer-1 has done well.")


def test_everybody_stays_everybody(tmp_path: Path) -> None:
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt"}]}
    row = samples.key("*", 1, policy=json.dumps(policy), tags={"Owner": "*"})
    (made,) = archive.load_evidence(small(tmp_path, [row], [])).of(type(row))
    assert json.loads(made.policy) == policy


def test_what_reveals_the_run_by_its_digest_or_its_logo_is_left_out(tmp_path: Path) -> None:
    said = "answers:\n  monitoring:\n    seen:\n      '111122223333': abc\n"
    copy = small(tmp_path, [samples.volume(1)], [], answers=said)
    assert "seen" not in (copy / "answers.yaml").read_text()
    assert not (copy / "workload.yaml").exists()


def test_the_matrix_keeps_its_roles_and_loses_who_holds_them(tmp_path: Path) -> None:
    said = """
raci:
  roles:
    key-keeper: {title: Keeper of keys, held_by: [Zofia Brandvold], principals: [zbrandvold-*]}
  practices:
    sec_protect_data_rest_key_mgmt: {responsible: [key-keeper], accountable: key-keeper}
"""
    copy = small(tmp_path, [samples.volume(1)], [], answers=said)
    matrix = answers.load(copy / "answers.yaml").raci
    assert matrix.practices["sec_protect_data_rest_key_mgmt"].accountable == "key-keeper"
    assert matrix.roles["key-keeper"].held_by == ("person-1",)
    assert matrix.roles["key-keeper"].principals == ("principal-2*",)


def test_links_ids_addresses_and_organizations_in_free_text_are_found(tmp_path: Path) -> None:
    said = """
answers:
  monitoring:
    notes: >-
      See vpc-0a1b2c3d4e5f60718, 10.20.30.40, o-abcd1234ef, account 999988887777,
      AROAEXAMPLE1234567890, 1b2c3d4e-1111-2222-3333-444455556666 and
      arn:aws:sqs:eu-west-1:999988887777:orders-dead. On 2026-11-24 version 3.1 came.
"""
    copy = small(tmp_path, [samples.volume(1)], [], answers=said)
    notes = answers.load(copy / "answers.yaml").answers["monitoring"].notes
    assert notes == (
        "See id-2, address-1, o-organization1, account 000000000002, principal-1, id-1 and "
        "arn:aws:sqs:eu-west-1:000000000002:resource-1. On 2026-11-24 version 3.1 came."
    )


# The parts


@pytest.mark.parametrize(
    ("arn", "pieces"),
    [
        ("arn:aws:s3:::logs", ["logs"]),
        ("arn:aws:s3:::logs/AWSLogs/*", ["logs", "AWSLogs/"]),
        ("arn:aws:rds:eu-west-1:1:db:shop", ["shop"]),
        ("arn:aws:rds:eu-west-1:1:db:shop-*-eu", ["shop-", "-eu"]),
        ("arn:aws:iam::1:role/path/of/it", ["path/of/it"]),
        ("arn:aws:iam::1:root", []),
        ("arn:aws:kms:eu-west-1:1:alias/aws/ebs", []),
        ("arn:aws:kms:eu-west-1:1:key/*", []),
        ("arn:aws:sns:eu-west-1:1:topic", ["topic"]),
    ],
)
def test_an_arn_comes_apart_into_names_and_all_the_rest(arn: str, pieces: list[str]) -> None:
    parts = named(arn)
    assert [name for name, _ in parts if name] == pieces
    assert "".join(before + name for name, before in parts) == arn


def test_an_alias_that_is_a_name_of_the_run_is_passed_over() -> None:
    nouns = {"blue": "bucket", "bucket-1": "bucket", "000000000001": "account"}
    made = assigned(nouns, {}, set(nouns))
    assert made == {"blue": "bucket-2", "bucket-1": "bucket-3", "000000000001": "000000000002"}


def test_the_longest_name_wins_and_words_are_whole() -> None:
    aliases = {"shop": "b-1", "shop-db": "b-2", "shop-db/eu": "b-3"}
    replace = Replacer(aliases, (), ()).text
    assert replace("shop, shop-db, shop-db/eu, Shop-DB; shops workshop") == (
        "b-1, b-2, b-3, b-2; shops workshop"
    )


def test_common_words_and_numbers_are_plain_and_account_ids_are_not() -> None:
    assert plain("Data", "person") and plain("2026-11", "bucket") and plain("3", "person")
    assert not plain("111122223333", "account") and not plain("shop-team", "person")


@given(st.dictionaries(st.text(min_size=1), st.just("x-1"), max_size=5), st.text())
def test_text_without_a_name_in_it_stays_as_it_is(aliases: dict[str, str], text: str) -> None:
    present = any(name.lower() in text.lower() for name in aliases)
    if not present:
        assert Replacer(aliases, (), ()).text(text) == text


def test_dates_stay_dates_when_answers_are_written_again(copy: Path) -> None:
    said = answers.load(copy / "answers.yaml")
    assert isinstance(said.exceptions[0].expires, dt.date)
    assert json.loads((copy / "manifest.json").read_text())["account"] == "000000000001"

"""Sixty hostile texts on their whole way: from names and tags in AWS to the page in a browser."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from browsing import SCREEN, Opened, chromium
from payloads import PAYLOADS, hostile_rows

from wa_kit import archive, charts, run, simulated
from wa_kit.evidence import COLLECTORS
from wa_kit.model import Look
from wa_kit.planning import Request
from wa_kit.shown import Table, el, text, visible
from wa_kit.simulated.estate import Estate

ACCOUNT = "333344449999"
REGION = "eu-west-1"
ALLOWED = ("https://docs.aws.amazon.com/", "#")


class Tags(HTMLParser):
    """The elements that a reader of HTML sees."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_element_comes_of_a_name(payload: str) -> None:
    table = Table(payload, (payload, "B"), [(payload, el("b", payload, title=payload))])
    own = ["table", "caption", "thead", "tr", "th", "th", "tbody", "tr", "th", "td", "b"]
    assert Tags(table.html()).seen == own
    assert Tags(charts.label(payload)).seen in ([], ["br"])


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_name_is_readable_and_nothing_of_it_is_hidden(payload: str) -> None:
    shown = html.unescape(text(payload))
    assert shown == visible(payload)
    assert shown.replace("\n", "").replace("\t", "").isprintable()


def _aws_text(payload: str) -> str:
    """What AWS takes as a tag: no control characters, at most 256 of the rest."""
    return "".join(c for c in payload if c.isprintable())[:256] or "x"


def seed(estate: Estate) -> None:
    """Resources whose every free text is hostile."""
    ec2, kms, secrets, ssm, dynamo, s3 = (
        estate.client(name, REGION)
        for name in ("ec2", "kms", "secretsmanager", "ssm", "dynamodb", "s3")
    )
    for place, payload in enumerate(map(_aws_text, PAYLOADS)):
        names = ("Name", "Owner", "DataClassification", payload[:100])
        tags = [{"Key": name, "Value": payload} for name in names]
        ec2.create_volume(
            AvailabilityZone=f"{REGION}a",
            Size=1,
            TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
        )
        if place % 6 == 0:
            key_tags = [{"TagKey": t["Key"], "TagValue": t["Value"]} for t in tags]
            kms.create_key(Description=payload, Tags=key_tags)
            secrets.create_secret(
                Name=f"secret-{place}", Description=payload, SecretString="x", Tags=tags
            )
            ssm.put_parameter(
                Name=f"/password/{place}", Description=payload, Value="x", Type="String", Tags=tags
            )
            dynamo.create_table(
                TableName=f"table-{place}",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
                Tags=tags,
            )
            bucket = f"hostile-{place}"
            s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
            s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of an estate of hostile names, with rows that no estate would let in."""
    patch, out = pytest.MonkeyPatch(), tmp_path_factory.mktemp("hostile")
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with simulated.serve(ACCOUNT) as estate:
        seed(estate)
        asked = Request(endpoint_url=estate.endpoint, regions=(REGION,), out=out, workbook=False)
        read = run.review(asked)
    patch.undo()
    looks = [Look(table=kind.__name__, account=ACCOUNT, region=REGION) for kind in COLLECTORS]
    evidence = archive.load_evidence(read.run)
    worse = evidence.plus(list(hostile_rows(ACCOUNT, (REGION,))), looks)
    with archive.staged(out / "worse", ACCOUNT, read.manifest.started) as staging:
        archive.save_evidence(worse, staging)
        made = staging.finish(read.manifest)
    return run.judge_again(made, Request(out=out / "again")).run


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


def test_every_kind_of_row_came_through_the_review(reviewed: Path) -> None:
    judged = {finding.name for finding in archive.load_findings(reviewed)}
    whole = " ".join(judged)
    for payload in PAYLOADS:
        assert _aws_text(payload) in whole, payload
    cells = json.loads((reviewed / "workbook.ipynb").read_text())["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output["output_type"] == "error"]


def test_in_the_page_nothing_runs_nothing_is_asked_for_and_all_can_be_read(
    browser: Any, reviewed: Path
) -> None:
    _harmless(Opened(browser, reviewed / "report.html", SCREEN))


def test_the_workbooks_own_markup_is_harmless_without_the_pages_policy(
    browser: Any, reviewed: Path, tmp_path: Path
) -> None:
    cells = json.loads((reviewed / "workbook.ipynb").read_text())["cells"]
    outputs = (output for cell in cells for output in cell.get("outputs", []))
    shown = ("".join(output.get("data", {}).get("text/html", [])) for output in outputs)
    bare = tmp_path / "bare.html"
    main = f"<!doctype html><meta charset=utf-8><main>{''.join(shown)}</main>"
    bare.write_text(main, encoding="utf-8")
    _harmless(Opened(browser, bare, SCREEN))


def _harmless(opened: Opened) -> None:
    opened.unfold()
    page = opened.page
    assert page.evaluate("window.ran") is None
    assert (opened.outside, opened.said) == ([], [])
    strange = "script[src], img, image, iframe, object, embed, base, form, input, video, audio"
    assert page.locator(f"main :is({strange})").count() == 0
    handlers = """[...document.querySelectorAll('main *')].flatMap(
        e => e.getAttributeNames()).filter(name => name.startsWith('on'))"""
    assert page.evaluate(handlers) == []
    hrefs = page.eval_on_selector_all("main a", "links => links.map(a => a.getAttribute('href'))")
    assert [href for href in hrefs if not href.startswith(ALLOWED)] == []
    read = " ".join(page.inner_text("main").split())
    for payload in PAYLOADS:
        assert " ".join(visible(_aws_text(payload)).split()) in read, payload

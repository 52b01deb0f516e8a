"""What a review shows: true in every state of an account, and inert whatever a name holds."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
import samples
from IPython.core.formatters import DisplayFormatter

from wa_kit.answers import Action
from wa_kit.charts import PLOTLY, Chart
from wa_kit.evidence.cloudtrail import KeyUse
from wa_kit.model import KitError, Outcome
from wa_kit.review import Review
from wa_kit.review import words as words_of
from wa_kit.review.glossary import GLOSSARY
from wa_kit.shown import Html, Parts, Table, el, text, visible

PAGES = [
    "cover",
    "first_page",
    "action_plan",
    "overview",
    "questions",
    "can_data_be_lost",
    "who_holds_the_keys",
    "not_seen",
    "exceptions",
    "roles_and_artefacts",
    "findings",
    "keys",
    "glossary",
    "method",
    "manifest",
]
STATES = {
    "mixed": samples.mixed,
    "empty": lambda: ([], []),
    "denied": samples.denied,
    "hostile": samples.hostile,
}


def flat(shown: Any) -> list[Any]:
    return shown._flat() if isinstance(shown, Parts) else [shown]


def markup(shown: Any) -> str:
    return "".join(part for part in flat(shown) if isinstance(part, Html))


def words(shown: Any) -> str:
    return " ".join(re.sub("<[^>]*>", " ", markup(shown)).split())


@dataclasses.dataclass
class Seen(HTMLParser):
    """The tags and attributes of some markup."""

    tags: list[str] = dataclasses.field(default_factory=list)
    attributes: list[tuple[str, str | None]] = dataclasses.field(default_factory=list)
    open: list[str] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module", params=STATES)
def review(request: pytest.FixtureRequest) -> Review:
    answers = samples.HOSTILE_ANSWERS if request.param == "hostile" else samples.ANSWERS
    return samples.review(*STATES[request.param](), answers=answers)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_can_be_shown_in_every_state(review: Review, page: str) -> None:
    for part in flat(getattr(review, page)()):
        assert isinstance(part, Html | Chart)
        bundle, _ = DisplayFormatter().format(part)
        assert bundle["text/plain"].strip() and {"text/html", PLOTLY} & bundle.keys()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_well_formed_and_holds_only_its_own_elements(
    review: Review, page: str
) -> None:
    seen = Seen()
    seen.feed(markup(getattr(review, page)()))
    assert seen.open == []
    assert not {"script", "img", "svg", "iframe", "object", "form", "link"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    links = [value or "" for name, value in seen.attributes if name == "href"]
    assert all(link.startswith(("#", "https://docs.aws.amazon.com/")) for link in links)


def test_the_reviewers_words_are_shown_whole_and_where_each_belongs() -> None:
    told = samples.review(*samples.mixed(), narrative=samples.NARRATIVE)
    said = samples.NARRATIVE
    assert f"{said['title']} Draft {said['confidentiality']}" in words(told.cover())
    assert 'src="data:image/png;base64,' in told.cover()
    assert 'alt="Logo of A. Moreau"' in told.cover()
    assert "<p>Two decisions cost nothing.</p>" in markup(told.narrative())
    for name in ("title", "customer", "prepared_by", "prepared_for", "version", "confidentiality"):
        assert said[name] in words(told.narrative())
    assert said["limitations"] in words(told.not_seen())


def test_without_a_narrative_nothing_is_said_of_it() -> None:
    silent = samples.review(*samples.mixed())
    assert silent.narrative() is None
    assert "Data protection review" in words(silent.cover())
    assert "img" not in silent.cover() and ">Draft<" not in silent.cover()
    assert "Limits that the reviewer names" not in words(silent.not_seen())


def test_a_final_review_is_no_draft() -> None:
    final = samples.review(narrative={"status": "final", "customer": "Kestrel"})
    assert ">Draft<" not in final.cover() and "Draft" not in words(final.narrative())


@pytest.mark.parametrize("paper", [False, True])
def test_hostile_words_of_a_reviewer_are_words(paper: bool) -> None:
    parts = (*samples.hostile(), samples.HOSTILE_ANSWERS, samples.HOSTILE_NARRATIVE)
    review, seen = samples.review(*parts, paper=paper), Seen()
    for shown in (review.cover(), review.narrative(), review.not_seen()):
        seen.feed(markup(shown))
    assert seen.open == []
    assert not {"script", "svg", "iframe"} & set(seen.tags)
    assert seen.tags.count("img") == 1  # the logo
    assert not [name for name, _ in seen.attributes if name.startswith("on")]


@pytest.mark.parametrize("state", STATES)
def test_on_paper_every_link_leads_somewhere_and_no_anchor_is_given_twice(state: str) -> None:
    answers = samples.HOSTILE_ANSWERS if state == "hostile" else samples.ANSWERS
    review = samples.review(*STATES[state](), answers, samples.NARRATIVE, paper=True)
    pages = [markup(getattr(review, page)()) for page in (*PAGES, "narrative")]
    assert lost_links(pages) == set()
    anchors = re.findall(' id="([^"]*)"', "".join(pages))
    assert len(anchors) == len(set(anchors))


def test_on_paper_each_check_has_its_most_serious_findings_and_the_rest_is_counted() -> None:
    rows, found = samples.large(700)
    key = samples.key("alias/payroll", 2, rotates=False)
    found.append(samples.finding("kms_cmk_rotation_enabled", key, "fail", severity="low"))
    found.append(samples.finding("kms_cmk_rotation_enabled", samples.key("alias/good", 3)))
    review = samples.review([*rows, key], found, samples.Answers(), paper=True)
    annex = words(review.findings())
    assert "Of 702 findings, 701 fail or are unknown. The most serious of each check, 31" in annex
    assert annex.count("100 GiB lie unencrypted") == 30 and "alias/payroll" in annex
    assert "670 more are in findings.csv." in annex
    assert "alias/good" not in annex
    assert words(review.action_plan()).count("100 GiB lie unencrypted") == 10


def lost_links(pages: Iterable[str]) -> set[str]:
    """Where links lead that is not there."""
    seen = Seen()
    for page in pages:
        seen.feed(page)
    anchors = {value for name, value in seen.attributes if name == "id"}
    anchors |= {"action-plan", "what-could-not-be-seen", "exceptions-and-disputes"}  # headings
    return {v[1:] for n, v in seen.attributes if n == "href" and v and v.startswith("#")} - anchors


def test_every_link_within_the_review_leads_somewhere(review: Review) -> None:
    assert lost_links(markup(getattr(review, page)()) for page in PAGES) == set()


def test_no_anchor_is_given_twice(review: Review) -> None:
    seen = Seen()
    for page in PAGES:
        seen.feed(markup(getattr(review, page)()))
    anchors = [value for name, value in seen.attributes if name == "id"]
    assert len(anchors) == len(set(anchors))


def test_no_chart_is_empty(review: Review) -> None:
    for page in ("overview", "questions", "can_data_be_lost", "who_holds_the_keys"):
        for part in flat(getattr(review, page)()):
            if isinstance(part, Chart):
                assert part.figure["data"]
                for trace in part.figure["data"]:
                    assert sum(trace["x" if trace.get("orientation") == "h" else "y"])


MIXED = samples.review(*samples.mixed())


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (samples.mixed, "Of 7 questions, 2 have gaps, 1 cannot be told"),
        (samples.mixed, "4 things fail at least one check"),
        (samples.mixed, "blind to Backup in us-east-1: backup:ListRecoveryPointsByBackupVault"),
        (samples.mixed, "It will be gone on 2026-11-08, and 1 data store needs it."),
        (samples.mixed, "Owner: platform team"),
        (samples.mixed, "First review"),
        (samples.mixed, "5 of 6 data stores"),
        (samples.mixed, "map-tiles , until 2027-03-31: A. Moreau"),
        (samples.denied, "Nothing could be assessed"),
        (samples.denied, "blind to KMS in eu-west-1: kms:ListKeys"),
        (lambda: ([], []), "There was nothing to assess."),
        (lambda: ([], []), "Nothing in scope was left unread."),
    ],
)
def test_the_first_page_says_how_bad_how_sure_and_what_first(state: Any, said: str) -> None:
    assert said in words(samples.review(*state()).first_page())


def test_an_exception_that_ran_out_accepts_nothing() -> None:
    (entry,) = samples.ANSWERS.exceptions
    today = samples.NOW.date()
    old = msgspec.structs.replace(entry, expires=today)
    answers = msgspec.structs.replace(samples.ANSWERS, exceptions=(old, entry))
    shown = words(samples.review(*samples.mixed(), answers=answers).first_page())
    assert "1 failure accepted" in shown
    assert shown.index("until 2027-03-31: A. Moreau") < shown.index("ran out 2026-11-01: A. Moreau")
    soon = msgspec.structs.replace(entry, expires=today + dt.timedelta(days=9), owner="Soon")
    answers = msgspec.structs.replace(samples.ANSWERS, exceptions=(old, old, entry, entry, soon))
    shown = words(samples.review(*samples.mixed(), answers=answers).first_page())
    assert shown.index("until 2026-11-10: Soon") < shown.index("until 2027-03-31")
    assert re.search(r"and \d exceptions? more", shown)


def test_an_accepted_failure_is_no_action_and_not_among_the_worst() -> None:
    assert "map-tiles" not in words(MIXED.action_plan())
    assert "map-tiles" not in words(MIXED.first_page()).split("What first")[1]
    assert "It holds public map tiles only." in words(MIXED.exceptions())
    assert "map-tiles" in words(MIXED.findings())


def test_a_dispute_is_shown_beside_what_it_disputes() -> None:
    assert "Replaced by hand every spring." in words(MIXED.exceptions())


def test_actions_stand_by_their_day_each_with_its_effort_owner_and_status() -> None:
    shown = words(MIXED.action_plan())
    parts = [shown.index(part) for part in ("Within 30 days", "Within 90 days")]
    assert parts == sorted(parts)
    overdue = shown.split("Within 30 days")[1].split("Within 90 days")[0]
    facts = "Impact high Effort large Owner D. Haile Due 2026-10-15 ✕ Overdue Status in progress"
    assert facts in overdue
    assert "Note. Half is done." in overdue
    assert "Rotation" not in overdue


def test_what_is_said_to_be_done_and_fails_says_both() -> None:
    done = {"ec2_ebs_volume_encrypted": Action(status="done", due=dt.date(2026, 10, 1))}
    answers = samples.Answers(actions=done)
    shown = words(samples.review(*samples.mixed(), answers=answers).action_plan())
    assert "Status done, and still failing" in shown
    assert "Overdue" not in shown


def test_the_grid_of_the_plan_counts_every_action_once_and_leads_to_it() -> None:
    grid = next(part for part in MIXED.action_plan().parts if isinstance(part, Table))
    fields = [str(cell) for row in grid.rows for cell in row[1:]]
    counts = [re.search("<b>([0-9]+) actions?</b>", field) for field in fields]
    assert sum(int(found[1]) for found in counts if found) == len(MIXED._material.actions)
    assert "plan-ec2_ebs_default_encryption" in fields[0]  # high impact, small effort
    assert "no action" in fields[-1]


def test_a_disputed_finding_says_so_beside_its_outcome() -> None:
    (entry,) = samples.ANSWERS.disputes
    disputed = msgspec.structs.replace(entry, check="kms_key_pending_deletion")
    answers = samples.Answers(disputes=(disputed,))
    shown = samples.review(*samples.mixed(), answers=answers)
    chip = "✕ Fail Critical Disputed: compensating control"
    assert chip in words(shown.findings()) and chip in words(shown.can_data_be_lost())
    assert "Disputed: compensating control" in words(shown.action_plan())
    assert "Disputed: " not in words(
        samples.review(*samples.mixed(), answers=samples.Answers()).findings()
    )


def test_the_responsibility_matrix_shows_letters_and_names_its_gaps() -> None:
    shown = words(MIXED.roles_and_artefacts())
    line = "SEC08-BP01 Implement secure key management R I A none"
    assert line in shown
    assert "Encryption policy and guidelines C nobody responsible and accountable" in shown
    assert re.search("Nobody named: [0-9]+ practices", shown)
    assert "Data owner E. Novak not said" in shown
    empty = words(samples.review(answers=samples.Answers()).roles_and_artefacts())
    assert "Nobody has filled in a responsibility matrix yet" in empty


def test_the_overview_maps_the_questions_by_region() -> None:
    shown = words(MIXED.overview())
    assert "Resources by question and region" in shown
    assert "us-east-1" in shown and "? 1 not read" in shown


def test_the_first_page_is_cut_to_its_length_and_leads_to_the_whole() -> None:
    long = "statement 2 lets anybody do " + ", ".join(f"kms:action{n}" for n in range(40))
    bad = samples.finding("ec2_ebs_volume_encrypted", samples.volume(1), "fail", because=long)
    shown = samples.review([samples.volume(1)], [bad])
    assert "kms:action5…" in words(shown.first_page())
    assert "kms:action9" not in words(shown.first_page())
    assert f'href="#f-{bad.finding[:16]}"' in markup(shown.first_page())
    assert long[1:] in words(shown.findings())


def test_a_trouble_leads_to_the_finding_that_tells_it() -> None:
    one = samples.volume(1)
    mild = samples.finding("a_first_check", one, "fail", severity="low")
    bad = samples.finding("z_last_check", one, "fail", severity="critical", because="it is bad")
    shown = markup(samples.review([one], [mild, bad]).first_page())
    assert f'href="#f-{bad.finding[:16]}"' in shown and "It is bad." in shown


@pytest.mark.parametrize(
    ("name", "resource", "called"),
    [
        ("eu-west-1", "AWS::::Account:111122223333", "Region eu-west-1"),
        ("us-gov-west-1", "AWS::::Account:111122223333", "Region us-gov-west-1"),
        ("", "AWS::::Account:111122223333", "The account"),
        ("EBS default in eu-west-1", "AWS::::Account:111122223333", "EBS default in eu-west-1"),
        ("", "AWS::::Account:111122223333#RecoveryPoint", "Recovery point (not read)"),
        ("eu-west-1", "arn:aws:s3:::eu-west-1", "eu-west-1"),
        ("", "arn:aws:s3:::orders", "orders"),
    ],
)
def test_account_wide_things_are_called_what_they_are(
    name: str, resource: str, called: str
) -> None:
    assert words_of.called(name, resource) == called


@pytest.mark.parametrize(
    ("words_", "said"),
    [
        ("it is off", "It is off"),
        ("kms:ListKeys was denied", "kms:ListKeys was denied"),
        ("off", "Off"),
        ("", ""),
        ("alias/x is gone", "alias/x is gone"),
    ],
)
def test_a_sentence_begins_with_a_capital_unless_it_begins_with_a_name(
    words_: str, said: str
) -> None:
    assert words_of.sentence(words_) == said


def holders_of(*statements: dict[str, Any], **more: Any) -> list[str]:
    """What the table of holders says of a key with this policy: decrypt, rule, outside."""
    policy = json.dumps({"Statement": list(statements)}) if statements else None
    made = samples.key("alias/k", 1, **({"policy": policy} | more))
    table = markup(samples.review([made], []).who_holds_the_keys())
    cells = re.findall(r"<td[^>]*>(.*?)</td>", table)
    return [" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in cells[1:4]]


def allow(who: Any, *actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": who, "Action": actions, "Resource": "*", **more}


ROOT = allow({"AWS": f"arn:aws:iam::{samples.ACCOUNT}:root"}, "kms:*")
READER = {"AWS": f"arn:aws:iam::{samples.ACCOUNT}:role/reader"}
OTHERS = {"AWS": "arn:aws:iam::999988887777:root"}


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ([ROOT], ["IAM policies decide", "IAM policies decide", "nobody"]),
        ([allow(READER, "kms:Decrypt")], ["role/reader", "nobody", "nobody"]),
        ([allow(READER, "kms:Encrypt")], ["nobody", "nobody", "nobody"]),
        ([allow(READER, "kms:Disable*")], ["nobody", "role/reader", "nobody"]),
        (
            [allow(OTHERS, "kms:Decrypt")],
            ["account 999988887777", "nobody", "account 999988887777"],
        ),
        ([allow("*", "kms:*")], ["anybody", "anybody", "anybody"]),
        (
            [allow("*", "kms:Decrypt", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1"}})],
            ["anybody of o-a1", "nobody", "o-a1"],
        ),
        (
            [
                allow(READER, "kms:*"),
                {**allow(READER, "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"), "Effect": "Deny"},
                {**allow(READER, "kms:DisableKey"), "Effect": "Deny"},
            ],
            ["role/reader", "nobody", "nobody"],
        ),
        (
            [allow(READER, "kms:Decrypt", Condition={"Bool": {"aws:SecureTransport": "true"}})],
            ["role/reader, on conditions", "nobody", "nobody"],
        ),
        ([allow({"AWS": "AIDAKESTRELGONE000001"}, "kms:Decrypt")],
         ["AIDAKESTRELGONE000001, who was deleted", "nobody", "nobody"]),
    ],
)  # fmt: skip
def test_each_key_says_whom_its_policy_lets_decrypt_and_destroy(
    statements: list[dict[str, Any]], said: list[str]
) -> None:
    assert holders_of(*statements) == said


def test_a_key_whose_policy_cannot_be_known_says_so() -> None:
    assert holders_of(policy=samples.DENIED) == ["not read"] * 3
    assert holders_of(policy="{}") == ["the policy makes no sense"] * 3
    assert "No customer managed key was seen." in words(samples.review().who_holds_the_keys())


def test_every_finding_is_shown_whole() -> None:
    _, findings = samples.mixed()
    shown = words(MIXED.findings())
    for finding in findings:
        assert finding.resource in shown
        assert finding.because[1:] in shown
        assert finding.see in shown
    assert "encryption: none; gib: 100" in shown
    assert "(read 2026-11-01T12:00:00+00:00)" in shown


def test_what_was_not_read_comes_with_a_statement_that_permits_it() -> None:
    shown = markup(MIXED.not_seen())
    assert "backup:ListRecoveryPointsByBackupVault" in shown
    assert "&quot;Effect&quot;: &quot;Allow&quot;" in shown


def test_a_simulation_is_stamped_and_a_real_review_is_not() -> None:
    assert "Simulation" in words(samples.review().cover())
    real = words(samples.review(simulation=False).cover())
    assert "Simulation. The evidence" not in real


@pytest.mark.parametrize("question", [q.id for q in samples.QUESTIONS])
def test_a_question_is_shown_with_everything_its_questionnaire_holds(question: str) -> None:
    (asked,) = (q for q in samples.QUESTIONS if q.id == question)
    shown = markup(MIXED.question(question))
    expected = [asked.title, asked.question, asked.why, *(p.ask for p in asked.prompts)]
    expected += [p.good_answer for p in asked.prompts] + [p.choice for p in asked.practices]
    expected += [role.title for role in asked.roles] + [a.proves for a in asked.artefacts]
    expected += [e.result for e in asked.examples] + [d.trail for d in asked.decisions]
    for words_ in expected:
        assert text(words_) in shown


def test_an_unknown_question_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(KitError, match="key-management"):
        MIXED.question("key-managment")


def test_a_page_of_very_many_failures_stays_small_and_says_so() -> None:
    rows, findings = samples.large(9_000)
    shown = samples.review(rows, findings)
    whole = {page: markup(getattr(shown, page)()) for page in PAGES}
    assert sum(map(len, whole.values())) < 5_000_000
    said = words(shown.findings())
    assert "Of those 9,000, the 6,000 most serious stand here." in said
    assert "What was read stands with the first 1,000" in said
    assert "3,000 more in findings.csv." in said
    assert "the first 50 of 8,999; the rest stands in annex A" in words(shown.action_plan())
    assert lost_links(whole.values()) == set()


def test_of_many_findings_all_that_fail_or_are_unknown_are_listed() -> None:
    rows, failing = samples.large(2_000)
    quiet = [
        samples.finding("kms_key_tagged", samples.key(f"alias/{n}", n), "pass") for n in range(800)
    ]
    shown = samples.review(rows, [*failing, *quiet])
    annex = markup(shown.findings())
    assert annex.count('id="f-') == 2_000
    assert annex.count('class="see"') == 1_000
    assert "800 more in findings.csv." in words(shown.findings())
    assert lost_links(markup(getattr(shown, page)()) for page in PAGES) == set()


def test_a_check_that_the_kit_no_longer_has_is_shown_by_its_name() -> None:
    old = samples.finding("a_check_of_old", samples.volume(1), "fail", because="it was so")
    shown = samples.review([samples.volume(1)], [old])
    assert "a_check_of_old" in words(shown.findings())
    assert "a_check_of_old" in words(shown.action_plan())


def test_a_run_folder_opens_as_the_review_it_was_made_from(tmp_path: Path) -> None:
    run = samples.run_folder(tmp_path, *samples.mixed())
    assert words(Review.open(run).first_page()) == words(MIXED.first_page())


def test_a_run_of_another_account_is_refused(tmp_path: Path) -> None:
    run = samples.run_folder(tmp_path, *samples.mixed())
    assert Review.open(run, samples.ACCOUNT)
    with pytest.raises(KitError, match="not 012345678901"):
        Review.open(run, "012345678901")


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KitError):
        Review.open(tmp_path)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("<b>", "&lt;b&gt;"),
        ("a\u202eb", "a\u27e8U+202E\u27e9b"),
        ("a\x1b[31m", "a\u27e8U+001B\u27e9[31m"),
        ("a\u200bb", "a\u27e8U+200B\u27e9b"),
        ("\U000e0041", "\u27e8U+E0041\u27e9"),
        ("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"),
        ('"quoted"', "&quot;quoted&quot;"),
    ],
)
def test_text_is_inert_and_nothing_in_it_is_invisible(raw: str, shown: str) -> None:
    assert text(raw) == shown


def test_only_markup_made_here_goes_in_as_it_is() -> None:
    assert el("p", "<i>", el("b", "&")) == "<p>&lt;i&gt;<b>&amp;</b></p>"
    assert el("a", "x", href='"><script>') == '<a href="&quot;&gt;&lt;script&gt;">x</a>'
    assert visible(None) == "None"


def test_a_long_table_is_folded_and_whole() -> None:
    table = Table("Many", ("A", "B"), [(n, n) for n in range(100)])
    made = table.html()
    assert made.startswith("<details><summary>Many (100 rows)")
    assert made.count("<tr>") == 101
    assert 'scope="col"' in made and 'scope="row"' in made and "<caption" in made


def test_the_glossary_explains_each_term_once_and_in_order() -> None:
    names = list(GLOSSARY)
    assert names == sorted(names, key=str.lower)
    for word in ("Standing", "Unknown", "Not read", "Blind spot", "Customer managed key"):
        assert word in GLOSSARY


def test_an_answer_of_the_team_stands_before_the_draft() -> None:
    answers = msgspec.convert(
        {"answers": {"key-management": {"status": "answered", "notes": "We rotate all of them."}}},
        type(samples.ANSWERS),
    )
    shown = words(samples.review(*samples.mixed(), answers=answers).question("key-management"))
    assert shown.index("We rotate all of them.") < shown.index("Draft answer")


def test_findings_that_pass_are_no_failures() -> None:
    failed = [f for f in samples.mixed()[1] if f.outcome is Outcome.FAIL]
    assert len(failed) == 5


def test_the_register_shows_each_document_with_its_state_in_words() -> None:
    said = msgspec.convert(
        {
            "artefacts": {
                "runbook": {"title": "Runbook <b>", "where": "wiki", "owner": "Kim"},
                "encryption-policy": {"approved": "2026-06-02", "updated": "2026-07-01"},
            }
        },
        type(samples.ANSWERS),
    )
    rows, findings = samples.mixed()
    judged = samples.finding(
        "attest_artefact_register",
        None,
        "fail",
        resource="answers.yaml#artefacts/runbook",
        because="answers.yaml leaves out its next review",
    )
    page = samples.review(rows, [*findings, judged], answers=said).roles_and_artefacts()
    shown = words(page)
    assert "<b>" not in markup(page)
    assert "Fail High answers.yaml leaves out its next review" in " ".join(shown.split())
    assert "2026-07-01" in shown and "Not judged" in shown
    assert "A document of the team" in shown


def used(event: str, by: str, **more: Any) -> KeyUse:
    shop = samples.key("alias/shop", 1)
    given: dict[str, Any] = {
        "arn": f"{shop.arn}#{event}/{by}",
        "account": samples.ACCOUNT,
        "region": shop.region,
        "name": event,
        "key": shop.arn,
        "event": event,
        "by": f"arn:aws:iam::{samples.ACCOUNT}:role/{by}",
        "times": 7,
        "denied": 0,
        "first": samples.NOW,
        "last": samples.NOW,
        "since": samples.NOW,
        "sampled": True,
    }
    return KeyUse(**(given | more))


def test_who_used_a_key_lately_stands_under_who_holds_it_and_says_how_far_back() -> None:
    rows = [
        samples.key("alias/shop", 1),
        used("Decrypt", "shop"),
        used("Decrypt", "eve<b>", times=3, denied=3),
        used("DescribeKey", "auditor"),
    ]
    page = samples.review(rows, []).who_holds_the_keys()
    shown = " ".join(words(page).split())
    assert "<b>" not in markup(page)
    assert shown.index("role/eve") < shown.index("role/shop")
    assert "auditor" not in shown
    assert "back to 2026-11-01 12:00 UTC; older ones were not read" in shown


def test_no_table_of_use_stands_where_none_was_read() -> None:
    assert "Who used" not in words(samples.review([samples.key("a", 1)], []).who_holds_the_keys())

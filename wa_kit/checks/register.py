"""The check on the register of artefacts: where each lies, who keeps it, and how fresh it is.

It judges what answers.yaml says of a document, and never opens one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from wa_kit.checks import check
from wa_kit.model import Attestation, Context, Verdict, fails, no_answer, passes
from wa_kit.wording import listing


@check(
    about="artefacts",
    severity="medium",
    effort="small",
    remedy=(
        "Fill in under artefacts of answers.yaml: where it lies, its owner, when it was approved "
        "or updated, and next_review. Read it again before that day."
    ),
    docs="https://docs.aws.amazon.com/wellarchitected/latest/framework/ops_ops_model_def_proc_owners.html",
)
def attest_artefact_register(document: Attestation, context: Context) -> Verdict:
    """Artefact register: each document has a place, an owner, a date and a next review.

    A document that nobody can find, nobody keeps or nobody reads again stops being true without
    anyone noticing. The register says for each where it is, and when it is due.
    """
    if not document.answered:
        return no_answer("answers.yaml says nothing of it")
    gaps = list(_gaps(document, context.now.date()))
    if gaps:
        return fails("; ".join(gaps))
    return passes(
        f"last changed on {_changed(document)}; {document.owner} reads it again on "
        f"{document.next_review}"
    )


def _gaps(document: Attestation, today: dt.date) -> Iterator[str]:
    changed, review = _changed(document), document.next_review
    needs = {
        "place": document.where.strip(),
        "owner": document.owner.strip(),
        "day of approval or update": changed,
        "next review": review,
    }
    if missing := [name for name, said in needs.items() if not said]:
        yield f"answers.yaml leaves out its {listing(missing)}"
    if changed and changed > today:
        yield f"it is dated {changed}, which is still to come"
    if review and review <= today:
        yield f"its review was due on {review}"


def _changed(document: Attestation) -> dt.date | None:
    """The day it was last approved or updated."""
    return max(filter(None, (document.approved, document.updated)), default=None)

"""Who should do what a duty takes, and beside it who can by what IAM and key policies say.

What somebody can do is always "up to": service control policies, session policies and conditions
may take from it, and are not counted. Nobody is accused: what does not agree is put side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from wa_kit.answers import Role
from wa_kit.charts import customer_managed
from wa_kit.judging import viewed
from wa_kit.policies.wildcards import matches
from wa_kit.reach import DELETES, Reach, WhoMay
from wa_kit.review.holders import BY_IAM, ON_CONDITIONS, RULE, whom
from wa_kit.review.material import Material
from wa_kit.shown import Child, Html, Parts, Table, bullets, el, join

_MOST = 10
_KEYS = "kms-across-organization"
_POWERS = {  # duty -> the power that goes with it, and the actions it stands for
    "encryption-everywhere": (
        "Change how new volumes are encrypted",
        ("ec2:DisableEbsEncryptionByDefault", "ec2:ModifyEbsDefaultKmsKeyId"),
    ),
    _KEYS: ("Disable or delete keys, or change their policies", RULE),
    "monitoring-and-audit": (
        "Stop or delete trails",
        ("cloudtrail:StopLogging", "cloudtrail:DeleteTrail"),
    ),
    "storage-encryption": ("Change the encryption of buckets", ("s3:PutEncryptionConfiguration",)),
    "config-rules": (
        "Delete Config rules, or stop the recorder",
        ("config:DeleteConfigRule", "config:StopConfigurationRecorder"),
    ),
    "backup-audit": ("Delete backups", DELETES),
}

_NOT_MAPPED = "answers.yaml does not say as which users and roles"
_UP_TO = (
    "Who can is worked out from the policies and boundaries of users and roles, and from key "
    "policies. Service control policies, session policies and conditions may take from it, and are "
    "not counted: at most those listed can."
)


class _Able(msgspec.Struct, frozen=True):
    """Somebody who can: a user or role of the account, or what a key policy says of another."""

    name: str
    reach: Reach | None = None

    @property
    def words(self) -> str:
        administrator = self.reach is not None and self.reach.administrator
        return f"{self.name} (administrator)" if administrator else self.name

    def acts_for(self, role: Role) -> bool:
        if self.reach is None:
            return False
        known = (self.reach.name, self.reach.arn)
        return any(matches(pattern, name) for pattern in role.principals for name in known)


def who_should_who_can(material: Material) -> Parts | None:
    """A duty a row; ``None`` where the run asked nobody for duties."""
    duties = {
        duty.id: (role.id, duty.text)
        for _, question in material.asked
        for role in (question.roles if question else ())
        for duty in role.responsibilities
        if duty.id in _POWERS
    }
    if not duties:
        return None
    who = viewed(material.evidence, WhoMay)
    reaches = who.reaches  # from here on ``who`` knows what it could not work out
    unread = bool(who.not_read)
    rows = []
    for name, (role, text) in sorted(duties.items(), key=lambda duty: duty[1]):
        power, actions = _POWERS[name]
        able, more_unread = _able(material, reaches, name, actions)
        rows.append(
            (
                join(text, el("p", f"The power: {power[:1].lower()}{power[1:]}", class_="aside")),
                _should(material, name, role),
                _can(able, unread or more_unread),
                _apart(material, role, able, unread or more_unread),
            )
        )
    columns = ("Duty, and the power that goes with it", "Who should", "Who can, up to")
    return Parts(
        Table("Who should, and who can", (*columns, "What does not agree"), rows, kind="duties"),
        el("p", _UP_TO, class_="aside"),
    )


def _able(
    material: Material, reaches: Sequence[Reach], duty: str, actions: Sequence[str]
) -> tuple[list[_Able], bool]:
    """Everybody who can, and whether there may be more for want of reading."""
    by_iam = [_Able(r.name, r) for r in reaches if any(map(r.policies.may, actions))]
    if duty != _KEYS:
        return by_iam, False
    keys = [key for key in material.keys if customer_managed(key) is not False]
    let_in = [whom(key, actions) for key in keys]
    named = {name: None for names in let_in if not isinstance(names, str) for name in names}
    found = by_iam if named.pop(BY_IAM, "") is None else []
    known = {(f"role/{r.name}" if ":role/" in r.arn else r.arn): r for r in reaches}
    by_key = [_named(name, known) for name in named]
    able = {one.name: one for one in (*found, *by_key)}
    return list(able.values()), any(isinstance(names, str) for names in let_in)


def _named(words: str, known: Mapping[str, Reach]) -> _Able:
    """Whom a key policy names, as the user or role of the account where it is one."""
    reach = known.get(words.removesuffix(ON_CONDITIONS))
    return _Able(reach.name, reach) if reach else _Able(words)


def _should(material: Material, duty: str, role: str) -> Html:
    said = {name: who for named in material.answers.roles.values() for name, who in named.items()}
    person = said[duty].accountable if duty in said else ""
    acts_as = _roles(material)[role].principals
    return join(
        el("bdi", person or "nobody named"),
        el("p", "as ", el("bdi", _title(material, role)), class_="aside"),
        el("p", "acting as ", *_names(acts_as)) if acts_as else el("p", _NOT_MAPPED),
    )


def _names(names: Sequence[str]) -> Iterator[Child]:
    for place, name in enumerate(names):
        yield ", " if place else None
        yield el("bdi", name)


def _can(able: Sequence[_Able], unread: bool) -> Html | str:
    if not able:
        return "not read" if unread else "nobody"
    return _listed([one.words for one in able], ["and perhaps others: not all was read"] * unread)


def _listed(names: Sequence[str], after: Sequence[str] = ()) -> Html:
    left = len(names) - _MOST
    more = [f"and {left} more"] if left > 0 else []
    return bullets([*(el("bdi", name) for name in sorted(names)[:_MOST]), *more, *after])


def _apart(material: Material, role: str, able: Sequence[_Able], unread: bool) -> Html | str:
    """Who can and is not named for it, and whether nobody who is named can."""
    roles = _roles(material)
    found: list[Child] = []
    ours = [one for one in able if one.acts_for(roles[role])]
    others = [one for one in able if one not in ours]
    for name, other in roles.items():
        theirs = [one for one in others if name != role and one.acts_for(other)]
        if theirs:
            found.append(_told(f"Can for another role, {_title(material, name)}:", theirs))
            others = [one for one in others if one not in theirs]
    if others:
        found.append(_told("Can, and no role of the matrix acts as it:", others))
    if roles[role].principals and not ours:
        so_far = " as far as was read" if unread else ""
        found.append(join(f"Named, and cannot{so_far}: ", *_names(roles[role].principals)))
    if unread and not able:
        return "Cannot be told"
    if found:
        return bullets(found)
    return "Nothing in what was read" if unread else "Nothing"


def _told(words: str, able: Sequence[_Able]) -> Html:
    shown = sorted(one.words for one in able)
    more = f" and {len(shown) - _MOST} more" if len(shown) > _MOST else None
    return join(words, " ", *_names(shown[:_MOST]), more)


def _roles(material: Material) -> dict[str, Role]:
    """Every role of the questions and of the matrix."""
    asked = {r.id: Role() for _, q in material.asked if q for r in q.roles}
    return asked | material.answers.raci.roles


def _title(material: Material, role: str) -> str:
    titles = {r.id: r.title for _, q in material.asked if q for r in q.roles}
    return material.answers.raci.roles.get(role, Role()).title or titles.get(role, role)

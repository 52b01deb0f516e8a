"""Checks on S3 buckets: the default encryption, its key, what may override it, and replicas."""

from __future__ import annotations

from wa_kit.checks import check
from wa_kit.evidence.s3 import ReplicationRule, S3Bucket
from wa_kit.model import Context, Verdict, fails, not_applicable, not_knowable, passes
from wa_kit.policies import Policy, PolicyError
from wa_kit.policies.s3 import PutGuard, put_guard
from wa_kit.protection import RANK, Classification, KeyRing, Level, classify, judge_level

_GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
_POLICY = "aws s3api get-bucket-policy --region {region} --bucket {name} --query Policy"
_BASE = RANK["owned"]  # what every bucket has
_SSE_S3_ONLY = "it takes logs from {}, which S3 stores under SSE-S3 only"

# Who delivers logs that S3 takes under SSE-S3 only: S3 itself, and load balancers but network
# ones, by name or, in older regions, from these accounts of AWS.
_LOG_SERVICES = ("logging.s3.amazonaws.com", "logdelivery.elasticloadbalancing.amazonaws.com")
_LOAD_BALANCERS = {
    "127311923021", "033677994240", "027434742980", "797873946194", "098369216593", "754344448648",
    "589379963580", "718504428378", "383597477331", "600734575887", "114774131450", "783225319266",
    "582318560864", "985666609251", "054676820928", "156460612806", "652711504416", "635631232127",
    "009996457667", "897822967062", "076674570225", "507241528517", "048591011584", "190560391635",
    "638102146993", "037604701340",
}  # fmt: skip


@check(
    severity="info",
    remedy="aws s3api put-bucket-encryption with aws:kms, a key of your own and a bucket key.",
    docs=f"{_GUIDE}/default-bucket-encryption.html",
    can_fail=False,
)
def s3_bucket_default_encryption(bucket: S3Bucket, keys: KeyRing) -> Verdict:
    """S3 bucket default encryption is in force.

    S3 encrypts every new object since January 2023, so this cannot fail: it shows with which key.
    It says nothing of objects that are older, or that were put with another choice.
    """
    if bucket.algorithm is None:
        return _no_default()
    level = keys.level(bucket)
    words = f"new objects are {level.in_words} ({bucket.algorithm})"
    return passes(words, level=level.name, key=level.key)


@check(
    severity="medium",
    remedy=(
        "aws s3api put-bucket-encryption with SSEAlgorithm=aws:kms, KMSMasterKeyID=<ARN of your "
        "key> and BucketKeyEnabled=true. It holds for new objects; copy older ones onto themselves."
    ),
    docs=f"{_GUIDE}/UsingKMSEncryption.html",
)
def s3_bucket_sse_kms_cmk(bucket: S3Bucket, keys: KeyRing, context: Context) -> Verdict:
    """S3 bucket defaults to SSE-KMS (or DSSE) with a customer managed key.

    With a key of one's own, reading an object takes two permissions, every use leaves a trace,
    and access to all of the bucket can be withdrawn at one place.
    """
    required = classify(bucket, context).required
    if required is not None and RANK[required] <= _BASE:
        return not_applicable(f"its data asks for the level {required}, which every bucket has")
    if bucket.algorithm is None:
        return _no_default()
    verdict = judge_level(bucket, keys, context)
    if verdict.outcome == "fail" and (sender := _log_sender(bucket.policy)):
        return not_applicable(_SSE_S3_ONLY.format(sender))
    return verdict


def _no_default() -> Verdict:
    return not_knowable(
        "S3 named no default encryption, which AWS has not answered since January 2023"
    )


def _log_sender(policy: str | None) -> str | None:
    """Who may deliver logs here that a KMS key would shut out."""
    try:
        allows = Policy.parse(policy).allows if policy else ()
    except PolicyError:
        return None
    for allow in allows:
        if allow.touches_action("s3:PutObject"):
            for who in allow.principals or ():
                if who.kind == "service" and who.text in _LOG_SERVICES:
                    return who.text
                if who.kind == "account" and who.account in _LOAD_BALANCERS:
                    return f"load balancers (account {who.account})"
    return None


@check(
    severity="high",
    effort="small",
    remedy=(
        "Add two statements to the bucket policy (aws s3api put-bucket-policy): deny s3:PutObject "
        "to everybody when x-amz-server-side-encryption is given and is not aws:kms, and when "
        "x-amz-server-side-encryption-aws-kms-key-id is given and is not your key, or is missing "
        "beside aws:kms."
    ),
    docs=f"{_GUIDE}/UsingKMSEncryption.html#require-sse-kms",
    see=_POLICY,
)
def s3_bucket_denies_unencrypted_or_wrong_key_put(
    bucket: S3Bucket, keys: KeyRing, context: Context
) -> Verdict:
    """Bucket policy (or SCP/RCP) denies puts that override the required encryption.

    A default is only a default: whoever writes an object may ask for SSE-S3, or for another key,
    and S3 obeys. Only a Deny keeps the data under the key that was chosen for it.
    """
    data = classify(bucket, context)
    if data.required is None:
        return _unclear(data)
    if RANK[data.required] <= _BASE:
        return not_applicable(f"no put can go below the level {data.required}")
    try:
        policy = Policy.parse(bucket.policy) if bucket.policy else None
    except PolicyError as error:
        return not_knowable(f"the kit does not understand the bucket policy: {error}")
    guard = put_guard(policy, bucket.arn, bucket.account, bucket.region)
    own_key = RANK[data.required] >= RANK["customer"]
    open_to = _overrides(guard, own_key) + (
        _weak_keys(guard, bucket, keys, data) if own_key else []
    )
    said = {"required_level": data.required, "classification": data.value or None}
    if not open_to:
        bare = "; puts that name no encryption are refused too" if guard.rejects_bare_puts else ""
        return passes(f"its policy refuses puts with other encryption{bare}", **said)
    if given := context.inherited.get("guardrails"):
        return not_applicable(f"provided by account {given.account}: {given.where}", **said)
    if (sender := _log_sender(bucket.policy)) and bucket.encryption == "owned":
        return not_applicable(_SSE_S3_ONLY.format(sender), **said)
    why = f" ({'; '.join(guard.gaps)})" if guard.gaps else ""
    whose = "its policy" if bucket.policy else "it has no policy, which"
    return fails(f"{whose} lets a put ask for {' and for '.join(open_to)}{why}", **said)


def _overrides(guard: PutGuard, own_key: bool) -> list[str]:
    """What a put may ask for, against the requirement."""
    other_key = ["another key"] if own_key and not guard.rejects_other_keys else []
    return ([] if guard.rejects_other_algorithms else ["SSE-S3"]) + other_key


def _weak_keys(guard: PutGuard, bucket: S3Bucket, keys: KeyRing, data: Classification) -> list[str]:
    """Keys that the policy names as good, and that are not good enough."""

    def level(key: str) -> Level:
        return keys.key_level(key, bucket.account, bucket.region)

    return [
        f"{key}, which makes objects {level(key).name}"
        for key in guard.admits_keys
        if not level(key).reaches(data.required or "none")
    ]


def _unclear(data: Classification) -> Verdict:
    return not_knowable(
        f"what {data.value!r} requires is not said in workload.yaml",
        classification=data.value,
    )


@check(
    severity="high",
    remedy=(
        "aws s3api put-bucket-replication: in every rule, SourceSelectionCriteria."
        "SseKmsEncryptedObjects=Enabled and Destination.EncryptionConfiguration.ReplicaKmsKeyID "
        "with the ARN of a key in the destination's region."
    ),
    docs=f"{_GUIDE}/replication-config-for-kms-objects.html",
    see="aws s3api get-bucket-replication --region {region} --bucket {name}",
)
def s3_replication_destination_kms(bucket: S3Bucket, context: Context) -> Verdict:
    """Replication of SSE-KMS objects names a key in the destination Region.

    A rule that does not mention SSE-KMS objects leaves them out, and nobody is told: the copy
    that a recovery counts on is not there. Keys belong to one Region, so the copy needs its own.
    """
    rules = [rule for rule in bucket.replication if rule.enabled]
    if not rules:
        return not_applicable("it is not replicated")
    if bucket.encryption == "owned":
        data = classify(bucket, context)
        if data.required is None:
            return _unclear(data)
        if RANK[data.required] <= _BASE:
            return not_applicable("its objects are under SSE-S3, which replicates without a key")
    faults = [words for rule in rules if (words := _fault(rule))]
    if faults:
        return fails("; ".join(faults))
    if unknown := [rule for rule in rules if rule.to_region is None]:
        return not_knowable(
            f"{_bucket_name(unknown[0])} is no bucket that this account lists: whether "
            f"{unknown[0].replica_key} is a key of its region cannot be told"
        )
    named = sorted({rule.replica_key or "" for rule in rules})
    return passes(f"replicas are encrypted with {', '.join(named)}", key=named[0])


def _fault(rule: ReplicationRule) -> str:
    """Why objects under SSE-KMS do not arrive, or an empty string."""
    name = f"rule {rule.rule_id!r} to {_bucket_name(rule)}"
    if not rule.kms_objects:
        return f"{name} leaves out objects under SSE-KMS"
    if not rule.replica_key:
        return f"{name} names no key for the replicas, so that objects under SSE-KMS are left out"
    parts = rule.replica_key.split(":")
    if len(parts) < 6:
        return f"{name} names the key {rule.replica_key} without its region"
    if rule.to_region not in (None, parts[3]):
        return f"{name} is for {rule.to_region}, but its key {rule.replica_key} is in {parts[3]}"
    return ""


def _bucket_name(rule: ReplicationRule) -> str:
    return rule.to_bucket.rpartition(":")[2]

"""The terms of a review, in plain words."""

GLOSSARY = {
    "Account": (
        "A container of AWS resources with its own bill and borders, named by twelve digits."
    ),
    "Alias": "A readable name for a KMS key. It can be moved to another key.",
    "ARN": "Amazon Resource Name: the full and unique name of a resource.",
    "Artefact": "A document that a reviewer expects to see, such as a policy or a report.",
    "Attestation": (
        "What people declare in answers.yaml. It is judged like the rest, and marked so."
    ),
    "AWS CLI": "The command line of AWS. Each finding carries a line that shows what was read.",
    "AWS Config": (
        "A service that records how resources are set up, and checks them against rules."
    ),
    "AWS managed key": (
        "A KMS key that AWS makes in the account for one service. It rotates every year. Its "
        "policy cannot be changed, and it cannot be shared with another account."
    ),
    "AWS owned key": "A key that AWS keeps for many customers. The account does not see it.",
    "Backup": (
        "A copy kept so that data can be brought back. Here: snapshots and recovery points too."
    ),
    "Backup plan": "Rules of AWS Backup on what is copied, when, and for how long it is kept.",
    "Backup vault": "Where AWS Backup keeps its copies. It has a key and a policy of its own.",
    "Blind spot": (
        "Something in scope that was not read. What it holds is unknown, not good or bad."
    ),
    "Check": "A rule that looks at one resource and says pass, fail, not applicable or unknown.",
    "Choice": "The name under which the AWS Well-Architected Tool keeps a practice.",
    "Classification": "What people say data is, such as internal or restricted, mostly by a tag.",
    "CloudTrail": "The log of who called which AWS operation, when, and from where.",
    "CloudWatch": "The AWS service for metrics, logs and alarms.",
    "CMK": "An older short name for a KMS key, mostly one that the customer manages.",
    "Customer managed key": (
        "A KMS key that the customer makes and rules: its policy, its rotation, its end."
    ),
    "Data key": "A key that encrypts the data itself, and is itself encrypted by a KMS key.",
    "Data store": (
        "A resource that holds data: a bucket, volume, table, database, snapshot and so on."
    ),
    "Digest": "A short number computed from data. Any change to the data changes it.",
    "Dispute": "Somebody's objection to a finding, kept beside it.",
    "Draft answer": "What the evidence suggests as an answer. Nobody has agreed to it yet.",
    "DynamoDB": "The AWS service for key-value tables. They are always encrypted.",
    "EBS": "Elastic Block Store: disks (volumes) for virtual machines, and their snapshots.",
    "EFS": "Elastic File System: file storage that many machines share.",
    "Elastic Disaster Recovery": "An AWS service that keeps copies of servers ready to start.",
    "Envelope encryption": "Encrypting data with a data key, and the data key with a KMS key.",
    "Estimated risk": (
        "The kit's own estimate from severities. The Well-Architected Tool computes its own."
    ),
    "EventBridge": (
        "The AWS service that passes events on, for instance to whoever must be alarmed."
    ),
    "Evidence": "What AWS answered, stored as it came, before anything was judged.",
    "Exception": "A failure that somebody accepts, by name, for a reason and until a date.",
    "Finding": "What one check says of one resource.",
    "Grant": "A permission to use a KMS key, given apart from the key policy.",
    "GuardDuty": "An AWS service that looks for signs of an attack.",
    "HSM": (
        "Hardware security module: a device from which keys cannot be taken. CloudHSM rents them."
    ),
    "IAM action": "A permission by its name, such as kms:DescribeKey.",
    "Key policy": "The rules attached to a KMS key: who may use it and who may administer it.",
    "KMS": "Key Management Service: it makes, guards and uses encryption keys.",
    "Level of protection": (
        "How data at rest is protected: not encrypted, a key that AWS owns, an AWS managed key, "
        "or a customer managed key."
    ),
    "Macie": "An AWS service that finds personal and secret data in buckets.",
    "Manifest": (
        "The run's own record: what it read, what it could not, and the digest of each file."
    ),
    "Multi-Region key": "A KMS key with copies in several regions that decrypt each other's data.",
    "Not applicable": "The rule means nothing for this resource.",
    "Not knowable": "AWS has no answer to give, whatever the permissions. Ask the team.",
    "Not read": "It could have been read, but was refused or failed. Never taken for a pass.",
    "Open point": "Something only people can say, and have not said yet.",
    "Operation": "One kind of call to AWS, such as kms:DescribeKey.",
    "Origin": "Where a key's material was made: in KMS, imported, in CloudHSM or outside AWS.",
    "Partition": "A separate part of AWS: the world's, China's, or that of the US government.",
    "Pending deletion": (
        "A key in its waiting period. After it, all it encrypted is lost for good."
    ),
    "Point-in-time recovery": "Continuous backup of a table, to any second of the last days.",
    "Practice": "A recommendation of the AWS Well-Architected Framework, such as SEC08-BP02.",
    "Principal": "Whoever may act: a user, a role, a service or another account.",
    "RACI": "A list of who is responsible, accountable, consulted and informed.",
    "RDS": "Relational Database Service; Aurora belongs to it.",
    "Recovery point": "One copy that AWS Backup keeps.",
    "Region": "A place where AWS runs. Keys, defaults and most resources belong to one region.",
    "Remedy": "What repairs a failure.",
    "Replication": "Copying data to another bucket or region as it is written.",
    "Rotation": (
        "New key material at intervals. Older data stays readable, and is not encrypted anew."
    ),
    "S3": "Simple Storage Service: objects in buckets.",
    "Secrets Manager": "An AWS service that keeps passwords and the like, and can change them.",
    "Severity": (
        "How bad a failure would be: critical, high, medium, low, or info for what is only shown."
    ),
    "Shared responsibility": (
        "AWS protects what it runs; the customer decides how data in it is encrypted and who "
        "gets in."
    ),
    "Simulation": "A review of an invented estate. Nothing in it comes from AWS.",
    "Snapshot": "A copy of a volume or database at one moment.",
    "SSE-C": "Server-side encryption with a key that the caller sends along with each request.",
    "SSE-KMS": "Server-side encryption in S3 with a key in KMS.",
    "SSE-S3": "Server-side encryption in S3 with keys that S3 manages.",
    "Stale answer": "An answer that no longer rests on what is there, or whose date has passed.",
    "Standing": (
        "What the evidence suggests for a question: supported, gaps, cannot be told, nothing "
        "here, or for people to answer."
    ),
    "Supporting question": "A question a reviewer asks. Checks, documents and people answer it.",
    "Systems Manager parameter": "A named value; a SecureString is encrypted, a String is not.",
    "Tag": "A name and value that people attach to a resource, for instance its owner.",
    "Trail": "A CloudTrail record that is kept in a bucket.",
    "Unknown": "No verdict, for a stated reason: not read, not knowable, or not answered.",
    "Vault lock": "A rule that keeps anybody from deleting backups early.",
    "Well-Architected Tool": "The AWS service in which reviews of this kind are recorded.",
}

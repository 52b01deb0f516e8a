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
    "Aurora": "A database of AWS that belongs to RDS. It runs as a cluster of several machines.",
    "AWS CLI": "The command line of AWS. Each finding carries a line that shows what was read.",
    "AWS Config": "A service that records how resources are set up, and checks them against rules.",
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
    "Bucket Key": (
        "A setting of S3 that asks KMS once for many objects. It makes the trail of key use "
        "shorter."
    ),
    "Bucket policy": (
        "The rules attached to a bucket: who may read from it and write to it, and how."
    ),
    "Check": "A rule that looks at one resource and says pass, fail, not applicable or unknown.",
    "Choice": "The name under which the AWS Well-Architected Tool keeps a practice.",
    "Classification": "What people say data is, such as internal or restricted, mostly by a tag.",
    "Client-side encryption": (
        "Encrypting data before it is sent to AWS, so that AWS never sees it plain."
    ),
    "CloudFormation": (
        "The AWS service that sets resources up from a template. Terraform is another tool for "
        "that."
    ),
    "CloudTrail": "The log of who called which AWS operation, when, and from where.",
    "CloudWatch": "The AWS service for metrics, logs and alarms.",
    "CMK": "An older short name for a KMS key, mostly one that the customer manages.",
    "Condition": (
        "The part of a policy statement that says when it holds, for instance only from one "
        "organization."
    ),
    "Customer managed key": (
        "A KMS key that the customer makes and rules: its policy, its rotation, its end."
    ),
    "Data in use": (
        "Data while it is being processed, in memory. At rest it is stored, in transit it is sent."
    ),
    "Data key": "A key that encrypts the data itself, and is itself encrypted by a KMS key.",
    "Data store": (
        "A resource that holds data: a bucket, volume, table, database, snapshot and so on."
    ),
    "Digest": "A short number computed from data. Any change to the data changes it.",
    "Direct Connect": (
        "A line of one's own between an office and AWS. It is not encrypted by itself."
    ),
    "Dispute": "Somebody's objection to a finding, kept beside it.",
    "DocDB": (
        "Amazon DocumentDB, a database for documents. Its snapshots are kept as those of RDS are."
    ),
    "Draft answer": "What the evidence suggests as an answer. Nobody has agreed to it yet.",
    "DSSE-KMS": "As SSE-KMS, with two layers of encryption.",
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
    "FTP": "An old way to send files, without any encryption. SFTP and FTPS encrypt.",
    "GDPR": "The law of the European Union on personal data.",
    "GiB": "A measure of storage: about 1.07 billion bytes.",
    "Glacier": "Cheap and slow storage of S3, for archives.",
    "Grant": "A permission to use a KMS key, given apart from the key policy.",
    "GuardDuty": "An AWS service that looks for signs of an attack.",
    "HIPAA": "A law of the United States that protects health data.",
    "HMAC key": (
        "A key that proves who made a message and that nobody changed it. It encrypts nothing."
    ),
    "HSM": (
        "Hardware security module: a device from which keys cannot be taken. CloudHSM rents them."
    ),
    "IAM": "Identity and Access Management: the AWS service for users, roles and what they may do.",
    "IAM action": "A permission by its name, such as kms:DescribeKey.",
    "IAM policy": "Rules on what a user or role may do. A key policy belongs to the key instead.",
    "Key policy": "The rules attached to a KMS key: who may use it and who may administer it.",
    "KMS": "Key Management Service: it makes, guards and uses encryption keys.",
    "Lambda": "The AWS service that runs small pieces of code, for instance to repair a setting.",
    "Level of protection": (
        "How data at rest is protected: not encrypted, a key that AWS owns, an AWS managed key, "
        "or a customer managed key."
    ),
    "Macie": "An AWS service that finds personal and secret data in buckets.",
    "Manifest": (
        "The run's own record: what it read, what it could not, and the digest of each file."
    ),
    "Multi-AZ": (
        "Kept in several data centres of a region at once. AZ stands for availability zone."
    ),
    "Multi-Region key": "A KMS key with copies in several regions that decrypt each other's data.",
    "Neptune": "A database of AWS for graphs. Its snapshots are kept as those of RDS are.",
    "Nitro Enclaves": (
        "Closed-off parts of a virtual machine, in which data can be processed out of sight."
    ),
    "Not applicable": "The rule means nothing for this resource.",
    "Not knowable": "AWS has no answer to give, whatever the permissions. Ask the team.",
    "Not read": "It could have been read, but was refused or failed. Never taken for a pass.",
    "Object": "A file in a bucket. To write one is called a put.",
    "Open point": "Something only people can say, and have not said yet.",
    "Operation": "One kind of call to AWS, such as kms:DescribeKey.",
    "Organization": "Several AWS accounts under common rules.",
    "Origin": "Where a key's material was made: in KMS, imported, in CloudHSM or outside AWS.",
    "Parameter Store": (
        "A part of AWS Systems Manager that keeps named values. A value of the type SecureString "
        "is encrypted, a String is not."
    ),
    "Partition": "A separate part of AWS: the world's, China's, or that of the US government.",
    "PCI DSS": "The rules of the card companies for whoever handles payment cards.",
    "Pending deletion": "A key in its waiting period. After it, all it encrypted is lost for good.",
    "Point-in-time recovery": "Continuous backup of a table, to any second of the last days.",
    "Practice": "A recommendation of the AWS Well-Architected Framework, such as SEC08-BP02.",
    "Principal": "Whoever may act: a user, a role, a service or another account.",
    "RACI": (
        "A list of who does a task, who answers for it, who is consulted and who is informed. The "
        "letters stand for responsible, accountable, consulted, informed."
    ),
    "RDS": "Relational Database Service; Aurora belongs to it.",
    "Recorder": (
        "The part of AWS Config that notes every change. While it is stopped, changes go unseen."
    ),
    "Recovery point": "One copy that AWS Backup keeps.",
    "Region": "A place where AWS runs. Keys, defaults and most resources belong to one region.",
    "Remedy": "What repairs a failure.",
    "Replication": "Copying data to another bucket or region as it is written.",
    "Resource": "A thing that exists in AWS: a bucket, a key, a database and so on.",
    "Resource Explorer": "An AWS service that finds resources across regions.",
    "Rotation": (
        "New key material at intervals. Older data stays readable, and is not encrypted anew."
    ),
    "S3": "Simple Storage Service: objects in buckets.",
    "SCP and RCP": (
        "Service and resource control policies: rules of an organization on what its accounts may "
        "do, and on what may be done to their resources."
    ),
    "Secrets Manager": "An AWS service that keeps passwords and the like, and can change them.",
    "SecureString": "A value in Parameter Store that is encrypted with a KMS key.",
    "Security Hub": "An AWS service that gathers findings of other services.",
    "Server-side encryption": (
        "Encryption by the AWS service that stores the data, without work for the application."
    ),
    "Severity": (
        "How bad a failure would be: critical, high, medium, low, or info for what is only shown."
    ),
    "SHA-256": "The way in which the kit computes digests.",
    "Shared responsibility": (
        "AWS protects what it runs; the customer decides how data in it is encrypted and who gets "
        "in."
    ),
    "Simulation": "A review of an invented estate. Nothing in it comes from AWS.",
    "Snapshot": "A copy of a volume or database at one moment.",
    "Spec": "The kind of a KMS key: SYMMETRIC_DEFAULT encrypts and decrypts; others sign or prove.",
    "SSE-C": "Server-side encryption with a key that the caller sends along with each request.",
    "SSE-KMS": "Server-side encryption in S3 with a key in KMS.",
    "SSE-S3": "Server-side encryption in S3 with keys that S3 manages.",
    "Stale answer": "An answer that no longer rests on what is there, or whose date has passed.",
    "Standing": (
        "What the evidence suggests for a question: supported, gaps, cannot be told, nothing "
        "here, or for people to answer."
    ),
    "Statement": (
        "One rule of a policy. It allows or denies; a denial is stronger than any permission."
    ),
    "Supporting question": "A question a reviewer asks. Checks, documents and people answer it.",
    "Tag": "A name and value that people attach to a resource, for instance its owner.",
    "TLS": "The encryption of connections. HTTPS is the web over TLS.",
    "Trail": "A CloudTrail record that is kept in a bucket.",
    "Transfer Family": "The AWS service that takes and gives files over SFTP, FTPS and FTP.",
    "Unknown": "No verdict, for a stated reason: not read, not knowable, or not answered.",
    "Vault lock": "A rule that keeps anybody from deleting backups early.",
    "VPN": "An encrypted connection between networks.",
    "Well-Architected Tool": "The AWS service in which reviews of this kind are recorded.",
}

"""IAM and resource policies: one engine for every service. Pure: it calls nothing, reads no file.

``document`` reads a policy, ``grants`` says whom it lets in, ``denials`` whom it keeps out,
``identity`` what a principal may do, ``kms`` and ``s3`` answer what only these services ask.

It never guesses in favour of a pass. A condition it does not know restricts no Allow and makes no
Deny dependable; a document it does not understand is a ``PolicyError``, not an empty policy. It
does not know service control policies unless they are handed to it.
"""

from wa_kit.policies.denials import Denial, denies
from wa_kit.policies.document import Policy, PolicyError
from wa_kit.policies.grants import Grant, Trust, grants, outsiders
from wa_kit.policies.identity import IdentityPolicies
from wa_kit.policies.principals import Principal
from wa_kit.policies.statements import Condition, Statement

__all__ = [
    "Condition",
    "Denial",
    "Grant",
    "IdentityPolicies",
    "Policy",
    "PolicyError",
    "Principal",
    "Statement",
    "Trust",
    "denies",
    "grants",
    "outsiders",
]

"""The places where moto differs from AWS and a verdict would suffer, each with the reason.

One file a service. Three ways to put it right: answer in moto's place from moto's own state
(``instead_of``), mend that state just before moto reads it (``before``), or just after moto wrote
it (``after``).
"""

from wa_kit.simulated.overlays import ec2, kms, others, rds, s3
from wa_kit.simulated.overlays.registry import answer_instead, repair

__all__ = ["answer_instead", "ec2", "kms", "others", "rds", "repair", "s3"]

"""Evidence from an AWS account, under the questions a Well-Architected reviewer asks."""

__version__ = "0.1.0"

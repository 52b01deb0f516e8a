"""An ARN, or a pattern of ARNs, taken apart into the names in it and all the rest."""

from __future__ import annotations

import re

_TYPED = re.compile(r"([a-z][a-z-]*)([:/])(.+)", re.DOTALL)
WILD = re.compile(r"([*?]+)")


def named(arn: str) -> list[tuple[str, str]]:
    """The resource of an ARN in pieces: names, each with what stands before it.

    Only what is before the last piece may be all there is: then its name is empty.
    """
    parts = arn.split(":", 5)
    resource, head = parts[5], ":".join(parts[:5]) + ":"
    typed = _TYPED.fullmatch(resource)
    if typed and parts[2] != "s3":
        head, resource = head + typed[1] + typed[2], typed[3]
    elif parts[2] == "s3" and "/" in resource:
        bucket, _, path = resource.partition("/")
        return [*_pieces(bucket, head), *_pieces(path, "/")]
    if resource == "root" or (typed and typed[1] == "alias" and resource.startswith("aws/")):
        return [("", head + resource)]
    return _pieces(resource, head)


def _pieces(text: str, head: str) -> list[tuple[str, str]]:
    found, before = [], head
    for piece in WILD.split(text):
        if WILD.fullmatch(piece) or not re.search(r"\w", piece):
            before += piece
        else:
            found.append((piece, before))
            before = ""
    return [*found, ("", before)] if before else found

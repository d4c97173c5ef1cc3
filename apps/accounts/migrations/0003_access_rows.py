"""What the new columns and tables say of those who are here already; the log of access cannot be changed."""

from typing import Any

from django.db import migrations
from django.db.models import F

FORWARD = """
CREATE TRIGGER accounts_accessevent_append_only BEFORE UPDATE OR DELETE ON accounts_accessevent
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER accounts_accessevent_no_truncate BEFORE TRUNCATE ON accounts_accessevent
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
"""
REVERSE = """
DROP TRIGGER accounts_accessevent_append_only ON accounts_accessevent;
DROP TRIGGER accounts_accessevent_no_truncate ON accounts_accessevent;
"""


def fill(apps: Any, schema_editor: Any) -> None:
    keys = apps.get_model("accounts", "PersonalToken").objects
    keys.filter(can_write=True).update(scopes=["read", "messages", "work", "money"])
    keys.filter(can_write=False).update(scopes=["read"])
    apps.get_model("accounts", "Membership").objects.update(role_since=F("created_at"))
    assignments = apps.get_model("accounts", "StaffAssignment").objects
    # Until now staff were one thing that may do everything; an administrator takes away what is too much.
    for user in apps.get_model("accounts", "User").objects.filter(is_staff=True):
        assignments.get_or_create(user=user, role="administrator", defaults={"granted_at": user.created_at})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_access"), ("common", "0002_statuschange_append_only")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(FORWARD, REVERSE),
    ]

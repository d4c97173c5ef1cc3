from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_access_rows")]
    operations = [migrations.RemoveField(model_name="personaltoken", name="can_write")]

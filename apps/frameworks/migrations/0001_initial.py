
import apps.common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.common.sql_files import sql_files


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('common', '0001_initial'),
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Framework',
            fields=[
                ('id', models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('status', models.CharField(choices=[('proposed', 'Proposed'), ('in_force', 'In force'), ('ended', 'Ended'), ('expired', 'Expired'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='proposed', max_length=10)),
                ('title', models.CharField(max_length=140)),
                ('source_language', models.CharField(max_length=10)),
                ('currency', models.CharField(max_length=3)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('ceiling_minor', models.BigIntegerField(blank=True, null=True)),
                ('notice_days', models.PositiveSmallIntegerField()),
                ('version_number', models.PositiveSmallIntegerField(default=1)),
                ('proposed_at', models.DateTimeField()),
                ('respond_by', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.TextField(blank=True, default='', max_length=2000)),
                ('notice_at', models.DateTimeField(blank=True, null=True)),
                ('notice_ends_on', models.DateField(blank=True, null=True)),
                ('notice_reason', models.TextField(blank=True, default='', max_length=2000)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('employer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='frameworks_as_employer', to='accounts.organization')),
                ('freelancer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='frameworks_as_freelancer', to='accounts.organization')),
                ('notice_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
        ),
        migrations.CreateModel(
            name='FrameworkVersion',
            fields=[
                ('id', models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('is_by_employer', models.BooleanField()),
                ('terms', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('proposed_at', models.DateTimeField()),
                ('framework', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='frameworks.framework')),
            ],
        ),
        migrations.CreateModel(
            name='FrameworkAcceptance',
            fields=[
                ('id', models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('is_employer', models.BooleanField()),
                ('accepted_at', models.DateTimeField()),
                ('accepted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acceptances', to='frameworks.frameworkversion')),
            ],
        ),
        migrations.AddIndex(
            model_name='framework',
            index=models.Index(condition=models.Q(('status', 'proposed')), fields=['respond_by'], name='frameworks_framework_answer'),
        ),
        migrations.AddIndex(
            model_name='framework',
            index=models.Index(condition=models.Q(('status', 'in_force')), fields=['ends_on'], name='frameworks_framework_ends_on'),
        ),
        migrations.AddIndex(
            model_name='framework',
            index=models.Index(condition=models.Q(('notice_ends_on__isnull', False), ('status', 'in_force')), fields=['notice_ends_on'], name='frameworks_framework_notice'),
        ),
        migrations.AddConstraint(
            model_name='framework',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['proposed', 'in_force', 'ended', 'expired', 'declined', 'withdrawn'])), name='frameworks_framework_status_known'),
        ),
        migrations.AddConstraint(
            model_name='framework',
            constraint=models.CheckConstraint(condition=models.Q(('employer', models.F('freelancer')), _negated=True), name='frameworks_framework_two_parties'),
        ),
        migrations.AddConstraint(
            model_name='framework',
            constraint=models.CheckConstraint(condition=models.Q(('proposed_by', models.F('employer')), ('proposed_by', models.F('freelancer')), _connector='OR'), name='frameworks_framework_proposed_by_a_party'),
        ),
        migrations.AddConstraint(
            model_name='framework',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='frameworks_framework_has_time'),
        ),
        migrations.AddConstraint(
            model_name='framework',
            constraint=models.CheckConstraint(condition=models.Q(('ceiling_minor', None), ('ceiling_minor__gt', 0), _connector='OR'), name='frameworks_framework_ceiling_positive'),
        ),
        migrations.AddConstraint(
            model_name='framework',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['in_force', 'ended']), _negated=True), ('accepted_at__isnull', False), _connector='OR'), name='frameworks_framework_in_force_is_accepted'),
        ),
        migrations.AddConstraint(
            model_name='framework',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('notice_at', None), ('notice_by', None), ('notice_ends_on', None)), models.Q(('notice_at__isnull', False), ('notice_by__isnull', False), ('notice_ends_on__isnull', False)), _connector='OR'), name='frameworks_framework_notice_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='framework',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'proposed')), fields=('employer', 'freelancer'), name='frameworks_framework_one_proposal'),
        ),
        migrations.AddConstraint(
            model_name='frameworkversion',
            constraint=models.UniqueConstraint(fields=('framework', 'number'), name='frameworks_version_number'),
        ),
        migrations.AddConstraint(
            model_name='frameworkversion',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='frameworks_version_number_positive'),
        ),
        migrations.AddConstraint(
            model_name='frameworkversion',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='frameworks_version_sha256_is_hex'),
        ),
        migrations.AddConstraint(
            model_name='frameworkacceptance',
            constraint=models.UniqueConstraint(fields=('version', 'is_employer'), name='frameworks_acceptance_once_a_side'),
        ),
        *sql_files(__file__),
    ]

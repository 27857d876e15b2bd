"""A new installation's tables at once; older databases go through what this replaces."""

import uuid
from importlib import import_module

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import liveavatar_web.fields

triggers = import_module('accounts.migrations.0002_audit_is_append_only')

class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_audit_is_append_only'),
        ('accounts', '0003_budgets_and_retention'),
        ('accounts', '0004_closing_and_retention'),
        ('accounts', '0005_members'),
        ('accounts', '0006_workspace_invitations'),
        ('accounts', '0007_require_mfa'),
        ('accounts', '0008_audit_is_chained'),
        ('accounts', '0009_trail_at_ten_million'),
        ('accounts', '0010_audit_days'),
        ('accounts', '0011_doubt'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditChain',
            fields=[
                ('workspace_id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.PositiveBigIntegerField(default=0)),
                ('mac', models.BinaryField(default=b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00', max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='AuditCheckpoint',
            fields=[
                ('workspace_id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.PositiveBigIntegerField()),
                ('mac', models.BinaryField(max_length=32)),
                ('at', models.DateTimeField()),
                ('days', models.PositiveIntegerField()),
                ('key_name', models.CharField(max_length=32)),
                ('signature', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='AuditMark',
            fields=[
                ('workspace_id', models.UUIDField(primary_key=True, serialize=False)),
                ('sealed_number', models.PositiveBigIntegerField(default=0)),
                ('sealed_at', models.DateTimeField(null=True)),
                ('verified_number', models.PositiveBigIntegerField(default=0)),
                ('verified_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('failure', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('is_staff', models.BooleanField(default=False, help_text='May audit the whole installation and open the admin pages.')),
                ('is_active', models.BooleanField(default=True)),
                ('is_settled', models.BooleanField(default=False, editable=False)),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once_in_any_case')],
            },
        ),
        migrations.CreateModel(
            name='Workspace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('max_concurrent_sessions', models.PositiveIntegerField(blank=True, null=True)),
                ('max_session_seconds', models.PositiveIntegerField(blank=True, null=True)),
                ('monthly_minutes', models.PositiveIntegerField(blank=True, null=True)),
                ('transcript_days', models.PositiveIntegerField(blank=True, null=True)),
                ('monthly_credits', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('session_days', models.PositiveIntegerField(blank=True, null=True)),
                ('address_days', models.PositiveIntegerField(blank=True, null=True)),
                ('audit_days', models.PositiveIntegerField(blank=True, null=True)),
                ('require_mfa', models.BooleanField(default=False, editable=False)),
                ('suspended_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('suspension_reason', models.CharField(blank=True, editable=False, max_length=200)),
                ('delete_after', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('delete_after__isnull', False)), fields=['delete_after'], name='workspace_on_its_way_out')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='accounts.workspace')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('role', models.CharField(choices=[('owner', 'owner'), ('admin', 'admin'), ('member', 'member'), ('auditor', 'auditor')], max_length=16)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('workspace', 'user'), name='membership_once'), models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'admin', 'member', 'auditor'])), name='membership_role_known')],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(editable=False)),
                ('mac', models.BinaryField(max_length=32)),
                ('key_name', models.CharField(editable=False, max_length=32)),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('action', models.CharField(max_length=64)),
                ('refused', models.BooleanField(default=False)),
                ('actor_id', models.UUIDField(null=True)),
                ('actor_label', models.CharField(max_length=160)),
                ('object_type', models.CharField(blank=True, max_length=32)),
                ('object_id', models.UUIDField(null=True)),
                ('object_label', models.CharField(blank=True, max_length=200)),
                ('workspace_id', models.UUIDField(null=True)),
                ('workspace_label', models.CharField(blank=True, max_length=160)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('details', models.JSONField(default=dict)),
                ('personal_digest', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['-at', '-id'], name='audit_by_time'), models.Index(fields=['workspace_id', '-at', '-id'], name='audit_by_workspace'), models.Index(fields=['object_id', '-at', '-id'], name='audit_by_object'), models.Index(fields=['actor_id', '-at', '-id'], name='audit_by_actor'), models.Index(fields=['workspace_id', 'action', '-at', '-id'], name='audit_by_action'), models.Index(condition=models.Q(('refused', True)), fields=['workspace_id', '-at', '-id'], name='audit_refused')],
                'constraints': [models.UniqueConstraint(fields=('workspace_id', 'number'), name='audit_number_once'), models.UniqueConstraint(condition=models.Q(('workspace_id', None)), fields=('number',), name='audit_installation_number_once')],
            },
        ),
        migrations.CreateModel(
            name='AuditPersonalData',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.UUIDField(unique=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('workspace_id', models.UUIDField(null=True)),
                ('actor_id', models.UUIDField(null=True)),
                ('salt', models.CharField(max_length=32)),
                ('address', models.CharField(blank=True, max_length=64)),
                ('agent', models.CharField(blank=True, max_length=300)),
                ('email', models.CharField(blank=True, max_length=254)),
            ],
            options={
                'indexes': [models.Index(fields=['workspace_id', 'at'], name='personal_by_workspace'), models.Index(condition=models.Q(('actor_id__isnull', False)), fields=['actor_id'], name='personal_by_actor'), models.Index(condition=models.Q(('email', ''), _negated=True), fields=['email'], name='personal_by_email')],
            },
        ),
        migrations.CreateModel(
            name='AuditDoor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='ProviderKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('attempts', models.PositiveIntegerField(default=0, editable=False)),
                ('claim_token', models.UUIDField(blank=True, editable=False, null=True)),
                ('claimed_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('last_error', models.CharField(blank=True, editable=False, max_length=64)),
                ('last_error_message', models.TextField(blank=True, editable=False)),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='provider_keys', to='accounts.workspace')),
                ('kind', models.CharField(choices=[('openai', 'OpenAI')], default='openai', max_length=16)),
                ('name', models.CharField(max_length=80)),
                ('value', liveavatar_web.fields.SealedField()),
                ('last4', models.CharField(blank=True, editable=False, max_length=4)),
                ('fingerprint', models.CharField(editable=False, max_length=128)),
                ('state', models.CharField(choices=[('pending', 'waiting to be delivered'), ('pushing', 'being delivered'), ('ready', 'ready'), ('revoking', 'being revoked'), ('revoked', 'revoked'), ('uncertain', 'checking what happened'), ('rejected', 'refused')], default='pending', max_length=16)),
                ('remote_secret_id', models.CharField(blank=True, editable=False, max_length=64)),
                ('doubt_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('warning', models.TextField(blank=True, editable=False)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('ready_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='provider_key_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['revoking', 'revoked', 'rejected']), _negated=True), fields=('workspace', 'fingerprint'), name='provider_key_once_per_workspace'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(('remote_secret_id', ''), _negated=True), _connector='OR'), name='provider_key_ready_has_remote_secret'), models.CheckConstraint(condition=models.Q(('state__in', ['ready', 'revoked', 'rejected']), ('due_at__isnull', False), _connector='OR'), name='provider_key_moving_is_due')],
            },
        ),
        migrations.CreateModel(
            name='WorkspaceInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('attempts', models.PositiveIntegerField(default=0, editable=False)),
                ('claim_token', models.UUIDField(blank=True, editable=False, null=True)),
                ('claimed_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('last_error', models.CharField(blank=True, editable=False, max_length=64)),
                ('last_error_message', models.TextField(blank=True, editable=False)),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='accounts.workspace')),
                ('email', models.EmailField(max_length=254)),
                ('role', models.CharField(choices=[('admin', 'admin'), ('member', 'member'), ('auditor', 'auditor')], max_length=16)),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('expires_at', models.DateTimeField()),
                ('mailed_at', models.DateTimeField(blank=True, null=True)),
                ('token_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('outcome', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('declined', 'Declined'), ('revoked', 'Revoked')], max_length=16)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='invitation_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('workspace', 'email'), name='invitation_open_once_per_address'), models.CheckConstraint(condition=models.Q(('role__in', ['admin', 'member', 'auditor'])), name='invitation_makes_no_owner')],
            },
        ),
        migrations.RunPython(triggers.create, triggers.drop),
    ]

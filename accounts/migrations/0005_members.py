import uuid

from django.db import migrations, models


def name_memberships(apps, schema_editor):
    Membership = apps.get_model("accounts", "Membership")
    for membership in Membership.objects.all().iterator():
        Membership.objects.filter(pk=membership.pk).update(public_id=uuid.uuid4())


def settle_members(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    User.objects.filter(memberships__isnull=False).update(is_settled=True)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_closing_and_retention'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='is_settled',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='membership',
            name='public_id',
            field=models.UUIDField(default=uuid.uuid4, null=True, editable=False),
        ),
        migrations.RunPython(name_memberships, migrations.RunPython.noop),
        migrations.RunPython(settle_members, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='membership',
            name='public_id',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
    ]

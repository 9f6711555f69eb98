"""Counters of tries; on PostgreSQL without a log of their own: a crash may forget them, an answer need not wait."""

from django.db import migrations, models


def unlog(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE territory_attempts SET UNLOGGED")


class Migration(migrations.Migration):
    dependencies = [("territory", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Attempts",
            fields=[
                ("key", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField()),
                ("until", models.DateTimeField(db_index=True, help_text="when counting begins anew")),
            ],
        ),
        migrations.RunPython(unlog, migrations.RunPython.noop),
    ]

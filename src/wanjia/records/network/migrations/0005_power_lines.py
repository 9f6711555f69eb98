import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0004_priority_and_false_alarms")]

    operations = [
        migrations.CreateModel(
            name="PowerLine",
            fields=[
                ("code", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("name_zh", models.CharField(max_length=80)),
                ("name_en", models.CharField(blank=True, max_length=120)),
                ("voltage_kv", models.FloatField()),
                ("laid", models.CharField(help_text="`kernels.zones.widths.LAID`", max_length=8)),
                ("edge_m", models.FloatField(default=0, help_text="from the drawn middle to the outermost conductor")),
                ("geometry_wkb", models.BinaryField(help_text="a line or several, degrees")),
                ("west", models.FloatField(help_text="degrees, of the box around it; so are the next three")),
                ("south", models.FloatField()),
                ("east", models.FloatField()),
                ("north", models.FloatField()),
                ("entered_at", models.DateTimeField()),
                (
                    "feeder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="power_lines",
                        to="network.feeder",
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
                "indexes": [models.Index(fields=["west", "east", "south", "north"], name="power_line_box")],
            },
        ),
    ]

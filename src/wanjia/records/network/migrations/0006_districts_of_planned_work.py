import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0005_power_lines"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlannedWorkDistrict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "district",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="network.transformerdistrict"),
                ),
                (
                    "work",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="districts",
                        to="network.plannedwork",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("work", "district"), name="work_district_once")],
            },
        ),
    ]

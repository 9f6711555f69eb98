from django.db import migrations, models
from django.db.models import deletion


class Migration(migrations.Migration):
    dependencies = [("territory", "0002_attempts")]

    operations = [
        migrations.AddField(
            model_name="tenure",
            name="cut_short",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=deletion.SET_NULL, related_name="+", to="territory.tenure"
            ),
        ),
        migrations.AddField(
            model_name="tenure",
            name="cut_short_from",
            field=models.DateField(blank=True, help_text="its end before; empty: it had none", null=True),
        ),
    ]

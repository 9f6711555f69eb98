"""Feeders, transformer districts, customers, outages: what the service cases of the first practices need."""

from django.db import models

from wanjia.records.territory.models import Organisation


class Feeder(models.Model):
    """A medium-voltage feeder."""

    code = models.CharField(max_length=64, primary_key=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)


class TransformerDistrict(models.Model):
    """A transformer district (台区): one distribution transformer and everybody below it."""

    code = models.CharField(max_length=64, primary_key=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    feeder = models.ForeignKey(Feeder, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    cell_code = models.CharField(max_length=64, db_index=True, help_text="level-3 cell in which it stands")
    area_class = models.CharField(max_length=8)
    capacity_kva = models.PositiveIntegerField()
    customers = models.PositiveIntegerField()
    longitude = models.FloatField()
    latitude = models.FloatField()


class Customer(models.Model):
    """A metered customer; only what a service case needs to know."""

    number = models.CharField(max_length=16, primary_key=True)
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=24, blank=True)
    address = models.CharField(max_length=120)
    district = models.ForeignKey(TransformerDistrict, on_delete=models.PROTECT)
    longitude = models.FloatField()
    latitude = models.FloatField()
    arrears_yuan = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    cut_for_arrears = models.BooleanField(default=False)


class Outage(models.Model):
    """A known interruption of a transformer district."""

    district = models.ForeignKey(TransformerDistrict, on_delete=models.PROTECT, related_name="outages")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    estimated_restoration_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=32)
    planned = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["district", "starts_at"])]

"""Addresses of the JSON API."""

from django.urls import path

from wanjia.web.api.reference import reference
from wanjia.web.api.service import api

app_name = "api"
urlpatterns = [
    path("", reference, name="reference"),
    path("", api.urls),
]

"""Addresses of the admin surface."""

from django.urls import URLPattern

app_name = "admin"
urlpatterns: list[URLPattern] = []

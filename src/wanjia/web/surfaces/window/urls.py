"""Addresses of the window surface."""

from django.urls import URLPattern

app_name = "window"
urlpatterns: list[URLPattern] = []

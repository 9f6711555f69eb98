"""Addresses of the gallery."""

from django.urls import path

from wanjia.web.surfaces.gallery import pages, trying

app_name = "gallery"
urlpatterns = [
    path("", pages.practices, name="list"),
    path("<slug:name>/", pages.practice, name="practice"),
    path("<slug:name>/process.bpmn", pages.process, name="process"),
    path("<slug:name>/try/", trying.trying, name="try"),
]

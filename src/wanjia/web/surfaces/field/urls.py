"""Addresses of the field surface. The service worker stands inside it: it may look after its own folder only."""

from django.urls import path

from wanjia.web.surfaces.field import sending, shell, work

app_name = "field"
urlpatterns = [
    path("", shell.shell, name="shell"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("worker.js", shell.worker, name="worker"),
    path("work.json", work.work, name="work"),
    path("contacts.json", work.contacts, name="contacts"),
    path("paper/", sending.paper, name="paper"),
    path("send/", sending.send, name="send"),
]

"""Addresses of the portal surface."""

from django.urls import path

from wanjia.web.surfaces.portal import (
    cards,
    deeds,
    follow,
    home,
    letters,
    new,
    outages,
    outside,
    papers,
    pulse,
    sending,
    who,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("components/", home.components, name="components"),
    path("new/<slug:name>/", new.new, name="new"),
    path("received/<str:number>/", new.received, name="received"),
    path("follow/", follow.gate, name="follow"),
    path("follow/<str:number>/", follow.page, name="case"),
    path("follow/<str:number>/status/", follow.status, name="status"),
    path("follow/<str:number>/task/<str:key>/", deeds.complete, name="complete"),
    path("follow/<str:number>/send/<slug:name>/", sending.send, name="send"),
    path("follow/<str:number>/<slug:deed>/", deeds.on_case, name="deed"),
    path("my/", follow.mine, name="my"),
    path("my/entries/", follow.entries, name="entries"),
    path("tasks/<str:token>/", outside.link, name="outside"),
    path("tasks/<str:token>/code/", outside.code, name="outside_code"),
    path("tasks/<str:token>/<str:key>/", outside.complete, name="outside_complete"),
    path("pulse/", pulse.pulse, name="pulse"),
    path("who/", who.who, name="who"),
    path("outages/", outages.outages, name="outages"),
    path("outages/watch/", outages.watch, name="outages_watch"),
    path("outages/live", outages.live, name="outages_live"),
    path("map/cells.json", who.cells, name="cells"),
    path("card/<str:code>/", cards.card, name="card"),
    path("card/<str:code>/print/", cards.printed, name="card_print"),
    path("papers/", papers.upload, name="upload"),
    path("papers/<str:token>/", papers.paper, name="paper"),
    path("papers/<str:token>/preview/", papers.preview, name="preview"),
    path("letters/<str:number>.pdf", letters.letter, name="letter"),
]

"""Addresses of the board surface."""

from django.urls import path

from wanjia.web.surfaces.board import (
    deeds,
    district,
    home,
    lists,
    losses,
    losses_bands,
    outage,
    reliability,
    runs,
    safety,
    works,
)

app_name = "board"
urlpatterns = [
    path("", home.home, name="home"),
    path("live", home.live, name="live"),
    path("districts.json", home.districts_json, name="districts_json"),
    path("districts/", lists.districts, name="districts"),
    path("districts/<str:code>/", district.district, name="district"),
    path("districts/<str:code>/case/", district.open_case, name="district_case"),
    path("districts/<str:code>/meter/", district.meter, name="district_meter"),
    path("losses/", losses.losses, name="losses"),
    path("losses/map/", losses.losses_map, name="losses_map"),
    path("losses/bands/", losses_bands.bands, name="losses_bands"),
    path("losses/runs/", runs.computations, name="runs"),
    path("losses/runs/live", runs.live, name="runs_live"),
    path("losses/runs/start/", runs.start, name="runs_start"),
    path("outages/", lists.outages, name="outages"),
    path("outages/new/", deeds.record, name="outage_new"),
    path("outages/<str:number>/", outage.outage, name="outage"),
    path("outages/<str:number>/live", outage.live, name="outage_live"),
    path("outages/<str:number>/districts/", outage.districts, name="outage_districts"),
    path("outages/<str:number>/customers/", outage.customers, name="outage_customers"),
    path("outages/<str:number>/reveal/", deeds.reveal, name="reveal"),
    path("outages/<str:number>/do/<slug:deed>/", deeds.on_outage, name="deed"),
    path("works/", works.works, name="works"),
    path("works/new/", deeds.plan, name="work_new"),
    path("works/<str:code>/cancel/", deeds.cancel, name="work_cancel"),
    path("safety/", safety.alarms, name="safety"),
    path("safety/limits/", safety.limits, name="safety_limits"),
    path("safety/<str:number>/", safety.alarm, name="safety_alarm"),
    path("reliability/", reliability.figures, name="reliability"),
    path("reliability/rows/", reliability.interruptions, name="interruptions"),
]

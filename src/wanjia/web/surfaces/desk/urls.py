"""Addresses of the desk surface."""

from django.urls import path

from wanjia.web.surfaces.desk import (
    cases,
    deeds,
    indicators,
    load,
    lookups,
    measured,
    new,
    notices,
    registers,
    search,
    sending,
    surveys,
    tasks,
    zones,
)

app_name = "desk"
urlpatterns = [
    path("", tasks.tasks, name="tasks"),
    path("hand-over/", tasks.hand_over, name="hand_over"),
    path("hand-back/", tasks.hand_back, name="hand_back"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read, name="read_notices"),
    path("people/", lookups.people, name="people"),
    path("cells.json", lookups.cells_map_json, name="cells_map"),
    path("station/", load.station, name="station"),
    path("company/", load.company, name="company"),
    path("load.json", load.map_json, name="load_map"),
    path("zones/", zones.zones, name="zones"),
    path("zones.json", zones.zones_json, name="zones_json"),
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/measured/<slug:figure>/", measured.rows, name="measured_rows"),
    path("indicators/<slug:practice>/<slug:indicator>/", indicators.rows, name="indicator_rows"),
    path("registers/", registers.registers, name="registers"),
    path("registers/mine/", registers.entries, name="entries"),
    path("registers/<slug:practice>/<slug:register>/", registers.register, name="register"),
    path("new/", new.choose, name="new"),
    path("new/<slug:practice>/", new.new, name="new_case"),
    path("cases/", search.cases, name="cases"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/process.bpmn", cases.drawing, name="drawing"),
    path("cases/<str:number>/tokens.json", cases.tokens, name="tokens"),
    path("cases/<str:number>/send/<slug:name>/", sending.send, name="send"),
    path("cases/<str:number>/tickets/", surveys.tickets, name="survey_tickets"),
    path("cases/<str:number>/tasks/<str:key>/complete/", deeds.complete, name="complete"),
    path("cases/<str:number>/tasks/<str:key>/<str:deed>/", deeds.on_task, name="on_task"),
    path("cases/<str:number>/<str:deed>/", deeds.on_case, name="on_case"),
]

"""Addresses of the window surface."""

from django.urls import path

from wanjia.web.surfaces.window import cases, counter, deeds, registers, sending, tasks

app_name = "window"
urlpatterns = [
    path("", tasks.tasks, name="tasks"),
    path("people/", tasks.people, name="people"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/complete/", deeds.complete, name="complete"),
    path("tasks/<int:pk>/<slug:deed>/", deeds.on_task, name="on_task"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/send/<slug:name>/", sending.send, name="send"),
    path("cases/<str:number>/<slug:deed>/", deeds.on_case, name="on_case"),
    path("registers/", registers.registers, name="registers"),
    path("registers/mine/", registers.entries, name="entries"),
    path("registers/<slug:practice>/<slug:register>/", registers.register, name="register"),
    path("sends/", sending.sends, name="sends"),
    path("new/", counter.choose, name="counter"),
    path("new/<slug:name>/", counter.new, name="new"),
    path("receipt/<str:number>/", counter.receipt, name="receipt"),
]

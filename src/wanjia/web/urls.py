"""Every address of the product, by surface."""

from django.urls import include, path

from wanjia.web.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("field/", include("wanjia.web.surfaces.field.urls")),
    path("desk/", include("wanjia.web.surfaces.desk.urls")),
    path("board/", include("wanjia.web.surfaces.board.urls")),
    path("window/", include("wanjia.web.surfaces.window.urls")),
    path("practices/", include("wanjia.web.surfaces.gallery.urls")),
    path("admin/", include("wanjia.web.surfaces.admin.urls")),
    path("api/", include("wanjia.web.api.urls")),
    path("", include("wanjia.web.surfaces.account.urls")),
    path("", include("wanjia.web.surfaces.portal.urls")),
]

handler400 = "wanjia.web.errors.bad_request"
handler403 = "wanjia.web.errors.denied"
handler404 = "wanjia.web.errors.not_found"
handler500 = "wanjia.web.errors.broken"

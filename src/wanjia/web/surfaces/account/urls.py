"""Addresses of signing in, language and one's own account."""

from django.urls import path

from wanjia.web.surfaces.account import views

app_name = "account"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", views.choose_language, name="language"),
    path("account/", views.own_account, name="own"),
]

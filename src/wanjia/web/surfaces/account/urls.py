"""Addresses of signing in, language and one's own account."""

from django.urls import path

from wanjia.web.surfaces.account import passkeys, views

app_name = "account"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/passkey/ask/", passkeys.ask_sign_in, name="passkey_ask_sign_in"),
    path("sign-in/passkey/", passkeys.sign_in, name="passkey_sign_in"),
    path("account/passkeys/ask/", passkeys.ask_new, name="passkey_ask"),
    path("account/passkeys/", passkeys.add, name="passkey_add"),
    path("account/passkeys/<int:pk>/remove/", passkeys.remove, name="passkey_remove"),
    path("follow/<str:number>/passkey/ask/", passkeys.ask_for_case, name="passkey_ask_case"),
    path("follow/<str:number>/passkey/", passkeys.add_for_case, name="passkey_case"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", views.choose_language, name="language"),
    path("account/", views.own_account, name="own"),
]

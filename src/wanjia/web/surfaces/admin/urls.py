"""Addresses of the admin surface."""

from django.urls import path

from wanjia.web.surfaces.admin import (
    calendars,
    cards,
    home,
    keys,
    organisations,
    oversight,
    people,
    posts,
    practices,
    territory,
)

app_name = "admin"
urlpatterns = [
    path("", home.home, name="home"),
    path("keys/", keys.keys, name="keys"),
    path("keys/<int:pk>/revoke/", keys.revoke, name="key_revoke"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/add/", organisations.add, name="organisation_add"),
    path("organisations/<slug:code>/", organisations.edit, name="organisation"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="person_add"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/account/<slug:deed>/", people.account, name="account"),
    path("posts/", posts.posts, name="posts"),
    path("posts/add/", posts.add, name="post_add"),
    path("posts/<str:code>/", posts.post, name="post"),
    path("posts/<str:code>/cancel/<int:pk>/", posts.cancel, name="appointment_cancel"),
    path("territory/", territory.proof, name="territory"),
    path("territory/import/", territory.imports, name="territory_import"),
    path("calendars/", calendars.calendars, name="calendars"),
    path("calendars/<int:year>/", calendars.year, name="calendar"),
    path("practices/", practices.practices, name="practices"),
    path("practices/upload/", practices.upload, name="practice_upload"),
    path("practices/<slug:name>/", practices.practice, name="practice"),
    path("practices/<slug:name>/activate/", practices.activate, name="practice_activate"),
    path("practices/<slug:name>/upgrade/", practices.upgrade, name="practice_upgrade"),
    path("cards/", cards.cards, name="cards"),
    path("cards/<str:code>/revoke/", cards.revoke, name="card_revoke"),
    path("stuck/", oversight.stuck, name="stuck"),
    path("reads/", oversight.reads, name="reads"),
    path("history/", oversight.histories, name="history"),
    path("history/<str:subject>/", oversight.one_history, name="history_of"),
]

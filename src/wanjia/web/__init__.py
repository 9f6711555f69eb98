"""The Django project: settings, addresses, surfaces, the JSON API and the components every page is made of."""

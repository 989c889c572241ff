"""`ensure_admin`: see to it that somebody can log in, and say how."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError

from acd.console import ConsoleCommand

USERNAME = "admin"


class Command(ConsoleCommand):
    """Creates a superuser with a random password if there is none; the password is told once and kept nowhere."""

    help = "Creates the first superuser with a random password, told once. With one there, changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        address = f"http://127.0.0.1:{settings.PORT}/admin/"
        known = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
        if known:
            how = f"Log in as {known.username}. Forgotten: python manage.py changepassword {known.username}"
            self.say(f"Gator: {address}\n{how}")
            self.finish({"address": address, "username": known.username})
            return
        if User.objects.filter(username=USERNAME).exists():
            how = "make the account active and a superuser, or run createsuperuser"
            raise CommandError(f"“{USERNAME}” exists and may not administer: {how}.")
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser(USERNAME, password=password)
        self.say(f"Gator: {address}\nLog in as {USERNAME} with the password {password} (told this once).")
        self.finish({"address": address, "username": USERNAME, "password": password})

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts.services import invitations
from accounts.services.callers import Caller


class Command(BaseCommand):
    help = "Prints a link at which one e-mail address may sign up within a week."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> str:
        try:
            validate_email(email)
            return invitations.invite(email=email, caller=Caller.system("manage.py invite"))
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address") from error
        except invitations.AlreadyMember as error:
            raise CommandError(str(error)) from error

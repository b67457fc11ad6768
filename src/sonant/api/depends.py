"""What routes are given: the services, and who is calling."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from sonant.runtime.host import EngineHost
from sonant.services.accounts import Accounts
from sonant.services.dialogue import DialogueService
from sonant.services.dictionaries import Dictionaries
from sonant.services.history import History
from sonant.services.models import Models
from sonant.services.speech import SpeechService
from sonant.services.voices import Voices


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that routes may call. Put together by `sonant.app`."""

    accounts: Accounts
    history: History
    voices: Voices
    models: Models
    dictionaries: Dictionaries
    speech: SpeechService
    dialogue: DialogueService
    engines: EngineHost


def services_of(connection: HTTPConnection) -> Services:
    """The services of the application that a request or socket came to."""
    services: Services = connection.app.state.services
    return services


async def _services_of(connection: HTTPConnection) -> Services:
    return services_of(connection)  # a coroutine, because FastAPI sends other dependencies through a thread


ServicesDep = Annotated[Services, Depends(_services_of)]

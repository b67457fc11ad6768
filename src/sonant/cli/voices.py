"""`sonant voices`."""

from sonant.app import Application
from sonant.cli.opened import OWNER, Flags, run_with_application
from sonant.cli.tables import print_table
from sonant.services.voices import VoiceFilter, VoicePage


def print_voices(flags: Flags, search: str) -> None:
    """List the voices that can speak here."""

    async def work(application: Application) -> VoicePage:
        return application.services.voices.list(OWNER.account_id, VoiceFilter(search=search))

    print_table(
        ["id", "name", "language", "gender", "age", "engine", "description"],
        [
            [
                voice.voice_id,
                voice.name,
                voice.language,
                voice.labels.get("gender", ""),
                voice.labels.get("age", ""),
                voice.speaker.engine,
                voice.description,
            ]
            for voice in run_with_application(flags, work).voices
        ],
    )

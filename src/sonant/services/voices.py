"""Voices: which there are for an account, and the settings it keeps with them."""

import asyncio
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from sonant.core.engine import EngineInfo
from sonant.core.errors import EngineUnavailable, VoiceNotFound
from sonant.core.speech import Speaker, Voice, VoiceSettings
from sonant.runtime.host import EngineHost
from sonant.services.paging import key_of, token_of
from sonant.services.previews import Previews
from sonant.store import voices as store
from sonant.store.database import Database
from sonant.text.tags import primary_of

REMEMBER_SECONDS = 2.0
"""How long settings that another process changed may still apply in this one."""

VoiceType = Literal["personal", "community", "default", "workspace", "non-default"]
Category = Literal["premade", "cloned", "generated", "professional"]
SortKey = Literal["created_at_unix", "name"]


@dataclass(frozen=True, slots=True)
class VoiceFilter:
    """Which voices to list. What is None or empty lets all through.

    Attributes:
        search: Words that each occur somewhere in the name, description, labels or category.
        voice_ids: Only these, in whatever spelling of theirs.
        voice_type: Premade ones are `default`, all others `personal`.
        category: One of the categories.
        labels: For each label the values that it may have, in lower case.
    """

    search: str = ""
    voice_ids: Collection[str] | None = None
    voice_type: VoiceType | None = None
    category: Category | None = None
    labels: Mapping[str, Collection[str]] = field(default_factory=dict)

    def matches(self, voice: Voice) -> bool:
        """Whether a voice is wanted, its id aside."""
        if self.voice_type is not None and not self._is_of_type(voice):
            return False
        if self.category not in (None, voice.category):
            return False
        if any(voice.labels.get(label, "").lower() not in values for label, values in self.labels.items() if values):
            return False
        described = "\n".join([voice.name, voice.description, voice.category, *voice.labels.values()]).casefold()
        return all(word in described for word in self.search.casefold().split())

    def _is_of_type(self, voice: Voice) -> bool:
        if voice.category == "premade":
            return self.voice_type == "default"
        return self.voice_type in ("personal", "non-default")


@dataclass(frozen=True, slots=True)
class VoiceOrder:
    """In which order to list. Premade voices count as made in the order they are kept in."""

    by: SortKey = "created_at_unix"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class VoicePage:
    """A part of a list.

    Attributes:
        voices: In order.
        total: How many voices the whole list has.
        next_token: Where it goes on; None at the end.
    """

    voices: tuple[Voice, ...]
    total: int
    next_token: str | None


@dataclass(frozen=True, slots=True)
class _Listed:
    """A voice with its place in a list: what sorts first, second and third."""

    key: tuple[str, int, str]
    voice: Voice


class Voices:
    """Finds voices, and keeps accounts' settings of them.

    Methods may wait for the database, so coroutines call them in threads.

    Args:
        db: Where settings are kept.
        engines: What is installed: a voice is served if one of its speakers is. Looked up once, at the first use.
        premade: The voices that come with the program, by id, in the order in which they are listed.
        aliases: Ids of the vendor's voices that programs use, and which premade voice each of them gets.
        previews: Lets premade voices be heard.
    """

    def __init__(
        self,
        db: Database,
        engines: EngineHost,
        premade: Mapping[str, Voice],
        aliases: Mapping[str, str],
        previews: Previews,
    ) -> None:
        self._db = db
        self._engines = engines
        self._premade = premade
        self._aliases = aliases
        self._previews = previews
        self._known: dict[str, tuple[Mapping[str, VoiceSettings], float]] = {}
        self._edits = 0
        self._knowing = threading.Lock()

    def get(self, account_id: str, voice_id: str) -> Voice:
        """The voice of this id, with the account's settings, and with those speakers only that are installed.

        One of the vendor's ids gets the local voice that stands for it, under the id that was asked for.

        Raises:
            VoiceNotFound: There is none.
            EngineUnavailable: Nobody who speaks it is installed. The message names the fix.
        """
        voice = self._find_served(voice_id)
        stored = self._settings(account_id).get(voice.voice_id, voice.settings)
        return replace(voice, voice_id=voice_id, settings=stored)

    def list(
        self,
        account_id: str,
        wanted: VoiceFilter | None = None,
        order: VoiceOrder | None = None,
        *,
        page_size: int | None = None,
        token: str | None = None,
    ) -> VoicePage:
        """The voices that are served here.

        Args:
            account_id: Whose settings the voices come with.
            wanted: Which of them.
            order: In which order; a token goes on in the order of the page it came with.
            page_size: How many at most.
            token: Where to go on.

        Raises:
            InvalidRequest: The token is not one of ours.
        """
        order, after = (order or VoiceOrder(), None) if token is None else _place(token)
        listed = sorted(
            self._listed(account_id, wanted or VoiceFilter(), order),
            key=lambda item: item.key,
            reverse=order.descending,
        )
        total = len(listed)
        if after is not None:
            listed = [item for item in listed if (item.key < after if order.descending else item.key > after)]
        page = listed[:page_size]
        goes_on = len(page) < len(listed)
        next_token = token_of(order.by, order.descending, *page[-1].key) if goes_on and page else None
        return VoicePage(tuple(item.voice for item in page), total, next_token)

    def edit_settings(
        self, account_id: str, voice_id: str, change: Callable[[VoiceSettings], VoiceSettings]
    ) -> VoiceSettings:
        """Change the settings that an account keeps with a voice.

        Args:
            account_id: Whose.
            voice_id: Of which voice, in whatever spelling of its id.
            change: Makes the new settings of those that apply now.

        Returns:
            The new settings.

        Raises:
            VoiceNotFound: There is no such voice.
            EngineUnavailable: Nobody who speaks it is installed.
        """
        voice = self._find_served(voice_id)
        with self._db.begin() as tx:
            settings = change(store.claim_settings(tx, account_id, voice.voice_id, voice.settings))
            store.put_settings(tx, account_id, voice.voice_id, settings)
        with self._knowing:
            self._edits += 1
            self._known.pop(account_id, None)
        return settings

    async def preview(self, voice_id: str) -> Path:
        """An MP3 file in which a premade voice says a sentence of its language.

        Raises:
            VoiceNotFound: There is no such voice.
            EngineUnavailable, EngineBusy, EngineFailed: It couldn't be spoken.
        """
        return await self._previews.find(await asyncio.to_thread(self._find_served, voice_id))

    def _find_served(self, voice_id: str) -> Voice:
        own_id = self._aliases.get(voice_id, voice_id)
        voice = self._served.get(own_id)
        if voice is not None:
            return voice
        if own_id not in self._premade:
            raise VoiceNotFound(voice_id)
        engine = self._premade[own_id].speaker.engine
        raise EngineUnavailable(
            self._engines.missing().get(engine)
            or f"The engine {engine}, which speaks this voice, isn't installed here."
        )

    @cached_property
    def _served(self) -> Mapping[str, Voice]:
        engines = self._engines.engines()
        cast = {voice_id: _cast(voice, engines) for voice_id, voice in self._premade.items()}
        return {voice_id: voice for voice_id, voice in cast.items() if voice is not None}

    def _listed(self, account_id: str, wanted: VoiceFilter, order: VoiceOrder) -> Iterator[_Listed]:
        stored = self._settings(account_id)
        positions = {voice_id: position for position, voice_id in enumerate(self._premade)}
        for voice_id in self._served if wanted.voice_ids is None else dict.fromkeys(wanted.voice_ids):
            own_id = self._aliases.get(voice_id, voice_id)
            voice = self._served.get(own_id)
            if voice is None or not wanted.matches(voice):
                continue
            key = (voice.name.casefold(), 0, voice_id) if order.by == "name" else ("", positions[own_id], voice_id)
            yield _Listed(key, replace(voice, voice_id=voice_id, settings=stored.get(own_id, voice.settings)))

    def _settings(self, account_id: str) -> Mapping[str, VoiceSettings]:
        """The account's stored settings, by voice; from memory, if they were read a moment ago."""
        stored, until = self._known.get(account_id, ({}, 0.0))
        now = time.monotonic()
        if now < until:
            return stored
        edits = self._edits
        with self._db.connect() as tx:
            stored = store.list_settings(tx, account_id)
        with self._knowing:
            if edits == self._edits:  # otherwise they may have been edited since they were read
                self._known = {owner: entry for owner, entry in self._known.items() if now < entry[1]}
                self._known[account_id] = (stored, now + REMEMBER_SECONDS)
        return stored


def _cast(voice: Voice, engines: Mapping[str, EngineInfo]) -> Voice | None:
    """The voice with its installed speakers: whoever speaks abroad also speaks at home where nobody else can."""
    abroad = voice.abroad if voice.abroad and voice.abroad.engine in engines else None
    if voice.speaker.engine in engines:
        return replace(voice, abroad=abroad)
    if abroad is None or not _speaks(abroad, voice.language, engines):
        return None
    return replace(voice, speaker=abroad, abroad=abroad)


def _speaks(speaker: Speaker, language: str, engines: Mapping[str, EngineInfo]) -> bool:
    languages = engines[speaker.engine].languages
    return not languages or primary_of(language) in languages


def _place(token: str) -> tuple[VoiceOrder, tuple[str, int, str]]:
    """The order and the last key of the page that a token came with."""
    by, descending, text, number, voice_id = key_of(token, str, bool, str, int, str)
    order = VoiceOrder("name" if by == "name" else "created_at_unix", bool(descending))
    return order, (str(text), int(number), str(voice_id))

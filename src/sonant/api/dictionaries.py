"""Pronunciation dictionaries: making, listing, editing and exporting them.

Routes that are plain functions are called by the framework in a thread, for the services wait for the database.
"""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Response, UploadFile

from sonant.api.auth import requires
from sonant.api.depends import ServicesDep
from sonant.api.dictionary_bodies import (
    Access,
    AddFromRulesBody,
    BlankIsAbsent,
    Description,
    ListQuery,
    Name,
    RulesBody,
    RuleStringsBody,
    UpdateBody,
)
from sonant.api.dictionary_views import (
    AddedDictionaryView,
    DictionariesView,
    DictionaryView,
    DictionaryWithRulesView,
    VersionView,
    rule_view,
)
from sonant.services.accounts import Caller, Scope
from sonant.text.pls import LARGEST_BYTES

router = APIRouter(prefix="/v1/pronunciation-dictionaries", tags=["pronunciation_dictionaries"])

Reading = Annotated[Caller, Depends(requires(Scope.PRONUNCIATION_DICTIONARIES_READ))]
Editing = Annotated[Caller, Depends(requires(Scope.PRONUNCIATION_DICTIONARIES_WRITE))]

PLS = "application/pls+xml"


@router.post("/add-from-rules")
def create_from_rules(body: AddFromRulesBody, services: ServicesDep, caller: Editing) -> AddedDictionaryView:
    """Make a dictionary of rules."""
    rules = [rule.rule() for rule in body.rules]
    dictionary = services.dictionaries.create(caller.account_id, body.name, rules, body.description)
    return AddedDictionaryView.of(dictionary)


@router.post("/add-from-file")
async def create_from_file(
    services: ServicesDep,
    caller: Editing,
    name: Annotated[Name, Form()],
    file: Annotated[UploadFile | None, BlankIsAbsent, File(description="PLS. Absent: no rules yet.")] = None,
    description: Annotated[Description | None, BlankIsAbsent, Form()] = None,
    workspace_access: Annotated[Access | None, BlankIsAbsent, Form()] = None,  # noqa: ARG001 - nobody else works here
) -> AddedDictionaryView:
    """Make a dictionary of a lexicon file."""
    make, owner = services.dictionaries, caller.account_id
    if file is None:
        dictionary = await asyncio.to_thread(make.create, owner, name, (), description)
    else:
        content = await file.read(LARGEST_BYTES + 1)
        dictionary = await asyncio.to_thread(make.create_from_file, owner, name, content, description)
    return AddedDictionaryView.of(dictionary)


@router.get("", name="list")
def list_dictionaries(query: Annotated[ListQuery, Query()], services: ServicesDep, caller: Reading) -> DictionariesView:
    """Dictionaries, page by page."""
    page = services.dictionaries.list(caller.account_id, query.asked())
    return DictionariesView(
        pronunciation_dictionaries=[DictionaryView.of(dictionary) for dictionary in page.dictionaries],
        next_cursor=page.next_cursor,
        has_more=page.next_cursor is not None,
    )


@router.get("/{pronunciation_dictionary_id}")
def get(pronunciation_dictionary_id: str, services: ServicesDep, caller: Reading) -> DictionaryWithRulesView:
    """One dictionary, with the rules of its latest version."""
    dictionary, rules = services.dictionaries.get(caller.account_id, pronunciation_dictionary_id)
    return DictionaryWithRulesView.of(dictionary, rules=[rule_view(rule) for rule in rules])


@router.patch("/{pronunciation_dictionary_id}")
def update(
    pronunciation_dictionary_id: str, body: UpdateBody, services: ServicesDep, caller: Editing
) -> DictionaryView:
    """Rename or archive a dictionary. One that is archived isn't listed, but goes on being found by its id."""
    return DictionaryView.of(
        services.dictionaries.update(
            caller.account_id, pronunciation_dictionary_id, name=body.name, archived=body.archived
        )
    )


@router.post("/{pronunciation_dictionary_id}/set-rules", name="rules_set")
def set_rules(pronunciation_dictionary_id: str, body: RulesBody, services: ServicesDep, caller: Editing) -> VersionView:
    """Replace all rules."""
    rules = [rule.rule() for rule in body.rules]
    return VersionView.of(services.dictionaries.set_rules(caller.account_id, pronunciation_dictionary_id, rules))


@router.post("/{pronunciation_dictionary_id}/add-rules", name="rules_add")
def add_rules(pronunciation_dictionary_id: str, body: RulesBody, services: ServicesDep, caller: Editing) -> VersionView:
    """Add rules; one for a string that has a rule takes that one's place."""
    rules = [rule.rule() for rule in body.rules]
    return VersionView.of(services.dictionaries.add_rules(caller.account_id, pronunciation_dictionary_id, rules))


@router.post("/{pronunciation_dictionary_id}/remove-rules", name="rules_remove")
def remove_rules(
    pronunciation_dictionary_id: str, body: RuleStringsBody, services: ServicesDep, caller: Editing
) -> VersionView:
    """Remove the rules for some strings."""
    return VersionView.of(
        services.dictionaries.remove_rules(caller.account_id, pronunciation_dictionary_id, body.rule_strings)
    )


@router.get(
    "/{dictionary_id}/{version_id}/download",
    response_class=Response,
    responses={200: {"content": {PLS: {"schema": {"type": "string", "format": "binary"}}}}},
)
def download(dictionary_id: str, version_id: str, services: ServicesDep, caller: Reading) -> Response:
    """A version as a lexicon file (PLS)."""
    content = services.dictionaries.export(caller.account_id, dictionary_id, version_id)
    named = f'attachment; filename="{dictionary_id}-{version_id}.pls"'
    return Response(content, media_type=PLS, headers={"content-disposition": named})

import pytest
from elevenlabs.pronunciation_dictionaries import (
    BodyAddAPronunciationDictionaryV1PronunciationDictionariesAddFromRulesPostRulesItem_Alias as SdkAlias,
)
from elevenlabs.pronunciation_dictionaries import (
    BodyAddAPronunciationDictionaryV1PronunciationDictionariesAddFromRulesPostRulesItem_Phoneme as SdkPhoneme,
)

from api.answering import answering, sdk
from sonant.api import dictionaries
from sonant.services.accounts import HOME_ACCOUNT_ID, Accounts, Scope
from sonant.services.dictionaries import Dictionaries
from sonant.text.pls import LARGEST_BYTES

PATH = "/v1/pronunciation-dictionaries"
ALIAS = {
    "type": "alias",
    "string_to_replace": "UN",
    "alias": "United Nations",
    "case_sensitive": False,
    "word_boundaries": True,
}
PHONEME = {
    "type": "phoneme",
    "string_to_replace": "tomato",
    "phoneme": "təˈmɑːtoʊ",
    "alphabet": "ipa",
    "case_sensitive": True,
    "word_boundaries": False,
}
LEXICON = """<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en-US">
  <lexeme><grapheme>SQL</grapheme><alias>sequel</alias></lexeme>
  <lexeme><grapheme>tomato</grapheme><phoneme>təˈmɑːtoʊ</phoneme></lexeme>
</lexicon>
""".encode()


@pytest.fixture
async def client(db):
    async with answering(dictionaries, accounts=Accounts(db), dictionaries=Dictionaries(db)) as client:
        yield client


async def add(client, *rules, **more):
    answer = await client.post(f"{PATH}/add-from-rules", json={"name": "Names", "rules": rules, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def form(**parts):
    """Parts of a form: a string, or a file as a name and its bytes."""
    return [(name, part if isinstance(part, tuple) else (None, part)) for name, part in parts.items()]


def detail(answer):
    return answer.status_code, answer.json()["detail"]["status"]


def complaints(answer):
    assert answer.status_code == 422, answer.text
    return [error["loc"] for error in answer.json()["detail"]]


# Making


async def test_a_dictionary_made_of_rules_has_every_key_that_clients_read(client):
    made = await add(client, ALIAS, PHONEME, description="For tests.", workspace_access="viewer")

    assert made == {
        "id": made["id"],
        "name": "Names",
        "created_by": HOME_ACCOUNT_ID,
        "creation_time_unix": made["creation_time_unix"],
        "version_id": made["version_id"],
        "version_rules_num": 2,
        "description": "For tests.",
        "permission_on_resource": "admin",
    }
    assert isinstance(made["creation_time_unix"], int)


async def test_a_dictionary_is_read_with_its_rules(client):
    made = await add(client, ALIAS, PHONEME)

    assert (await client.get(f"{PATH}/{made['id']}")).json() == {
        "id": made["id"],
        "latest_version_id": made["version_id"],
        "latest_version_rules_num": 2,
        "name": "Names",
        "permission_on_resource": "admin",
        "created_by": HOME_ACCOUNT_ID,
        "creation_time_unix": made["creation_time_unix"],
        "archived_time_unix": None,
        "description": None,
        "rules": [ALIAS, PHONEME],
    }


async def test_rules_match_whole_words_in_their_own_case_unless_they_say_otherwise(client):
    rule = {"type": "alias", "string_to_replace": "UN", "alias": "nations", "case_sensitive": None, "extra": 1}
    made = await add(client, rule)

    (read,) = (await client.get(f"{PATH}/{made['id']}")).json()["rules"]
    assert (read["case_sensitive"], read["word_boundaries"]) == (True, True)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": ""}, ["body", "name"]),
        ({"name": "n" * 201}, ["body", "name"]),
        ({"name": "a\0b"}, ["body", "name"]),
        ({"name": None}, ["body", "name"]),
        ({"description": "d" * 2_001}, ["body", "description"]),
        ({"workspace_access": "owner"}, ["body", "workspace_access"]),
        ({"rules": None}, ["body", "rules"]),
        ({"rules": "UN"}, ["body", "rules"]),
        ({"rules": [{"type": "sound"}]}, ["body", "rules", 0]),
        ({"rules": [{**ALIAS, "alias": None}]}, ["body", "rules", 0, "alias", "alias"]),
        ({"rules": [ALIAS, {**ALIAS, "string_to_replace": ""}]}, ["body", "rules", 1, "alias", "string_to_replace"]),
        ({"rules": [{**ALIAS, "alias": "a" * 1_001}]}, ["body", "rules", 0, "alias", "alias"]),
        ({"rules": [{**ALIAS, "alias": "\x1b"}]}, ["body", "rules", 0, "alias", "alias"]),
        ({"rules": [{**ALIAS, "case_sensitive": "maybe"}]}, ["body", "rules", 0, "alias", "case_sensitive"]),
        ({"rules": [{**PHONEME, "phoneme": 1}]}, ["body", "rules", 0, "phoneme", "phoneme"]),
        ({"rules": [ALIAS] * 10_001}, ["body", "rules"]),
    ],
)
async def test_a_bad_dictionary_is_refused_where_it_is_bad(client, change, where):
    answer = await client.post(f"{PATH}/add-from-rules", json={"name": "Names", "rules": [ALIAS], **change})

    assert complaints(answer) == [where]
    assert (await client.get(PATH)).json()["pronunciation_dictionaries"] == []


@pytest.mark.parametrize("change", [{"phoneme": "1"}, {"alphabet": "runes"}, {"string_to_replace": " "}])
async def test_a_rule_that_cannot_be_applied_is_refused(client, change):
    answer = await client.post(
        f"{PATH}/add-from-rules", json={"name": "Names", "rules": [ALIAS, {**PHONEME, **change}]}
    )

    assert detail(answer) == (400, "invalid_request")
    assert answer.json()["detail"]["message"].startswith("Rule 2 of 2: ")


async def test_a_dictionary_is_made_of_a_lexicon_file(client):
    parts = form(name="File", file=("upload", LEXICON), description="null", workspace_access="")
    answer = (await client.post(f"{PATH}/add-from-file", files=parts)).json()

    assert (answer["name"], answer["description"], answer["version_rules_num"]) == ("File", None, 2)
    rules = (await client.get(f"{PATH}/{answer['id']}")).json()["rules"]
    assert [(rule["type"], rule["string_to_replace"]) for rule in rules] == [("alias", "SQL"), ("phoneme", "tomato")]


@pytest.mark.parametrize("absent", [{}, {"file": ""}, {"file": "null"}, {"file": ("", b"")}])
async def test_a_dictionary_is_made_without_a_file_too(client, absent):
    answer = await client.post(f"{PATH}/add-from-file", files=form(name="Empty", **absent))

    assert answer.json()["version_rules_num"] == 0


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"name": "", "file": ("a.pls", LEXICON)}, ["body", "name"]),
        ({"file": ("a.pls", LEXICON)}, ["body", "name"]),
        ({"name": "n", "workspace_access": "owner"}, ["body", "workspace_access"]),
        ({"name": "n", "file": "text"}, ["body", "file"]),
    ],
)
async def test_a_bad_form_is_refused_where_it_is_bad(client, parts, where):
    assert complaints(await client.post(f"{PATH}/add-from-file", files=form(**parts))) == [where]


@pytest.mark.parametrize("content", [b"", b"<lexicon", b"no lexicon", b"\x89PNG", b" " * (LARGEST_BYTES + 1)])
async def test_a_file_that_is_no_lexicon_is_refused(client, content):
    answer = await client.post(f"{PATH}/add-from-file", files=form(name="File", file=("blob", content)))

    assert answer.status_code == 400
    assert answer.json()["detail"]["message"]


# Editing


async def test_edits_answer_the_new_version(client):
    made = await add(client, ALIAS)
    path = f"{PATH}/{made['id']}"

    added = (await client.post(f"{path}/add-rules", json={"rules": [PHONEME]})).json()
    removed = (await client.post(f"{path}/remove-rules", json={"rule_strings": ["UN"]})).json()
    was_set = (await client.post(f"{path}/set-rules", json={"rules": [ALIAS]})).json()

    versions = [answer["version_id"] for answer in (made, added, removed, was_set)]
    assert [answer["version_rules_num"] for answer in (added, removed, was_set)] == [2, 1, 1]
    assert [answer["id"] for answer in (added, removed, was_set)] == [made["id"]] * 3
    assert len(set(versions)) == 4
    assert set(was_set) == {"id", "version_id", "version_rules_num"}
    assert (await client.get(path)).json()["latest_version_id"] == versions[-1]


async def test_every_version_can_be_downloaded_as_a_lexicon(client):
    made = await add(client, ALIAS)
    later = (await client.post(f"{PATH}/{made['id']}/set-rules", json={"rules": [PHONEME]})).json()

    first, second = [
        await client.get(f"{PATH}/{made['id']}/{version['version_id']}/download") for version in (made, later)
    ]
    assert first.headers["content-type"] == "application/pls+xml"
    assert made["id"] in first.headers["content-disposition"]
    assert b"United Nations" in first.content
    assert b"United Nations" not in second.content
    assert "təˈmɑːtoʊ".encode() in second.content


async def test_a_dictionary_is_renamed_and_archived(client):
    made = await add(client, ALIAS)
    path = f"{PATH}/{made['id']}"

    renamed = (await client.patch(path, json={"name": "Countries"})).json()
    archived = (await client.patch(path, json={"archived": True, "name": None})).json()

    assert (renamed["name"], renamed["archived_time_unix"]) == ("Countries", None)
    assert (archived["name"], archived["latest_version_id"]) == ("Countries", made["version_id"])
    assert isinstance(archived["archived_time_unix"], int)
    assert "rules" not in archived
    assert (await client.get(PATH)).json()["pronunciation_dictionaries"] == []
    listed = (await client.get(PATH, params={"include_archived": "true"})).json()
    assert listed["pronunciation_dictionaries"] == [archived]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "nothing", None),
        ("PATCH", "nothing", {"name": "x"}),
        ("POST", "nothing/set-rules", {"rules": []}),
        ("POST", "nothing/add-rules", {"rules": []}),
        ("POST", "nothing/remove-rules", {"rule_strings": []}),
        ("GET", "nothing/nothing/download", None),
        ("GET", "%00/%00/download", None),
    ],
)
async def test_what_does_not_exist_is_not_found(client, method, path, body):
    answer = await client.request(method, f"{PATH}/{path}", json=body)

    assert detail(answer) == (404, "pronunciation_dictionary_not_found")


async def test_a_dictionary_that_would_become_too_large_is_refused(client):
    rules = [{**ALIAS, "string_to_replace": f"word {number}"} for number in range(10_000)]
    made = await add(client, *rules)

    answer = await client.post(f"{PATH}/{made['id']}/add-rules", json={"rules": [ALIAS]})

    assert detail(answer) == (400, "invalid_request")


# Lists


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, "cab"),
        ({"sort_direction": "ascending"}, "bac"),
        ({"sort": "name", "sort_direction": "DESCENDING"}, "cba"),
        ({"sort": "name", "sort_direction": "asc"}, "abc"),
        ({"sort": "creation_time_unix", "sort_direction": "desc"}, "cab"),
    ],
)
async def test_dictionaries_are_listed_page_by_page_in_the_order_asked_for(client, params, names):
    for name in "bac":
        await add(client, ALIAS, name=name)

    joined, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = (await client.get(PATH, params={**params, **more, "page_size": 2})).json()
        joined += page["pronunciation_dictionaries"]
        cursor = page["next_cursor"]
        assert page["has_more"] == (cursor is not None)
        if not page["has_more"]:
            break

    assert "".join(one["name"] for one in joined) == names
    assert all("rules" not in one for one in joined)


@pytest.mark.parametrize(
    "params",
    [{"page_size": 0}, {"page_size": 101}, {"sort": "size"}, {"sort_direction": "up"}, {"include_archived": "x"}],
)
async def test_a_list_out_of_range_is_refused(client, params):
    assert complaints(await client.get(PATH, params=params)) == [["query", *params]]


async def test_a_cursor_of_somebody_elses_is_refused(client):
    assert detail(await client.get(PATH, params={"cursor": "x"})) == (400, "invalid_request")


# Keys, and the SDK


async def test_a_key_that_only_reads_may_not_edit(client, db):
    made = await add(client, ALIAS)
    _, key = Accounts(db).create_key("narrow", scopes=[Scope.PRONUNCIATION_DICTIONARIES_READ])
    client.headers["xi-api-key"] = key

    assert (await client.get(f"{PATH}/{made['id']}")).status_code == 200
    for method, path in (("POST", "set-rules"), ("POST", "add-rules")):
        answer = await client.request(method, f"{PATH}/{made['id']}/{path}", json={"rules": []})
        assert detail(answer) == (403, "missing_permissions")
    answer = await client.post(f"{PATH}/add-from-file", files=form(name="n"))
    assert detail(answer) == (403, "missing_permissions")


async def test_the_sdk_makes_reads_and_edits_dictionaries(client):
    calls = sdk(client).pronunciation_dictionaries
    rules = [
        SdkAlias(string_to_replace="UN", alias="United Nations"),
        SdkPhoneme(string_to_replace="tomato", phoneme="təˈmɑːtoʊ", alphabet="ipa", case_sensitive=False),
    ]

    made = await calls.create_from_rules(name="Rules", rules=rules, description="x", workspace_access="admin")
    filed = await calls.create_from_file(name="File", file=LEXICON)
    empty = await calls.create_from_file(name="Empty", description=None)
    assert (made.version_rules_num, filed.version_rules_num, empty.version_rules_num) == (2, 2, 0)

    read = await calls.get(made.id)
    assert [rule.type for rule in read.rules] == ["alias", "phoneme"]
    assert read.rules[1].phoneme == "təˈmɑːtoʊ"
    assert (await calls.rules.add(made.id, rules=rules[:1])).version_id == made.version_id
    assert (await calls.rules.remove(made.id, rule_strings=["UN"])).version_rules_num == 1
    assert (await calls.rules.set(made.id, rules=rules[:1])).version_rules_num == 1

    assert (await calls.update(filed.id, archived=True)).archived_time_unix > 0
    first = await calls.list(page_size=1, sort="name", sort_direction="ascending")
    second = await calls.list(page_size=1, cursor=first.next_cursor)
    names = [one.name for page in (first, second) for one in page.pronunciation_dictionaries]
    assert (names, first.has_more, second.has_more) == (["Empty", "Rules"], True, False)
    content = b"".join([piece async for piece in calls.download(made.id, made.version_id)])
    assert b"United Nations" in content

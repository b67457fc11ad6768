"""Comparing what this server documents with what its clients expect."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


class Document:
    """An OpenAPI document whose references are followed.

    Args:
        content: The document.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content

    def operation(self, method: str, path: str) -> Schema:
        """What is documented for an operation, query and path parameters only."""
        operation: Schema = self._content["paths"][path][method]
        return operation

    def followed(self, schema: Schema) -> Schema:
        """The schema that a reference, or a choice between one schema and null, stands for."""
        while True:
            if "$ref" in schema:
                name = schema["$ref"].rsplit("/", 1)[1]
                schema = {**self._content["components"]["schemas"][name], **_beside(schema, "$ref")}
                continue
            for word in ("anyOf", "oneOf", "allOf"):
                choices = [choice for choice in schema.get(word, ()) if choice.get("type") != "null"]
                if len(choices) == 1:
                    schema = {**choices[0], **_beside(schema, word)}
                    break
            else:
                return schema

    def parameters(self, operation: Schema) -> dict[tuple[str, str], Schema]:
        """Parameters by place and name."""
        return {
            (parameter["in"], parameter["name"]): parameter
            for parameter in operation.get("parameters", ())
            if parameter["in"] in {"query", "path"}
        }

    def body(self, operation: Schema) -> Schema | None:
        """The schema of the body, if there is one."""
        content = operation.get("requestBody", {}).get("content", {})
        return next((self.followed(media["schema"]) for media in content.values()), None)

    def answer(self, operation: Schema, status: str = "200") -> Schema | None:
        """The schema of a JSON answer; None if it isn't JSON."""
        content = operation["responses"][status].get("content", {})
        for media_type in ("application/json", "application/x-ndjson"):
            if media_type in content and content[media_type].get("schema"):
                return self.followed(content[media_type]["schema"])
        return None


def _beside(schema: Schema, word: str) -> Schema:
    return {key: value for key, value in schema.items() if key != word}


def enum_of(document: Document, schema: Schema) -> set[Any] | None:
    """The values a schema allows, null left out; None if it doesn't list any."""
    schema = document.followed(schema)
    values = {value for value in schema.get("enum", ()) if value is not None}
    if "const" in schema:
        values.add(schema["const"])
    for choice in [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        values |= enum_of(document, choice) or set()
    return values or None


def types_of(document: Document, schema: Schema) -> set[str]:
    """The JSON types a schema allows, null left out; an integer is a number."""
    schema = document.followed(schema)
    declared = schema.get("type", [])
    types = {declared} if isinstance(declared, str) else set(declared)
    for choice in [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        types |= types_of(document, choice)
    if "properties" in schema:
        types.add("object")
    if enum_of(document, schema) and not types:
        types.add("string")
    return {"number" if name == "integer" else name for name in types if name != "null"}


def differences(
    ours: Document, mine: Schema, theirs: Document, wanted: Schema, *, where: str, answer: bool, seen: int = 0
) -> Iterator[str]:
    """What a client that relies on `wanted` would trip over in `mine`.

    Args:
        where: For people.
        answer: The schema describes what the server sends, so that what is required must be there; otherwise it
            describes what the client sends, so that nothing more may be required.
    """
    mine, wanted = ours.followed(mine), theirs.followed(wanted)
    if seen > 12:
        return
    mine_types, wanted_types = types_of(ours, mine), types_of(theirs, wanted)
    if mine_types and wanted_types and not mine_types & wanted_types:
        yield f"{where}: is {sorted(mine_types)}, expected {sorted(wanted_types)}"
        return
    wanted_enum, mine_enum = enum_of(theirs, wanted), enum_of(ours, mine)
    if not answer and wanted_enum and mine_enum and not wanted_enum <= mine_enum:
        yield f"{where}: refuses {sorted(map(str, wanted_enum - mine_enum))}"
    if not answer and "default" in wanted and wanted["default"] != mine.get("default", wanted["default"]):
        yield f"{where}: the default is {mine.get('default')!r}, expected {wanted['default']!r}"
    mine_required, wanted_required = set(mine.get("required", ())), set(wanted.get("required", ()))
    if answer and not wanted_required <= mine_required:
        yield f"{where}: may lack {sorted(wanted_required - mine_required)}"
    if not answer and not mine_required <= wanted_required:
        yield f"{where}: requires also {sorted(mine_required - wanted_required)}"
    for name, schema in wanted.get("properties", {}).items():
        if name not in mine.get("properties", {}):
            yield f"{where}.{name}: is not documented"
            continue
        mine_property = mine["properties"][name]
        yield from differences(
            ours, mine_property, theirs, schema, where=f"{where}.{name}", answer=answer, seen=seen + 1
        )
    if "items" in wanted and "items" in mine:
        yield from differences(
            ours, mine["items"], theirs, wanted["items"], where=f"{where}[]", answer=answer, seen=seen + 1
        )

"""A model as JSON Schema: whatever our own reading takes, the schema takes, so that no editor marks what is right.

It is pydantic's own generation, with what pydantic's lenient reading takes beside (`"3"` for 3), durations, keys that a
place says (the file's name, the key above), and rules between keys (written.py). Docstrings become the editor's help.
"""

import inspect
import re
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonRef, JsonSchemaValue
from pydantic_core import core_schema as core

from bot.config.schemas.docstrings import of_fields, of_members
from bot.config.schemas.written import BEFORE, BESIDE, NAMED, RULES
from bot.domain.declared import IN_MINUTES, IN_SECONDS, IN_WHOLE_MINUTES

DURATION = r"^\s*(\d+(\.\d+)?\s*[smhdSMHD]\s*)+$"
DURATIONS = {IN_SECONDS.func: "seconds", IN_MINUTES.func: "minutes", IN_WHOLE_MINUTES.func: "minutes"}

WHOLE = r"^\s*[+-]?\d+(_\d+)*(\.0*)?\s*$"
NUMBER = r"^\s*[+-]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)([eE][+-]?\d+)?\s*$|^\s*[+-]?[iI][nN][fF]"
TRUTH = "^({})$".format(
    "|".join(
        "".join(f"[{letter}{letter.upper()}]" if letter.isalpha() else letter for letter in word)
        for word in ("true", "false", "yes", "no", "on", "off", "t", "f", "y", "n", "1", "0")
    )
)
"""Numbers and truths that are written as text, as pydantic reads them where the model wants the thing itself."""

BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}


class Generator(GenerateJsonSchema):
    schema_dialect = "https://json-schema.org/draft/2020-12/schema"

    def model_schema(self, schema: core.ModelSchema) -> JsonSchemaValue:
        model: type[BaseModel] = schema["cls"]
        found = super().model_schema(schema)
        found.pop("title", None)  # a class's name says nothing to whoever writes a manifest
        for name, said in of_fields(model).items():
            field = model.model_fields.get(name)
            written = (field.alias or name) if field else name
            if written in found["properties"]:
                found["properties"][written]["description"] = _in_yaml(said)
        found["properties"] = {name: _bare(one) for name, one in found["properties"].items()}
        if "uses" in model.model_fields:
            found["required"] = [*dict.fromkeys([*found.get("required", ()), "uses"])]  # it tells the kinds apart
        if (said_elsewhere := NAMED.get(model)) is not None:
            del found["properties"][said_elsewhere]
            found["required"].remove(said_elsewhere)
        if beside := BESIDE.get(model):
            found["properties"] = {**self._keys_of(beside), **found["properties"]}
        return RULES[model](found) if model in RULES else found

    def _keys_of(self, model: type[BaseModel]) -> dict[str, JsonSchemaValue]:
        """Return a model's keys, with whatever they refer to among our own definitions."""
        found = self.generate_inner(model.__pydantic_core_schema__)
        whole = self.get_schema_from_definitions(JsonRef(found["$ref"])) if "$ref" in found else found
        assert whole is not None, "it was generated just now"
        return dict(whole["properties"])

    def function_before_schema(self, schema: core.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        found, function = super().function_before_schema(schema), schema["function"]["function"]
        if unit := DURATIONS.get(function):
            number = found["anyOf"][0] if "anyOf" in found else found
            words = f"Write 90s, 5m, 1h, or a number of {unit}."
            return {"anyOf": [number, {"type": "string", "pattern": DURATION, "patternErrorMessage": words}]}
        name = getattr(function, "__qualname__", "")
        if name not in BEFORE:
            what = f"Nothing says what people may write before {name} reads it. Add it to BEFORE in written.py."
            raise NotImplementedError(what)
        return BEFORE[name](found)

    def nullable_schema(self, schema: core.NullableSchema) -> JsonSchemaValue:
        found = super().nullable_schema(schema)
        for one in found.get("anyOf", ()):
            for word in BOUNDS.keys() & one.keys():  # pydantic leaves its own words where a function reads first
                one[BOUNDS[word]] = one.pop(word)
        return found

    def dict_schema(self, schema: core.DictSchema) -> JsonSchemaValue:
        """Keys that are known are listed, so that editors offer them; others have a shape."""
        found: JsonSchemaValue = {"type": "object"}
        self.update_with_validations(found, schema, self.ValidationsMapping.object)
        values = self.generate_inner(schema["values_schema"]) if "values_schema" in schema else {}
        keys: core.CoreSchema = schema.get("keys_schema", core.any_schema())
        if keys["type"] == "enum":
            members = [member.value for member in keys["members"]]
            return {**found, "properties": dict.fromkeys(members, values), "additionalProperties": False}
        found |= {"additionalProperties": values} if values else {}
        names = self.generate_inner(keys)
        return {**found, "propertyNames": names} if "pattern" in names else found

    def tagged_union_schema(self, schema: core.TaggedUnionSchema) -> JsonSchemaValue:
        return {"oneOf": super().tagged_union_schema(schema)["oneOf"]}

    def enum_schema(self, schema: core.EnumSchema) -> JsonSchemaValue:
        kind: type[Enum] = schema["cls"]
        said = of_members(kind)
        words = [f"{member.value}: {said[member.name]}" for member in kind if member.name in said]
        lines = [inspect.cleandoc(kind.__doc__ or ""), *words]
        found = {**super().enum_schema(schema), "description": "\n\n".join(filter(None, lines))}
        return {key: value for key, value in found.items() if key != "title"}

    def int_schema(self, schema: core.IntSchema) -> JsonSchemaValue:
        return _also_as_text(super().int_schema(schema), WHOLE, "Write a whole number.")

    def float_schema(self, schema: core.FloatSchema) -> JsonSchemaValue:
        return _also_as_text(super().float_schema(schema), NUMBER, "Write a number.")

    def bool_schema(self, schema: core.BoolSchema) -> JsonSchemaValue:
        text = {"type": "string", "pattern": TRUTH, "patternErrorMessage": "Write true or false."}
        return {"anyOf": [super().bool_schema(schema), text, {"type": "integer", "minimum": 0, "maximum": 1}]}


def _also_as_text(found: JsonSchemaValue, pattern: str, instead: str) -> JsonSchemaValue:
    """Take what pydantic reads as a number, too. Truths count as 0 and 1; no editor should offer them, though."""
    text = {"not": {"type": ["number", "null", "array", "object"]}, "pattern": pattern, "patternErrorMessage": instead}
    return {"anyOf": [found, text]}


def _in_yaml(said: str) -> str:
    """Say of a field as its file has it: what Python calls None is null there."""
    return re.sub(r"\bNone\b", "null", said)


def _bare(found: JsonSchemaValue) -> JsonSchemaValue:
    """Leave out what says nothing: a title made of the key, and a default of nothing."""
    empty: list[Any] = [None, [], {}, ""]
    return {
        key: value
        for key, value in found.items()
        if key != "title" and not (key == "default" and any(value is one or value == one for one in empty))
    }

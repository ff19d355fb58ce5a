"""Validates lines of JSON against one definition of the schema; exits at the first error.

The published schema allows keys of later versions; here it must name every key.
"""

import json
import sys

import jsonschema


def close(schema):
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            schema["additionalProperties"] = False
        for part in schema.values():
            close(part)
    elif isinstance(schema, list):
        for part in schema:
            close(part)


path, definition = sys.argv[1:]
with open(path) as file:
    schema = json.load(file)
close(schema)
schema.pop("anyOf")
schema["$ref"] = f"#/$defs/{definition}"
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for line in sys.stdin:
    for error in validator.iter_errors(json.loads(line)):
        sys.exit(f"{error.json_path}: {error.message}")

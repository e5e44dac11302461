"""Validates YAML texts against a JSON Schema.

usage: /usr/bin/python3 validate.py SCHEMA < [text, ...]

Reads a JSON list of YAML texts from standard input and writes a JSON list: null for a valid text, else the first
problem.
"""

import json
import sys

import jsonschema
import yaml


def with_text_keys(value):
    """JSON has only texts as keys, and so has a manifest."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else str(key): with_text_keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_text_keys(item) for item in value]
    return value


def problem(validator, text):
    try:
        documents = list(yaml.safe_load_all(text))
    except Exception as error:
        return "YAML: " + str(error).splitlines()[0]
    for document in documents:
        for error in validator.iter_errors(with_text_keys(document)):
            return "/".join(map(str, error.absolute_path)) + ": " + error.message[:200]
    return None


def main():
    with open(sys.argv[1]) as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    json.dump([problem(validator, text) for text in json.load(sys.stdin)], sys.stdout)


main()

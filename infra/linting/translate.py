"""Translates a SAM template into plain CloudFormation, offline.

Linters that look at the SAM file itself miss wrong runtimes, event properties
and batch sizes; in the translated one they find them.

    translate.py TEMPLATE OUT.json
"""

import json
import os
import sys
from pathlib import Path

from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# Only decides the partition of names that SAM makes up.
REGION = "eu-west-2"


class NoManagedPolicies(ManagedPolicyLoader):
    """Every function has a role of its own, so none is ever asked for."""

    def __init__(self):
        super().__init__(iam_client=None)

    def load(self):
        return {}


def local_programs(template):
    """Programs on this disk become objects in a bucket, as packaging makes them."""
    for resource in template["Resources"].values():
        code = resource.get("Properties", {}).get("CodeUri")
        if resource["Type"] == "AWS::Serverless::Function" and isinstance(code, str):
            resource["Properties"]["CodeUri"] = "s3://programs/" + Path(code).name
    return template


def translate(text):
    os.environ["AWS_DEFAULT_REGION"] = REGION
    return transform(local_programs(yaml_parse(text)), {}, NoManagedPolicies())


if __name__ == "__main__":
    source, target = sys.argv[1:]
    result = translate(Path(source).read_text(encoding="utf-8"))
    Path(target).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")

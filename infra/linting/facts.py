"""What the assertions read: the translated template, and the files it must agree with."""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, as the long ones."""


def short_form(loader, tag, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if tag == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {tag if tag in ("Ref", "Condition") else "Fn::" + tag: value}


Loader.add_multi_constructor("!", short_form)


@dataclass
class Facts:
    """Everything an assertion may look at."""

    stack: dict      # the translated template
    connect: dict    # connect.yaml
    topology: dict   # contracts/topology.toml
    tables: dict     # name -> definition, by shared/aws
    policy: dict     # defaults of shared/domain
    retention: dict  # for how many days things are kept, by shared/domain
    actions: dict    # service -> actions that exist; empty where no list is installed


def read(translated, connect_text, actions_file=None):
    return Facts(
        stack=json.loads(translated),
        connect=yaml.load(connect_text, Loader),
        topology=tomllib.loads((ROOT / "contracts/topology.toml").read_text(encoding="utf-8")),
        tables=tables(ROOT / "shared/aws/src/dynamodb"),
        policy=policy((ROOT / "shared/domain/src/policy.rs").read_text(encoding="utf-8")),
        retention=policy((ROOT / "shared/domain/src/retention.rs").read_text(encoding="utf-8"), "Retention"),
        actions=actions(actions_file),
    )


def policy(source, kind="Policy"):
    """The numbers of `impl Default for Policy`, or another such type."""
    body = source.split(f"impl Default for {kind}", 1)[1].split("\n}\n", 1)[0]
    return {name: eval_product(value) for name, value in re.findall(r"^ +(\w+): ([\d_ *]+),$", body, re.MULTILINE)}


def eval_product(text):
    product = 1
    for factor in text.replace("_", "").split("*"):
        product *= int(factor)
    return product


KEY = r'Key::(text|number)\("(\w+)"\)'


def tables(folder):
    """The constants of type Table, which tests create the same tables from."""
    source = "".join(file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.rs")))
    found = {}
    for body in re.findall(r"pub const \w+: Table =\s*Table \{(.*?)\n?\s*\};", source, re.DOTALL):
        kind = {"text": "S", "number": "N"}
        head, _, rest = body.partition("indexes:")
        indexes = {}
        for name, one in re.findall(r'Index(?:::by_time\(| \{ name: )"(\w+)",(.*?)(?=Index|\n?\s*\],|\],|$)', rest, re.DOTALL):
            indexes[name] = [(key, kind[k]) for k, key in re.findall(KEY, one)]
        found[re.search(r'name: "([\w-]+)"', head)[1]] = {
            "keys": [(key, kind[k]) for k, key in re.findall(KEY, head)],
            "indexes": indexes,
            "expires": (re.search(r'expires: Some\("(\w+)"\)', rest) or [None, None])[1],
        }
    return found


def actions(path):
    """Service prefix -> lower-case action names, from the list that comes with checkov."""
    if path is None:
        return {}
    services = json.loads(Path(path).read_text(encoding="utf-8"))
    return {
        service: {action.lower() for action in about["privileges"]}
        for service, about in services.items()
        if isinstance(about, dict) and "privileges" in about
    }

"""What the roles of CloudFormation templates allow, as JSON: a list of role, action and what the action is allowed on.

    template_roles.py <template>...

Every branch of a condition counts. What an action is allowed on is a name of the template: of a resource, or of the parameter that an
ARN ends with. Who may assume a role is no permission of the role, and left out.
"""

import json
import re
import sys

import yaml


class Template(yaml.SafeLoader):
    """YAML with the short forms of CloudFormation's functions."""


def function(loader, suffix, node):
    kinds = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: loader.construct_sequence}
    construct = kinds.get(type(node))
    value = construct(node, deep=True) if type(node) is yaml.SequenceNode else construct(node) if construct else None
    if value is None:
        value = loader.construct_mapping(node, deep=True)
    return {suffix: value}


Template.add_multi_constructor("!", function)


def branches(value):
    """The values that an `!If`, or a list of them, can have."""
    if isinstance(value, list):
        return [branch for one in value for branch in branches(one)]
    if isinstance(value, dict) and "If" in value:
        return branches(value["If"][1:])
    return [] if value == {"Ref": "AWS::NoValue"} else [value]


def name_of(resource):
    """The name in the template of what a statement is about; the text itself where it has none."""
    if not isinstance(resource, dict):
        return str(resource)
    [(kind, value)] = resource.items()
    if kind == "Ref":
        return value
    if kind == "GetAtt":
        return value.split(".")[0]
    text = value[0] if isinstance(value, list) else value
    # The last one, as an ARN ends with what it is about.
    names = [name for name in re.findall(r"\$\{(\w+)\}", text) if name != "Region"]
    return names[-1] if names else text


def statements(template):
    """Each role, with the statements of its policies, and of the policies beside it."""
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::Role":
            if properties.get("ManagedPolicyArns"):
                sys.exit(f"{name} has policies of others: what they allow cannot be told")
            for policy in properties.get("Policies", ()):
                for statement in branches(policy["PolicyDocument"]["Statement"]):
                    yield name, statement
        elif resource["Type"] == "AWS::IAM::Policy":
            for role in branches(properties["Roles"]):
                for statement in branches(properties["PolicyDocument"]["Statement"]):
                    yield role["Ref"], statement


def allowed(path):
    with open(path, encoding="utf-8") as file:
        template = yaml.load(file, Template)
    for role, statement in statements(template):
        if statement["Effect"] != "Allow" or "NotAction" in statement:
            sys.exit(f"{role} in {path} has a statement that is no plain permission: {statement}")
        actions = statement["Action"]
        on = statement.get("Resource", statement.get("NotResource"))
        for action in actions if isinstance(actions, list) else [actions]:
            for resource in branches(on):
                yield {"role": role, "action": action, "on": name_of(resource)}


def main():
    lines = {json.dumps(one, sort_keys=True) for path in sys.argv[1:] for one in allowed(path)}
    print("[" + ",\n".join(sorted(lines)) + "]")


if __name__ == "__main__":
    main()

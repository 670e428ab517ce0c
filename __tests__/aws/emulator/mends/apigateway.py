import json
import re

from moto.apigateway import models, responses

# The service returns a resource policy JSON-escaped, moto as it is: "invalid character 'S' after top-level value".
to_dict = models.RestAPI.to_dict


def to_dict_with_escaped_policy(self):
    api = to_dict(self)
    policy = api.get("policy")
    if policy:
        api["policy"] = json.dumps(policy if isinstance(policy, str) else json.dumps(policy))[1:-1]
    return api


models.RestAPI.to_dict = to_dict_with_escaped_policy

# binaryMediaTypes is dropped on creation, and a change of it adds None: a difference in every plan.
create_rest_api = responses.APIGatewayResponse.create_rest_api


def create_with_binary_types(self):
    status, headers, text = create_rest_api(self)
    api = json.loads(text)
    written = json.loads(self.body) if self.body else {}
    if "id" in api and "binaryMediaTypes" in written:
        api["binaryMediaTypes"] = written["binaryMediaTypes"]
        self.backend.apis[api["id"]].binaryMediaTypes = written["binaryMediaTypes"]
        text = json.dumps(api)
    return status, headers, text


responses.APIGatewayResponse.create_rest_api = create_with_binary_types

apply_patch_operations = models.RestAPI.apply_patch_operations


def patch_with_binary_types(self, operations):
    others = []
    for operation in operations:
        found = re.match(r"^/binaryMediaTypes/(.+)$", operation["path"])
        if not found:
            others.append(operation)
            continue
        media_type = found.group(1).replace("~1", "/")
        if operation["op"] == "add" and media_type not in self.binaryMediaTypes:
            self.binaryMediaTypes.append(media_type)
        if operation["op"] == "remove" and media_type in self.binaryMediaTypes:
            self.binaryMediaTypes.remove(media_type)
    if others:
        apply_patch_operations(self, others)


models.RestAPI.apply_patch_operations = patch_with_binary_types

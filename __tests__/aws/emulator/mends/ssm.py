import copy
import json

from moto.ssm import models

# The recommended ECS image comes back as an object and not as JSON text: the provider cannot read it.
response_object = models.Parameter.response_object


def response_with_text(self, *args, **kwargs):
    response = response_object(self, *args, **kwargs)
    if not isinstance(response.get("Value"), str):
        response["Value"] = json.dumps(response["Value"])
    return response


models.Parameter.response_object = response_with_text

# Nobody but AWS writes below /aws/service, where the recommended AMIs are; tests move them in its place.
put_parameter = models.SimpleSystemManagerBackend.put_parameter


def put_parameter_of_aws(self, name, description, value, *args, **kwargs):
    if not name.startswith("/aws/service/"):
        return put_parameter(self, name, description, value, *args, **kwargs)
    moved = copy.copy(self._parameters[name][-1])
    moved.value = value
    moved.version += 1
    self._parameters[name].append(moved)
    return moved


models.SimpleSystemManagerBackend.put_parameter = put_parameter_of_aws

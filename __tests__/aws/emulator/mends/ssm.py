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

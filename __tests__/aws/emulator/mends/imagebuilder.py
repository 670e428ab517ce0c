"""EC2 Image Builder, which moto does not have: create, get, list, update, delete and tags of its resources."""

import json
import re
import time
import uuid
from urllib.parse import parse_qs, unquote

ACCOUNT = "123456789012"

# Kind of resource -> name in bodies, name of its ARN in bodies, part of its ARN.
KINDS = {
    "Component": ("component", "componentBuildVersionArn", "component"),
    "ImageRecipe": ("imageRecipe", "imageRecipeArn", "image-recipe"),
    "InfrastructureConfiguration": (
        "infrastructureConfiguration",
        "infrastructureConfigurationArn",
        "infrastructure-configuration",
    ),
    "DistributionConfiguration": (
        "distributionConfiguration",
        "distributionConfigurationArn",
        "distribution-configuration",
    ),
    "ImagePipeline": ("imagePipeline", "imagePipelineArn", "image-pipeline"),
    "LifecyclePolicy": ("lifecyclePolicy", "lifecyclePolicyArn", "lifecycle-policy"),
}
# What the service adds to a resource.
ADDED = {
    "Component": {"type": "BUILD", "encrypted": True},
    "ImageRecipe": {"platform": "Linux"},
    "DistributionConfiguration": {"timeoutMinutes": 720},
    "ImagePipeline": {"platform": "Linux"},
}
OPERATION = re.compile(r"^/(Create|Get|Update|Delete)(\w+)$")


def now(kind):
    # Only lifecycle policies are dated by number: the provider reads one with a text as an empty answer.
    if kind == "LifecyclePolicy":
        return int(time.time())
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


class ImageBuilder:
    def __init__(self, app):
        self.app = app
        self.resources = {}

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/moto-api/reset":
            self.resources.clear()
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        if "/imagebuilder/aws4_request" not in authorization:
            return self.app(environ, start_response)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = json.loads(environ["wsgi.input"].read(length) or b"{}") if length else {}
        query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        region = authorization.split("/")[2]
        try:
            status, answer = 200, self.handle(
                environ["REQUEST_METHOD"], unquote(environ["PATH_INFO"]), body, query, region
            )
        except KeyError as missing:
            status = 404
            answer = {"__type": "ResourceNotFoundException", "message": f"{missing} cannot be found"}
        headers = [("Content-Type", "application/json"), ("x-amzn-RequestId", str(uuid.uuid4()))]
        if status == 404:
            headers.append(("x-amzn-ErrorType", answer["__type"]))
        start_response(f"{status} -", headers)
        return [json.dumps(answer).encode()]

    def handle(self, method, path, body, query, region):
        if path.startswith("/tags/"):
            return self.tags(method, self.resources[path[len("/tags/") :]], body, query)
        operation, kind = OPERATION.match(path).groups()
        name, arn_name, segment = KINDS[kind]
        answer = {"requestId": str(uuid.uuid4())}
        if operation == "Create":
            return {**answer, arn_name: self.create(kind, segment, body, region)}
        if operation == "Update":
            arn = body[arn_name]
            self.resources[arn].update({key: value for key, value in body.items() if key != arn_name})
            self.resources[arn]["dateUpdated"] = now(kind)
            return {**answer, arn_name: arn}
        arn = query[arn_name]
        if operation == "Get":
            return {**answer, name: self.resources[arn]}
        del self.resources[arn]
        return {**answer, arn_name: arn}

    def create(self, kind, segment, body, region):
        arn = f"arn:aws:imagebuilder:{region}:{ACCOUNT}:{segment}/{re.sub('[ _]', '-', body['name'].lower())}"
        resource = {key: value for key, value in body.items() if key not in ("clientToken", "semanticVersion")}
        if "semanticVersion" in body:
            arn += f"/{body['semanticVersion']}" + ("/1" if kind == "Component" else "")
            resource.update(version=body["semanticVersion"], owner=ACCOUNT)
        resource.update(ADDED.get(kind, {}), arn=arn, dateCreated=now(kind))
        self.resources[arn] = resource
        return arn

    @staticmethod
    def tags(method, resource, body, query):
        tags = resource.setdefault("tags", {})
        if method == "GET":
            return {"tags": tags}
        if method == "POST":
            tags.update(body["tags"])
        else:
            for key in query.get("tagKeys", "").split(","):
                tags.pop(key, None)
        return {}

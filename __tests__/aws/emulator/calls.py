"""Notes what each role asks AWS for, as IAM sees it: an action on a resource.

Functions and agents in the emulator sign with the name of their role as access key. GET /calls answers what was seen,
as a list of {role, action, resource}. The emulator itself allows everything.
"""

import io
import json
import threading
from urllib.parse import parse_qs, unquote

ACCOUNT = "123456789012"
REGION = "eu-central-1"

# Batches are authorized as their single call; a transaction as what it consists of.
SINGLE = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
IN_TRANSACTION = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


def arn(service, rest, region=REGION, account=ACCOUNT):
    return f"arn:aws:{service}:{region}:{account}:{rest}"


def table(body):
    index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
    return arn("dynamodb", f"table/{body['TableName']}{index}")


def dynamodb(operation, body):
    if operation == "TransactWriteItems":
        for item in body["TransactItems"]:
            for kind, part in item.items():
                yield f"dynamodb:{IN_TRANSACTION[kind]}", table(part)
    elif operation == "BatchGetItem":
        for name in body["RequestItems"]:
            yield "dynamodb:BatchGetItem", table({"TableName": name})
    else:
        yield f"dynamodb:{operation}", table(body)


def sqs(operation, body):
    action = f"sqs:{operation}"
    yield SINGLE.get(action, action), arn("sqs", body["QueueUrl"].rsplit("/", 1)[-1])


def kms(operation, body):
    # Where none is named, the ciphertext names it.
    yield f"kms:{operation}", body.get("KeyId", "any")


def autoscaling(operation, form):
    group = form.get("AutoScalingGroupName")
    if group is None:
        yield f"autoscaling:{operation}", "*"
    else:
        yield f"autoscaling:{operation}", arn("autoscaling", f"autoScalingGroup:id:autoScalingGroupName/{group}")


def sns(operation, form):
    yield f"sns:{operation}", form["TopicArn"]


def functions(method, path, query, headers, body):
    # Called by its name or by its ARN.
    name = path.split("/functions/", 1)[1].split("/")[0].rsplit(":", 1)[-1]
    yield "lambda:InvokeFunction", arn("lambda", f"function:{name}")


def scheduler(method, path, query, headers, body):
    action = {"POST": "CreateSchedule", "PUT": "UpdateSchedule", "DELETE": "DeleteSchedule"}[method]
    asked = json.loads(body) if body else {}
    group = asked.get("GroupName") or query["groupName"][0]
    yield f"scheduler:{action}", arn("scheduler", f"schedule/{group}/{path.rsplit('/', 1)[-1]}")
    if asked:
        yield "iam:PassRole", asked["Target"]["RoleArn"]


def s3(method, path, query, headers, body):
    bucket, _, key = path.lstrip("/").partition("/")
    if not key:
        yield "s3:ListBucket", f"arn:aws:s3:::{bucket}"
        return
    if method == "DELETE":
        action = "AbortMultipartUpload" if "uploadId" in query else "DeleteObject"
    else:
        action = "GetObject" if method in ("GET", "HEAD") else "PutObject"
    yield f"s3:{action}", f"arn:aws:s3:::{bucket}/{key}"
    if "HTTP_X_AMZ_TAGGING" in headers:
        yield "s3:PutObjectTagging", f"arn:aws:s3:::{bucket}/{key}"


def cloudfront(method, path, query, headers, body):
    _, _, distribution = path.partition("/distribution")
    if not distribution:
        yield "cloudfront:ListDistributions", "*"
        return
    action = "CreateInvalidation" if method == "POST" else "GetInvalidation"
    yield f"cloudfront:{action}", arn("cloudfront", f"distribution/{distribution.split('/')[1]}", region="")


BY_TARGET = {"dynamodb": dynamodb, "sqs": sqs, "kms": kms}
BY_FORM = {"autoscaling": autoscaling, "sns": sns}
BY_PATH = {"cloudfront": cloudfront, "lambda": functions, "scheduler": scheduler, "s3": s3}


def read_body(environ):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def calls_of(service, environ):
    target = environ.get("HTTP_X_AMZ_TARGET", "").rsplit(".", 1)[-1]
    path, query = unquote(environ["PATH_INFO"]), parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    if service in BY_TARGET:
        yield from BY_TARGET[service](target, json.loads(read_body(environ)))
    elif service in BY_FORM:
        form = {name: values[0] for name, values in parse_qs(read_body(environ).decode()).items()}
        yield from BY_FORM[service](form["Action"], form)
    elif service in BY_PATH:
        body = read_body(environ) if service == "scheduler" else b""
        yield from BY_PATH[service](environ["REQUEST_METHOD"], path, query, environ, body)
    else:
        # No policy allows it, so the test that compares names it.
        yield f"{service}:{target or environ['REQUEST_METHOD'] + path}", "unknown"


class Calls:
    def __init__(self, app):
        self.app = app
        self.seen = set()
        self.lock = threading.Lock()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/calls":
            with self.lock:
                answer = [dict(zip(("role", "action", "resource"), call)) for call in sorted(self.seen)]
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(answer).encode()]
        # A signed link carries in its query what other requests have in a header.
        signed = environ.get("HTTP_AUTHORIZATION") or unquote(environ.get("QUERY_STRING", "")).split("&X-Amz-Date")[0]
        _, _, scope = signed.partition("Credential=")
        role, *rest = scope.split(",")[0].split("/")
        if role.startswith("role."):
            calls = {(role.removeprefix("role."), *call) for call in calls_of(rest[2], environ)}
            with self.lock:
                self.seen |= calls
        return self.app(environ, start_response)

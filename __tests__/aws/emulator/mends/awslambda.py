import atexit
import io
import json
import os
import shutil
import subprocess
import tempfile
import zipfile

from moto.awslambda import models
from moto.dynamodb.models import table

# Arguments that are dropped: a difference in every plan.
KEPT = ("DeadLetterConfig", "LoggingConfig", "FileSystemConfigs", "KMSKeyArn")

create, read, update = (
    models.LambdaFunction.__init__,
    models.LambdaFunction.get_configuration,
    models.LambdaFunction.update_configuration,
)


def create_keeping(self, account_id, spec, region, version=1):
    self.kept = {name: spec[name] for name in KEPT if spec.get(name)}
    create(self, account_id, spec, region, version)


def read_kept(self, *args, **kwargs):
    configuration = read(self, *args, **kwargs)
    configuration.update(getattr(self, "kept", {}))
    if "LoggingConfig" in configuration:
        configuration["LoggingConfig"].setdefault("LogGroup", f"/aws/lambda/{self.function_name}")
    return configuration


def update_kept(self, changes):
    self.kept.update({name: changes[name] for name in KEPT if name in changes})
    if "TracingConfig" in changes:
        self.tracing_config = changes["TracingConfig"]
    if "EphemeralStorage" in changes:
        self.ephemeral_storage = changes["EphemeralStorage"]["Size"]
    return update(self, changes)


models.LambdaFunction.__init__ = create_keeping
models.LambdaFunction.get_configuration = read_kept
models.LambdaFunction.update_configuration = update_kept

# Records of a stream with an event source are dropped from it: the tests poll by themselves.
table.Table.lambda_event_source_mappings = property(lambda _: {}, lambda _, __: None)

# Invoke needs Docker: the function's real zip runs with the local node instead, in its own environment.
RUNNER = r"""
let text = '';
process.stdin.on('data', (chunk) => { text += chunk; }).on('end', async () => {
  const { writeSync } = require('node:fs');
  const { join } = require('node:path');
  const [file, name] = process.env._HANDLER.split(/\.(?=[^.]*$)/);
  const until = Date.now() + Number(process.env.TIMEOUT_SECONDS) * 1000;
  try {
    const answer = await require(join(process.cwd(), file))[name](JSON.parse(text || '{}'), {
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      awsRequestId: require('node:crypto').randomUUID(),
      getRemainingTimeInMillis: () => until - Date.now(),
    });
    writeSync(3, JSON.stringify(answer ?? null));
    process.exit(0);
  } catch (error) {
    writeSync(3, JSON.stringify({ errorMessage: error.message, errorType: error.name, trace: String(error.stack).split('\n') }));
    process.exit(1);
  }
});
"""

unpacked = {}
root = tempfile.mkdtemp(prefix="warmpath-functions-")
atexit.register(shutil.rmtree, root, ignore_errors=True)


def folder_of(function):
    folder = unpacked.get(function.code_sha_256)
    if folder is None:
        folder = tempfile.mkdtemp(dir=root)
        zipfile.ZipFile(io.BytesIO(function.code_bytes)).extractall(folder)
        unpacked[function.code_sha_256] = folder
    return folder


def environment_of(function):
    return {
        "PATH": os.environ["PATH"],
        "HOME": tempfile.gettempdir(),
        "AWS_REGION": function.region,
        # By which calls.py knows whose calls they are.
        "AWS_ACCESS_KEY_ID": "role." + function.role.rsplit("/", 1)[-1],
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['MOTO_PORT']}",
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "TIMEOUT_SECONDS": str(function.timeout or 3),
        "_HANDLER": function.handler,
        **{name: str(value) for name, value in (function.environment_vars or {}).items()},
    }


def invoke(self, event=None):
    reader, writer = os.pipe()
    process = subprocess.Popen(
        ["bash", "-c", f'exec node -e "$0" 3>&{writer}', RUNNER],
        cwd=folder_of(self),
        env=environment_of(self),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(writer,),
    )
    os.close(writer)
    payload = event if isinstance(event, str) else json.dumps(event or {})
    with os.fdopen(reader, "rb") as answers:
        try:
            logs, _ = process.communicate(payload.encode(), timeout=float(self.timeout or 3) + 5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return json.dumps({"errorMessage": f"Task timed out after {self.timeout} seconds"}), True, ""
        return answers.read().decode(), process.returncode != 0, logs.decode(errors="replace")


models.LambdaFunction._invoke_lambda = invoke

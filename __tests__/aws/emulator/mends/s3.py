import json

from moto.s3 import models

# A Deny whose Condition does not hold (the usual one without TLS) denies everything.
get_permission = models.FakeBucket.get_permission


def permission_without_conditional_denials(self, action, resource):
    if self.policy is None:
        return get_permission(self, action, resource)
    policy = json.loads(self.policy)
    written = policy["Statement"]
    statements = written if isinstance(written, list) else [written]
    kept = [each for each in statements if each.get("Effect") != "Deny" or not each.get("Condition")]
    original, self.policy = self.policy, json.dumps({**policy, "Statement": kept}).encode()
    try:
        return get_permission(self, action, resource)
    finally:
        self.policy = original


models.FakeBucket.get_permission = permission_without_conditional_denials

# Deleting the last version of a key fails with 500 when it is a delete marker: a destroy retries 25 times.
models.FakeDeleteMarker.dispose = lambda self, garbage=False: None

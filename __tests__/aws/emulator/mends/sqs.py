import inspect
import json
import textwrap
import time

from moto.sqs import models

# SetQueueAttributes without Policy wipes the policy: the provider waits three minutes, then fails.
# RedriveAllowPolicy never comes back: aws_sqs_queue_redrive_allow_policy times out.
set_attributes = models.Queue._set_attributes


def set_attributes_keeping_policy(self, attributes, now=None):
    policy = getattr(self, "_policy_json", None)
    set_attributes(self, attributes, now)
    if "Policy" not in attributes and policy is not None and policy.get("Statement"):
        self._policy_json = policy
    if "RedriveAllowPolicy" in attributes:
        self.redrive_allow_policy = attributes["RedriveAllowPolicy"] or None


models.Queue._set_attributes = set_attributes_keeping_policy

# RedrivePolicy comes back with spaces after its separators: a difference in every plan.
read_attributes = models.Queue.attributes.fget


def attributes_as_written(self):
    attributes = read_attributes(self)
    if attributes.get("RedrivePolicy"):
        redrive = json.loads(attributes["RedrivePolicy"])
        attributes["RedrivePolicy"] = json.dumps(redrive, separators=(",", ":"))
    if getattr(self, "redrive_allow_policy", None):
        attributes["RedriveAllowPolicy"] = self.redrive_allow_policy
    return attributes


models.Queue.attributes = property(attributes_as_written)

get_queue_attributes = models.SQSBackend.get_queue_attributes


def get_attributes_with_redrive_allow(self, queue_name, attribute_names):
    queue = self.get_queue(queue_name)
    known = [name for name in attribute_names if name != "RedriveAllowPolicy"]
    attributes = get_queue_attributes(self, queue_name, known) if known else {}
    if "RedriveAllowPolicy" in attribute_names and getattr(queue, "redrive_allow_policy", None):
        attributes["RedriveAllowPolicy"] = queue.redrive_allow_policy
    return attributes


models.SQSBackend.get_queue_attributes = get_attributes_with_redrive_allow

# Every message sent scans the queue several times with a slow clock: 1,000 queued messages make a batch of ten take
# 1.8 s instead of milliseconds.
def now_ms(_=None):
    return time.time() * 1000.0


models.unix_time_millis = now_ms
models.Message.visible = property(lambda message: now_ms() > message.visible_at)
models.Message.delayed = property(lambda message: now_ms() < message.delayed_until)


def visible_messages(self):
    now = now_ms()
    return [message for message in self._messages if now > message.visible_at and now >= message.delayed_until]


models.Queue.messages = property(visible_messages)

SLOW = 'queue.attributes.get("ContentBasedDeduplication") == "true"'
FAST = "(queue.fifo_queue and queue.content_based_deduplication)"
source = textwrap.dedent(inspect.getsource(models.SQSBackend.send_message)).replace(SLOW, FAST)
compiled = {}
exec(compile(source, "send_message", "exec"), models.__dict__, compiled)
models.SQSBackend.send_message = compiled["send_message"]


# DeleteMessage rebuilds the list without the lock: a message that is sent meanwhile can be lost.
def delete_message(self, receipt_handle):
    if receipt_handle in self.deleted_messages:
        return
    with self._messages_lock:
        for index, message in enumerate(self._messages):
            if message.receipt_handle == receipt_handle or receipt_handle in message._old_receipt_handles:
                self.pending_messages.discard(message)
                self.deleted_messages.update(message.all_receipt_handles)
                del self._messages[index]
                return
    raise models.ReceiptHandleIsInvalid()


models.Queue.delete_message = delete_message

# Messages sent to a queue with an event source are deleted or left in flight: the tests poll by themselves.
models.Queue.lambda_event_source_mappings = property(lambda _: {}, lambda _, __: None)

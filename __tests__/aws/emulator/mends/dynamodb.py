import inspect
import textwrap
import threading

from moto.dynamodb import models

from .turns import take_turns

Backend = models.DynamoDBBackend

# Two writers at a time: a transaction that fails puts whole tables back, with them what others wrote meanwhile.
lock = threading.RLock()
take_turns(Backend, ("put_item", "update_item", "delete_item"), lock)

# A transaction copies its tables once per item: 100 items on a table of 1,000 rows take 10 s. The conditions are
# looked at before anything is written instead, so that there is nothing to put back.
source = textwrap.dedent(inspect.getsource(Backend.transact_write_items)).replace("copy.deepcopy(", "(")
compiled = {}
exec(compile(source, "transact_write_items", "exec"), models.__dict__, compiled)
write = compiled["transact_write_items"]


def holds(self, operation, kind):
    if operation.get("ConditionExpression") is None:
        return True
    table = self.get_table(operation["TableName"])
    key = operation.get("Key")
    if kind == "Put":
        names = [name for name in (table.hash_key_attr, table.range_key_attr) if name is not None]
        key = {name: operation["Item"][name] for name in names}
    condition = models.get_filter_expression(
        operation["ConditionExpression"],
        operation.get("ExpressionAttributeNames"),
        operation.get("ExpressionAttributeValues"),
    )
    return condition.expr(self.get_item(operation["TableName"], key))


def transact_write_items(self, transact_items):
    with lock:
        failed = ("ConditionalCheckFailed", "The conditional request failed", None)
        outcomes = [
            (None, None, None) if holds(self, operation, kind) else failed
            for item in transact_items
            for kind, operation in item.items()
        ]
        if failed in outcomes:
            raise models.TransactionCanceledException(outcomes)
        return write(self, transact_items)


Backend.transact_write_items = transact_write_items

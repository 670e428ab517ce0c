from moto.core.responses import ActionResult
from moto.sns import responses

# Messages are always signed with version 2, and the topic does not say so: a difference in every plan.
get_topic_attributes = responses.SNSResponse.get_topic_attributes


def attributes_with_signature_version(self):
    attributes = get_topic_attributes(self).result["Attributes"]
    return ActionResult({"Attributes": {**attributes, "SignatureVersion": "2"}})


responses.SNSResponse.get_topic_attributes = attributes_with_signature_version

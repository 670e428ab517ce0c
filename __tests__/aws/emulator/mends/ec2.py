import threading

from moto.ec2.models import launch_templates, security_groups

from .turns import take_turns

# The template's own tags come back as tags of what is launched from it: a difference in every plan.
create_version = launch_templates.LaunchTemplate.create_version


def create_version_without_own_tags(self, data, description):
    specifications = data.get("TagSpecifications", [])
    launched = [each for each in specifications if each["ResourceType"] != "launch-template"]
    return create_version(self, {**data, "TagSpecifications": launched}, description)


launch_templates.LaunchTemplate.create_version = create_version_without_own_tags

# Rules that are added to one group at the same time: one of them gets lost.
take_turns(
    security_groups.SecurityGroupBackend,
    (
        "authorize_security_group_ingress",
        "authorize_security_group_egress",
        "revoke_security_group_ingress",
        "revoke_security_group_egress",
    ),
    threading.RLock(),
)

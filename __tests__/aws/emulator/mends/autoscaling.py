import datetime
import inspect
import uuid

from moto.autoscaling import models, responses
from moto.core.responses import ActionResult

Response = responses.AutoScalingResponse

# Arguments that are dropped, and hooks whose role and target are made up: a difference in every plan.
NUMBERS = {
    "DefaultInstanceWarmup": "default_instance_warmup",
    "MaxInstanceLifetime": "max_instance_lifetime",
    "DefaultCooldown": "default_cooldown",
}
VALUES = {
    "InstanceMaintenancePolicy": "instance_maintenance_policy",
    "AvailabilityZoneDistribution": "availability_zone_distribution",
    "CapacityReservationSpecification": "capacity_reservation_specification",
    "TerminationPolicies": "termination_policies",
}


def keep_group_arguments(self):
    backend = self.autoscaling_backend
    group = backend.autoscaling_groups.get(self._get_param("AutoScalingGroupName"))
    if group is None:
        return
    for parameter, attribute in NUMBERS.items():
        value = self._get_int_param(parameter)
        if value is not None:
            setattr(group, attribute, value)
    for parameter, attribute in VALUES.items():
        value = self._get_param(parameter)
        if value:
            setattr(group, attribute, value)
    if self._get_param("CapacityRebalance") is not None:
        group.capacity_rebalance = self._get_bool_param("CapacityRebalance", False)
    for written in self._get_param("LifecycleHookSpecificationList", []) or []:
        hook = backend.lifecycle_hooks.get(f"{group.name}_{written['LifecycleHookName']}")
        if hook is None:
            hook = backend.create_lifecycle_hook(
                written["LifecycleHookName"],
                group.name,
                written.get("LifecycleTransition"),
                written.get("HeartbeatTimeout"),
                written.get("DefaultResult"),
            )
        keep_hook_target(hook, written.get)


def keep_hook_target(hook, get):
    hook.role_arn = get("RoleARN")
    hook.notification_target_arn = get("NotificationTargetARN")
    hook.notification_metadata = get("NotificationMetadata")


create_group, update_group = Response.create_auto_scaling_group, Response.update_auto_scaling_group


def create_auto_scaling_group(self):
    result = create_group(self)
    keep_group_arguments(self)
    return result


def update_auto_scaling_group(self):
    result = update_group(self)
    keep_group_arguments(self)
    return result


Response.create_auto_scaling_group = create_auto_scaling_group
Response.update_auto_scaling_group = update_auto_scaling_group

put_hook = Response.put_lifecycle_hook


def put_lifecycle_hook(self):
    result = put_hook(self)
    name = f"{self._get_param('AutoScalingGroupName')}_{self._get_param('LifecycleHookName')}"
    keep_hook_target(self.autoscaling_backend.lifecycle_hooks[name], self._get_param)
    return result


Response.put_lifecycle_hook = put_lifecycle_hook

# An update without a mixed instances policy takes the policy away: no template is known any more.
update = models.FakeAutoScalingGroup.update


def update_with_policy(self, *args, **kwargs):
    kept = self.mixed_instances_policy
    given = inspect.signature(update).bind(self, *args, **kwargs).arguments
    update(self, *args, **kwargs)
    if not any(given.get(name) for name in ("mixed_instances_policy", "launch_template", "launch_config_name")):
        self.mixed_instances_policy = kept


models.FakeAutoScalingGroup.update = update_with_policy

# Policies come back disabled: a difference in every plan.
put_policy = models.AutoScalingBackend.put_scaling_policy


def put_scaling_policy(self, *args, **kwargs):
    policy = put_policy(self, *args, **kwargs)
    policy.enabled = True
    if not policy.predictive_scaling_configuration:
        policy.predictive_scaling_configuration = None
    return policy


models.AutoScalingBackend.put_scaling_policy = put_scaling_policy


# A group that was asked for fewer instances keeps those that are protected, and lets them go once they no longer are.
protect = models.AutoScalingBackend.set_instance_protection


def set_instance_protection(self, group_name, instance_ids, protected_from_scale_in):
    protect(self, group_name, instance_ids, protected_from_scale_in)
    group = self.autoscaling_groups[group_name]
    if len(group.active_instances()) > (group.desired_capacity or 0):
        group.set_desired_capacity(group.desired_capacity)


models.AutoScalingBackend.set_instance_protection = set_instance_protection


# Refreshes are missing: an update of a group with a new template version fails. Its instances are only numbers, so it is
# over at once.
def start_instance_refresh(self):
    group = self.autoscaling_backend.autoscaling_groups[self._get_param("AutoScalingGroupName")]
    now = datetime.datetime.now(datetime.timezone.utc)
    refresh = {
        "InstanceRefreshId": str(uuid.uuid4()),
        "AutoScalingGroupName": group.name,
        "Status": "Successful",
        "StartTime": now,
        "EndTime": now,
        "PercentageComplete": 100,
        "InstancesToUpdate": 0,
        "Preferences": self._get_params().get("Preferences", {}),
    }
    group.instance_refreshes = [refresh, *getattr(group, "instance_refreshes", [])]
    return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})


def describe_instance_refreshes(self):
    group = self.autoscaling_backend.autoscaling_groups[self._get_param("AutoScalingGroupName")]
    return ActionResult({"InstanceRefreshes": getattr(group, "instance_refreshes", [])})


Response.start_instance_refresh = start_instance_refresh
Response.describe_instance_refreshes = describe_instance_refreshes

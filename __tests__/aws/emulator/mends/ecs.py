import datetime
import types

from moto.ecs import models, responses

Response = responses.EC2ContainerServiceResponse

# Arguments of a service that are dropped: it is replaced on every plan.
# An empty networkConfiguration on a service without awsvpc: the provider's process panics.
ARGUMENTS = {
    "capacityProviderStrategy": "capacity_provider_strategy",
    "placementStrategy": "placement_strategy",
    "placementConstraints": "placement_constraints",
    "enableECSManagedTags": "enable_ecs_managed_tags",
    "enableExecuteCommand": "enable_execute_command",
    "deploymentConfiguration": "deployment_configuration",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
    "availabilityZoneRebalancing": "availability_zone_rebalancing",
    "networkConfiguration": "network_configuration",
}


def keep_arguments(self, service, is_new):
    for parameter, attribute in ARGUMENTS.items():
        value = self._get_param(parameter)
        if value is not None:
            setattr(service, attribute, value)
    if is_new:
        if self._get_param("capacityProviderStrategy") and not self._get_param("launchType"):
            service.launch_type = None
        if not self._get_param("deploymentController"):
            service.deployment_controller = None
    # Its name in answers does not follow the usual spelling.
    service.enableECSManagedTags = getattr(service, "enable_ecs_managed_tags", False)
    if not service.network_configuration:
        service.network_configuration = None
    for deployment in service.deployments:
        deployment["networkConfiguration"] = deployment.get("networkConfiguration") or None


create, update = Response.create_service, Response.update_service


def create_service(self):
    result = create(self)
    keep_arguments(self, result.result["service"], True)
    return result


def update_service(self):
    result = update(self)
    keep_arguments(self, result.result["service"], False)
    return result


Response.create_service = create_service
Response.update_service = update_service

# Tasks carry no times: nobody can tell how long they took to start. Here they run as soon as they are placed.
init_task = models.Task.__init__


def init_task_with_times(self, *args, **kwargs):
    init_task(self, *args, **kwargs)
    self.created_at = self.started_at = datetime.datetime.now(datetime.timezone.utc)


models.Task.__init__ = init_task_with_times

# A container without a memory limit of its own, because the task has one: running the task fails.
requirements = models.EC2ContainerServiceBackend._calculate_task_resource_requirements


def requirements_of_task(task_definition):
    limit = {"memory": int(task_definition.memory or 0)}
    containers = [{**limit, **container} for container in task_definition.container_definitions]
    return requirements(types.SimpleNamespace(container_definitions=containers))


models.EC2ContainerServiceBackend._calculate_task_resource_requirements = staticmethod(requirements_of_task)

# Attributes that an instance registers with are dropped.
register = Response.register_container_instance


def register_container_instance(self):
    result = register(self)
    for attribute in self._get_param("attributes", []):
        result.result["containerInstance"].attributes[attribute["name"]] = attribute.get("value", "")
    return result


Response.register_container_instance = register_container_instance

# How a capacity provider drains is kept when it is created, and dropped when it is changed: no plan after that is empty.
update_provider = models.CapacityProvider.update


def update_provider_with_draining(self, asg_details):
    update_provider(self, asg_details)
    if "managedDraining" in asg_details:
        self.auto_scaling_group_provider["managedDraining"] = asg_details["managedDraining"]


models.CapacityProvider.update = update_provider_with_draining

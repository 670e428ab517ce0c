"""Mends moto 5.2 where the Terraform provider 5.100 or AWS SDK v3 stumble over it.

One module per service; each mend names the symptom without it. Importing the package applies those that replace
methods; `wrap` adds those that sit in front of the application.
"""

from . import apigateway, autoscaling, awslambda, dynamodb, ecs, s3, sqs, ssm  # noqa: F401
from .imagebuilder import ImageBuilder
from .unimplemented import Unimplemented


def wrap(app):
    return ImageBuilder(Unimplemented(app))

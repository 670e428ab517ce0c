"""Mends moto 5.2 where the Terraform provider 5.100 or AWS SDK v3 stumble over it.

One module per service, and `turns` for several; each mend names the symptom without it. Importing the package applies
those that replace methods; `wrap` adds those that sit in front of the application.
"""

from . import (  # noqa: F401
    apigateway,
    autoscaling,
    awslambda,
    cloudfront,
    dynamodb,
    ec2,
    ecs,
    s3,
    sns,
    sqs,
    ssm,
)
from .imagebuilder import ImageBuilder
from .unimplemented import Unimplemented


def wrap(app):
    return ImageBuilder(Unimplemented(app))

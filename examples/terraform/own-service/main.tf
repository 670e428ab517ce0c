provider "aws" {
  region = "eu-central-1"
}

module "shell" {
  source                 = "../../../modules/ai-shell-ecs"
  name                   = "shell"
  ecr_repository_url     = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell"
  container_image_digest = "sha256:1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f"
  image_id               = "ami-0a1b2c3d4e5f60718"
  look_up_ami            = false
  vpc_id                 = "vpc-0a1b2c3d4e5f60718"
  subnet_ids             = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5061728"]
}

# The same pinned image, with a file system, a secret and a command of its own: it starts as warm as the module's own shell.
resource "aws_ecs_task_definition" "worker" {
  family                   = "worker"
  requires_compatibilities = ["EC2"]
  cpu                      = 512
  memory                   = 1024
  execution_role_arn       = module.shell.task_exec_iam_role_arn
  task_role_arn            = module.shell.tasks_iam_role_arn
  container_definitions = jsonencode([{
    name        = "worker"
    image       = module.shell.image_reference
    essential   = true
    command     = ["worker", "--queue", "jobs"]
    secrets     = [{ name = "TOKEN", valueFrom = "arn:aws:ssm:eu-central-1:111111111111:parameter/worker/token" }]
    mountPoints = [{ sourceVolume = "home", containerPath = "/home" }]
  }])
  volume {
    name = "home"
    efs_volume_configuration {
      file_system_id     = "fs-0a1b2c3d4e5f60718"
      transit_encryption = "ENABLED"
      authorization_config { iam = "ENABLED" }
    }
  }
}

resource "aws_ecs_service" "worker" {
  name            = "worker"
  cluster         = module.shell.cluster_arn
  task_definition = aws_ecs_task_definition.worker.arn
  desired_count   = 2
  capacity_provider_strategy {
    # keys() waits until the capacity provider exists.
    capacity_provider = one(keys(module.shell.capacity_providers))
    weight            = 1
  }
}

# What the task needs beside what the module's roles may.
resource "aws_iam_role_policy" "token" {
  name = "worker-token"
  role = element(split("/", module.shell.task_exec_iam_role_arn), -1)
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "ssm:GetParameters"
      Resource = "arn:aws:ssm:eu-central-1:111111111111:parameter/worker/token"
    }]
  })
}

resource "aws_iam_role_policy" "home" {
  name = "worker-home"
  role = element(split("/", module.shell.tasks_iam_role_arn), -1)
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
      Resource = "arn:aws:elasticfilesystem:eu-central-1:111111111111:file-system/fs-0a1b2c3d4e5f60718"
    }]
  })
}

# Instances reach nothing but HTTPS until a rule lets them.
resource "aws_vpc_security_group_egress_rule" "home" {
  security_group_id            = one(module.shell.security_group_ids)
  description                  = "nfs"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  referenced_security_group_id = "sg-0a1b2c3d4e5f60718"
}

provider "aws" {
  region = "eu-central-1"
}

variable "image_digest" {
  description = "What was pushed: sha256: and 64 hexadecimal digits"
  type        = string
}

locals {
  tags = { Team = "shells", Environment = "prod" }
}

module "network" {
  source             = "../../../modules/public-vpc"
  name               = "warmpath-prod"
  availability_zones = ["eu-central-1a", "eu-central-1b"]
  tags               = local.tags
}

module "shell" {
  source                 = "../../../modules/ai-shell-ecs"
  name                   = "shell"
  ecr_repository_url     = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell"
  container_image_digest = var.image_digest
  image_id               = "ami-0a1b2c3d4e5f60718"
  look_up_ami            = false
  vpc_id                 = module.network.vpc_id
  subnet_ids             = module.network.subnet_ids
  min_size               = 1
  max_size               = 20
  warm_pool_min_size     = 4
  target_capacity        = 80
  alarm_topic_arns       = [module.prewarm.topic_arn]
  tags                   = local.tags
}

module "prewarm" {
  source           = "../../../modules/prewarm"
  deployment       = "prod"
  vpc_id           = module.network.vpc_id
  subnet_ids       = module.network.subnet_ids
  distribution_ids = ["EDFDVBD6EXAMPLE"]
  retain_data      = true
  tags             = local.tags

  subscribers = {
    team = { protocol = "email", endpoint = "team@example.com" }
  }
}

output "run_a_shell" {
  value = "aws ecs run-task --cluster ${module.shell.cluster_name} --task-definition ${module.shell.task_definition_family}"
}

output "prewarm_endpoint" {
  value = module.prewarm.endpoint
}

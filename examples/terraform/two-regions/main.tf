provider "aws" {
  region = "eu-central-1"
}

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

locals {
  shell = {
    name                   = "shell"
    container_image_digest = "sha256:1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f"
  }
}

module "frankfurt" {
  source                 = "../../../modules/ai-shell-ecs"
  name                   = local.shell.name
  ecr_repository_url     = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell"
  container_image_digest = local.shell.container_image_digest
  image_id               = "ami-0a1b2c3d4e5f60718"
  look_up_ami            = false
  vpc_id                 = "vpc-0a1b2c3d4e5f60718"
  subnet_ids             = ["subnet-0a1b2c3d4e5f60718"]
}

module "ireland" {
  source                 = "../../../modules/ai-shell-ecs"
  providers              = { aws = aws.ireland }
  name                   = local.shell.name
  ecr_repository_url     = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/ai-shell"
  container_image_digest = local.shell.container_image_digest
  image_id               = "ami-0b1c2d3e4f5061728"
  look_up_ami            = false
  vpc_id                 = "vpc-0b1c2d3e4f5061728"
  subnet_ids             = ["subnet-0c1d2e3f405162738"]
}

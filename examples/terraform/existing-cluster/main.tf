provider "aws" {
  region = "eu-central-1"
}

resource "aws_ecs_cluster" "platform" {
  name = "platform"
}

# One list per cluster, written whole by whoever owns the cluster.
resource "aws_ecs_cluster_capacity_providers" "platform" {
  cluster_name       = aws_ecs_cluster.platform.name
  capacity_providers = concat(["FARGATE"], keys(module.shell.capacity_providers))
}

module "shell" {
  source                 = "../../../modules/ai-shell-ecs-existing-cluster"
  name                   = "shell"
  existing_cluster_name  = aws_ecs_cluster.platform.name
  ecr_repository_url     = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell"
  container_image_digest = "sha256:1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f"
  image_id               = "ami-0a1b2c3d4e5f60718"
  look_up_ami            = false
  vpc_id                 = "vpc-0a1b2c3d4e5f60718"
  subnet_ids             = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5061728"]
}

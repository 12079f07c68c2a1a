package open_ports

deny[reason] {
  change := input.tfplan.resource_changes[_]
  change.type == "aws_security_group"
  rule := change.change.after.ingress[_]
  rule.cidr_blocks[_] == "0.0.0.0/0"
  rule.from_port <= 22
  rule.to_port >= 22
  reason := sprintf("%s opens SSH to everybody", [change.address])
}

package sizes

# Machines of these types need a reason.
large := {"m5.4xlarge", "m5.8xlarge", "c5.9xlarge"}

deny[reason] {
  change := input.tfplan.resource_changes[_]
  change.type == "aws_instance"
  large[change.change.after.instance_type]
  reason := sprintf("%s is a %s, which is too large", [change.address, change.change.after.instance_type])
}

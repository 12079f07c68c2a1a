package tags

required := {"owner", "env"}

deny[reason] {
  change := input.tfplan.resource_changes[_]
  change.change.actions[_] == "create"
  given := {key | change.change.after.tags[key]}
  missing := required - given
  count(missing) > 0
  startswith(change.type, "aws_instance")
  reason := sprintf("%s lacks the tags %v", [change.address, concat(", ", missing)])
}

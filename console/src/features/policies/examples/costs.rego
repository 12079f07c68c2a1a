package costs

deny[reason] {
  cost := to_number(input.cost.planned_cost)
  cost > 300
  reason := sprintf("%v USD a month is more than 300", [cost])
}

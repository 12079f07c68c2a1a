/** Policies to start from, and plans to try them on. */
import costs from './examples/costs.rego?raw'
import largeMachine from './examples/large-machine.json?raw'
import openPort from './examples/open-port.json?raw'
import openPorts from './examples/open-ports.rego?raw'
import resize from './examples/resize.json?raw'
import sizes from './examples/sizes.rego?raw'
import tags from './examples/tags.rego?raw'

export const examplePolicies = { sizes, costs, openPorts, tags } as const
export const examplePlans = { largeMachine, openPort, resize } as const

export type ExamplePolicy = keyof typeof examplePolicies
export type ExamplePlan = keyof typeof examplePlans

export const examplePolicyNames = Object.keys(examplePolicies) as ExamplePolicy[]
export const examplePlanNames = Object.keys(examplePlans) as ExamplePlan[]

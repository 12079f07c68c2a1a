// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of Terraform, not of TypeScript
import { expect, test } from 'vitest'
import { openBudget } from './budget.ts'
import { sketchModule } from './module.ts'

const sketch = (text: string, signal?: AbortSignal) => {
  const files = new Map([['main.tf', text]])
  return sketchModule('web', (path) => (path === 'web' ? files : new Map()), openBudget(signal))
}

/** What it says, and how long others had to wait at worst. */
async function told(text: string): Promise<{ message: string; stall: number; took: number }> {
  await sketch('')
  const started = performance.now()
  let [stall, last] = [0, started]
  const timer = setInterval(() => {
    stall = Math.max(stall, performance.now() - last)
    last = performance.now()
  }, 5)
  const message = await sketch(text).then(
    ({ resources }) => `${resources.length} resources`,
    (error) => `${error.name}: ${error.message}`,
  )
  const took = performance.now() - started
  await new Promise((resolve) => setTimeout(resolve, 10))
  clearInterval(timer)
  return { message, stall, took }
}

const machine = (count: number, lines: readonly string[]) => `resource "aws_instance" "a" {\n  count = ${count}\n${lines.join('\n')}\n}\n`
const lines = (count: number, value: string) => Array.from({ length: count }, (_, index) => `  a${index} = ${value}`)
const long = `variable "v" {\n  default = "${'ab'.repeat(49_000)}"\n}\n`
const calls = (call: string) => [`  a = [${Array.from({ length: 300 }, () => call).join(', ')}]`]
const names = `locals {\n  m = {${Array.from({ length: 3000 }, (_, index) => `k${index} = ${index}`).join(', ')}}\n}\n`

test.each([
  ['more machines than a form makes', machine(20_000, lines(50, '"${var.v}-${count.index}"')), /count of more than 2000/],
  ['machines in several lists', machine(1500, []) + machine(1500, []).replace('"a"', '"b"'), /more than 2000 resources/],
  ['more attributes than they can have', machine(2000, lines(300, '"x"')), /more than 400000 attributes/],
  ['long texts made again and again', long + machine(200, calls('upper(lower(var.v))')), /MB of text|too complex/],
  ['long texts joined', long + machine(2000, lines(10, '"${var.v}x"')), /MB of text|too complex/],
  ['long texts compared', long + machine(2000, calls('var.v == "${var.v}"')), /MB of text|too complex/],
  ['long lists copied', names + machine(2000, calls('length(keys(merge(local.m, local.m)))')), /too complex/],
  ['many templates', machine(2000, lines(100, `"\${upper("${'x'.repeat(5000)}")}"`)), /MB of text|too complex/],
])('%s end soon, with a reason, and keep nobody waiting', async (_, text, reason) => {
  const { message, stall, took } = await told(text)
  expect(message).toMatch(/^FormatError: /)
  expect(message).toMatch(reason)
  expect(stall).toBeLessThan(300)
  expect(took).toBeLessThan(5000)
})

test('as many machines as a form makes are counted, and keep nobody waiting', async () => {
  const { message, stall } = await told(machine(2000, lines(30, '"${count.index}-x"')))
  expect(message).toBe('2000 resources')
  expect(stall).toBeLessThan(300)
})

test('who no longer waits ends the work', async () => {
  const gone = new AbortController()
  const working = sketch(machine(2000, lines(30, '"${count.index}-x"')), gone.signal)
  setTimeout(() => gone.abort(new Error('gone')), 1)
  await expect(working).rejects.toThrow('gone')
})

import { expect, test } from 'vitest'
import { contextOf } from '../../../../test/support/resource-context.ts'
import type { PipelineEvent } from '../ports.ts'
import { eventsResource } from './events.ts'

async function sent(tags: Record<string, string>): Promise<PipelineEvent | undefined> {
  let event: PipelineEvent | undefined
  const ports = {
    async sendEvent(_organizationId: number, sending: PipelineEvent) {
      event = sending
      return 1
    },
  }
  const params = { title: 'T', message: 'M', vars: { BIG: 'x'.repeat(30_000) }, tags }
  await eventsResource({ ports, now: Date.now }).out(contextOf(), '/nowhere', { source: {}, params })
  return event
}

test('an event has only so many tags, each of a length that a list of events can show', async () => {
  expect((await sent({ big: '$BIG$BIG$BIG' }))?.tags['big']).toHaveLength(4096)
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`t${at}`, '$BIG']))
  await expect(sent(many)).rejects.toThrow('params.tags: there are 101 of them, and an event has at most 100')
})

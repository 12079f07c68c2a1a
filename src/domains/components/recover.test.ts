import { describe, expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { webStack } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop, type Workshop } from '../../../test/support/workshop.ts'
import { recoverChange, recoverOverdue } from './recover.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const open = () => openWorkshop(server, repositories, webStack())

/** The next commit stops before or after its push, as if the process had died; `wake` lets it go on when everybody has looked. */
function stopNextCommit(when: 'before' | 'after'): { stopped: Promise<void>; wake: () => void } {
  const { git } = server.platform
  const { commit } = git
  let wake = () => {}
  const stopped = new Promise<void>((resolve) => {
    git.commit = async (...call) => {
      git.commit = commit
      const asleep = new Promise<void>((go) => {
        wake = go
      })
      const done = when === 'after' ? await commit(...call) : undefined
      resolve()
      await asleep
      return done ?? commit(...call)
    }
  })
  return { stopped, wake: () => wake() }
}

const create = ({ ada, at, org }: Workshop) =>
  ada.createComponent({
    path: at,
    body: {
      name: 'Front',
      canonical: 'front',
      service_catalog_ref: `${org}:web`,
      use_case: 'default',
      vars: { Server: { Pipeline: { region: 'eu-west-1' } } },
    },
  })
const front = ({ at }: Workshop) => ({ ...at, component_canonical: 'front' })

/** The job as the queue has it: its time has not come, so it is run by hand. */
async function recover({ org }: Workshop): Promise<void> {
  const [job] = await server.database.query<{ organization_id: string; component_id: string; change: string }>(
    'select x.* from component_changes x join organizations o on o.id = x.organization_id where o.canonical = $1',
    [org],
  )
  if (!job) throw new Error('no change is under way')
  await recoverChange(server.platform, {
    organizationId: Number(job.organization_id),
    componentId: Number(job.component_id),
    change: job.change,
  })
}

describe('when the process dies while it creates a component', () => {
  test('and the commit is there, a job finishes it, with its event', async () => {
    const workshop = await open()
    const { stopped, wake } = stopNextCommit('after')
    const answer = create(workshop)
    await stopped
    expect(await workshop.ada.getComponent({ path: front(workshop) })).toHaveStatus(404)
    await recover(workshop)
    expect(await workshop.ada.getComponent({ path: front(workshop) })).toHaveStatus(200)
    const values = await workshop.ada.getComponentConfig({ path: front(workshop) })
    expect(values.body.data).toMatchObject({ Server: { Pipeline: { region: 'eu-west-1' }, Size: { 'module.web.count': 1 } } })
    const pipeline = { ...front(workshop), inpath_pipeline_name: 'shop-prod-front' }
    expect((await workshop.ada.syncedPipeline({ path: pipeline })).body.data).toEqual({ synced: 'synced' })
    const events = await server.database.query<{ message: string }>(
      "select message from events x join organizations o on o.id = x.organization_id where o.canonical = $1 and operation = 'component:create'",
      [workshop.org],
    )
    expect(events).toEqual([{ message: 'ada created the component front; the platform finished it after an interruption' }])
    wake()
    expect(await answer).toBeError('RetryOperation', 'read the component again')
    expect(repositories.log(workshop.config, 'config')).toHaveLength(1)
  })

  test('and the commit is not there, a job undoes it, and the name is free again', async () => {
    const workshop = await open()
    const { stopped, wake } = stopNextCommit('before')
    const answer = create(workshop)
    await stopped
    expect(await create(workshop)).toHaveStatus(409)
    await recover(workshop)
    expect(await create(workshop)).toHaveStatus(200)
    wake()
    expect((await answer).status).toBeGreaterThanOrEqual(400)
    expect(await workshop.ada.getComponent({ path: front(workshop) })).toHaveStatus(200)
  })
})

test('a change that was never pushed leaves the component as it was', async () => {
  const workshop = await open()
  await must(create(workshop))
  const { stopped, wake } = stopNextCommit('before')
  const answer = workshop.ada.updateComponent({ path: front(workshop), body: { name: 'Other', use_case: 'default' } })
  await stopped
  await recover(workshop)
  expect((await workshop.ada.getComponent({ path: front(workshop) })).body.data?.name).toBe('Front')
  wake()
  expect(await answer).toBeError('RetryOperation')
})

test('a deletion that was pushed is finished', async () => {
  const workshop = await open()
  await must(create(workshop))
  const { stopped, wake } = stopNextCommit('after')
  const answer = workshop.ada.deleteComponent({ path: front(workshop) })
  await stopped
  await recover(workshop)
  expect(await workshop.ada.getComponent({ path: front(workshop) })).toHaveStatus(404)
  wake()
  await answer
})

test('a change that nobody looked after is looked after again', async () => {
  const workshop = await open()
  await must(create(workshop))
  const { stopped, wake } = stopNextCommit('before')
  const answer = workshop.ada.updateComponent({ path: front(workshop), body: { name: 'Other', use_case: 'default' } })
  await stopped
  const waiting = () =>
    server.database.query("select j.id from graphile_worker.jobs j where j.task_identifier = 'components.recover' and run_at <= now()")
  const before = (await waiting()).length
  await server.database.query(`update component_changes set finish_by = now() - interval '1 day'`)
  await recoverOverdue(server.platform)
  expect((await waiting()).length).toBe(before + 1)
  wake()
  await answer
})

test('while a component is being changed nobody else changes it', async () => {
  const workshop = await open()
  await must(create(workshop))
  const { stopped, wake } = stopNextCommit('before')
  const first = workshop.ada.updateComponent({ path: front(workshop), body: { name: 'One', use_case: 'default' } })
  await stopped
  const second = await workshop.ada.updateComponent({ path: front(workshop), body: { name: 'Two', use_case: 'default' } })
  expect(second).toBeError('Conflict', 'being changed by somebody else')
  wake()
  expect(await first).toHaveStatus(200)
})

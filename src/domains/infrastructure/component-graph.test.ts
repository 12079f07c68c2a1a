import { describe, expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { openStateWorld, stateOf } from '../../../test/support/state-world.ts'
import { aws, group, machine } from '../../../test/support/states.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

describe('the infrastructure of a component', () => {
  test('is drawn from the newest state that Terraform stored', async () => {
    const { backend, ada, path } = await openStateWorld(server, repositories)
    const before = await ada.getComponentInfrastructure({ path })
    expect(before).toBeError('NotFoundEntity', 'Terraform has stored no state of the component front here yet')
    await backend.push(stateOf(1, [aws('aws_s3_bucket', 'old', { id: 'old' })]))
    await backend.push(
      stateOf(2, [
        machine('web', 'sg-0000000a'),
        group('open', 'sg-0000000a', { cidr_blocks: ['0.0.0.0/0'] }),
        aws('aws_db_instance', 'main', { id: 'db', engine: 'postgres', password: 'hunter2' }, ['aws_instance.web']),
        aws('random_id', 'suffix', { id: 'abc' }),
      ]),
    )
    const { body } = await must(ada.getComponentInfrastructure({ path }))
    expect(body.data.graph.edges.map(({ source, target }) => [source, target])).toEqual([
      ['aws_db_instance.main', 'aws_instance.web'],
      ['internet', 'aws_instance.web'],
    ])
    expect(
      body.data.graph.nodes.map(({ canonical, name, resource }) => [canonical, name, resource.category, resource.short_description]),
    ).toEqual([
      ['internet', 'Internet', 'Network', 'Internet'],
      ['aws_db_instance.main', 'main', 'Database', 'Relational database'],
      ['aws_instance.web', 'web', 'Compute', 'Virtual machine'],
    ])
    expect(body.data.config).toMatchObject({ 'aws_db_instance.main': { attributes: { engine: 'postgres' } } })
    expect(JSON.stringify(body)).not.toContain('hunter2')
    for (const { resource } of body.data.graph.nodes) {
      const icon = await fetch(`${server.url}${new URL(resource.image ?? '').pathname}`)
      expect(icon.status).toBe(200)
      expect(icon.headers.get('content-type')).toContain('image/svg+xml')
      expect(icon.headers.get('x-content-type-options')).toBe('nosniff')
      expect(icon.headers.get('cache-control')).toContain('max-age')
    }
  })

  test('is empty when the state is, and not there without the component', async () => {
    const { backend, ada, path } = await openStateWorld(server, repositories)
    await backend.push(stateOf(1))
    expect((await must(ada.getComponentInfrastructure({ path }))).body.data).toEqual({ config: {}, graph: { nodes: [], edges: [] } })
    expect(await ada.getComponentInfrastructure({ path: { ...path, component_canonical: 'nothing' } })).toBeError(
      'NotFoundEntity',
      'nothing',
    )
  })

  test('is not drawn of states that would hold everything else up', async () => {
    const { backend, ada, path } = await openStateWorld(server, repositories)
    const instances = Array.from({ length: 3001 }, (_, index_key) => ({ index_key, attributes: {} }))
    await backend.push(stateOf(1, [{ ...aws('aws_instance', 'many', {}), instances }]))
    expect(await ada.getComponentInfrastructure({ path })).toBeError('Invalid', '3001 resources')
    await backend.push(stateOf(2, [], { outputs: { a: { value: 'x'.repeat(2_500_000), type: 'string' } } }))
    expect(await ada.getComponentInfrastructure({ path })).toBeError('Invalid', 'has 3 MB')
  })

  test('icons that are not ours are not served', async () => {
    for (const name of ['aws.svg', '../icons/none.svg', '..%2f..%2fpages.ts', '.svg', ''])
      expect((await fetch(`${server.url}/static/icons/${name}`)).status).toBe(404)
  })
})

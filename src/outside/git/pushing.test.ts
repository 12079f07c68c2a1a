import { execFile } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { GitServer } from '../../../test/support/git-server.ts'
import { changes, commitOptions, failing, type GitWorld, openGitWorld, useGitWorld } from '../../../test/support/git-world.ts'

const at = useGitWorld()
const { repository, write } = at

describe('many writers', () => {
  test.each(['local', 'http'] as const)(
    'of two processes, 12 commits each on one branch: all are there, one after the other (%s)',
    async (how) => {
      const { name, remote } = await repository({ 'README.md': 'Hello', counter: '0' }, how)
      await using other = await openGitWorld({ localPaths: [at.server.folder] })
      const writeFrom = ({ git }: GitWorld, who: string) =>
        Promise.all(
          Array.from({ length: 12 }, (_, index) =>
            git.commit(remote, 'main', commitOptions(`${who}-${index}`, { deadline: performance.now() + 60_000 }), async (tip) => {
              const counter = Number((await tip?.read(['counter']))?.get('counter')?.toString())
              return changes({ [`${who}/${index}`]: who, counter: String(counter + 1) })
            }),
          ),
        )
      const committed = await Promise.all([writeFrom(at.world, 'a'), writeFrom(other, 'b')])
      const files = await at.server.files(name, 'main')
      expect(Object.keys(files)).toHaveLength(26)
      expect(files['counter']).toBe('24')
      const log = await at.server.log(name, 'main')
      expect(log).toHaveLength(25)
      expect(log.every(({ parents }) => parents.length <= 1)).toBe(true)
      expect(new Set(committed.flat().map(({ commit }) => commit))).toEqual(new Set(log.slice(0, 24).map(({ commit }) => commit)))
    },
    120_000,
  )

  test('who cannot have a turn in time is told so, and writes nothing', async () => {
    const { name, remote } = await repository()
    let begin = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const slow = at.world.git.commit(remote, 'main', commitOptions('slow'), async () => {
      begin()
      await new Promise((resolve) => setTimeout(resolve, 600))
      return changes({ slow: '1' })
    })
    await begun
    const late = at.world.git.commit(remote, 'main', commitOptions('late', { deadline: performance.now() + 200 }), async () =>
      changes({ late: '1' }),
    )
    expect((await failing(late)).kind).toBe('contended')
    await slow
    expect(Object.keys(await at.server.files(name, 'main'))).toEqual(['README.md', 'slow'])
  })
})

describe('a push that goes wrong', () => {
  const during = async <T>(trouble: GitServer['trouble'], work: () => Promise<T>): Promise<T> => {
    Object.assign(at.server.trouble, trouble)
    return work().finally(() => Object.assign(at.server.trouble, { breakPush: undefined, hangPush: undefined, pushes: undefined }))
  }

  test('arrived, though the connection broke before the answer: once on the branch, and a success', async () => {
    const { name, remote } = await repository({ a: '1' }, 'http')
    const { commit } = await during({ breakPush: 'after', pushes: 1 }, () => write(remote, 'c', changes({ a: '2' })))
    expect((await at.server.log(name, 'main')).map((one) => one.commit)).toEqual([commit, expect.any(String)])
  })

  test('arrived, and somebody else pushed on top of it before we looked', async () => {
    const { name, remote } = await repository({ a: '1' }, 'http')
    await at.server.hook(
      name,
      'post-update',
      'git update-ref refs/heads/main $(git -c user.name=x -c user.email=x commit-tree -p main -m top main^{tree})',
    )
    const { commit } = await during({ breakPush: 'after', pushes: 1 }, () => write(remote, 'c', changes({ a: '2' })))
    expect((await at.server.log(name, 'main')).map((one) => one.commit)).toEqual([expect.any(String), commit, expect.any(String)])
  })

  test('did not arrive, since the connection broke before: it is sent again', async () => {
    const { name, remote } = await repository({ a: '1' }, 'http')
    await during({ breakPush: 'before', pushes: 2 }, () => write(remote, 'c', changes({ a: '2' })))
    expect(await at.server.log(name, 'main')).toHaveLength(2)
  })

  test('hangs until it is killed, and arrived', async () => {
    const { name, remote } = await repository({ a: '1' }, 'http')
    const options = commitOptions('c', { deadline: performance.now() + 1500 })
    const { commit } = await during({ hangPush: 'after' }, () =>
      at.world.git.commit(remote, 'main', options, async () => changes({ a: '2' })),
    )
    expect((await at.server.log(name, 'main'))[0]?.commit).toBe(commit)
  })

  test('never gets an answer: it is unclear, and findChange answers later', async () => {
    const { name, remote } = await repository({ a: '1' }, 'http')
    const options = commitOptions('c', { deadline: performance.now() + 1500 })
    const error = await during({ hangPush: 'before' }, () =>
      failing(at.world.git.commit(remote, 'main', options, async () => changes({ a: '2' }))),
    )
    expect(error.kind).toBe('unclear')
    expect(await at.world.git.findChange(remote, 'main', 'c', 20)).toBeUndefined()
    expect(await at.server.log(name, 'main')).toHaveLength(1)
  })

  test('is killed on a local repository: nobody can finish it, so it surely did not arrive', async () => {
    const { name, remote } = await repository()
    await at.server.hook(name, 'pre-receive', 'sleep 30')
    const options = commitOptions('c', { deadline: performance.now() + 1000 })
    const error = await failing(at.world.git.commit(remote, 'main', options, async () => changes({ a: '2' })))
    expect(error.kind).toBe('timeout')
    expect(await at.server.log(name, 'main')).toHaveLength(1)
  })

  test.each(['local', 'http'] as const)('is refused by the server: its words are passed on (%s)', async (how) => {
    const { name, remote } = await repository({ a: '1' }, how)
    await at.server.hook(name, 'pre-receive', 'printf "Only on \\033[31mTuesdays\\033[0m\\nsorry\\n" >&2; exit 1')
    const error = await failing(write(remote, 'c', changes({ a: '2' })))
    expect(error.kind).toBe('failed')
    expect(error.message).toMatch(/does not accept the commit - it says: Only on Tuesdays sorry$/)
    expect(await at.server.log(name, 'main')).toHaveLength(1)
  })

  test('ends when the platform stops', async () => {
    const { remote } = await repository({ a: '1' }, 'http')
    const stopping = await openGitWorld({})
    const error = await during({ hangPush: 'before' }, async () => {
      const committing = failing(stopping.git.commit(remote, 'main', commitOptions('c'), async () => changes({ a: '2' })))
      await new Promise((resolve) => setTimeout(resolve, 500))
      await stopping[Symbol.asyncDispose]()
      return committing
    })
    expect(error.kind).toBe('unclear')
    const running = await new Promise<string>((resolve) => execFile('ps', ['-eo', 'args'], (_, text) => resolve(text)))
    expect(running).not.toContain(stopping.cacheFolder)
  })
})

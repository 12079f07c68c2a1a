/** What is pushed from working copies, hostile ones too: to real repositories, by path and over http. */
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { git, useCopies } from '../../../test/support/copies.ts'
import { failing, useGitWorld } from '../../../test/support/git-world.ts'
import type { PublishRequest } from './types.ts'

const at = useGitWorld()
const { home, newFolder } = useCopies()

/** A working copy with one commit of a task in it. */
async function worked(files: Record<string, string> = { task: 'made' }, how: 'local' | 'http' = 'local') {
  const { name, remote } = await at.repository({ a: '0' }, how)
  const folder = await newFolder()
  const commit = (await at.server.git(name, 'rev-parse', 'main')).trim()
  await at.world.git.checkOut(remote, 'main', folder, { commit })
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
  git(folder, 'add', '.')
  git(folder, 'commit', '-q', '-m', 'Of a task')
  const publish = (more: Partial<PublishRequest> = {}) => at.world.git.publish(remote, 'main', folder, { otherwise: 'refuse', ...more })
  return { name, remote, folder, first: commit, head: git(folder, 'rev-parse', 'HEAD'), publish }
}
const messages = async (name: string) => (await at.server.log(name, 'main')).map(({ message }) => message.trim())

describe.each(['local', 'http'] as const)('what a working copy publishes, %s', (how) => {
  test('is on the branch then', async () => {
    const { name, head, publish } = await worked({ task: 'made' }, how)
    const { facts, original } = await publish()
    expect([facts.commit, facts.message, original]).toEqual([head, 'Of a task', head])
    expect(await at.server.files(name, 'main')).toEqual({ a: '0', task: 'made' })
  })

  test('is refused when the branch went elsewhere', async () => {
    const { name, publish } = await worked({ task: 'made' }, how)
    await at.server.commitFiles(name, 'main', { b: '1' }, 'Theirs')
    const error = await failing(publish())
    expect([error.kind, error.message]).toEqual(['contended', expect.stringContaining('rebase: true')])
    expect(await messages(name)).toEqual(['Theirs', 'First'])
  })

  test('is put on top of theirs', async () => {
    const { name, head, publish } = await worked({ task: 'made' }, how)
    await at.server.commitFiles(name, 'main', { b: '1' }, 'Theirs')
    const { facts, original } = await publish({ otherwise: 'rebase' })
    expect(original).toBe(head)
    expect(await messages(name)).toEqual(['Of a task', 'Theirs', 'First'])
    expect((await at.server.log(name, 'main'))[0]).toMatchObject({ commit: facts.commit, author: 'T <t@x>' })
    expect(await at.server.files(name, 'main')).toEqual({ a: '0', b: '1', task: 'made' })
  })

  test('is merged with theirs', async () => {
    const { name, publish } = await worked({ task: 'made' }, how)
    await at.server.commitFiles(name, 'main', { b: '1' }, 'Theirs')
    const { facts } = await publish({ otherwise: 'merge' })
    const [merge] = await at.server.log(name, 'main')
    expect([merge?.commit, merge?.parents.length, merge?.message.trim()]).toEqual([facts.commit, 2, "Merge branch 'main'"])
  })

  test('overwrites theirs when one says so', async () => {
    const { name, publish } = await worked({ task: 'made' }, how)
    await at.server.commitFiles(name, 'main', { b: '1' }, 'Theirs')
    await publish({ otherwise: 'overwrite' })
    expect(await messages(name)).toEqual(['Of a task', 'First'])
  })

  test('changes the same lines as theirs: nothing is written', async () => {
    const { name, publish } = await worked({ a: 'ours' }, how)
    await at.server.commitFiles(name, 'main', { a: 'theirs' }, 'Theirs')
    for (const otherwise of ['rebase', 'merge'] as const)
      expect((await failing(publish({ otherwise }))).message).toContain('change the same lines')
    expect(await messages(name)).toEqual(['Theirs', 'First'])
  })
})

describe('what a working copy publishes', () => {
  test('goes out although others are faster, again and again', async () => {
    const { name, publish } = await worked()
    let isOver = false
    const others = (async () => {
      for (let n = 0; !isOver && n < 6; n++) await at.server.commitFiles(name, 'main', { [`b${n}`]: '1' }, `Theirs ${n}`)
    })()
    await sleep(20)
    await publish({ otherwise: 'rebase' }).finally(() => (isOver = true))
    await others.catch(() => {})
    expect(await messages(name)).toContain('Of a task')
  })

  test('takes its tags along, with one more that may have words', async () => {
    const { name, folder, head, publish } = await worked()
    git(folder, 'tag', 'by-task')
    const { tags } = await publish({ tag: { name: 'v1.0', message: 'Release\n\nOf it' } })
    expect(tags).toEqual(['by-task', 'v1.0'])
    expect((await at.server.git(name, 'rev-parse', 'by-task', 'v1.0^{commit}')).trim()).toBe(`${head}\n${head}`)
    expect(await at.server.git(name, 'tag', '-l', '--format=%(objecttype) %(contents)', 'v1.0')).toContain('tag Release\n\nOf it')
  })

  test('is its tags alone when one says so', async () => {
    const { name, head, publish } = await worked()
    expect((await publish({ onlyTags: true, tag: { name: 'v1' } })).facts.commit).toBe(head)
    expect((await at.server.git(name, 'rev-parse', 'v1')).trim()).toBe(head)
    expect(await messages(name)).toEqual(['First'])
  })

  test('takes no tag from another commit', async () => {
    const { name, first, publish } = await worked()
    await at.server.git(name, 'tag', 'v1', first)
    expect((await failing(publish({ tag: { name: 'v1' }, onlyTags: true }))).message).toContain('The tag v1 is in the repository already')
    expect((await failing(publish({ tag: { name: '--delete' } }))).kind).toBe('refused')
  })

  test('may be packed, shallow or detached', async () => {
    const packed = await worked()
    git(packed.folder, 'gc', '-q', '--prune=now')
    expect((await packed.publish()).facts.commit).toBe(packed.head)
    const { name, remote } = await at.repository({ a: '0' })
    const tip = await at.server.commitFiles(name, 'main', { a: '1' }, 'Second')
    const shallow = await newFolder()
    await at.world.git.checkOut(remote, 'main', shallow, { commit: tip, depth: 1 })
    git(shallow, 'checkout', '-q', '--detach')
    git(shallow, 'commit', '-q', '--allow-empty', '-m', 'Shallow')
    await at.world.git.publish(remote, 'main', shallow, { otherwise: 'refuse' })
    expect(await messages(name)).toEqual(['Shallow', 'Second', 'First'])
  })

  test('leaves nothing in the cache', async () => {
    const { publish } = await worked()
    await publish()
    expect((await at.world.left()).filter((path) => path.includes('publish-'))).toEqual([])
  })
})

describe('a hostile working copy', () => {
  test('makes git run nothing', async () => {
    const { folder, name, publish } = await worked()
    const proof = join(home, `proof-${name}`)
    const program = join(home, 'evil.sh')
    await writeFile(program, `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
    const keys = ['fsmonitor', 'sshCommand', 'askPass', 'editor', 'gitProxy', 'alternateRefsCommand', 'pager']
    const settings = keys.map((key) => `\t${key} = ${program}`).join('\n')
    await writeFile(
      join(folder, '.git/config'),
      `[core]\n${settings}\n\thooksPath = .git/hooks\n[gpg]\n\tprogram = ${program}\n[commit]\n\tgpgSign = true\n[credential]\n\thelper = !${program}\n[uploadpack]\n\tpackObjectsHook = ${program}\n[filter "x"]\n\tsmudge = ${program}\n\tclean = ${program}\n`,
    )
    await mkdir(join(folder, '.git/hooks'), { recursive: true })
    for (const hook of ['pre-push', 'post-checkout', 'pre-rebase', 'reference-transaction', 'post-index-change', 'post-rewrite'])
      await writeFile(join(folder, '.git/hooks', hook), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
    await at.server.commitFiles(name, 'main', { '.gitattributes': '* filter=x\n' }, 'Theirs')
    await publish({ otherwise: 'rebase', tag: { name: 'v', message: 'x' } })
    expect(existsSync(proof)).toBe(false)
    expect(await messages(name)).toContain('Of a task')
  })

  test('gives away no object of another repository', async () => {
    const { name: secret } = await at.repository({ secret: 'of others' })
    const stolen = (await at.server.git(secret, 'rev-parse', 'main')).trim()
    const { folder, publish } = await worked()
    await mkdir(join(folder, '.git/objects/info'), { recursive: true })
    await writeFile(join(folder, '.git/objects/info/alternates'), `${at.server.path(secret)}/objects\n`)
    await writeFile(join(folder, '.git/HEAD'), `${stolen}\n`)
    await failing(publish({ otherwise: 'overwrite' }))
    const linked = await worked()
    await rm(join(linked.folder, '.git/objects'), { recursive: true })
    await symlink(join(at.server.path(secret), 'objects'), join(linked.folder, '.git/objects'))
    await writeFile(join(linked.folder, '.git/HEAD'), `${stolen}\n`)
    expect((await failing(linked.publish({ otherwise: 'overwrite' }))).kind).toBe('unusable_file')
  })

  test.each([
    ['is no repository', async (folder: string) => rm(join(folder, '.git'), { recursive: true })],
    [
      'points elsewhere',
      async (folder: string) => {
        await rm(join(folder, '.git'), { recursive: true })
        await writeFile(join(folder, '.git'), 'gitdir: /etc\n')
      },
    ],
    ['has no commit', async (folder: string) => writeFile(join(folder, '.git/HEAD'), 'ref: refs/heads/none\n')],
    ['is at something odd', async (folder: string) => writeFile(join(folder, '.git/HEAD'), 'ref: refs/heads/../../../../etc/passwd\n')],
    [
      'is full of zero bytes',
      async (folder: string) => {
        for (const half of readdirSync(join(folder, '.git/objects')).filter((name) => name.length === 2))
          for (const rest of readdirSync(join(folder, '.git/objects', half)))
            await rm(join(folder, '.git/objects', half, rest)).then(() => writeFile(join(folder, '.git/objects', half, rest), '\0'))
      },
    ],
  ])('that %s is refused with a sentence', async (_, spoil) => {
    const { folder, publish, name } = await worked()
    await spoil(folder)
    const error = await failing(publish())
    expect(['unusable_file', 'failed']).toContain(error.kind)
    expect(error.message).not.toContain(home)
    expect(await messages(name)).toEqual(['First'])
  })
})

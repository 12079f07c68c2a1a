import { access, chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeFolder, openWorkFolder, removeFolder, sizeOf, watchSize } from './folder.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'trochoid-folder-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

test('folders of runners that are gone are removed, and others are left', async () => {
  for (const name of ['gone', 'alive']) await mkdir(join(home, name, '12'), { recursive: true })
  expect(await openWorkFolder(home, 'mine', new Set(['alive', 'mine']))).toBe(join(home, 'mine'))
  expect((await readdir(home)).sort()).toEqual(['alive', 'mine'])
})

test('a folder goes although programs closed it, and what it points at stays', async () => {
  const folder = await makeFolder(home, '1')
  await mkdir(join(folder, 'closed'))
  await writeFile(join(folder, 'closed', 'file'), 'x')
  await chmod(join(folder, 'closed'), 0o500)
  await mkdir(join(home, 'outside'))
  await writeFile(join(home, 'outside', 'file'), 'x')
  await symlink(join(home, 'outside'), join(folder, 'link'))
  await removeFolder(folder)
  await expect(access(folder)).rejects.toThrow()
  await access(join(home, 'outside', 'file'))
})

test('the size is that of all files below, and links count for nothing that they point at', async () => {
  await mkdir(join(home, 'a', 'b'), { recursive: true })
  await writeFile(join(home, 'a', 'b', 'large'), Buffer.alloc(300_000, 1))
  await symlink('/', join(home, 'root'))
  const size = await sizeOf(home, 10_000_000)
  expect(size).toBeGreaterThan(290_000)
  expect(size).toBeLessThan(400_000)
})

test('who watches hears once when it is too much', async () => {
  let full = 0
  const watching = watchSize(home, 100_000, AbortSignal.timeout(5000), () => (full += 1))
  await writeFile(join(home, 'large'), Buffer.alloc(200_000, 1))
  await watching
  expect(full).toBe(1)
})

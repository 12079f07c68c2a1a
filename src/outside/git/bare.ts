/** A bare repository without any commit, on this machine: a few files that git has agreed on for ever. */
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Does nothing where there is one already. @param folder absolute; `branch` is what those who clone it begin with */
export async function makeBareRepository(folder: string, branch: string): Promise<void> {
  const isThere = () =>
    stat(join(folder, 'HEAD')).then(
      () => true,
      () => false,
    )
  if (await isThere()) return
  // Under another name until it is whole: somebody else may be making it too.
  const making = `${folder}.${randomUUID()}`
  for (const path of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags']) await mkdir(join(making, path), { recursive: true })
  await writeFile(join(making, 'config'), '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n')
  await writeFile(join(making, 'HEAD'), `ref: refs/heads/${branch}\n`)
  await mkdir(dirname(folder), { recursive: true })
  await rename(making, folder).catch(async (error: unknown) => {
    await rm(making, { recursive: true, force: true })
    if (!(await isThere())) throw error
  })
}

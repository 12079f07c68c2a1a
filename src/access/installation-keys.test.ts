import { expect, test } from 'vitest'
import { openTestServer } from '../../test/support/server.ts'
import { rewrap } from '../domains/credentials/rotation.ts'
import { newKeyText, openMasterKeys } from '../outside/master-key.ts'

test('a key of the installation outlives the master key that sealed it', async () => {
  const [old, young] = [`old:${newKeyText().split(':')[1]}`, `young:${newKeyText().split(':')[1]}`]
  await using server = await openTestServer({ config: { masterKeys: old } })
  const { database, saml } = server.platform
  const key = await saml.key()
  await expect(rewrap(database, openMasterKeys(young, ''), () => {})).rejects.toThrow('needs the master key old too')
  const done = await rewrap(database, openMasterKeys(`${young},${old}`, ''), () => {})
  expect(done).toMatchObject({ installationKeys: 2, unneeded: ['old'] })
  await using after = await openTestServer({ beside: server, config: { masterKeys: young } })
  expect(await after.platform.saml.key()).toEqual(key)
  expect((await rewrap(database, openMasterKeys(young, ''), () => {})).installationKeys).toBe(0)
})

import { beforeAll, describe, expect, test } from 'vitest'
import { addAuthenticator, inBrowser, noBrowser, useBrowser } from './support/browser.ts'
import { ask, useFront, usePasskey } from './support/front.ts'
import { useServer } from './support/server.ts'
const browser = useBrowser()
const front = await useFront()
const server = useServer({ config: { apiUrl: front.apiUrl, consoleUrl: front.consoleUrl } })
beforeAll(() => front.leadTo(server.url))
describe.skipIf(noBrowser)(inBrowser('passkeys'), () => {
  test('x', async () => {
    const page = await browser.open()
    await page.goto(`${front.consoleUrl}/here?code=1`)
    const a = await addAuthenticator(page)
    console.log(await ask(page, 'GET', '/config'), await ask(page, 'POST', '/user/login', { body: { username: 'nobody', password: '12345678' } }))
    console.log(await usePasskey(page, 'create', { challenge: 'AAAA', rp: { id: 'localhost', name: 'x' }, user: { id: 'AAAA', name: 'a', displayName: 'a' }, pubKeyCredParams: [{ type: 'public-key', alg: -7 }], authenticatorSelection: { residentKey: 'required', userVerification: 'required' } }))
    console.log(await a.credentials())
    console.log(await usePasskey(page, 'get', { challenge: 'AAAA', rpId: 'localhost', userVerification: 'required' }))
    await a.present(false)
    console.log(await usePasskey(page, 'get', { challenge: 'AAAA', rpId: 'localhost', userVerification: 'required', timeout: 1000 }).catch((e) => e.message))
  })
})

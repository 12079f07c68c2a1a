// @vitest-environment jsdom
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import * as client from '@/api/client.ts'
import { openStage } from '@/kit/test-stage.tsx'
import messages from './messages/en.json'
import { FocusExport } from './report-page.tsx'

const stage = openStage({ 'cloud-costs': messages })

test('who downloads the lines of a month is told when it breaks off on its way', async () => {
  const broken = new Response(new ReadableStream({ start: (body) => body.error(new TypeError('network error')) }))
  vi.spyOn(client, 'send').mockResolvedValue(broken)
  stage.show(<FocusExport organization="acme" month="2026-07" />)
  const download = await screen.findByRole('button', { name: 'Download' })
  await userEvent.click(download)
  expect((await screen.findByRole('alert')).textContent).toContain('The download broke off')
  expect(download.hasAttribute('data-loading')).toBe(false)
})

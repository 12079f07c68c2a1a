// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test, vi } from 'vitest'
import { refresh } from '@/api/query.ts'
import { accessWith, openStage, refused } from '@/kit/test-stage.tsx'
import { ConfigEditor } from './config-editor.tsx'
import messages from './messages/en.json'
import { VersionRow } from './version-row.tsx'

vi.mock('@/kit/code.tsx', () => ({
  Code: ({ label, value, onChange }: { label: string; value: string; onChange: (text: string) => void }) => (
    <textarea aria-label={label} value={value} onChange={(event) => onChange(event.target.value)} />
  ),
}))

const stage = openStage({ pipelines: messages })
const place = { organization: 'acme', project: 'web', environment: 'prod', component: 'shop', pipeline: 'shop' }

describe('the configuration of a pipeline', () => {
  const texts = ['', 'first: text', 'second: text', 'third: text']
  const saveAs = (version: number) => {
    stage.answers['getPipeline'] = { config_version: version }
    return act(() => refresh())
  }
  const open = () => {
    stage.answers['getPipeline'] = { config_version: 1 }
    stage.answers['getPipelineVariables'] = { yaml_vars: '', has_saved_yaml_vars: true }
    stage.answers['getPipelineConfigVersion'] = ({ path }: { path: { config_version: number } }) => ({
      passed_config: texts[path.config_version],
      yaml_vars: '',
    })
    stage.answers['diffPipeline'] = {}
    stage.show(<ConfigEditor place={place} onSaved={() => {}} />)
    return screen.findByLabelText(messages.config.config) as Promise<HTMLTextAreaElement>
  }
  const editor = () => screen.getByLabelText(messages.config.config) as HTMLTextAreaElement

  test('keeps what is being typed when somebody else saves, and says that they did', async () => {
    fireEvent.change(await open(), { target: { value: 'mine: text' } })
    await saveAs(2)
    expect(await screen.findByText('Version 2 was saved meanwhile')).toBeTruthy()
    expect(editor().value).toBe('mine: text')
    await userEvent.click(screen.getByRole('button', { name: 'Discard mine, show the newer' }))
    await waitFor(() => expect(editor().value).toBe('second: text'))
    expect(screen.queryByText(/was saved meanwhile/)).toBeNull()
  })

  test('follows what others save where nothing was typed', async () => {
    await open()
    await saveAs(2)
    await waitFor(() => expect(editor().value).toBe('second: text'))
  })

  test('goes on from one’s own version, and does not take it for somebody else’s', async () => {
    fireEvent.change(await open(), { target: { value: 'third: text' } })
    stage.answers['updatePipeline'] = { config_version: 3 }
    await userEvent.click(screen.getByRole('button', { name: messages.config.review }))
    await userEvent.click(await screen.findByRole('button', { name: messages.config.save }))
    await waitFor(() => expect(screen.getByText(messages.config.untouched)).toBeTruthy())
    fireEvent.change(editor(), { target: { value: 'third: text, and more' } })
    await saveAs(3)
    expect(editor().value).toBe('third: text, and more')
    expect(screen.queryByText(/was saved meanwhile/)).toBeNull()
  })

  test('says why it is not shown', async () => {
    stage.answers['getPipeline'] = refused(403, 'You may not read this pipeline')
    stage.show(<ConfigEditor place={place} onSaved={() => {}} />)
    expect(await screen.findByText('You may not read this pipeline')).toBeTruthy()
  })

  test('is saved by who may change it and not compare it', async () => {
    stage.answers['getAccess'] = accessWith('organization:pipeline:read', 'organization:pipeline:update')
    const typed = await open()
    stage.answers['diffPipeline'] = refused(403, 'You may not compare')
    fireEvent.change(typed, { target: { value: 'mine: text' } })
    const review = () => screen.getByRole('button', { name: messages.config.review })
    expect(review().getAttribute('aria-disabled')).toBeNull()
    await userEvent.click(review())
    expect(await screen.findByText(/organization:pipeline:diff/)).toBeTruthy()
  })

  test('is barred for what is wrong with it, and not because the comparison did not arrive', async () => {
    const typed = await open()
    stage.answers['diffPipeline'] = refused(500, 'The comparison failed')
    fireEvent.change(typed, { target: { value: 'mine: text' } })
    expect(await screen.findByText('The comparison failed')).toBeTruthy()
    expect(screen.getByRole('button', { name: messages.config.review }).getAttribute('aria-disabled')).toBeNull()
    stage.answers['diffPipeline'] = refused(422, 'The configuration is wrong')
    fireEvent.change(typed, { target: { value: 'wrong: text' } })
    expect(await screen.findByText('The configuration is wrong')).toBeTruthy()
    expect(screen.getByRole('button', { name: messages.config.review }).getAttribute('aria-disabled')).toBe('true')
  })
})

describe('pinning a version', () => {
  const versions = ['a', 'b'].map((ref, at) => ({ id: at + 1, version: { ref }, enabled: true, metadata: [] }))
  const pinSecond = async () => {
    stage.show(
      <VersionRow
        place={{ ...place, resource: 'app' }}
        version={versions[1] as never}
        pinned={false}
        inConfig={false}
        open={false}
        onOpen={() => {}}
      />,
    )
    await userEvent.click(await screen.findByRole('button', { name: 'Pin' }))
    await screen.findByText(messages.pin.pinned)
  }
  const pins = () => stage.asked('pinResourceVersion').map(({ path }) => path['resource_version_id'])

  test('is undone by pinning the one that was pinned before, with what was said about it', async () => {
    stage.answers['getResource'] = { pinned_version: { ref: 'a' }, pin_comment: 'until it works' }
    stage.answers['getResourceVersions'] = versions
    await pinSecond()
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(pins()).toEqual([2, 1]))
    expect(stage.asked('unpinResource')).toEqual([])
  })

  test('is undone by unpinning where nothing was pinned', async () => {
    stage.answers['getResource'] = {}
    await pinSecond()
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(stage.asked('unpinResource')).toHaveLength(1))
  })

  test('offers no way back to a version that is not to be found', async () => {
    stage.answers['getResource'] = { pinned_version: { ref: 'gone' } }
    stage.answers['getResourceVersions'] = []
    await pinSecond()
    expect(pins()).toEqual([2])
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull()
  })
})

// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { openStage } from '@/kit/test-stage.tsx'
import { AppearancesPage } from './appearances-page.tsx'
import messages from './messages/en.json'

const stage = openStage({ appearances: messages })
const look = (canonical: string, is_active: boolean) => ({
  canonical,
  name: canonical,
  display_name: canonical,
  tab_title: canonical,
  footer: 'old',
  logo: '',
  favicon: '',
  color: { r: 1, g: 2, b: 3 },
  is_active,
})

describe('the switch of an appearance', () => {
  const changes = () =>
    stage.asked('updateAppearance').map(({ path, body }) => [path['appearance_canonical'], body['is_active'], body['footer']])
  const wear = async (looks: ReturnType<typeof look>[], name: string) => {
    stage.answers['listAppearances'] = looks
    stage.answers['getAppearance'] = ({ path }: { path: { appearance_canonical: string } }) => ({
      ...look(path.appearance_canonical, false),
      footer: 'newer',
    })
    stage.show(<AppearancesPage />, '/organizations/$organization/appearances', '/organizations/acme/appearances')
    await userEvent.click(
      (await screen.findAllByRole('button', { name: /^(Use it|Stop using it)$/ }))[looks.findIndex((one) => one.name === name)] as Element,
    )
    await userEvent.click(await screen.findByRole('button', { name: 'Undo' }))
  }

  test('is undone to the one that was worn before, and leaves alone what others changed since the list was read', async () => {
    await wear([look('day', true), look('night', false)], 'night')
    await waitFor(() =>
      expect(changes()).toEqual([
        ['night', true, 'newer'],
        ['day', true, 'newer'],
      ]),
    )
  })

  test.each([
    [
      'to none where none was worn',
      [look('night', false)],
      [
        ['night', true, 'newer'],
        ['night', false, 'newer'],
      ],
    ],
    [
      'when it was taken off',
      [look('night', true)],
      [
        ['night', false, 'newer'],
        ['night', true, 'newer'],
      ],
    ],
  ])('is undone %s', async (_, looks, expected) => {
    await wear(looks, 'night')
    await waitFor(() => expect(changes()).toEqual(expected))
  })
})

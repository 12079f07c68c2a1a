/** Somebody came by a link that this browser did not ask for: they see whose account it is before they work in it. */
import { Alert, Avatar, Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call, dataOf } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import { currentSession } from '@/api/session.ts'
import type { Data } from '@/api/types.ts'
import { ProblemAlert } from '@/kit/states.tsx'
import { useEnter, useGoOn } from './destination.ts'

export type Account = Data<'getUserAccount'>

/** Of a session that this browser does not have yet. */
export const accountOf = (token: string): Promise<Account> => dataOf('getUserAccount', {}, { token })

/** What only they can have typed to sign in: an address that is not confirmed may be anybody’s. */
export const namesOf = ({ username, emails }: Account): string[] => [
  username,
  ...emails.filter(({ verified }) => verified).map(({ email }) => email),
]

export function AskFirst({ token, account, to }: { token: string; account: Account; to?: string | undefined }) {
  const { t } = useTranslation('sign-in')
  const enter = useEnter()
  const goOn = useGoOn()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const person = `${account.given_name} ${account.family_name}`
  const here = currentSession()?.account
  const attempt = async (run: () => Promise<void>) => {
    setBusy(true)
    try {
      await run()
    } catch (error) {
      setBusy(false)
      if (!isProblem(error)) throw error
      setProblem(error)
    }
  }
  return (
    <Stack>
      <Text>{t('ask.why')}</Text>
      <Group wrap="nowrap">
        <Avatar name={person} color="initials" aria-hidden />
        <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
          <Text fw={600}>{person}</Text>
          <Text size="sm">{account.emails.find(({ purpose }) => purpose === 'primary')?.email ?? account.username}</Text>
        </div>
      </Group>
      {here && here.username !== account.username && (
        <Alert color="yellow">{t('ask.other', { person: `${here.given_name} ${here.family_name}` })}</Alert>
      )}
      <ProblemAlert problem={problem} />
      <Button loading={busy} onClick={() => void attempt(() => enter(token, to))}>
        {t('ask.yes', { person })}
      </Button>
      <Button
        variant="default"
        disabled={busy}
        onClick={() =>
          void attempt(async () => {
            await endForeign(token)
            goOn()
          })
        }
      >
        {t('ask.no')}
      </Button>
    </Stack>
  )
}

/** The session is ended; the cookie, which may be another person's, stays. */
async function endForeign(token: string): Promise<void> {
  const sessions = await dataOf('listSessions', {}, { token })
  const own = sessions.find(({ current }) => current)
  if (own) await call('revokeSession', { path: { session_id: own.id } }, { token })
}

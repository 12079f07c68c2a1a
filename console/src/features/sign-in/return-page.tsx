/** Back from an identity provider, with a one-time code. */

import { useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call, dataOf, restoreSession } from '@/api/client.ts'
import { isProblem, Problem } from '@/api/problem.ts'
import { refresh } from '@/api/query.ts'
import { currentSession } from '@/api/session.ts'
import type { Schema } from '@/api/types.ts'
import { LinkTo } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked } from '@/kit/states.tsx'
import { type Account, AskFirst, accountOf } from './ask-first.tsx'
import { pathOfConsole, useEnter, useGoOn } from './destination.ts'
import { Frame } from './frame.tsx'
import { comeBack, deepLink, type Leaving } from './leaving.ts'
import { Newcomer } from './newcomer-form.tsx'
import { useOnce } from './once.ts'
import { type Needed, SecondFactor } from './second-factor.tsx'

export const socialTypes = ['google', 'github', 'azuread', 'saml2'] as const
export type SocialType = (typeof socialTypes)[number]
const isSocial = (name: string): name is SocialType => socialTypes.includes(name as SocialType)

type Arrival =
  | { kind: 'linked'; to: string | undefined }
  | { kind: 'signed in'; token: string; to: string | undefined }
  | { kind: 'unasked'; token: string; account: Account }
  | { kind: 'new'; profile: Schema<'NewOAuthUser'>; leaving: Leaving | undefined }
  | { kind: 'one more'; needed: Needed; to: string | undefined }

async function arrive(provider: SocialType, code: string, returnTo: string | undefined): Promise<Arrival> {
  const leaving = comeBack(returnTo)
  const to = leaving?.to
  if (leaving?.intent === 'link') {
    if (!currentSession()) await restoreSession()
    await call('linkIdentity', { body: { social_type: provider, oauth_code: code } })
    return { kind: 'linked', to }
  }
  try {
    const { token, user } = await dataOf('getOAuthUser', { path: { social_type: provider }, query: { oauth_code: code } })
    if (user) return { kind: 'new', profile: user, leaving }
    if (token === undefined) throw new Problem(500, [])
    if (leaving) return { kind: 'signed in', token, to }
    await restoreSession()
    return { kind: 'unasked', token, account: await accountOf(token) }
  } catch (error) {
    // Whoever can give the second factor of an account is its owner: nothing more is to be asked.
    if (isProblem(error, 401) && error.secondFactor) return { kind: 'one more', needed: error.secondFactor, to }
    throw error
  }
}

export function ReturnPage() {
  const { t } = useTranslation('sign-in')
  const { provider } = useParams({ from: '/sso/$provider' })
  const { code, return_to: returnTo } = useSearch({ from: '/sso/$provider' })
  const [known] = [isSocial(provider) ? provider : undefined]
  const arrival = useOnce(known && code ? `${provider} ${code}` : undefined, () => arrive(known ?? 'saml2', code ?? '', returnTo))
  if (!known || !code)
    return (
      <Frame title={t('return.failed')} aside={<Again />}>
        {t('return.noCode')}
      </Frame>
    )
  const title = arrival.data ? t(`return.titles.${arrival.data.kind}`) : t(arrival.error ? 'return.failed' : 'return.pending')
  return (
    <Frame title={title} aside={arrival.error ? <Again /> : undefined}>
      <Asked of={arrival}>{(answer) => <Arrived arrival={answer} provider={known} deep={pathOfConsole(deepLink(returnTo))} />}</Asked>
    </Frame>
  )
}

function Again() {
  const { t } = useTranslation('sign-in')
  return <LinkTo to="/login">{t('return.again')}</LinkTo>
}

function Arrived({ arrival, provider, deep }: { arrival: Arrival; provider: SocialType; deep: string | undefined }) {
  const { t } = useTranslation('sign-in')
  const enter = useEnter()
  const goOn = useGoOn()
  switch (arrival.kind) {
    case 'linked':
      return (
        <Onward
          go={async () => {
            tell(t('return.linked'))
            void refresh('listIdentities')
            goOn(arrival.to)
          }}
        />
      )
    case 'signed in':
      return <Onward go={() => enter(arrival.token, arrival.to)} />
    case 'unasked':
      return <AskFirst token={arrival.token} account={arrival.account} to={deep} />
    case 'one more':
      return (
        <SecondFactor
          needed={arrival.needed}
          onToken={(token) => enter(token, arrival.to)}
          onElsewhere={() => goOn(arrival.to)}
          startAgain={() => goOn('/login')}
        />
      )
    case 'new':
      return (
        <Newcomer
          isAsked={arrival.leaving !== undefined}
          provider={provider}
          profile={arrival.profile}
          invitation={arrival.leaving?.invitation}
          onToken={(token) => enter(token, arrival.leaving?.to)}
        />
      )
    default:
      return arrival satisfies never
  }
}

/** Nothing to see: on to where they wanted to go. */
function Onward({ go }: { go: () => Promise<void> }) {
  const [error, setError] = useState<unknown>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it came so far
  useEffect(() => {
    go().catch(setError)
  }, [])
  if (error) throw error
  return null
}

/** Signing in with a passkey: by its button, or out of the list that the browser shows below the name. */
import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  WebAuthnAbortService,
} from '@simplewebauthn/browser'
import { useEffect, useRef } from 'react'
import { dataOf } from '@/api/client.ts'
import { isProblem } from '@/api/problem.ts'

export const hasPasskeys = browserSupportsWebAuthn

interface Answered {
  challenge: string
  response: Record<string, unknown>
}

/** @param challenge of a sign-in that waits for its second factor */
export async function askForPasskey(challenge: string | undefined, autofill = false): Promise<Answered> {
  const begun = await dataOf('beginPasskeyLogin', { body: challenge === undefined ? {} : { challenge } })
  const optionsJSON = begun.options as unknown as PublicKeyCredentialRequestOptionsJSON
  const response = await startAuthentication({ optionsJSON, useBrowserAutofill: autofill })
  return { challenge: begun.challenge, response: { ...response } }
}

/** @returns the token of the session */
export async function signInByPasskey(organization: string | undefined, autofill = false): Promise<string> {
  const answered = await askForPasskey(undefined, autofill)
  const place = organization === undefined ? {} : { organization_canonical: organization }
  return (await dataOf('passkeyLogin', { body: { ...answered, ...place } })).token
}

/** What a browser refused: somebody changed their mind, or took too long. */
export const isGivenUp = (error: unknown): boolean => error instanceof Error && /^(?:AbortError|NotAllowedError)$/.test(error.name)

/** While the page is open the browser offers passkeys in the list below the field whose `autocomplete` ends in `webauthn`. */
export function usePasskeyAutofill(
  organization: string | undefined,
  take: (token: string) => void,
  refused: (error: unknown) => void,
): void {
  const handlers = useRef({ take, refused })
  handlers.current = { take, refused }
  useEffect(() => {
    let gone = false
    const offer = async () => {
      // In a moment, so that a page which is only passed through asks for nothing.
      await new Promise((resolve) => setTimeout(resolve, 300))
      if (gone || !(await browserSupportsWebAuthnAutofill()) || gone) return
      try {
        const token = await signInByPasskey(organization, true)
        if (!gone) handlers.current.take(token)
      } catch (error) {
        // Whoever never meant to use a passkey is not told that there could be none.
        if (!gone && isProblem(error, 401)) handlers.current.refused(error)
      }
    }
    void offer()
    return () => {
      gone = true
      WebAuthnAbortService.cancelCeremony()
    }
  }, [organization])
}

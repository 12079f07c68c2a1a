/**
 * Between the tab that waits for a mailed link and the one that the link opens: whoever asked for the link in this browser need not be
 * asked again whether they are the person.
 */
const name = 'trochoid.sign-in'

type Message = { kind: 'who'; names: readonly string[] } | { kind: 'it is me' } | { kind: 'done' }

/** @param identifier what was typed to sign in. @returns how to stop waiting */
export function awaitLink(identifier: string, done: () => void): () => void {
  const channel = new BroadcastChannel(name)
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'who' && data.names.includes(identifier.toLowerCase())) channel.postMessage({ kind: 'it is me' } satisfies Message)
    if (data.kind === 'done') done()
  }
  return () => channel.close()
}

const patience = 400

/** @param names of the person whom the link signs in. @returns true when a tab of this browser waits for them */
export function isAwaited(names: readonly string[]): Promise<boolean> {
  const channel = new BroadcastChannel(name)
  return new Promise((resolve) => {
    const settle = (found: boolean) => {
      channel.close()
      resolve(found)
    }
    setTimeout(() => settle(false), patience)
    channel.onmessage = ({ data }: MessageEvent<Message>) => data.kind === 'it is me' && settle(true)
    channel.postMessage({ kind: 'who', names: names.map((one) => one.toLowerCase()) } satisfies Message)
  })
}

/** The tab that waits goes on. */
export function tellWaiting(): void {
  const channel = new BroadcastChannel(name)
  channel.postMessage({ kind: 'done' } satisfies Message)
  channel.close()
}

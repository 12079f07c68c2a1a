import type { Request } from 'express'

/** Asked on this machine, by a name of this machine (no page that rebinds its own name), and not through a proxy. */
export function isFromHere({ socket, headers }: Request): boolean {
  const from = socket.remoteAddress ?? ''
  if (!/^(?:::ffff:)?127\.|^::1$/.test(from)) return false
  if (headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined || headers.via !== undefined) return false
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i.test(headers.host ?? '')
}

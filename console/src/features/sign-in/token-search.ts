/** Of the links in mails: `?token=`. */
export const tokenOf = ({ token }: Record<string, unknown>): { token?: string } =>
  typeof token === 'string' ? { token } : typeof token === 'number' ? { token: String(token) } : {}

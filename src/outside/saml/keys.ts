import type { ServiceProviderKey } from './types.ts'

/**
 * A new key pair by which an installation signs its requests, and for which assertions are encrypted: RSA, with a certificate that
 * nobody vouches for (providers are given it in our metadata) and that is good for ten years.
 */
export async function makeServiceProviderKey(): Promise<ServiceProviderKey> {
  const { generate } = await import('selfsigned')
  const notAfterDate = new Date()
  notAfterDate.setUTCFullYear(notAfterDate.getUTCFullYear() + 10)
  const { private: privateKey, cert: certificate } = await generate([{ name: 'commonName', value: 'Trochoid SAML service provider' }], {
    keySize: 3072,
    algorithm: 'sha256',
    notAfterDate,
    extensions: [{ name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true }],
  })
  return { privateKey, certificate }
}

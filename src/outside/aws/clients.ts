/** Clients of AWS, each loaded when it is needed: the packages are large. */

export interface AwsAccess {
  accessKey: string
  secretKey: string
  region: string
  /** Undefined: AWS itself. */
  endpoint: string | undefined
  /** Ends every question that is still open. */
  signal: AbortSignal
}

const settingsOf = ({ accessKey, secretKey, region, endpoint }: AwsAccess) => ({
  region,
  credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  ...(endpoint === undefined ? {} : { endpoint }),
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 15_000, throwOnRequestTimeout: true },
})

/** A client and its package: the package has the commands. Whoever opens them closes them, by `dispose`. */
export function openAws(access: AwsAccess) {
  const settings = settingsOf(access)
  const open: { destroy(): void }[] = []
  const kept = <C extends { destroy(): void }>(client: C): C => {
    open.push(client)
    return client
  }
  const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
    let made: Promise<T> | undefined
    return () => {
      made ??= make()
      return made
    }
  }
  return {
    options: { abortSignal: access.signal },
    ec2: once(async () => {
      const sdk = await import('@aws-sdk/client-ec2')
      return { sdk, client: kept(new sdk.EC2Client(settings)) }
    }),
    rds: once(async () => {
      const sdk = await import('@aws-sdk/client-rds')
      return { sdk, client: kept(new sdk.RDSClient(settings)) }
    }),
    elasticache: once(async () => {
      const sdk = await import('@aws-sdk/client-elasticache')
      return { sdk, client: kept(new sdk.ElastiCacheClient(settings)) }
    }),
    elb: once(async () => {
      const sdk = await import('@aws-sdk/client-elastic-load-balancing')
      return { sdk, client: kept(new sdk.ElasticLoadBalancingClient(settings)) }
    }),
    elbv2: once(async () => {
      const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2')
      return { sdk, client: kept(new sdk.ElasticLoadBalancingV2Client(settings)) }
    }),
    s3: once(async () => {
      const sdk = await import('@aws-sdk/client-s3')
      const forcePathStyle = access.endpoint !== undefined
      return { sdk, client: kept(new sdk.S3Client({ ...settings, forcePathStyle, followRegionRedirects: true })) }
    }),
    dispose() {
      for (const client of open) client.destroy()
    },
  }
}

export type Aws = ReturnType<typeof openAws>

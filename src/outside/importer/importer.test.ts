// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what stands in ids
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AwsDouble, doubleKeys, openAwsDouble } from '../../../test/support/aws-double.ts'
import { openImporter } from './open.ts'
import { lineByLine, secretsIn } from './redact.ts'
import { inFolder, runTool } from './run-tool.ts'
import { generateCode } from './terraform.ts'
import { type CloudAccount, ImportError, type ImportWish } from './types.ts'

let folder = ''
let aws: AwsDouble
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trochoid-importer-'))
  aws = await openAwsDouble()
})
afterAll(async () => {
  await aws?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const program = (body: string): string => {
  const path = join(folder, 'tool')
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}
const run = (body: string, more: { seconds?: number; secrets?: string[]; signal?: AbortSignal } = {}) => {
  let out = ''
  const onOutput = (text: string) => {
    out += text
  }
  const command = program(body)
  return inFolder((inside) => runTool({ command, args: [], folder: inside, env: {}, seconds: 10, secrets: [], onOutput, ...more })).then(
    (said) => ({ said, out }),
    (error: Error) => ({ error, out }),
  )
}

describe('a tool', () => {
  test('has its own folder and nothing of our environment, and both are gone afterwards', async () => {
    process.env['TROCHOID_TEST_SECRET'] = 'seen'
    const { out } = await run('pwd; env; ls -ld . | cut -c1-10; echo x > left')
    delete process.env['TROCHOID_TEST_SECRET']
    const [path = ''] = out.split('\n')
    expect(path).toContain('trochoid-import-')
    expect(existsSync(path)).toBe(false)
    expect(out).toContain('drwx------')
    expect(out).not.toContain('TROCHOID')
  })

  test('is ended when it takes too long, with all that it started', async () => {
    const pid = join(folder, 'pid')
    const { error } = (await run(`sleep 60 & echo $! > '${pid}'; wait`, { seconds: 1 })) as { error: Error }
    expect(error).toEqual(new ImportError('tool did not end within 1 seconds'))
    await expect
      .poll(() => spawnSync('ps', ['-o', 'stat=', '-p', readFileSync(pid, 'utf8').trim()]).stdout.toString())
      .toMatch(/^(?:Z.*)?\s*$/)
  })

  test('is ended when it says too much, or nobody wants it', async () => {
    expect(((await run('yes')) as { error: Error }).error.message).toBe('tool said more than 16 MB')
    const gone = await run('sleep 60', { signal: AbortSignal.timeout(200) })
    expect((gone as { error: Error }).error.message).toBe('it was given up')
  })

  test('does not repeat what is secret, however it writes it', async () => {
    const secret = 'p"ss/wörd+1'
    const forms = [secret, JSON.stringify(secret), encodeURIComponent(secret), Buffer.from(secret).toString('base64')]
    writeFileSync(join(folder, 'said'), forms.join('\n'))
    const { out } = await run(`cat '${folder}/said'; printf '\\033[31mred\\033[0m\\000'`, { secrets: secretsIn([secret]) })
    expect(out).toBe('***\n"***"\n***\n***red')
    const lines: string[] = []
    const reader = lineByLine(secretsIn(['in-two-pieces', '-----BEGIN KEY-----\nabcdefghijkl\n-----END KEY-----']), (text) =>
      lines.push(text),
    )
    for (const piece of ['a in-t', 'wo-pieces b\nabcdef', 'ghijkl\nrest']) reader.push(piece)
    reader.end()
    expect(lines.join('')).toBe('a *** b\n***\nrest')
  })
})

const account: CloudAccount = { provider: 'aws', region: 'eu-west-3', accessKey: doubleKeys.access_key, secretKey: doubleKeys.secret_key }
const wish: ImportWish = { account, include: [], targets: [], tags: [], moduleVariables: undefined }

describe("Terraform's own import", () => {
  const asked = () => join(folder, 'asked')
  const importer = (body = '') => {
    const script = `echo "$@" >> '${asked()}'; ${body || `if [ "$1" = plan ]; then echo 'resource "aws_vpc" "x" {}' > resources.tf; fi`}`
    return openImporter({ terracognita: undefined, terraform: program(script), seconds: 10, awsEndpoint: aws.url })
  }
  const hooks = { onOutput: () => {}, signal: new AbortController().signal }
  beforeEach(() => rmSync(asked(), { force: true }))

  test('names what the account has, and keeps the blocks with the code', async () => {
    aws.world.vpcs = [
      { id: 'vpc-1', tags: { team: 'core' } },
      { id: 'vpc-2', tags: { team: 'web' } },
    ]
    aws.world.buckets = [{ id: 'my.bucket', tags: { team: 'core' } }]
    const made = await importer()?.run({ ...wish, include: ['aws_vpc', 'aws_s3_bucket'], tags: ['team:core'] }, hooks)
    expect([...(made?.files.keys() ?? [])]).toEqual(['imports.tf', 'provider.tf', 'resources.tf'])
    expect(String(made?.files.get('imports.tf'))).toBe(
      'import {\n  to = aws_vpc.vpc-1\n  id = "vpc-1"\n}\n\nimport {\n  to = aws_s3_bucket.my_bucket\n  id = "my.bucket"\n}\n',
    )
    expect(String(made?.files.get('provider.tf'))).not.toContain(doubleKeys.secret_key)
    expect(made?.state).toBeUndefined()
    expect(readFileSync(asked(), 'utf8').split('\n')).toEqual([
      'init -input=false -no-color',
      'plan -input=false -no-color -generate-config-out=resources.tf',
      '',
    ])
  })

  test('takes targets as they are, whatever is in their ids', async () => {
    const targets = ['aws_iam_role.a/b', 'aws_iam_role.a_b', 'aws_iam_role.9"${x}']
    const made = await importer()?.run({ ...wish, targets }, hooks)
    const text = String(made?.files.get('imports.tf'))
    expect(text.match(/to = .*/g)).toEqual(['to = aws_iam_role.a_b', 'to = aws_iam_role.a_b_2', 'to = aws_iam_role._9_x_'])
    expect(text).toContain('id = "9\\"$${x}"')
  })

  test('says what it cannot do', async () => {
    aws.world.vpcs = []
    await expect(importer()?.run({ ...wish, include: ['aws_vpc'] }, hooks)).rejects.toThrow('Nothing was found')
    await expect(importer()?.run({ ...wish, include: ['aws_iam_role'] }, hooks)).rejects.toThrow('name what is to be imported in targets')
    await expect(importer('exit 1')?.run({ ...wish, targets: ['aws_vpc.x'] }, hooks)).rejects.toThrow('ended with status 1')
    expect(await importer()?.resourceTypes('google')).toEqual([])
    expect((await importer()?.resourceTypes('aws'))?.length).toBe(12)
  })

  const terraform = spawnSync('terraform', ['version'])
  if (terraform.error) console.log('terraform is not on the PATH: its import blocks are not tried')
  test.skipIf(terraform.error !== undefined)(
    'is understood by Terraform, tried with a resource that needs no provider',
    { timeout: 60_000 },
    async () => {
      const command = spawnSync('which', ['terraform'], { encoding: 'utf8' }).stdout.trim()
      await inFolder(async (inside) => {
        writeFileSync(join(inside, 'imports.tf'), 'import {\n  to = terraform_data.a\n  id = "x"\n}\n')
        await generateCode({ command, folder: inside, env: {}, seconds: 60, secrets: [] })
        expect(readFileSync(join(inside, 'resources.tf'), 'utf8')).toContain('resource "terraform_data" "a"')
      })
    },
  )
})

test('code with a secret in it is thrown away', async () => {
  const body = `while [ $# -gt 0 ]; do case "$1" in --hcl) code="$2";; esac; shift; done; echo "secret_key = \\"$SECRET_KEY\\"" > "$code/provider.tf"`
  const importer = openImporter({ terracognita: program(body), terraform: undefined, seconds: 10, awsEndpoint: undefined })
  const run = importer?.run(wish, { onOutput: () => {}, signal: new AbortController().signal })
  await expect(run).rejects.toThrow('wrote a secret of the credential into provider.tf')
})

test('where the operator has both tools, TerraCognita is taken; with neither there is none', async () => {
  const both = openImporter({ terracognita: program('echo aws_vpc'), terraform: '/nowhere', seconds: 10, awsEndpoint: undefined })
  expect(await both?.resourceTypes('aws')).toEqual(['aws_vpc'])
  expect(openImporter({ terracognita: undefined, terraform: undefined, seconds: 10, awsEndpoint: undefined })).toBeUndefined()
})

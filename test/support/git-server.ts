/** Bare repositories in a temporary folder, served by git's own http backend behind Node, and made and read without a checkout. */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { bareSettings, gitEnvironment as env, importArguments, importStream, type TestChanges, type TestFiles } from './fast-import.ts'

export interface GitRepositories extends AsyncDisposable {
  /** Absolute, without links in it. */
  readonly folder: string
  /** A bare repository, each branch one commit. No branches: empty. Answers its path. */
  repository(name: string, branches?: Readonly<Record<string, TestFiles>>): Promise<string>
  path(name: string): string
  /** A commit on a branch, as if somebody else had pushed it; null deletes a file. Answers its name. */
  commitFiles(name: string, branch: string, files: TestChanges, message?: string): Promise<string>
  /** Newest first. */
  log(name: string, branch: string): Promise<TestCommit[]>
  /** What is in the branch, as text; links are their target. */
  files(name: string, branch: string): Promise<Record<string, string>>
  /** What git answers when it runs in the repository. */
  git(name: string, ...args: string[]): Promise<string>
  /** A shell script as a hook of the repository, such as pre-receive. */
  hook(name: string, hook: string, script: string): Promise<void>
}

export interface TestCommit {
  commit: string
  parents: string[]
  author: string
  committer: string
  message: string
}

export interface GitServer extends GitRepositories {
  readonly port: number
  /** http://127.0.0.1:<port>/<name>.git */
  url(name: string): string
  /** Every request since the start, like `POST /a.git/git-receive-pack`. */
  readonly requests: readonly string[]
  /** What goes wrong from now on. */
  readonly trouble: GitTrouble
}

export interface GitTrouble {
  /** Milliseconds before every answer. */
  delay?: number
  /** The connection of a push ends before git sees it, or after it has been carried out and before the answer. */
  breakPush?: 'before' | 'after' | undefined
  /** How many pushes `breakPush` and `hangPush` meet; all when not set. */
  pushes?: number | undefined
  /** A push gets no answer. */
  hangPush?: 'before' | 'after' | undefined
  /** Everything is answered with a redirect to this address. */
  redirect?: string | undefined
  /** Everything is answered with this status. */
  status?: number | undefined
}

/** With `users`, a name and password is asked for everything; without, everybody may do everything. */
export async function openGitServer({ users }: { users?: Readonly<Record<string, string>> } = {}): Promise<GitServer> {
  const repositories = await openGitRepositories()
  const trouble: GitTrouble = {}
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    answer(request, response, repositories.folder, trouble, users).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    ...repositories,
    port,
    requests,
    trouble,
    url: (name) => `http://127.0.0.1:${port}/${name}.git`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      await repositories[Symbol.asyncDispose]()
    },
  }
}

async function openGitRepositories(): Promise<GitRepositories> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'trochoid-git-')))
  const path = (name: string) => join(folder, `${name}.git`)
  const git = async (name: string, ...args: string[]) => (await run('git', args, { cwd: path(name), env, maxBuffer: 1 << 28 })).stdout
  const commitFiles: GitRepositories['commitFiles'] = async (name, branch, files, message = 'Somebody else') => {
    const tip = await git(name, 'rev-parse', '--verify', '--quiet', `refs/heads/${branch}`).catch(() => '')
    await fastImport(path(name), importStream(branch, tip.trim(), files, message))
    return (await git(name, 'rev-parse', `refs/heads/${branch}`)).trim()
  }
  return {
    folder,
    path,
    git,
    commitFiles,
    async repository(name, branches = {}) {
      const first = Object.keys(branches)[0] ?? 'main'
      await run('git', ['init', '--quiet', '--bare', '--template=', `--initial-branch=${first}`, path(name)], { env })
      await appendFile(join(path(name), 'config'), bareSettings)
      for (const [branch, files] of Object.entries(branches)) await commitFiles(name, branch, files, 'First')
      return path(name)
    },
    async log(name, branch) {
      const text = await git(name, 'log', '-z', '--format=%H%n%P%n%an <%ae>%n%cn <%ce>%n%B', `refs/heads/${branch}`, '--')
      const commits = text.split('\0').filter((one) => one !== '')
      return commits.map((one) => {
        const [commit = '', parents = '', author = '', committer = '', ...message] = one.split('\n')
        return { commit, parents: parents.split(' ').filter(Boolean), author, committer, message: message.join('\n') }
      })
    },
    async files(name, branch) {
      const paths = (await git(name, 'ls-tree', '-r', '-z', '--name-only', `refs/heads/${branch}`)).split('\0').filter(Boolean)
      const contents = await Promise.all(paths.map((file) => git(name, 'cat-file', 'blob', `refs/heads/${branch}:${file}`)))
      return Object.fromEntries(paths.map((file, index) => [file, contents[index] ?? '']))
    },
    async hook(name, hook, script) {
      await mkdir(join(path(name), 'hooks'), { recursive: true })
      await writeFile(join(path(name), 'hooks', hook), `#!/bin/sh\n${script}\n`)
      await chmod(join(path(name), 'hooks', hook), 0o755)
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

const run = promisify(execFile)
const backend = () => join(execFileSync('git', ['--exec-path'], { env }).toString().trim(), 'git-http-backend')

async function fastImport(cwd: string, input: Buffer): Promise<void> {
  const child = spawn('git', importArguments, { cwd, env, stdio: ['pipe', 'ignore', 'pipe'] })
  const complaints: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(Buffer.concat(complaints).toString())
}

type Users = Readonly<Record<string, string>> | undefined

async function answer(request: IncomingMessage, response: ServerResponse, root: string, trouble: GitTrouble, users: Users): Promise<void> {
  if (trouble.delay) await sleep(trouble.delay)
  if (trouble.status) return void response.writeHead(trouble.status).end()
  if (trouble.redirect) return void response.writeHead(302, { location: trouble.redirect + request.url }).end()
  const user = userOf(request)
  if (users && (user === undefined || users[user.name] !== user.password))
    return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('no')
  const isPush = request.method === 'POST' && request.url?.endsWith('/git-receive-pack')
  const [broken, hanging] = isPush && mayStrike(trouble) ? [trouble.breakPush, trouble.hangPush] : []
  if (broken === 'before') return void request.socket.destroy()
  if (hanging === 'before') return
  const { head, body } = await cgi(request, root, user?.name)
  if (broken === 'after') return void request.socket.destroy()
  if (hanging === 'after') return
  response.writeHead(Number(head.get('status')?.slice(0, 3) ?? 200), Object.fromEntries([...head].filter(([name]) => name !== 'status')))
  response.end(body)
}

/** Only the last request of a push carries anything; a first one of four bytes asks whether the credential is good. */
function mayStrike(trouble: GitTrouble): boolean {
  if (!trouble.breakPush && !trouble.hangPush) return false
  if (trouble.pushes === undefined) return true
  trouble.pushes--
  return trouble.pushes >= 0
}

function userOf({ headers }: IncomingMessage): { name: string; password: string } | undefined {
  const [, encoded] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? []
  if (encoded === undefined) return undefined
  const [name = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':')
  return { name, password: password.join(':') }
}

async function cgi(request: IncomingMessage, root: string, user: string | undefined): Promise<{ head: Map<string, string>; body: Buffer }> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const { headers } = request
  const variables = {
    ...env,
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    REQUEST_METHOD: request.method ?? '',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    REMOTE_USER: user ?? 'anybody', // who has a name may push
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_TYPE: headers['content-type'] ?? '',
    ...(headers['content-length'] ? { CONTENT_LENGTH: headers['content-length'] } : {}),
    HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
  }
  const child = spawn(backend(), [], { env: variables, stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.on('error', () => {})
  request.pipe(child.stdin)
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) chunks.push(chunk)
  const output = Buffer.concat(chunks)
  const end = output.indexOf('\r\n\r\n')
  const lines = output.toString('latin1', 0, end).split('\r\n')
  const head = new Map(
    lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
  return { head, body: output.subarray(end + 4) }
}

/** Shell scripts as the tests write them: echo, cat, seq, sleep, exit, true, false, variables, `> file`, and `;`, `&&` or a line end between. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskConfig } from '../../../src/formats/pipeline/types.ts'

export interface Shell {
  env: Readonly<Record<string, string>>
  /** By path from the working directory. */
  files: Map<string, string>
  print(text: string): void
  signal: AbortSignal
}

/** @returns the exit status @throws the reason of the signal */
export async function runScript({ path, args = [] }: TaskConfig['run'], shell: Shell): Promise<number> {
  const script = /(^|\/)(sh|bash|ash)$/.test(path) && /^-\w*c$/.test(args[0] ?? '') ? (args[1] ?? '') : [path, ...args].join(' ')
  let status = 0
  const isStrict = /^-\w*e/.test(args[0] ?? '')
  for (const [, command = '', end = ''] of script.matchAll(/((?:"[^"]*"|'[^']*'|[^;&\n"'])*)(;|&&|\n|$)/g)) {
    if (command.trim() === '') continue
    shell.signal.throwIfAborted()
    const { code, isExit } = await runCommand(command.trim(), shell)
    status = code
    if (isExit || (code !== 0 && (isStrict || end === '&&'))) break
  }
  return status
}

async function runCommand(command: string, shell: Shell): Promise<{ code: number; isExit?: boolean }> {
  const [words, target, isMore] = wordsOf(command, shell)
  const [name = '', ...args] = words
  const print = (text: string) => {
    if (target === undefined) shell.print(text)
    else shell.files.set(target, `${isMore ? (shell.files.get(target) ?? '') : ''}${text}`)
  }
  switch (name) {
    case 'set':
    case 'true':
    case 'mkdir':
      return { code: 0 }
    case 'false':
      return { code: 1 }
    case 'exit':
      return { code: Number(args[0] ?? 0), isExit: true }
    case 'echo':
      print(`${args.join(' ')}\n`)
      return { code: 0 }
    case 'seq': {
      const [first, last] = args.length > 1 ? [Number(args[0]), Number(args[1])] : [1, Number(args[0])]
      print(Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => `${first + at}\n`).join(''))
      return { code: 0 }
    }
    case 'cat': {
      const content = args.map((file) => shell.files.get(file.replace(/^\.\//, '')))
      if (content.includes(undefined)) {
        shell.print(`cat: can't open '${args.join(' ')}': No such file or directory\n`)
        return { code: 1 }
      }
      print(content.join(''))
      return { code: 0 }
    }
    case 'sleep':
      await sleep(Number(args[0]) * 1000, undefined, { signal: shell.signal })
      return { code: 0 }
    default:
      shell.print(`sh: ${name}: not found\n`)
      return { code: 127 }
  }
}

function wordsOf(command: string, { env }: Shell): [words: string[], target: string | undefined, isMore: boolean] {
  const fill = (text: string) => text.replace(/\$\{?(\w+)\}?/g, (_, name: string) => env[name] ?? '')
  const [, before = '', mark, target] = /^(.*?)(?:\s*(>>?)\s*(\S+))?$/s.exec(command) ?? []
  const words = [...before.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => single ?? fill(double ?? bare ?? ''))
  return [words, target && fill(target).replace(/^"|"$/g, ''), mark === '>>']
}

/** Programs of tenants and of operators, held in as well as this machine can: the one way in which the engine starts any. */
import { randomUUID } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import type { EnginePolicy } from '../policy.ts'
import { closeTo, handOver, makePassable, openScratch, workingDirectory } from './folder.ts'
import { confined, type Holding, marked, type Places, privateGroup } from './launch.ts'
import { describe, lookAtMachine, type Machine, riskOf } from './machine.ts'
import { type Ended, supervise } from './supervise.ts'

export interface Confinement {
  /** What it can do; looked up at the first question. */
  machine(): Promise<Machine>
  /** @throws Error fit for a log when it cannot be started; how it ended is the answer, and then all its processes are gone */
  run(program: ConfinedProgram): Promise<Ended>
}

export interface ConfinedProgram {
  readonly argv: (places: Places) => readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Becomes the user's that the program runs as; absolute. */
  readonly folder: string
  /** Below the folder. */
  readonly dir?: string
  readonly bound?: string
  readonly isImage?: boolean
  readonly input?: Buffer
  readonly seconds: number
  readonly signal: AbortSignal
  onOutput(text: string, source: 'stdout' | 'stderr'): void
}

export interface ConfinementOptions {
  readonly policy: EnginePolicy
  /** A warning: tasks of one tenant could get at others, or at the platform. */
  readonly log: (line: string, level: 'debug' | 'info' | 'warn') => void
  /** Folders beside the work folder that programs must not see, where they can be hidden. */
  readonly hidden?: readonly string[]
  /** For tests: as if nothing better could be had. */
  readonly holding?: Holding
}

export function openConfinement({ policy, log, hidden = [], holding }: ConfinementOptions): Confinement {
  const { limits, workFolder, taskUser } = policy
  let looking: Promise<Machine> | undefined
  const machine = () => {
    looking ??= lookAtMachine(taskUser, holding).then(async (found) => {
      const risk = riskOf(found)
      log(risk === undefined ? describe(found) : `${describe(found)}: ${risk}`, risk === undefined ? 'info' : 'warn')
      await mkdir(workFolder, { recursive: true, mode: 0o700 })
      // What is bound into a namespace is reached without passing through here.
      if (found.isRoot) await chmod(workFolder, found.holding === 'namespaces' ? 0o700 : 0o711)
      return found
    })
    return looking
  }

  return {
    machine,
    async run({ folder, dir = '.', seconds, signal, input, onOutput, ...program }) {
      const here = await machine()
      const group = here.hasPrivateGroups ? privateGroup() : undefined
      const at = await workingDirectory(folder, dir)
      const isOpen = here.user !== undefined && here.holding === 'group'
      const groups = isOpen ? await makePassable(workFolder, folder, group !== undefined) : []
      const owner = here.user && { uid: here.user.uid, gid: group ?? here.user.gid }
      await using scratch = await openScratch(folder, owner)
      if (owner) await handOver(folder, owner)
      if (group !== undefined) for (const one of [folder, scratch.folder]) await closeTo(one, group, 0o770)
      else if (owner) await chmod(scratch.folder, 0o711)
      const own = group === undefined ? {} : { group, groups }
      const mark = here.holding === 'group' && group === undefined ? { mark: randomUUID() } : {}
      const files = { fileBytes: limits.diskBytes, hidden: [...hidden, workFolder] }
      const launch = confined(here, { ...program, ...own, ...mark, ...files, folder, scratch: scratch.folder, name: scratch.name, dir: at })
      return await supervise({
        launch,
        isNamespaced: here.holding !== 'group',
        hasProc: here.hasProc,
        ...(group === undefined ? {} : { group }),
        ...('mark' in mark ? { mark: `${marked}=${mark.mark}` } : {}),
        limits: { seconds, outputBytes: limits.outputBytes, memoryBytes: limits.memoryBytes },
        signal,
        ...(input ? { input } : {}),
        onOutput,
      })
    },
  }
}

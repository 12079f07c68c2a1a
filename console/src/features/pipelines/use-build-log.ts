import { useEffect, useState, useSyncExternalStore } from 'react'
import type { Problem } from '@/api/problem.ts'
import { follow, type StreamState } from '@/api/stream.ts'
import { BuildLog, type BuildRecord } from './build-log.ts'
import type { PipelinePath } from './place.ts'

export interface Followed extends BuildRecord {
  connection: StreamState
  problem: Problem | undefined
}

/** The events of a build, from its beginning for as long as it runs. `undefined`: of none. */
export function useBuildLog(pipeline: PipelinePath, build: string | undefined): Followed {
  const key = JSON.stringify([pipeline, build])
  const [log, setLog] = useState(() => new BuildLog())
  const [connection, setConnection] = useState<StreamState>('connecting')
  const [problem, setProblem] = useState<Problem>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the pipeline and the build
  useEffect(() => {
    if (build === undefined) return
    const stop = new AbortController()
    // Everything is told again from the beginning, so it is written down anew.
    const fresh = new BuildLog()
    setLog(fresh)
    setProblem(undefined)
    const question = { path: { ...pipeline, build_id: build } }
    follow('getBuildEvents', question, { signal: stop.signal, take: fresh.take, state: setConnection }).catch((error) => {
      if (!stop.signal.aborted) setProblem(error as Problem)
    })
    return () => stop.abort()
  }, [key])
  return { ...useSyncExternalStore(log.subscribe, log.record), connection, problem }
}

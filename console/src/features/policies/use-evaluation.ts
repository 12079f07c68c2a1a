/** What the policy that is being written says of a plan, asked for when the typing rests. */
import { useEffect, useRef, useState } from 'react'
import { dataOf } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import type { Data } from '@/api/types.ts'
import type { Plan } from './plan-picker.tsx'

export type Evaluation = Data<'evaluateInfraPolicy'>

export interface Evaluated {
  result: Evaluation | undefined
  problem: Problem | undefined
  /** The shown result is of an older text. */
  busy: boolean
}

const rest = 400

export function useEvaluation(organization: string, body: string, plan: Plan): Evaluated {
  const [state, setState] = useState<Evaluated>({ result: undefined, problem: undefined, busy: false })
  const first = useRef(true)
  const { text, project, environment } = plan
  useEffect(() => {
    const asking = new AbortController()
    const ask = async () => {
      try {
        const result = await dataOf(
          'evaluateInfraPolicy',
          {
            path: { organization_canonical: organization },
            body: { body, ...(text === '' ? {} : { tfplan: text }), project_canonical: project, environment_canonical: environment },
          },
          { signal: asking.signal },
        )
        if (!asking.signal.aborted) setState({ result, problem: undefined, busy: false })
      } catch (error) {
        if (asking.signal.aborted) return
        if (!isProblem(error)) throw error
        setState({ result: undefined, problem: error, busy: false })
      }
    }
    if (body.trim() === '') {
      setState({ result: undefined, problem: undefined, busy: false })
      return
    }
    setState((old) => ({ ...old, busy: true }))
    const timer = setTimeout(() => void ask(), first.current ? 0 : rest)
    first.current = false
    return () => {
      clearTimeout(timer)
      asking.abort()
    }
  }, [organization, body, text, project, environment])
  return state
}

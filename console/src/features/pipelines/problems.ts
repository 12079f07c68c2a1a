import type { Problem } from '@/api/problem.ts'

export interface LineProblem {
  line: number
  message: string
}

/** What the API says about one text of the body, at the lines it names. */
export function problemsOf(problem: Problem | null | undefined, field: string): LineProblem[] {
  const details = (problem?.faults ?? []).flatMap(({ details }) => details ?? [])
  return details.flatMap((detail) => {
    if (!detail.startsWith(`body.${field}: `)) return []
    const message = detail.slice(field.length + 7)
    return [{ line: Number(/\bline (\d+)/.exec(message)?.[1] ?? 1), message }]
  })
}

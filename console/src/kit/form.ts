/** What a refused form does: each sentence beside its field, and the focus in the first one that is wrong. */
import type { UseFormReturnType } from '@mantine/form'
import type { Problem } from '@/api/problem.ts'

/**
 * For `onError` of a change. Sentences about fields the form does not have stay in the ProblemAlert above it.
 * @param names which field of the form a field of the API is, where they are called otherwise
 */
export function showProblem<Values extends object>(
  form: UseFormReturnType<Values>,
  problem: Problem,
  names: Readonly<Record<string, keyof Values & string>> = {},
): void {
  const known = Object.entries(problem.fields)
    .map(([name, sentence]) => [names[name] ?? name, sentence] as const)
    .filter(([name]) => (name.split('.')[0] ?? '') in form.values)
  if (known.length === 0) return
  const errors = Object.fromEntries(known)
  form.setErrors(errors)
  focusFirst(form, errors)
}

/** For the second argument of `form.onSubmit`. */
export function focusFirst<Values extends object>(form: UseFormReturnType<Values>, errors: Readonly<Record<string, unknown>>): void {
  const nodes = Object.keys(errors)
    .map((name) => form.getInputNode(name as never))
    .filter((node) => node !== null)
  nodes.toSorted((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))[0]?.focus()
}

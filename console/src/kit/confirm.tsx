/** Before something is destroyed: a question that names it. */
import { Stack, Text, TextInput } from '@mantine/core'
import { modals } from '@mantine/modals'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isProblem, type Problem } from '@/api/problem.ts'
import { FormButtons } from './form-buttons.tsx'
import { ProblemAlert } from './states.tsx'

export interface Question {
  title: string
  /** What happens, and what goes along. */
  children: ReactNode
  /** The word on the button: "Delete the project". */
  verb: string
  /** Set: it has to be typed first, because it cannot be had back. */
  name?: string
  /** The dialog stays while it runs, and shows what was refused. */
  act: () => Promise<unknown>
}

export function confirm(question: Question): void {
  const id = modals.open({
    title: question.title,
    children: <Confirmation question={question} close={() => modals.close(id)} />,
  })
}

function Confirmation({ question: { children, verb, name, act }, close }: { question: Question; close: () => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const ready = name === undefined || typed === name
  const submit = async () => {
    setBusy(true)
    try {
      await act()
      close()
    } catch (error) {
      setBusy(false)
      if (!isProblem(error)) throw error
      setProblem(error)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void submit()
      }}
    >
      <Stack>
        <Text component="div">{children}</Text>
        {name !== undefined && (
          <TextInput
            label={t('confirm.type', { name })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            data-autofocus
            autoComplete="off"
          />
        )}
        <ProblemAlert problem={problem} />
        <FormButtons close={close} verb={verb} busy={busy} color="red" disabled={!ready} />
      </Stack>
    </form>
  )
}

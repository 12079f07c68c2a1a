/** Text that is typed here, and kept somewhere else once somebody stops: in the address. */
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'

/** @param there what is kept; it comes back late, when somebody types on already, so only what another one wrote there is taken over */
export function useTyped(there: string, keep: (text: string) => void): readonly [text: string, type: (text: string) => void] {
  const [text, setText] = useState(there)
  const written = useRef(there)
  const settle = useDebouncedCallback((next: string) => {
    written.current = next
    keep(next)
  }, 250)
  // Going back, or following a link, changes it from outside.
  useEffect(() => {
    if (there === written.current) return
    settle.cancel()
    written.current = there
    setText(there)
  }, [there, settle])
  const type = (next: string) => {
    setText(next)
    settle(next)
  }
  return [text, type]
}

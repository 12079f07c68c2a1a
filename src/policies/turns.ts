import { unavailable } from '../errors.ts'
import { openTurnstile, type Turnstile } from '../turnstile.ts'

export type Turns = Turnstile

/** For evaluators: so many at once, by organization. */
export const openTurns = (together: number): Turns =>
  openTurnstile({ together, patience: { seconds: 30, waiting: 1000, waitingEach: 4, refused: tooMany } })

const tooMany = () => unavailable('Too many policies are being evaluated at the moment: try again in a few seconds')

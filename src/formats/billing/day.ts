/** `2026-07-31`, in UTC. Apart from the rest, which the console has no use for. */
export type Day = string

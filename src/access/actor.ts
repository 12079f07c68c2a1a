/** Who is calling. What they may do is another question: see decide.ts. */
export type Actor =
  | {
      kind: 'user'
      id: number
      username: string
      /** Number of the session that the token belongs to. */
      session: number
      /** Organization of the token, for whoever reads it; rights do not depend on it. */
      organization: string | null
      /** Id of the organization whose own identity provider made the session: it is good there and below only, and not for the account. */
      confinedTo: number | null
    }
  | {
      kind: 'api_key'
      id: number
      canonical: string
      organizationId: number
      /** Canonical of the organization that the key belongs to. */
      organization: string
      ownerId: number | null
    }

/** The person behind the call: for a key its owner, if it still has one. */
export const accountOf = (actor: Actor): number | null => (actor.kind === 'user' ? actor.id : actor.ownerId)

/** As events and messages name the actor. */
export const nameOf = (actor: Actor): string => (actor.kind === 'user' ? actor.username : `API key ${actor.canonical}`)

/** One operation from the request to the answer: authenticate, enter, authorize, validate, handle, record, respond. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Request, Response } from 'express'
import type { OperationId, OperationRow } from '../contract/operations.ts'
import { StaleAccess } from '../db/pool.ts'
import { type ApiError, unavailable } from '../errors.ts'
import type { Platform } from '../platform.ts'
import { admit, authenticate, isRefusal, refuseConfined, refuseKeys } from './admit.ts'
import { readBody } from './body.ts'
import { type Admission, accountContext, organizationContext, publicContext, type RequestInfo } from './context.ts'
import { credentialsOf } from './credentials.ts'
import type { Query } from './query.ts'
import { respond } from './respond.ts'
import type { Validator } from './validate.ts'

export interface Question {
  id: OperationId
  operation: OperationRow
  path: Record<string, string | undefined>
  query: Query
  request: Request
  response: Response
  info: RequestInfo
}

type AnyHandler = (context: unknown, input: unknown) => Promise<unknown>

const mostAttempts = 12

export async function runOperation(platform: Platform, validator: Validator, handler: AnyHandler, question: Question): Promise<void> {
  const { operation, response } = question
  // What was remembered may only say yes; a no, and a yes that the database contradicts, are asked again.
  let output: unknown
  for (let fresh = false, attempt = 1; ; fresh = true, attempt++) {
    try {
      output = await answer(platform, validator, handler, question, fresh)
      break
    } catch (error) {
      if (error instanceof StaleAccess) {
        if (attempt === mostAttempts)
          throw unavailable('The permissions in this organization keep changing: try again', { retryAfter: 1, cause: error })
        // Where many change permissions at once, whoever comes back at once meets the next change.
        if (attempt > 1) await sleep(Math.random() * 15 * attempt)
      } else if (fresh || !isRefusal(error) || (error as { decided?: boolean }).decided) throw error
    }
  }
  await respond(response, operation, output)
}

async function answer(platform: Platform, validator: Validator, handler: AnyHandler, question: Question, fresh: boolean): Promise<unknown> {
  const { id, operation, request, response } = question
  const base = { platform, request: question.info }
  // Whoever is asked for no session must not notice whether there is one.
  const caller = () => ({ id, request, credentials: credentialsOf(request, platform.config) })
  switch (operation.scope) {
    case 'public':
    case 'token':
      return handle(handler, publicContext(base), await readQuestion(validator, question))
    case 'authenticated': {
      const asking = caller()
      const actor = await platform.sessions.assertLive(await authenticate(platform, asking, fresh))
      refuseKeys(actor, operation)
      refuseConfined(actor, operation)
      noteActor(question, actor)
      const setCookie = (cookie: string) => void response.setHeader('set-cookie', cookie)
      return handle(handler, accountContext(base, actor, asking.credentials, setCookie), await readQuestion(validator, question))
    }
    case 'organization': {
      const admission = await admit(platform, operation, question.path, caller(), fresh)
      noteActor(question, admission.actor, admission)
      if (admission.actor.kind === 'api_key') platform.keyUse.note(admission.actor, question.info.address)
      const input = await readQuestion(validator, question)
      const progress = { committed: false }
      return handle(handler, organizationContext(base, operation, input.path, admission, progress), input, () => !progress.committed)
    }
  }
}

/**
 * A refusal that the handler itself decided on, such as of a create whose name no rule covers, rests on remembered rules too:
 * it is asked again like any other, unless something was done already. Outside organizations nothing is remembered.
 */
async function handle(handler: AnyHandler, context: unknown, input: unknown, mayRepeat = () => false): Promise<unknown> {
  try {
    return await handler(context, input)
  } catch (error) {
    throw isRefusal(error) && !mayRepeat() ? Object.assign(error as ApiError, { decided: true }) : error
  }
}

async function readQuestion(validator: Validator, question: Question) {
  const { id, operation, request, response, query } = question
  if (operation.body.length > 0 && !operation.bodyStream && request.body === undefined) await readBody(operation, request, response)
  const path: Record<string, unknown> = { ...question.path }
  // Express' own query getter would parse again on each access.
  Object.defineProperty(request, 'query', { value: { ...query.plain }, writable: true, configurable: true })
  await validator.question(id, request, response, path)
  return { path, query: request.query, body: request.body as unknown, filters: query.filters }
}

function noteActor({ response }: Question, actor: Admission['actor'], admission?: Admission): void {
  const name = actor.kind === 'user' ? actor.username : `${actor.organization}/${actor.canonical}`
  Object.assign(response.locals, { actor: `${actor.kind}:${name}`, organization: admission?.access.organization.canonical })
}

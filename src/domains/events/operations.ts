import { accountOf, nameOf } from '../../access/actor.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import { findTags, insertEvent, listEvents, tagText } from './queries.ts'
import { viewEvent } from './view.ts'

/** The answer has no pages, and must still end. */
const mostEvents = 10_000

export const events: DomainHandlers<'events'> = {
  async getEvents({ read, visible }, { query }) {
    const { begin, end, limit = mostEvents, tag = [], ...filters } = query
    if (begin === undefined || end === undefined)
      throw invalid('Events are listed for a period: give its begin and end in unix milliseconds', [
        ...(begin === undefined ? ['query.begin: is required'] : []),
        ...(end === undefined ? ['query.end: is required'] : []),
      ])
    if (begin > end) throw invalid('The period ends before it begins', ['query.begin: must not be later than end'])
    const tags = tag.map((pair) => ({ key: pair.slice(0, pair.indexOf(':')), value: pair.slice(pair.indexOf(':') + 1) }))
    const rows = await read((tx) => listEvents(tx, { begin, end, tags, ...filters }, visible('organization:event:list'), limit))
    return { data: rows.map(viewEvent) }
  },

  async sendEvent({ write, actor }, { body }) {
    const { color = 'default', icon = 'fa-info-circle', type, severity, title, message, tags } = body
    // The pattern of the contract is not anchored, so `#ff0000` would pass it.
    if (!/^[a-z]+$/.test(color))
      throw invalid('The colour of an event is a keyword such as red', ['body.color: must be a CSS colour keyword'])
    const row = await write((tx) =>
      insertEvent(tx, {
        type,
        severity,
        title,
        message,
        icon,
        color,
        // Any type may be sent, the platform's own too: this tells what was sent from what the platform wrote.
        tags: [...tags.filter(({ key }) => key !== 'sent_by'), { key: 'sent_by', value: tagText(nameOf(actor)) }],
        user_id: accountOf(actor),
        api_key_id: actor.kind === 'api_key' ? actor.id : null,
        operation: null,
      }),
    )
    return { data: viewEvent(row) }
  },

  async getEventsTags({ read, visible }) {
    return { data: await read((tx) => findTags(tx, visible('organization:event:list'))) }
  },
}

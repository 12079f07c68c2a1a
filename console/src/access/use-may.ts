/** May the caller do this? The same pure functions decide here as in the API, on the rules that it says apply. */
import { useTranslation } from 'react-i18next'
import { entityOfParameter, operations } from '@/api/operations.ts'
import { useAsk } from '@/api/query.ts'
import type { Data, OperationId } from '@/api/types.ts'
import { decide, decideBelow, isOwned, prefixBelow } from '../../../src/access/decide.ts'
import { type RuleSet, ruleSet } from '../../../src/access/rules.ts'

export interface Verdict {
  allowed: boolean
  /** In words, when not allowed: what to show beside a button that cannot be used. */
  why: string | undefined
}

/** `path` is the operation's own: its names make the resource. While the rules are on their way, everything seems allowed; the API decides anyway. */
export function useMay(id: OperationId, path: Readonly<Record<string, string | number>>): Verdict {
  const { t } = useTranslation('common')
  const access = useAccess(String(path['organization_canonical'] ?? ''))
  const [, , permission, target] = operations[id]
  if (!access || permission === null) return { allowed: true, why: undefined }
  const resource = resourceOf(operations[id][1], path)
  // Of more rules than are told, one that is not may say yes.
  if (!access.complete || isAllowed(access, permission, target, resource)) return { allowed: true, why: undefined }
  const [blockedBy] = access.blocked_by
  if (access.lacks) return { allowed: false, why: t(`access.demands.${access.lacks}`) }
  if (blockedBy) return { allowed: false, why: t('access.blocked', { reason: t(`access.blockedBy.${blockedBy}`) }) }
  return { allowed: false, why: t('access.lacks', { permission, resource }) }
}

export type AccessHere = Omit<Data<'getAccess'>, 'rules'> & { rules: RuleSet }

export function useAccess(organization: string): AccessHere | undefined {
  const { data } = useAsk('getAccess', { path: { organization_canonical: organization } }, { enabled: organization !== '' })
  return data && accessOf(data.data)
}

/** Of an answer once: every row of a list asks. */
const known = new WeakMap<Data<'getAccess'>, AccessHere>()

function accessOf(data: Data<'getAccess'>): AccessHere {
  const before = known.get(data)
  if (before) return before
  const held = data.rules.map((rule, id) => ({ id, organization_id: 0, action: rule.action, resources: rule.resources }))
  const access = { ...data, rules: ruleSet(held, 0) }
  known.set(data, access)
  return access
}

/** As http/admit.ts asks it. */
export function isAllowed({ rules, owns }: AccessHere, permission: string, target: string | null, resource: string): boolean {
  const open = target !== null && /:(create|list)$/.test(permission)
  const below = prefixBelow(resource, target ?? '')
  const granted = open ? decideBelow(rules, permission, below) : decide(rules, permission, resource)
  if (granted || isOwned(owns, resource)) return true
  return open && permission.endsWith(':list') && owns.some((mine) => mine.startsWith(below))
}

/** `organization:acme:project:web`, of the address of an operation. */
export function resourceOf(address: string, path: Readonly<Record<string, string | number>>): string {
  const parts = [...address.matchAll(/{(\w+)}/g)].flatMap(([, parameter = '']) => {
    const entity = entityOfParameter[parameter]
    const name = String(path[parameter] ?? '')
    return entity ? [`${entity}:${name.slice(name.lastIndexOf(':') + 1)}`] : []
  })
  return parts.join(':')
}

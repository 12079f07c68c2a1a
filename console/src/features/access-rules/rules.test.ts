/** What the rule editor says of rules, without a browser: it has to be what the API would decide. */
import { describe, expect, test } from 'vitest'
import { policies as known } from '../../../../src/contract/policies.ts'
import { actionsOf, changesBetween, isOpen, may, type Policy, setOf, wrongAction, wrongResource } from './rules.ts'

const policies = known.map((policy, id) => ({ ...policy, entities: [...policy.entities], id: id + 1 })) as Policy[]
const named = (code: string) => policies.find((policy) => policy.code === code) as Policy
const web = 'organization:acme:project:web'

describe('The rule editor', () => {
  test('finds the actions that a pattern stands for', () => {
    expect(actionsOf('organization:team:*', policies).map(({ code }) => code)).not.toContain('organization:team:member:list')
    expect(actionsOf('organization:team:**', policies).map(({ code }) => code)).toContain('organization:team:member:list')
    expect(actionsOf('organization:**', policies)).toHaveLength(policies.length)
    expect(actionsOf('', policies)).toEqual([])
  })

  test('asks what is created or listed of what it will be in', () => {
    const rules = setOf([{ action: 'organization:environment:*', resources: [`${web}:environment:staging`] }])
    expect(isOpen(named('organization:environment:create'))).toBe(true)
    expect(may(rules, named('organization:environment:create'), web)).toBe(true)
    expect(may(rules, named('organization:environment:create'), 'organization:acme:project:shop')).toBe(false)
    expect(may(rules, named('organization:environment:delete'), `${web}:environment:staging`)).toBe(true)
    expect(may(rules, named('organization:environment:delete'), `${web}:environment:prod`)).toBe(false)
  })

  test('says what is gained and lost, also when everything becomes something', () => {
    const before = [{ action: 'organization:project:read', resources: [] }]
    const after = [
      { action: 'organization:project:read', resources: [web] },
      { action: 'organization:quota:delete', resources: [] },
    ]
    const said = changesBetween(before, after, policies).map(({ added, policies: changed, resources }) => [
      added,
      changed.map(({ code }) => code),
      resources,
    ])
    expect(said).toEqual([
      [false, ['organization:project:read'], []],
      [true, ['organization:project:read'], [web]],
      [true, ['organization:quota:delete'], []],
    ])
    // Written differently, allowed the same: nothing changes.
    expect(changesBetween([{ action: 'organization:**', resources: [] }], [{ action: '**', resources: [] }], policies)).toEqual([])
  })

  test('tells what cannot be meant before the API has to', () => {
    expect(wrongAction('project read', policies)).toBe('actionForm')
    expect(wrongAction('organization:projct:read', policies)).toBe('actionUnknown')
    expect(wrongResource('project:web')).toBe('resourceBegin')
    expect(wrongResource('organization:acme:project')).toBe('resourceEnd')
    expect(wrongResource('organization:acme::web')).toBe('resourceGap')
    expect(wrongResource(`${web}:**`)).toBeUndefined()
  })
})

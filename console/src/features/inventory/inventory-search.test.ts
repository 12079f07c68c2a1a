import { expect, test } from 'vitest'
import { filtersOf } from './inventory-search.ts'

test('every condition on a resource is asked for, also two on the same attribute', () => {
  const where = ['tags.env[neq]=prod', 'tags.env[neq]=staging', 'cpu[gt]=2']
  expect(filtersOf({ where, name: 'web', type: 'aws_instance' })).toMatchObject({
    'tags.env[neq]': ['prod', 'staging'],
    'cpu[gt]': ['2'],
    'resources_type[eq]': ['aws_instance'],
    'resources_name[rlike]': ['(?i)web'],
  })
})

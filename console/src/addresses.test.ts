import { expect, test } from 'vitest'
import { isPlaceCanonical } from './kit/canonical.ts'
import tree from './routeTree.gen.ts?raw'

const fullPaths = [...tree.matchAll(/^ +fullPath: '([^']+)'/gm)].map(([, path = '']) => path)

test('Whatever something is called, its page can be opened: no page beside it has an address that is a canonical', () => {
  const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/'))
  const things = new Set(fullPaths.filter((path) => /\/\$\w+$/.test(path)).map(parentOf))
  const beside = fullPaths.filter((path) => !path.endsWith('/') && !/\/\$\w+$/.test(path) && things.has(parentOf(path)))
  expect(beside.length).toBeGreaterThan(5)
  expect(beside.filter((path) => isPlaceCanonical(path.slice(path.lastIndexOf('/') + 1)))).toEqual([])
})

import { describe, expect, test } from 'vitest'
import { begins, world } from '../../../../test/support/pipeline-world.ts'
import { chooseTogether, groupsOf, type Wanted } from './fan-in.ts'

const takes = (text: string): string | undefined =>
  begins(world(`${text}\n#90 deploy pending manual`)).find((begun) => begun.startsWith('#90'))

describe('one input that passed two jobs (the diamond)', () => {
  const diamond = 'repo: v1 v2 v3 v4\nunit = get repo\nlint = get repo\ndeploy = get repo passed unit,lint\n'
  test.each([
    ['takes the version that both passed', '#1 unit ok repo=v1\n#2 lint ok repo=v1\n#3 unit ok repo=v2', '#90 repo=v1'],
    ['takes the newest of them', '#1 unit ok repo=v1\n#2 lint ok repo=v1\n#3 unit ok repo=v2\n#4 lint ok repo=v2', '#90 repo=v2'],
    ['waits while they passed different ones', '#1 unit ok repo=v1\n#2 lint ok repo=v2', undefined],
    [
      'goes back several builds of both',
      '#1 unit ok repo=v1\n#2 unit ok repo=v2\n#3 unit ok repo=v3\n#4 lint ok repo=v1\n#5 lint ok repo=v4',
      '#90 repo=v1',
    ],
    ['waits while one of them has not run', '#1 unit ok repo=v1', undefined],
  ])('%s', (_, builds, expected) => expect(takes(diamond + builds)).toBe(expected))

  test('passes over a disabled version in the middle', () => {
    const text = `repo: v1 -v2 v3\nunit = get repo\nlint = get repo\ndeploy = get repo passed unit,lint
      #1 unit ok repo=v1\n#2 lint ok repo=v1\n#3 unit ok repo=v2\n#4 lint ok repo=v2\n#5 unit ok repo=v3`
    expect(takes(text)).toBe('#90 repo=v1')
  })
})

describe('two inputs that passed the same job', () => {
  const both = 'repo: v1 v2 v3\nimage: i1 i2 i3\nunit = get repo | get image\ndeploy = get repo passed unit | get image passed unit\n'
  test.each([
    ['come from one build', '#1 unit ok repo=v1 image=i2\n#2 unit ok repo=v2 image=i1', '#90 repo=v2 image=i1'],
    ['go back together', '#1 unit ok repo=v1 image=i2\n#2 unit failed repo=v2 image=i1', '#90 repo=v1 image=i2'],
    ['wait while no build had both', '#1 unit ok repo=v1\n#2 unit ok image=i1', undefined],
  ])('%s', (_, builds, expected) => expect(takes(both + builds)).toBe(expected))

  test('go back together when one of the versions is disabled', () => {
    const text = both.replace('i3', '-i3')
    expect(takes(`${text}#1 unit ok repo=v1 image=i1\n#2 unit ok repo=v2 image=i3`)).toBe('#90 repo=v1 image=i1')
  })

  test('follow a pin of the other one', () => {
    const text = both.replace('image:', 'image [api-pin i1]:')
    expect(takes(`${text}#1 unit ok repo=v1 image=i1\n#2 unit ok repo=v2 image=i2`)).toBe('#90 repo=v1 image=i1')
  })

  test('of the same resource may take what one build got and made', () => {
    const text = `sem: s1 s2\nbump = get sem | put sem\ndeploy = get new of sem passed bump | get old of sem passed bump pin s1
      #1 bump ok sem=s1 +sem=s2`
    expect(takes(text)).toBe('#90 new=s2 old=s1')
  })
})

describe('inputs that are bound through several jobs', () => {
  test('take the versions of builds that fit, although newer ones are there for each alone', () => {
    const text = `repo: v1 v2\nimage: i1 i2\nbuild = get repo | put image\nunit = get repo | get image
      deploy = get repo passed build,unit | get image passed build
      #1 build ok repo=v1 +image=i1\n#2 unit ok repo=v1 image=i1\n#3 build ok repo=v2 +image=i2`
    expect(takes(text)).toBe('#90 repo=v1 image=i1')
  })

  test('do not mix an image with the source of another build of it', () => {
    const text = `repo: v1 v2\nimage: i1 i2\nbuild = get repo | put image\nunit = get repo passed build | get image passed build
      deploy = get repo passed unit | get image passed unit,build
      #1 build ok repo=v1 +image=i1\n#2 build ok repo=v2 +image=i2\n#3 unit ok repo=v1 image=i1`
    expect(takes(text)).toBe('#90 repo=v1 image=i1')
  })

  test('that go different ways with the same resource may differ', () => {
    const text = `repo: v1 v2\nfast = get repo\nslow = get repo\ndeploy = get new of repo passed fast | get old of repo passed slow
      #1 fast ok repo=v2\n#2 slow ok repo=v1`
    expect(takes(text)).toBe('#90 new=v2 old=v1')
  })

  test('that have nothing to do with each other do not block each other', () => {
    const text = `repo: v1 v2\nimage: i1 i2\nunit = get repo\nscan = get image\ndeploy = get repo passed unit | get image passed scan
      #1 unit ok repo=v1\n#2 scan ok image=i1\n#3 unit ok repo=v2`
    expect(takes(text)).toBe('#90 repo=v2 image=i1')
  })

  test('go back in the first job when the second has nothing that fits', () => {
    const text = `a: a1 a2\nb: b1 b2\nc: c1 c2\nx = get a | get b\ny = get b | get c\nz = get c | get a
      deploy = get a passed x,z | get b passed x,y | get c passed y,z
      #1 x ok a=a1 b=b1\n#2 x ok a=a2 b=b2\n#3 y ok b=b1 c=c1\n#4 y ok b=b2 c=c2\n#5 z ok c=c1 a=a1\n#6 z ok c=c2 a=a1`
    expect(takes(text)).toBe('#90 a=a1 b=b1 c=c1')
  })

  test('wait when every two of them fit and all three do not', () => {
    const text = `a: a1 a2\nb: b1 b2\nc: c1 c2\nx = get a | get b\ny = get b | get c\nz = get c | get a
      deploy = get a passed x,z | get b passed x,y | get c passed y,z
      #1 x ok a=a1 b=b1\n#2 x ok a=a2 b=b2\n#3 y ok b=b1 c=c1\n#4 y ok b=b2 c=c2\n#5 z ok c=c1 a=a2\n#6 z ok c=c2 a=a1`
    expect(takes(text)).toBeUndefined()
  })

  test('follow a pin at the beginning of a long way', () => {
    const text = `repo [api-pin v1]: v1 v2\nimage: i1 i2\nbuild = get repo | put image\nunit = get image passed build
      deploy = get repo passed build | get image passed build,unit
      #1 build ok repo=v1 +image=i1\n#2 build ok repo=v2 +image=i2\n#3 unit ok image=i1\n#4 unit ok image=i2`
    expect(takes(text)).toBe('#90 repo=v1 image=i1')
  })
})

test('groups are joined by an input that comes later', () => {
  const input = (name: string, ...passed: string[]) => ({ name, passed })
  const groups = groupsOf([input('a', 'x'), input('b', 'y'), input('c', 'z'), input('d', 'x', 'y')])
  expect(groups.map((group) => group.map(({ name }) => name))).toEqual([['a', 'b', 'd'], ['c']])
})

test('a search that would not end stops, and says that it did not find out', () => {
  const jobs = Array.from({ length: 12 }, (_, at) => `job${at}`)
  // Each pair of jobs shares an input; each of 12 jobs would need a build of its own colour, and there are 11 colours.
  const wanted: Wanted[] = jobs.flatMap((one, at) =>
    jobs.slice(at + 1).map((other) => ({
      name: `${one}-${other}`,
      resource: `${one}-${other}`,
      passed: [one, other],
      allows: () => true,
      rank: undefined,
    })),
  )
  const colours = Array.from({ length: 11 }, (_, colour) => colour)
  const buildsOf = (job: string) =>
    colours.map((colour) => {
      const versions = (name: string) => (name.startsWith(`${job}-`) ? [colour] : colours.filter((other) => other !== colour))
      return new Map(wanted.filter(({ passed }) => passed.includes(job)).map(({ resource }) => [resource, versions(resource)] as const))
    })
  const budget = { left: 500_000 }
  const began = performance.now()
  expect(chooseTogether(wanted, buildsOf, budget)).toEqual({ failed: 'too many combinations' })
  expect(performance.now() - began).toBeLessThan(5000)
})

import { expect, test } from 'vitest'
import type { JobConfig } from '../../../formats/pipeline/types.ts'
import { buildsToReap } from './retention.ts'

const day = 24 * 60 * 60 * 1000
const now = 100 * day
/** `7f 6s`: newest first, each a day older than the one before. */
const builds = (text: string) =>
  text
    .split(' ')
    .map((word, age) => ({ id: Number.parseInt(word, 10), succeeded: word.endsWith('s'), endedAt: new Date(now - age * day - 1000) }))

test.each<[string, Pick<JobConfig, 'build_log_retention' | 'build_logs_to_retain'>, string, number[]]>([
  ['no rule', {}, '3f 2s 1s', []],
  ['as many', { build_log_retention: { builds: 2 } }, '4f 3s 2s 1f', [2, 1]],
  ['the old way to say it', { build_logs_to_retain: 1 }, '3f 2s 1s', [2, 1]],
  ['as young', { build_log_retention: { days: 2 } }, '4f 3s 2s 1f', [2, 1]],
  ['as many and as young', { build_log_retention: { builds: 3, days: 2 } }, '4f 3s 2s 1f', [2, 1]],
  ['at least one that succeeded', { build_log_retention: { builds: 5, minimum_succeeded_builds: 1 } }, '7f 6f 5f 4f 3f 2f 1s', [3, 2]],
  [
    'at least one that succeeded, whatever its age',
    { build_log_retention: { builds: 5, days: 1, minimum_succeeded_builds: 1 } },
    '3f 2f 1s',
    [2],
  ],
  ['succeeded ones among the newest', { build_log_retention: { builds: 2, minimum_succeeded_builds: 1 } }, '4s 3f 2s 1s', [2, 1]],
  ['more succeeded ones than are kept', { build_log_retention: { builds: 2, minimum_succeeded_builds: 5 } }, '4s 3s 2s 1s', [2, 1]],
  ['zero is no rule', { build_log_retention: { builds: 0, days: 0 } }, '2s 1s', []],
])('%s', (_name, job, history, expected) => {
  expect(buildsToReap(job, builds(history), now)).toEqual(expected)
})

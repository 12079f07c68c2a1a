/** What differs between two pipelines, entry by entry, in lines of their canonical YAML (canonical.ts, dump.ts). */
import { isJsonMap, sameJson } from '../json-value.ts'
import { canonicalPipeline } from './canonical.ts'
import { dumpLines } from './dump.ts'
import { type DiffLine, diffLines, line, type Patience } from './line-diff.ts'
import type { Json, JsonObject, PipelineConfig, PipelineDiffs, SectionDiff } from './types.ts'

/**
 * Entries belong together by their names. First what is gone or changed, in the old order, then what is new, in the new one.
 * The order of groups shows, so a group that only moved is changed too: its place is told in a comment line of the diff.
 */
export function diffPipelines(before: PipelineConfig, after: PipelineConfig): PipelineDiffs {
  const [old, next] = [canonicalPipeline(before), canonicalPipeline(after)]
  const patience: Patience = { steps: 20_000_000 }
  const section = (key: keyof PipelineDiffs) => diffSection(entriesOf(old[key]), entriesOf(next[key]), key === 'groups', patience)
  return {
    groups: section('groups'),
    jobs: section('jobs'),
    resources: section('resources'),
    resource_types: section('resource_types'),
  }
}

/** Whether they are the same, sections that `diffPipelines` does not tell (var_sources, prototypes, display) and the order of groups too. */
export function samePipeline(one: PipelineConfig, other: PipelineConfig): boolean {
  const [left, right] = [canonicalPipeline(one), canonicalPipeline(other)]
  const byName = (config: JsonObject): Json =>
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key, Array.isArray(value) && key !== 'groups' ? sortedByName(value) : value]),
    )
  return sameJson(byName(left), byName(right))
}

/** The order of everything but groups says nothing. */
const sortedByName = (entries: readonly Json[]): Json[] => [...entries].sort((one, other) => compare(nameOf(one), nameOf(other)))

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

const nameOf = (entry: Json): string => (isJsonMap(entry) ? String(entry['name'] ?? '') : '')

interface Entry {
  value: Json
  /** From 0. */
  place: number
}

function entriesOf(section: Json | undefined): Map<string, Entry> {
  return new Map((Array.isArray(section) ? section : []).map((value, place) => [nameOf(value), { value, place }]))
}

function diffSection(
  before: ReadonlyMap<string, Entry>,
  after: ReadonlyMap<string, Entry>,
  isOrdered: boolean,
  patience: Patience,
): SectionDiff[] {
  const moved = isOrdered ? movedNames(before, after, patience) : new Set<string>()
  const diffs: SectionDiff[] = []
  for (const [name, old] of before) {
    const next = after.get(name)
    if (!next) diffs.push({ name, status: 'removed', diff: dumpLines(old.value).map(line('-')) })
    else if (moved.has(name) || !sameJson(old.value, next.value))
      diffs.push({ name, status: 'changed', diff: diffEntry(old, next, moved.has(name), patience) })
  }
  for (const [name, { value }] of after) if (!before.has(name)) diffs.push({ name, status: 'added', diff: dumpLines(value).map(line('+')) })
  return diffs
}

function diffEntry(old: Entry, next: Entry, hasMoved: boolean, patience: Patience): DiffLine[] {
  const linesOf = ({ value, place }: Entry) => [...(hasMoved ? [`# position ${place + 1}`] : []), ...dumpLines(value)]
  return diffLines(linesOf(old), linesOf(next), patience)
}

/** The fewest that must move to make one order of the other; entries that come or go move nothing. */
function movedNames(before: ReadonlyMap<string, Entry>, after: ReadonlyMap<string, Entry>, patience: Patience): Set<string> {
  const old = [...before.keys()].filter((name) => after.has(name))
  const next = [...after.keys()].filter((name) => before.has(name))
  const edits = diffLines(old, next, patience)
  return new Set(edits.filter(({ delta_type }) => delta_type === '-').map(({ line }) => line))
}

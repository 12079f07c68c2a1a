/**
 * Metric tons of CO2 equivalent for a kWh of the grid, as the Cloud Carbon Footprint publishes them: EPA eGRID by NERC region in the
 * United States, the European Environment Agency, the Energy Market Authority of Singapore, carbonfootprint.com elsewhere. Belgium, Finland,
 * Poland, Switzerland and Taiwan as Google publishes them for its regions there.
 */
export const grid = {
  serc: 0.000379069,
  rfc: 0.000410608,
  wecc: 0.000322167,
  mro: 0.000426254,
  tre: 0.000373231,
  ae: 0.0004041,
  au: 0.00076,
  be: 0.000212,
  bh: 0.0005059,
  br: 0.0000617,
  ca: 0.00012,
  ch: 0.000087,
  cn: 0.0005374,
  de: 0.000311,
  fi: 0.000133,
  fr: 0.0000511,
  gb: 0.000225,
  hk: 0.00071,
  id: 0.0007177,
  ie: 0.0002786,
  in: 0.0007082,
  it: 0.0002134,
  jp: 0.0004658,
  kr: 0.0004156,
  nl: 0.0003284,
  pl: 0.000622,
  se: 0.0000088,
  sg: 0.000408,
  tw: 0.00054,
  za: 0.0009006,
} as const

export type Grid = keyof typeof grid

/** `{ ie: 'eu-west-1' }` to a table by region. */
export function regionsOf(regions: Readonly<Partial<Record<Grid, string>>>): ReadonlyMap<string, number> {
  const table = new Map<string, number>()
  for (const [name, list] of Object.entries(regions)) for (const region of list.split(' ')) table.set(region, grid[name as Grid])
  return table
}

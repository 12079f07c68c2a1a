/** `Firefox · Linux`: enough to know one's own devices by. */
const programs: readonly [name: string, pattern: RegExp][] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Headless)?(?:Chrome|CriOS|Chromium)\//],
  ['Safari', /\bSafari\//],
  ['Terraform', /terraform/i],
  ['curl', /^curl\//],
]
const systems: readonly [name: string, pattern: RegExp][] = [
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Android', /Android/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X|Macintosh/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /Linux/],
]

/** What it calls itself, when it is none that we know. */
export function deviceOf(userAgent: string): string {
  const found = [programs, systems].flatMap((known) => known.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? [])
  return found.join(' · ') || userAgent
}

/**
 * `npm run generate`: what is written by hand in `openapi/` and `db/migrations/` becomes the types and tables the code
 * imports. `--check` writes nothing and fails, naming the stale files.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { generateContract } from './generate-contract.ts'
import { generateDatabase } from './generate-database.ts'

const check = process.argv.includes('--check')
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length)

const files = {
  ...(only === 'database' ? {} : await generateContract()),
  ...(only === 'contract' ? {} : await generateDatabase()),
}
const stale = Object.entries(files).filter(([path, text]) => readIfThere(path) !== text)
for (const [path, text] of stale) {
  if (!check) writeFileSync(new URL(`../${path}`, import.meta.url), text)
  console.log(`${check ? 'stale' : 'wrote'} ${path}`)
}
if (check && stale.length > 0) {
  console.error('Generated files are stale: run `npm run generate` and commit what it writes.')
  process.exitCode = 1
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
  } catch {
    return undefined
  }
}

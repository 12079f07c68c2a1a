/**
 * Where the browser is: CHROMIUM_PATH, or the first of the usual names in PATH. Undefined: there is none. Debian's Chromium comes
 * without its windows as well, where a page costs half as much: nobody looks at them here.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export const executable: string | undefined =
  process.env.CHROMIUM_PATH ?? inPath('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome')

function inPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Names of branches and files that tenants chose, before they reach git. */
import { plainText } from './errors.ts'
import { GitError } from './types.ts'

/** The rules of `git check-ref-format --branch`. @throws GitError refused */
export function assertBranch(branch: string): void {
  if (isNoRef(branch)) throw new GitError('refused', 'The branch is not a name that git allows: use one such as main or stacks/prod')
}

/** @throws GitError refused */
export function assertTag(tag: string): void {
  if (isNoRef(tag)) throw new GitError('refused', `The tag ${shownPath(tag)} is not a name that git allows: use one such as v1.2.3`)
}

const isNoRef = (name: string) =>
  name.length === 0 ||
  name.length > 244 ||
  /[\p{Cc}\p{Cs} ~^:?*[\\]/u.test(name) ||
  /\.\.|@\{|\/\/|^[-/]|[./]$/.test(name) ||
  name === '@' ||
  name === 'HEAD' ||
  name.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock'))

/**
 * Of a file that is about to be written: relative, and nothing that any file system would read as another place or as
 * git's own folder. @throws GitError refused
 */
export function assertPath(path: string): void {
  const parts = path.split('/')
  const wrong =
    Buffer.byteLength(path) > 1024 ||
    /[\p{Cc}\p{Cs}\\]/u.test(path) ||
    parts.some((part) => part === '' || part === '.' || part === '..' || Buffer.byteLength(part) > 255 || isGitFolder(part))
  if (wrong)
    throw new GitError('refused', `The path ${shownPath(path)} cannot be written: use one such as folder/file.yml, without .git in it`)
}

/** As `core.protectHFS` and `core.protectNTFS` see it: ignorable characters, case, short names, trailing dots, streams. */
function isGitFolder(part: string): boolean {
  const seen = part
    .replace(/\p{Default_Ignorable_Code_Point}|\p{Cf}/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '')
  return seen === '.git' || /^git~\d+$/.test(seen)
}

export const shownPath = (path: string) => (path === '' ? '(empty)' : plainText(path))

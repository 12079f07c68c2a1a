/**
 * What the platform asks of git. Trees are read and written as objects of a bare repository; only builds of pipelines, whose
 * tasks want files, get working copies.
 */

export type GitCredential = { type: 'ssh'; key: string } | { type: 'basic_auth'; username: string; password: string }

export interface GitRemote {
  /** Whose cache it is: nothing fetched for one tenant is read for another. */
  tenant: number
  url: string
  credential: GitCredential | null
}

/** What tenants may reach; everything else is refused before a connection is made. */
export interface GitPolicy {
  /** Folders below which bare repositories of this machine may be used; empty for none. Absolute. */
  readonly localPaths: readonly string[]
  /** `http://` beside `https://`. */
  readonly plainHttp: boolean
  /** `accept-new` writes down the key of a host that it meets first; `strict` wants it in `knownHostsFile`; `off` does not look. */
  readonly hostKeys: 'accept-new' | 'strict' | 'off'
  /** Undefined: a file in the cache folder. */
  readonly knownHostsFile: string | undefined
  readonly limits: GitLimits
}

export interface GitLimits {
  /** Of what one fetch may bring, in bytes. */
  readonly repositoryBytes: number
  /** Of one file that is read, in bytes. */
  readonly fileBytes: number
  /** Of one tree, all folders together. */
  readonly files: number
  /** Of one command of git, in seconds. */
  readonly seconds: number
}

export type GitErrorKind =
  | 'refused' // by our policy: the address, a path, a protocol
  | 'unreachable' // no such host, no answer, certificate, host key
  | 'unauthorized'
  | 'no_repository'
  | 'no_branch'
  | 'empty' // a repository without any commit
  | 'too_large'
  | 'timeout'
  | 'unusable_file' // a link, a submodule, a pointer to large file storage, not text
  | 'contended' // other writers kept being faster
  | 'unclear' // the push may or may not have arrived
  | 'failed'

/** `message` is fit for a stranger and says what to do; what git itself said is in `cause`. */
export class GitError extends Error {
  readonly kind: GitErrorKind
  constructor(kind: GitErrorKind, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'GitError'
    this.kind = kind
  }
}

export interface TreeEntry {
  /** From the root of the repository, `/` between folders. */
  path: string
  kind: 'file' | 'executable' | 'link' | 'submodule'
  /** Name of the object; equal means equal content. */
  object: string
  /** Bytes; 0 for submodules. */
  size: number
}

/** One commit, whole. Lives as long as the run it was given to. */
export interface Snapshot {
  readonly commit: string
  /** Files of a folder and everything below it, or of the whole tree; sorted by path. @throws GitError too_large */
  list(folder?: string): Promise<TreeEntry[]>
  /**
   * Contents by path; what is not there is not in the map. Links, submodules, large file pointers and files above the limit
   * are refused by name. @throws GitError unusable_file, too_large
   */
  read(paths: readonly string[]): Promise<Map<string, Buffer>>
}

/** `null` deletes. An empty map means that there is nothing to do, and no commit is made. */
export type FileChanges = ReadonlyMap<string, Buffer | null>

export interface CommitOptions {
  author: { name: string; email: string }
  message: string
  /** Becomes the trailer `Trochoid-Change`, by which `findChange` recognizes the commit. */
  change: string
  /** `performance.now()` by which the push must have ended; an attempt is not begun when it may end later. */
  deadline: number
}

export interface Committed {
  /** Null when there was nothing to change. */
  commit: string | null
  /** The commit that the change was made on. */
  parent: string | null
}

export interface CommitFacts {
  readonly commit: string
  readonly message: string
  /** `date` with its time zone, like 2026-01-31T12:00:00+01:00. */
  readonly author: { readonly name: string; readonly email: string; readonly date: string }
  readonly committer: { readonly name: string; readonly email: string; readonly date: string }
}

export interface HistoryQuestion {
  /** A commit that the caller knows; undefined: none. */
  readonly since?: string | undefined
  /** Patterns of git for paths: commits that change nothing of these, or only these, are left out. */
  readonly only?: readonly string[]
  readonly except?: readonly string[]
  passes(commit: CommitFacts): boolean
  readonly signal?: AbortSignal
}

export interface TagQuestion {
  passes(name: string): boolean
  /** Tags of other branches are left out. */
  readonly isOnBranch: boolean
  readonly signal?: AbortSignal
}
export interface TagFacts {
  readonly tag: string
  readonly commit: string
}

export interface CheckoutRequest {
  /** A hash that has been on the branch, or a tag. */
  readonly commit: string
  /** Commits of history to bring; undefined: all. */
  readonly depth?: number | undefined
  /** All of the repository's, none, or (undefined) those of the commits that are brought. */
  readonly tags?: boolean | undefined
  readonly signal?: AbortSignal
}
export interface CheckedOut {
  readonly facts: CommitFacts
  /** Of the commit, among those that were brought. */
  readonly tags: readonly string[]
  readonly hasSubmodules: boolean
}

export interface PublishRequest {
  /** What to do when the branch has commits that the working copy has not: refuse, put ours on top, merge, or overwrite it. */
  readonly otherwise: 'refuse' | 'rebase' | 'merge' | 'overwrite'
  /** Put on the commit before it is pushed; with a message it is an annotated one. */
  readonly tag?: { readonly name: string; readonly message?: string } | undefined
  /** The branch stays as it is. */
  readonly onlyTags?: boolean
  readonly signal?: AbortSignal
}
export interface PublishedCommit {
  /** Of the branch now, or with `onlyTags` what the working copy is at. */
  readonly facts: CommitFacts
  /** What the working copy was at. */
  readonly original: string
  readonly tags: readonly string[]
}

/** For builds of pipelines. All throw GitError, and the signal's reason when it is aborted. */
export interface WorkingCopies {
  /** Oldest first: `since`, when it is on the branch, and what came after it and passes; otherwise the newest one that passes. */
  history(remote: GitRemote, branch: string | undefined, question: HistoryQuestion): Promise<CommitFacts[]>
  /** By the time of their making, oldest first. */
  tags(remote: GitRemote, branch: string | undefined, question: TagQuestion): Promise<TagFacts[]>
  /** Makes a repository in an empty folder, its branch at the commit, without credentials in it. @returns also the branch's name */
  checkOut(
    remote: GitRemote,
    branch: string | undefined,
    folder: string,
    request: CheckoutRequest,
  ): Promise<CheckedOut & { branch: string }>
  /**
   * Pushes what the working copy in the folder is at, and its tags. The folder may be a hostile one: its objects are taken, and
   * nothing of its settings is read. @throws GitError contended when the branch went elsewhere; unusable_file when it is no repository
   */
  publish(remote: GitRemote, branch: string, folder: string, request: PublishRequest): Promise<PublishedCommit>
}

export interface Git extends AsyncDisposable, WorkingCopies {
  /** Names of branches, sorted; empty for an empty repository. */
  branches(remote: GitRemote): Promise<string[]>
  /** Fetches the branch (shallow) and reads from it; `run` gets the tip. @throws GitError no_branch, empty, … */
  read<T>(remote: GitRemote, branch: string, run: (snapshot: Snapshot) => Promise<T>): Promise<T>
  /**
   * Fetches, lets `edit` say what changes, commits on the tip and pushes, never by force. When somebody else was faster it
   * starts again from their commit, so `edit` may run several times. Writers of this process queue up per branch.
   * A branch that does not exist yet (or an empty repository) is created: `edit` gets null.
   * @throws GitError contended, unclear, …: except after `unclear`, nothing has changed
   */
  commit(
    remote: GitRemote,
    branch: string,
    options: CommitOptions,
    edit: (tip: Snapshot | null) => Promise<FileChanges>,
  ): Promise<Committed>
  /** The commit with this trailer among the newest `depth` of the branch. */
  findChange(remote: GitRemote, branch: string, change: string, depth: number): Promise<string | undefined>
}

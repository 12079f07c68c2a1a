/** What the operator lets the embedded engine do. */
export interface EnginePolicy {
  /** Whose tasks run on this machine: tasks are their code. */
  readonly tasks: 'none' | 'all' | readonly string[]
  /**
   * Where tasks of an image run, by its repository without a tag: `host` (on this machine as it is, and the log says so) or an
   * absolute folder that holds its root file system. Other images are refused.
   */
  readonly images: ReadonlyMap<string, string>
  /** Resource types beside the built-in ones: name, and absolute folder with the programs `check`, `in` and `out`. */
  readonly resourceTypes: ReadonlyMap<string, string>
  /** Builds that one process runs at once; one organization has all places but one of them, where there is more than one. */
  readonly builds: number
  /** Builds that one organization runs at once; 0 for no limit. Holds for Concourse too: there it refuses builds asked for by hand. */
  readonly buildsPerOrganization: number
  /** Tasks become this user and group when the platform runs as root; undefined: one that nobody else is, nobody included. */
  readonly taskUser: number | undefined
  readonly limits: {
    /** Of one task, all its processes together. */
    readonly memoryBytes: number
    /** Of the output of one step, after which the task is stopped. */
    readonly outputBytes: number
    /** Of one step without a timeout of its own. */
    readonly seconds: number
    /** Of what a build keeps on disk (artifacts), and of one cache. */
    readonly diskBytes: number
    readonly cacheBytes: number
  }
  /** Seconds between two looks for new versions, where a resource says nothing else. */
  readonly checkSeconds: number
  /** Where builds keep their files while they run; absolute. */
  readonly workFolder: string
}

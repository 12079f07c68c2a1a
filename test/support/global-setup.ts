/** One Postgres for the run, and in it one migrated database that every test file copies. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/db/migrate.ts'
import { openEmbeddedPostgres } from '../../src/outside/embedded-postgres.ts'
import { assertNoLeaks } from './log-check/assert.ts'
import { scratchFolder } from './scratch.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
    /** The migrated database that test files copy; of this run alone, so that two runs may share a server. */
    templateName: string
    /** Where what was logged and what was secret is gathered; looked through at the end. */
    logCheckFolder: string
  }
}

export default async function setup(project: TestProject) {
  // Every group of tests asks for it; they share what the first of all has.
  if (!project.isRootProject()) return
  const directory = scratchFolder()
  // Nothing here outlives the run, so nothing needs to reach the disk.
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' }
  const external = process.env.TEST_DATABASE_URL
  const postgres = external ? null : await openEmbeddedPostgres({ directory: join(directory, 'postgres'), settings })
  const url = external ?? postgres?.url ?? ''
  const template = new URL(url)
  const templateName = `template_${process.pid}_${Date.now().toString(36)}`
  await onServer(url, `create database ${templateName}`)
  template.pathname = `/${templateName}`
  await migrate(template.href)
  project.provide('postgresUrl', url)
  project.provide('templateName', templateName)
  const logCheckFolder = join(directory, 'log-check')
  await mkdir(logCheckFolder)
  project.provide('logCheckFolder', logCheckFolder)
  return async () => {
    await assertNoLeaks(logCheckFolder).catch((error: Error) => {
      // What a teardown throws is printed, but would not fail the run.
      process.exitCode = 1
      console.error(`\n${error.message}\n`)
    })
    await onServer(url, `drop database if exists ${templateName} with (force)`)
    await postgres?.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

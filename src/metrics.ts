import type { Request, Response } from 'express'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { OperationId } from './contract/operations.ts'
import type { Database } from './db/pool.ts'
import type { Log } from './log.ts'

interface Observation {
  request: Request
  response: Response
  operation: OperationId | undefined
  requestId: string
  seconds: number
}

export interface Metrics {
  observe(observation: Observation): void
  /** In Prometheus' text format. */
  text(): Promise<string>
}

export function openMetrics(database: Database, log: Log): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'trochoid_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer',
    labelNames: ['operation', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  new Gauge({
    name: 'trochoid_database_connections',
    help: 'Connections of the pool, by what they do',
    labelNames: ['state'] as const,
    registers: [registry],
    collect() {
      const { totalCount, idleCount, waitingCount } = database.pool
      this.set({ state: 'busy' }, totalCount - idleCount)
      this.set({ state: 'idle' }, idleCount)
      this.set({ state: 'waited_for' }, waitingCount)
    },
  })
  return {
    observe({ request, response, operation, requestId, seconds }) {
      const status = response.statusCode
      duration.observe({ operation: operation ?? 'none', status }, seconds)
      // Never the URL: paths and query strings carry tokens.
      const line = {
        request_id: requestId,
        method: request.method,
        operation: operation ?? null,
        status,
        ms: Math.round(seconds * 1e5) / 100,
        ...response.locals,
      }
      // "Come again" (503) is what a busy service says on purpose: worth a look, and no defect.
      if (status === 503) log.warn(line, 'request')
      else if (status >= 500 && status !== 501) log.error(line, 'request')
      else log.info(line, 'request')
    },
    text: () => registry.metrics(),
  }
}

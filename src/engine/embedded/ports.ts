/** What the embedded engine asks of the platform around it; platform.ts hands it in. */
import type { Json, PipelineConfig } from '../../formats/pipeline/types.ts'

export interface PlatformPorts {
  /** The value of the credential with this path, an object of its keys; undefined: the organization has none. */
  findCredential(organizationId: number, path: string): Promise<Json | undefined>
  /** A pipeline that sets itself: kept in its history like every other saving. */
  setPipeline(organizationId: number, pipelineId: number, config: PipelineConfig, author: string): Promise<{ changed: boolean }>
  /** Into the organization's events, as the platform's API would. @returns its number */
  sendEvent(organizationId: number, event: PipelineEvent): Promise<number>
}

export interface PipelineEvent {
  title: string
  message: string
  severity: 'info' | 'warn' | 'err' | 'crit'
  icon: string
  /** Undefined: Custom. */
  type?: 'Cycloid' | 'Custom' | 'AWS' | 'Monitoring'
  tags: Readonly<Record<string, string>>
}

import type { Schema } from '../../contract/operation.ts'
import type { PoolJson } from './queries.ts'

export const viewResourcePool = ({ id, canonical, name, label, capacity, allocated, used }: PoolJson): Schema<'ResourcePool'> => ({
  id,
  canonical,
  name,
  label,
  ...capacity,
  allocated_cpu: allocated.cpu,
  allocated_memory: allocated.memory,
  allocated_storage: allocated.storage,
  used_cpu: used.cpu,
  used_memory: used.memory,
  used_storage: used.storage,
})

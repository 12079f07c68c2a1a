export const stateColors = {
  succeeded: 'var(--mantine-color-green-7)',
  failed: 'var(--mantine-color-red-7)',
  errored: 'var(--mantine-color-orange-6)',
  aborted: 'var(--mantine-color-grape-6)',
} as const

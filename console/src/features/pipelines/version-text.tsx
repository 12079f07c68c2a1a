import { Code, Group } from '@mantine/core'

/** `ref 3f0c…`; the whole of it for who points at it. */
export function VersionText({ version }: { version: Readonly<Record<string, string>> }) {
  return (
    <Group gap={4} wrap="wrap" component="span">
      {Object.entries(version).map(([key, value]) => (
        <Code key={key} title={`${key}: ${value}`}>
          {key} {value.length > 16 && /^[0-9a-f]+$/.test(value) ? `${value.slice(0, 12)}…` : value}
        </Code>
      ))}
    </Group>
  )
}

export const versionLine = (version: Readonly<Record<string, string>>): string =>
  Object.entries(version)
    .map(([key, value]) => `${key}:${value}`)
    .join(', ')

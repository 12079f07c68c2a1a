/** Credentials by type, and what of them goes into a value: `((path))` or `((path.key))`. Secrets are never read here. */
import { ActionIcon, Button, Group, Popover, Select, Stack, Text, Tooltip } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { property } from './engine.ts'
import { useHands } from './form-context.ts'
import { labelled, type WidgetProps } from './widget-props.ts'

type Credential = Schema<'CredentialSimple'>
type CredentialType = Credential['type']

const types = ['ssh', 'aws', 'custom', 'azure', 'azure_storage', 'gcp', 'basic_auth', 'elasticsearch', 'swift', 'vmware'] as const
const isType = (text: unknown): text is CredentialType => types.includes(text as CredentialType)

export function useCredentials(organization: string, wanted: readonly CredentialType[] = [], enabled = true) {
  return useAsk(
    'listCredentials',
    {
      path: { organization_canonical: organization },
      query: { page_size: 1000, ...(wanted.length > 0 ? { credential_types: [...wanted] } : {}) },
    },
    { enabled },
  )
}

const reference = /^\(\(([^()\s]+)\)\)$/

/** A key may have dots, and so may a path: the longest path that is known counts. */
function split(value: unknown, credentials: readonly Credential[]): { path: string; key: string } | undefined {
  const [, inner] = reference.exec(String(value ?? '')) ?? []
  if (inner === undefined) return undefined
  const exact = credentials.find(({ path }) => path === inner)
  if (exact) return { path: inner, key: '' }
  const owner = credentials.filter(({ path }) => inner.startsWith(`${path}.`)).sort((a, b) => b.path.length - a.path.length)[0]
  return owner ? { path: owner.path, key: inner.slice(owner.path.length + 1) } : { path: inner, key: '' }
}

export function CredentialField(props: WidgetProps) {
  const { t } = useTranslation('stack-forms')
  const { place } = useHands()
  const { field, set } = props
  const { widget_config: settings } = field.entity
  const listed = property(settings, 'cred_types')
  const wanted = Array.isArray(listed) ? (listed as unknown[]).filter(isType) : []
  const withKeys = property(settings, 'display_keys') === true
  const answer = useCredentials(place.organization, wanted)
  const credentials = answer.data?.data ?? []
  const chosen = split(field.value, credentials)
  const common = labelled(props)
  const known = credentials.find(({ path }) => path === chosen?.path)
  const data = credentials.map(({ path, name, type }) => ({ value: path, label: `${name} · ${type}` }))
  if (chosen && !known) data.unshift({ value: chosen.path, label: t('credential.unknown', { path: chosen.path }) })
  const none = answer.data && credentials.length === 0 ? t('credential.none', { types: wanted.join(', ') || '*' }) : undefined
  return (
    <Group align="start" gap="xs" wrap="wrap">
      <Select
        {...common}
        flex={2}
        miw={180}
        description={[common.description, none, answer.error?.message].filter(Boolean).join(' — ') || undefined}
        data={data}
        value={chosen?.path ?? null}
        onChange={(path) => set(path === null ? undefined : `((${path}))`)}
        searchable
        clearable={field.entity.required !== true}
        clearButtonProps={{ 'aria-label': t('field.clear', { name: field.entity.name }) }}
        nothingFoundMessage={t('field.nothing')}
        leftSection={<IconKey size={16} />}
      />
      {withKeys && known && (
        <Select
          label={t('credential.key')}
          aria-label={t('credential.keyOf', { name: field.entity.name })}
          // As tall as the description beside it.
          description={common.description || none ? ' ' : undefined}
          flex={1}
          miw={120}
          data={known.keys}
          value={chosen?.key || null}
          onChange={(key) => set(key === null ? `((${known.path}))` : `((${known.path}.${key}))`)}
          clearable
          clearButtonProps={{ 'aria-label': t('field.clear', { name: t('credential.key') }) }}
          disabled={common.disabled}
        />
      )}
    </Group>
  )
}

/** Beside a text: puts a reference to a credential's key in its place. */
export function CredentialSign({ name, onPick }: { name: string; onPick: (reference: string) => void }) {
  const { t } = useTranslation('stack-forms')
  const { place } = useHands()
  const [open, setOpen] = useState(false)
  const [path, setPath] = useState<string | null>(null)
  const [key, setKey] = useState<string | null>(null)
  const { data } = useCredentials(place.organization, [], open)
  const credentials = data?.data ?? []
  const chosen = credentials.find((one) => one.path === path)
  return (
    <Popover opened={open} onChange={setOpen} trapFocus returnFocus withArrow width={300} position="bottom-end">
      <Popover.Target>
        <Tooltip label={t('credential.insert')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={t('credential.insertInto', { name })}
            onClick={() => setOpen(!open)}
          >
            <IconKey size={16} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('credential.insertInto', { name })}>
        <Stack gap="xs">
          <Text size="sm">{t('credential.explain')}</Text>
          <Select
            label={t('credential.title')}
            data={credentials.map((one) => ({ value: one.path, label: `${one.name} · ${one.type}` }))}
            value={path}
            onChange={(next) => {
              setPath(next)
              setKey(null)
            }}
            searchable
            nothingFoundMessage={t('field.nothing')}
            comboboxProps={{ withinPortal: false }}
          />
          <Select
            label={t('credential.key')}
            data={chosen?.keys ?? []}
            value={key}
            onChange={setKey}
            disabled={!chosen}
            comboboxProps={{ withinPortal: false }}
          />
          <Button
            size="compact-sm"
            disabled={!chosen || key === null}
            onClick={() => {
              onPick(`((${chosen?.path}.${key}))`)
              setOpen(false)
            }}
          >
            {t('credential.use')}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

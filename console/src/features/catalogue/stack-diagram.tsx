/** The drawing of a stack as an editor saved it: its picture, and what the editor knows as JSON. */
import { Accordion, FileButton, Group, Image, Stack, Text } from '@mantine/core'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Code } from '@/kit/code.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { Empty, Pending, ProblemAlert, Refused } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import classes from './catalogue.module.css'

export function StackDiagram({ organization, stack }: { organization: string; stack: Schema<'ServiceCatalog'> }) {
  const { t } = useTranslation('catalogue')
  const path = { organization_canonical: organization, service_catalog_ref: stack.ref }
  const image = useAsk('getServiceCatalogTerraformImage', { path })
  const diagram = useAsk('getServiceCatalogTerraformDiagram', { path })
  const save = useChange('updateServiceCatalogTerraformImage', {
    stale: ['getServiceCatalogTerraformImage'],
    onSuccess: () => tell(t('diagram.saved')),
    onError: tellProblem,
  })
  const open = useRef<() => void>(() => {})
  if (image.isPending || diagram.isPending) return <Pending />
  const failed = [image.error, diagram.error].find((error) => error && error.status !== 404)
  if (failed) return <Refused error={failed} again={() => void image.refetch()} />
  const upload = (
    <FileButton
      accept="image/png,image/jpeg,image/webp"
      onChange={async (file) => {
        if (file) save.mutate({ path, body: { image: await base64Of(file) } })
      }}
    >
      {({ onClick }) => {
        open.current = onClick
        return (
          <ActionButton
            operation="updateServiceCatalogTerraformImage"
            path={path}
            variant="default"
            loading={save.isPending}
            why={stack.organization_canonical === organization ? undefined : t('files.foreign')}
            onClick={() => open.current()}
          >
            {t('diagram.upload')}
          </ActionButton>
        )
      }}
    </FileButton>
  )
  const bytes = image.data?.data.image
  if (!bytes && !diagram.data)
    return (
      <Empty title={t('diagram.none')} action={upload}>
        {t('diagram.noneExplain')}
      </Empty>
    )
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text size="sm" component="div">
          {diagram.data?.updated_at && (
            <>
              {t('stack.updated')} <When at={diagram.data.updated_at} />
            </>
          )}
        </Text>
        {upload}
      </Group>
      <ProblemAlert problem={save.error} />
      {bytes && (
        <Image
          className={classes.picture}
          src={`data:${typeOf(bytes)};base64,${bytes}`}
          alt={t('diagram.alt', { name: stack.name })}
          fit="contain"
          mah={640}
        />
      )}
      {diagram.data && (
        <Accordion variant="contained" order={3}>
          <Accordion.Item value="json">
            <Accordion.Control>{t('diagram.json')}</Accordion.Control>
            <Accordion.Panel>
              <Code value={JSON.stringify(diagram.data.data, null, 2)} language="json" label={t('diagram.json')} />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      )}
    </Stack>
  )
}

/** By its first bytes: the API keeps what it was given. Drawings as SVG are not shown inline, only as a picture, where scripts do not run. */
const typeOf = (base64: string): string =>
  base64.startsWith('/9j/')
    ? 'image/jpeg'
    : base64.startsWith('UklGR')
      ? 'image/webp'
      : base64.startsWith('PHN2Zy') || base64.startsWith('PD94')
        ? 'image/svg+xml'
        : 'image/png'

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** What to do with a new key. The token itself is not repeated here, so that nobody pastes it into a file that is kept. */
import { Code, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { CopySign } from '@/kit/secret.tsx'

export function KeyUses({ organization }: { organization: string }) {
  const { t } = useTranslation('access-rules')
  const { origin } = window.location
  const uses = [
    {
      title: t('uses.cli'),
      text: `export CY_API_URL=${origin}\nexport CY_API_KEY=<token>\nexport CY_ORG=${organization}\ncy project list`,
    },
    {
      title: t('uses.terraform'),
      text: `provider "cycloid" {\n  url                    = "${origin}"\n  organization_canonical = "${organization}"\n  jwt                    = var.token\n}`,
    },
    { title: t('uses.http'), text: `curl -H "authorization: Bearer $CY_API_KEY" \\\n  ${origin}/organizations/${organization}/projects` },
  ]
  return (
    <Stack>
      {uses.map(({ title, text }) => (
        <Paper key={title} withBorder p="md">
          <Group justify="space-between" mb="xs" wrap="nowrap">
            <Title order={2} size="h5">
              {title}
            </Title>
            <CopySign value={text} label={title} />
          </Group>
          <Code block>{text}</Code>
        </Paper>
      ))}
      <Text size="sm">{t('uses.secret')}</Text>
    </Stack>
  )
}

/** The form of a use case: sections, groups, fields; advanced ones behind a toggle; live as the values change. */
import { Accordion, Alert, Badge, Button, Collapse, Group, Paper, SimpleGrid, Stack, Tabs, Text, Title } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FieldState, FormState, GroupState } from './engine.ts'
import { Field } from './field.tsx'
import { type FormHands, FormProvider } from './form-context.ts'

interface StackFormProps {
  state: FormState
  hands: FormHands
  /** Everything is opened, so that a wrong field can be seen and take the focus. */
  openAll: boolean
  section: string | undefined
  onSection: (name: string) => void
}

export function StackForm({ state, hands, openAll, section, onSection }: StackFormProps) {
  const { t } = useTranslation('stack-forms')
  const { sections } = state
  const [only] = sections
  // By number: names are strangers', and ids are made of what tabs are called.
  const shown = String(
    Math.max(
      0,
      sections.findIndex(({ name }) => name === section),
    ),
  )
  const choose = (index: string | null) => onSection(sections[Number(index)]?.name ?? '')
  if (!only) return <Text>{t('form.empty')}</Text>
  if (sections.length === 1)
    return (
      <FormProvider value={hands}>
        <Section groups={only.groups} openAll={openAll} />
      </FormProvider>
    )
  return (
    <FormProvider value={hands}>
      <Tabs value={shown} onChange={choose} keepMounted>
        <Tabs.List aria-label={t('form.sections')}>
          {sections.map(({ name, groups }, index) => {
            const wrong = groups
              .flatMap(({ fields }) => fields)
              .filter((field) => field.problems.length > 0 && hands.isTouched(field)).length
            return (
              <Tabs.Tab
                key={name}
                value={String(index)}
                rightSection={
                  wrong > 0 ? (
                    <Badge color="red" size="sm" circle aria-label={t('form.wrong', { count: wrong })}>
                      {wrong}
                    </Badge>
                  ) : null
                }
              >
                {name}
              </Tabs.Tab>
            )
          })}
        </Tabs.List>
        {sections.map(({ name, groups }, index) => (
          <Tabs.Panel key={name} value={String(index)} pt="md">
            <Section groups={groups} openAll={openAll} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </FormProvider>
  )
}

const Section = ({ groups, openAll }: { groups: readonly GroupState[]; openAll: boolean }) => (
  <Stack gap="md">
    {groups.map((group) =>
      group.folded ? (
        <FoldedGroup key={group.name} group={group} openAll={openAll} />
      ) : (
        <Paper key={group.name} withBorder p="md" component="section" aria-label={group.name}>
          <Group justify="space-between" mb="sm" gap="xs">
            <Title order={3} size="h5">
              {group.name}
            </Title>
            <Technologies names={group.technologies} />
          </Group>
          <GroupBody group={group} openAll={openAll} />
        </Paper>
      ),
    )}
  </Stack>
)

function FoldedGroup({ group, openAll }: { group: GroupState; openAll: boolean }) {
  const [open, setOpen] = useState(false)
  return (
    <Accordion
      variant="contained"
      order={3}
      value={open || (openAll && isWrong(group.fields)) ? 'open' : null}
      onChange={(value) => setOpen(value !== null)}
    >
      <Accordion.Item value="open">
        <Accordion.Control>{group.name}</Accordion.Control>
        <Accordion.Panel>
          <GroupBody group={group} openAll={openAll} />
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}

function GroupBody({ group, openAll }: { group: GroupState; openAll: boolean }) {
  const { t } = useTranslation('stack-forms')
  const [open, setOpen] = useState(false)
  const plain = group.fields.filter(({ entity }) => entity.folded !== true)
  const advanced = group.fields.filter(({ entity }) => entity.folded === true && entity.widget !== 'hidden')
  const shown = open || (openAll && isWrong(advanced))
  return (
    <Stack gap="md">
      {group.problems.map((problem) => (
        <Alert key={problem} color="red">
          {problem}
        </Alert>
      ))}
      <Fields fields={plain} />
      {advanced.length > 0 && (
        <>
          <Button
            variant="subtle"
            size="compact-sm"
            w="fit-content"
            aria-expanded={shown}
            leftSection={shown ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
            onClick={() => setOpen(!shown)}
          >
            {t('form.advanced', { count: advanced.length })}
          </Button>
          <Collapse expanded={shown}>
            <Fields fields={advanced} />
          </Collapse>
        </>
      )}
    </Stack>
  )
}

const Fields = ({ fields }: { fields: readonly FieldState[] }) => (
  <SimpleGrid cols={{ base: 1, sm: fields.length > 1 ? 2 : 1 }} spacing="md" verticalSpacing="md">
    {fields
      .filter(({ entity }) => entity.widget !== 'hidden')
      .map((field) => (
        <Field key={`${field.entity.key}`} field={field} />
      ))}
  </SimpleGrid>
)

/** A value of several technologies is written to the files of each. */
function Technologies({ names }: { names: readonly string[] }) {
  const { t } = useTranslation('stack-forms')
  return (
    <Group gap={4} aria-label={t('form.technologies')} role="group">
      {names.map((name) => (
        <Badge key={name} variant="light" size="sm" tt="none">
          {name}
        </Badge>
      ))}
    </Group>
  )
}

const isWrong = (fields: readonly FieldState[]): boolean => fields.some(({ problems }) => problems.length > 0)

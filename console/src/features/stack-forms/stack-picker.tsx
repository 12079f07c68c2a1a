/** Which stack a component is made from: cards, with a search. */
import { Anchor, Badge, Stack, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { Asked, Empty } from '@/kit/states.tsx'
import { useTyped } from '@/kit/use-typed.ts'
import { StackCard, StackCards } from './stack-cards.tsx'

interface StackPickerProps {
  organization: string
  project: string
  environment: string
  search: string
  onSearch: (text: string) => void
}

export function StackPicker({ organization, project, environment, search, onSearch }: StackPickerProps) {
  const { t } = useTranslation('stack-forms')
  const answer = useAsk('listServiceCatalogs', { path: { organization_canonical: organization }, query: { page_size: 1000 } })
  const [typed, type] = useTyped(search, onSearch)
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (stack: Schema<'ServiceCatalog'>) => {
    const text = [stack.name, stack.ref, stack.description, stack.author, ...stack.keywords, ...technologies(stack)].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  }
  return (
    <Stack>
      <TextInput
        label={t('pick.search')}
        description={t('pick.searchExplain')}
        leftSection={<IconSearch size={16} />}
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
        maw={480}
        type="search"
      />
      <Asked of={answer}>
        {({ data }) => {
          const usable = data.filter(({ blueprint }) => blueprint !== true)
          const found = usable.filter(fits)
          if (usable.length === 0)
            return (
              <Empty
                title={t('pick.none')}
                action={
                  <Anchor component={Link} to="/organizations/$organization/catalogue-sources" params={{ organization } as never}>
                    {t('pick.addSource')}
                  </Anchor>
                }
              >
                {t('pick.noneExplain')}
              </Empty>
            )
          if (found.length === 0) return <Empty title={t('pick.nothing')} />
          return (
            <>
              <Text size="sm" role="status">
                {t('pick.found', { count: found.length })}
              </Text>
              <StackCards>
                {found.slice(0, 120).map((stack) => (
                  <li key={stack.ref}>
                    <StackCard
                      stack={stack}
                      to="/organizations/$organization/projects/$project/environments/$environment/components/+new"
                      params={{ organization, project, environment }}
                      search={{ stack: stack.ref }}
                    >
                      <Marks stack={stack} />
                    </StackCard>
                  </li>
                ))}
              </StackCards>
            </>
          )
        }}
      </Asked>
    </Stack>
  )
}

const technologies = (stack: Schema<'ServiceCatalog'>): string[] => (stack.technologies ?? []).flatMap(({ technology }) => technology ?? [])

function Marks({ stack }: { stack: Schema<'ServiceCatalog'> }) {
  const { t } = useTranslation('stack-forms')
  return (
    <>
      {technologies(stack).map((name) => (
        <Badge key={name} variant="light" size="sm" tt="none">
          {name}
        </Badge>
      ))}
      {!stack.form_enabled && (
        <Badge variant="light" color="gray" size="sm" tt="none">
          {t('pick.noForm')}
        </Badge>
      )}
    </>
  )
}

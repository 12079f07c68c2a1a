import { Avatar, Badge, Grid, Group, Stack, Text, Title } from '@mantine/core'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Data } from '@/api/types.ts'
import { TextFilter } from '@/kit/filter.tsx'
import { Graph, type GraphEdge, type GraphNode } from '@/kit/graph.tsx'
import { Page } from '@/kit/page.tsx'
import { Panel } from '@/kit/panel.tsx'
import { Asked, Empty, Toolbar } from '@/kit/states.tsx'
import classes from './infrastructure-page.module.css'
import { shortProvider } from './inventory-search.ts'
import { Attributes } from './resource-drawer.tsx'

const id = '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/infrastructure'
const at = '/organizations/$organization/projects/$project/environments/$environment/components/$component/infrastructure'

type Infrastructure = Data<'getComponentInfrastructure'>
interface Config {
  type?: string
  name?: string
  module?: string
  provider?: string
  attributes?: Record<string, unknown>
}

export interface InfrastructureSearch {
  /** The node whose attributes are shown. */
  resource?: string | undefined
  text?: string | undefined
}

const colours: Readonly<Record<string, string>> = {
  Compute: 'orange',
  Network: 'grape',
  Database: 'indigo',
  Storage: 'green',
  Security: 'red',
  Container: 'cyan',
}

export function InfrastructurePage(): ReactNode {
  const { t } = useTranslation('inventory')
  const { organization, project, environment, component } = useParams({ from: id })
  const search: InfrastructureSearch = useSearch({ from: id })
  const navigate = useNavigate({ from: at })
  const go = (change: InfrastructureSearch) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false })
  const found = useAsk(
    'getComponentInfrastructure',
    {
      path: {
        organization_canonical: organization,
        project_canonical: project,
        environment_canonical: environment,
        component_canonical: component,
      },
    },
    { every: 30_000 },
  )
  return (
    <Page title={t('graph.title')} description={t('graph.description')}>
      {found.error?.status === 404 ? (
        <Empty title={t('graph.noState')}>{found.error.message}</Empty>
      ) : (
        <Asked of={found}>
          {({ data }) =>
            data.graph.nodes.length === 0 ? (
              <Empty title={t('graph.empty')}>{t('graph.emptyHint')}</Empty>
            ) : (
              <Drawn data={data} search={search} go={go} />
            )
          }
        </Asked>
      )}
    </Page>
  )
}

function Drawn({ data, search, go }: { data: Infrastructure; search: InfrastructureSearch; go: (change: InfrastructureSearch) => void }) {
  const { t } = useTranslation('inventory')
  const config = data.config as Record<string, Config | undefined>
  const { nodes, edges, categories } = useMemo(() => drawn(data, search.text), [data, search.text])
  const chosen = data.graph.nodes.find((node) => node.id === search.resource)
  const around = data.graph.edges.filter(({ source, target }) => source === chosen?.id || target === chosen?.id)
  const nameOf = (node: string) => data.graph.nodes.find((one) => one.id === node)?.canonical ?? node
  return (
    <Stack>
      <Toolbar>
        <TextFilter name="text" label={t('graph.search')} />
        <Group gap="xs" pb={6}>
          {categories.map((category) => (
            <Badge key={category} variant="light" color={colours[category] ?? 'gray'}>
              {category}
            </Badge>
          ))}
        </Group>
      </Toolbar>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: chosen ? 8 : 12 }}>
          <Graph
            label={t('graph.title')}
            nodes={nodes}
            edges={edges}
            height={560}
            selected={search.resource}
            onSelect={(resource) => go({ resource })}
          />
          <Text size="xs" mt="xs">
            {t('graph.counted', { count: nodes.length })}
          </Text>
        </Grid.Col>
        {chosen && (
          <Grid.Col span={{ base: 12, md: 4 }}>
            <Panel title={chosen.canonical} close={() => go({ resource: undefined })}>
              <Text size="sm">{chosen.resource.short_description || chosen.resource.description}</Text>
              <Group gap="xs">
                <Badge variant="light" color={colours[chosen.resource.category] ?? 'gray'}>
                  {chosen.resource.category}
                </Badge>
                {config[chosen.id]?.provider && <Badge variant="light">{shortProvider(config[chosen.id]?.provider ?? '')}</Badge>}
              </Group>
              <Attributes title={t('details.attributes')} none={t('details.noAttributes')} values={config[chosen.id]?.attributes} />
              {around.length > 0 && (
                <section>
                  <Title order={3} size="h5" mb="xs">
                    {t('graph.connections')}
                  </Title>
                  {around.map((edge) => (
                    <Text key={edge.id} size="sm" style={{ overflowWrap: 'anywhere' }}>
                      {edge.source === chosen.id ? '→' : '←'} {nameOf(edge.source === chosen.id ? edge.target : edge.source)}
                      {edge.canonicals.length > 0 && ` (${edge.canonicals.join(', ')})`}
                    </Text>
                  ))}
                </section>
              )}
            </Panel>
          </Grid.Col>
        )}
      </Grid>
    </Stack>
  )
}

function drawn({ graph }: Infrastructure, text: string | undefined) {
  const wanted = text?.toLowerCase()
  const fitting = graph.nodes.filter(({ canonical, name }) => wanted === undefined || `${canonical} ${name}`.toLowerCase().includes(wanted))
  const ids = new Set(fitting.map((node) => node.id))
  const nodes: GraphNode[] = fitting.map(({ id: node, name, canonical, resource }) => ({
    id: node,
    label: name || canonical,
    note: resource.short_description || resource.canonical,
    color: colours[resource.category] ?? 'gray',
    shape: resource.canonical === 'internet' ? 'pill' : 'box',
    icon: <Letters type={resource.canonical} category={resource.category} />,
  }))
  const edges: GraphEdge[] = graph.edges
    .filter(({ source, target }) => ids.has(source) && ids.has(target))
    .map(({ source, target }) => ({ from: source, to: target }))
  const categories = [...new Set(fitting.map(({ resource }) => resource.category))].sort()
  return { nodes, edges, categories }
}

/** The provider in letters: `aws_instance` → AWS. Drawn, not written: its name is said already. */
const Letters = ({ type, category }: { type: string; category: string }) => (
  <Avatar size={32} radius="sm" color={colours[category] ?? 'gray'} variant="light" aria-hidden>
    <span className={classes.letters} data-letters={(type === 'internet' ? 'www' : (type.split('_')[0] ?? '').slice(0, 4)).toUpperCase()} />
  </Avatar>
)

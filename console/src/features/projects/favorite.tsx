import { ActionIcon, Tooltip } from '@mantine/core'
import { IconStar, IconStarFilled } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { call } from '@/api/client.ts'
import { queryClient, refresh } from '@/api/query.ts'
import type { Answer } from '@/api/types.ts'
import { tell, tellProblem } from '@/kit/notice.tsx'

interface StarProps {
  organization: string
  project: { canonical: string; name: string; favorite?: boolean }
}

/** Marks a project as one's favourite: at once on the screen, and back when the API refuses. */
export function Star({ organization, project: { canonical, name, favorite = false } }: StarProps) {
  const { t } = useTranslation('projects')
  const path = { organization_canonical: organization, project_canonical: canonical }
  const { allowed, why } = useMay('createProjectFavorite', path)
  const label = t(favorite ? 'favorite.remove' : 'favorite.add', { name })
  const choose = async (next: boolean) => {
    mark(canonical, next)
    try {
      await call(next ? 'createProjectFavorite' : 'deleteProjectFavorite', { path })
    } catch (error) {
      mark(canonical, !next)
      tellProblem(error)
      return
    }
    tell(t(next ? 'favorite.added' : 'favorite.removed', { name }), () => choose(!next))
    await refresh('getProjects')
  }
  return (
    <Tooltip label={why ?? label} multiline maw={320}>
      <ActionIcon
        variant="subtle"
        color={favorite ? 'yellow' : 'gray'}
        aria-label={label}
        aria-pressed={favorite}
        aria-disabled={!allowed}
        data-disabled={allowed ? undefined : true}
        onClick={() => allowed && void choose(!favorite)}
      >
        {favorite ? <IconStarFilled size={16} /> : <IconStar size={16} />}
      </ActionIcon>
    </Tooltip>
  )
}

function mark(canonical: string, favorite: boolean): void {
  queryClient.setQueriesData<Answer<'getProjects'>>({ predicate: ({ queryKey }) => queryKey[0] === 'getProjects' }, (page) =>
    page ? { ...page, data: page.data.map((row) => (row.canonical === canonical ? { ...row, favorite } : row)) } : page,
  )
  queryClient.setQueriesData<Answer<'getProject'>>({ predicate: ({ queryKey }) => queryKey[0] === 'getProject' }, (answer) =>
    answer?.data.canonical === canonical ? { ...answer, data: { ...answer.data, favorite } } : answer,
  )
}

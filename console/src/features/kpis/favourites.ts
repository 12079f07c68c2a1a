/** Marking a KPI: shown at once, taken back when refused, and to be undone. */
import { useTranslation } from 'react-i18next'
import { call } from '@/api/client.ts'
import { queryClient, refresh } from '@/api/query.ts'
import type { PathParameters } from '@/api/types.ts'
import { tell, tellProblem } from '@/kit/notice.tsx'
import type { Kpi } from './definition.ts'

const isList = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] === 'getKpis' || queryKey[0] === 'getOrganizationKpis'

export function useFavourite() {
  const { t } = useTranslation('kpis')
  return async function mark(path: PathParameters<'createKPIFavorite'>, name: string, favorite: boolean, undoable = true): Promise<void> {
    await queryClient.cancelQueries({ predicate: isList })
    show(path.kpi_canonical, favorite)
    try {
      await call(favorite ? 'createKPIFavorite' : 'deleteKPIFavorite', { path })
      tell(
        t(favorite ? 'favourite.marked' : 'favourite.unmarked', { name }),
        undoable ? () => mark(path, name, !favorite, false) : undefined,
      )
    } catch (error) {
      show(path.kpi_canonical, !favorite)
      tellProblem(error)
    } finally {
      void refresh('getKpis', 'getOrganizationKpis')
    }
  }
}

function show(canonical: string, favorite: boolean): void {
  for (const [key, answer] of queryClient.getQueriesData<{ data?: Kpi[] }>({ predicate: isList }))
    if (answer?.data)
      queryClient.setQueryData(key, {
        ...answer,
        data: answer.data.map((kpi) => (kpi.canonical === canonical ? { ...kpi, favorite } : kpi)),
      })
}

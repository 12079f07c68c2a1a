/** To where somebody last was; to the list of their organizations; or, with none, to founding one. */
import { createFileRoute, redirect } from '@tanstack/react-router'
import { asked } from '@/api/query.ts'
import { lastOrganization } from '@/features/shell/organizations.ts'

export const Route = createFileRoute('/_in/')({
  async beforeLoad({ context: { queryClient } }) {
    const { data } = await queryClient.fetchQuery(asked('getOrgs', { query: { page_size: 1000 } }))
    const last = data.find(({ canonical }) => canonical === lastOrganization()) ?? (data.length === 1 ? data[0] : undefined)
    if (last) throw redirect({ to: '/organizations/$organization', params: { organization: last.canonical }, replace: true })
    throw redirect({ to: data.length === 0 ? '/organizations/+new' : '/organizations', replace: true })
  },
})

import { createFileRoute } from '@tanstack/react-router'
import { CreatePage } from '@/features/stack-forms/create-page.tsx'
import { readCreateSearch } from '@/features/stack-forms/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/projects/$project/environments/$environment/components/+new')({
  validateSearch: readCreateSearch,
  component: NewComponent,
})

function NewComponent() {
  return <CreatePage place={Route.useParams()} search={Route.useSearch()} />
}

import { createFileRoute } from '@tanstack/react-router'
import { ComponentFrame } from '@/features/components/component-frame.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/projects/$project/environments/$environment/components/$component')({
  component: ComponentFrame,
})

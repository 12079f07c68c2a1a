import { createFileRoute } from '@tanstack/react-router'
import { HomePage } from '@/features/organizations/home-page.tsx'

export const Route = createFileRoute('/_in/organizations/')({ component: HomePage })

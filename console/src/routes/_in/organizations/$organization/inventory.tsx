import { createFileRoute } from '@tanstack/react-router'
import { InventoryPage } from '@/features/inventory/inventory-page.tsx'
import { inventorySearch } from '@/features/inventory/inventory-search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/inventory')({
  component: InventoryPage,
  validateSearch: inventorySearch,
})

import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './kit/base.css'
import { ModalsProvider } from '@mantine/modals'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/query.ts'
import { watchMissingPages } from './features/shell/missing-page.ts'
import { Themed } from './features/shell/themed.tsx'
import { openMessages } from './i18n/index.ts'
import { cssNonce } from './kit/theme.ts'
import { router } from './router.tsx'

// Where the scroll lock of dialogs looks for it: it writes a style of its own.
Object.assign(globalThis, { __webpack_nonce__: cssNonce() })

watchMissingPages()
await openMessages()

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <Themed>
        <QueryClientProvider client={queryClient}>
          <ModalsProvider>
            <Notifications position="bottom-right" limit={4} />
            <RouterProvider router={router} />
          </ModalsProvider>
        </QueryClientProvider>
      </Themed>
    </StrictMode>,
  )

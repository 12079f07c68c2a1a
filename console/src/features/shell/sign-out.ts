import { call } from '@/api/client.ts'
import { isProblem } from '@/api/problem.ts'
import { tellProblem } from '@/kit/notice.tsx'

/** Ends the session itself. The page is loaded anew, so that nothing of this person's stays in memory. */
export async function signOut(): Promise<void> {
  try {
    await call('closeBrowserSession', {})
  } catch (error) {
    if (!isProblem(error, 401)) return tellProblem(error)
  }
  window.location.assign('/console/login')
}

import type { Platform } from '../../platform.ts'

export async function sendInvitation(_platform: Platform, _payload: { organizationId: number; memberId: number }): Promise<void> {}

import type { Platform } from '../../platform.ts'

export async function sendVerification(_platform: Platform, _payload: { tokenId: number }): Promise<void> {}
export async function sendPasswordReset(_platform: Platform, _payload: { tokenId: number }): Promise<void> {}

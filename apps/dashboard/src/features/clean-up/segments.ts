import type { CleanUp, CleanUpSegment } from '@rollcall/contracts/admin-api'
import { BadgeX, Ban, Clock, Copy, MailX, UserX } from '@lucide/vue'
import type { Component } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'

/** Their texts are under `cleanUp.segments` in the locale. */
export const segmentIcons: Record<CleanUpSegment['name'], Component> = {
  'never-signed-in': UserX,
  unverified: MailX,
  'not-seen': Clock,
  duplicates: Copy,
  blocked: Ban,
  disposable: BadgeX,
}

export const getCleanUp = (api: ApiClient, signal: AbortSignal): Promise<CleanUp> => api.get('clean-up', signal)

import { BadgeX, Ban, Clock, Copy, MailX, UserX } from '@lucide/vue'
import type { Component } from 'vue'
import { disposableDomains } from './disposable-domains.ts'

export interface Segment {
  /** Its texts, under `cleanUp.segments` in the locale. */
  name: string
  /** In the filter language: docs/filters.md. */
  filter: string
  /** What is suggested, and can be undone; by its words. */
  words: 'user.block' | 'user.schedule-deletion'
  icon: Component
}

/** Who may be no user any more. Whoever is blocked already is none to be blocked. */
export const segments: readonly Segment[] = [
  {
    name: 'neverSignedIn',
    filter: 'last_login:never created_at:<now-30d',
    words: 'user.schedule-deletion',
    icon: UserX,
  },
  {
    name: 'unverified',
    filter: 'email_verified:false created_at:<now-30d blocked:false',
    words: 'user.block',
    icon: MailX,
  },
  { name: 'notSeen', filter: 'last_login:<now-1y blocked:false', words: 'user.block', icon: Clock },
  { name: 'duplicates', filter: 'email_shared:true last_login:never', words: 'user.schedule-deletion', icon: Copy },
  // A block is a change: nothing has changed since, so they have been blocked for as long as that at least.
  { name: 'blocked', filter: 'blocked:true updated_at:<now-180d', words: 'user.schedule-deletion', icon: Ban },
  {
    name: 'disposable',
    filter: `email.domain:(${disposableDomains.join(' OR ')}) blocked:false`,
    words: 'user.block',
    icon: BadgeX,
  },
]

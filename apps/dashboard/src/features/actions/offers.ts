import {
  Ban,
  CircleCheck,
  CircleHelp,
  CirclePlus,
  CircleMinus,
  CalendarX2,
  KeyRound,
  LogOut,
  MailCheck,
  Trash2,
  Wand2,
} from '@lucide/vue'
import type { UserSummary } from '@rollcall/contracts/admin-api'
import type { Component } from 'vue'

/** In the order they are shown; what destroys comes last. */
export const offerGroups = ['account', 'signIn', 'access', 'more', 'danger'] as const

type Standing = Pick<UserSummary, 'isBlocked' | 'isEmailVerified'>

/** One way to ask for an action. */
export interface Offer {
  /** Its texts, under `actions` in the locale. */
  words: string
  action: string
  /** What its form begins with, or what it is always done with. */
  params?: unknown
  icon: Component
  group: (typeof offerGroups)[number]
  /** Otherwise it would be so already. */
  isFor?: (user: Standing) => boolean
  /** What is lost is soon made again: nothing has to be typed. */
  isLight?: true
}

const known: Offer[] = [
  {
    words: 'user.resend-verification',
    action: 'user.resend-verification',
    icon: MailCheck,
    group: 'account',
    isFor: ({ isEmailVerified }) => !isEmailVerified,
  },
  {
    words: 'user.verify-email',
    action: 'user.verify-email',
    params: { isVerified: true },
    icon: CircleCheck,
    group: 'account',
    isFor: ({ isEmailVerified }) => !isEmailVerified,
  },
  {
    words: 'user.unverify-email',
    action: 'user.verify-email',
    params: { isVerified: false },
    icon: CircleHelp,
    group: 'account',
    isFor: ({ isEmailVerified }) => isEmailVerified,
  },
  { words: 'user.send-password-reset', action: 'user.send-password-reset', icon: KeyRound, group: 'signIn' },
  {
    words: 'user.end-sessions',
    action: 'user.end-sessions',
    params: { revokeRefreshTokens: true },
    icon: LogOut,
    group: 'signIn',
    isLight: true,
  },
  {
    words: 'user.unblock',
    action: 'user.unblock',
    icon: CircleCheck,
    group: 'signIn',
    isFor: ({ isBlocked }) => isBlocked,
  },
  {
    words: 'user.cancel-deletion',
    action: 'user.cancel-deletion',
    icon: CircleCheck,
    group: 'signIn',
    isFor: ({ isBlocked }) => isBlocked,
  },
  {
    words: 'user.schedule-deletion',
    action: 'user.schedule-deletion',
    icon: CalendarX2,
    group: 'danger',
    isLight: true,
  },
  { words: 'user.assign-roles', action: 'user.assign-roles', icon: CirclePlus, group: 'access' },
  { words: 'user.remove-roles', action: 'user.remove-roles', icon: CircleMinus, group: 'access' },
  {
    words: 'user.block',
    action: 'user.block',
    params: { revokeRefreshTokens: false },
    icon: Ban,
    group: 'danger',
    isFor: ({ isBlocked }) => !isBlocked,
  },
  { words: 'user.delete', action: 'user.delete', icon: Trash2, group: 'danger' },
]

/** An action of which nothing more is known is offered as it is, once it has texts. */
const plain = (name: string): Offer => ({ words: name, action: name, icon: Wand2, group: 'more' })

export const offersOf = (action: string): Offer[] => {
  const found = known.filter((offer) => offer.action === action)
  return found.length > 0 ? found : [plain(action)]
}

export const offerNamed = (words: string): Offer => known.find((offer) => offer.words === words) ?? plain(words)

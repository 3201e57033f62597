import {
  ArchiveRestore,
  AtSign,
  Ban,
  Building2,
  CalendarClock,
  CircleCheck,
  CircleHelp,
  CirclePlus,
  CircleMinus,
  Eye,
  KeyRound,
  LifeBuoy,
  Link,
  Link2,
  ListMinus,
  ListPlus,
  LockKeyhole,
  LogOut,
  MailCheck,
  ShieldOff,
  Siren,
  Trash2,
  Unlink,
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
  /** The obstacle for which it is left out, rather than shown as what cannot be done. */
  hiddenBy?: string
  /** `light`: what is lost is soon made again, so nothing has to be typed; `heavy`: not all comes back with an undo. */
  weight?: 'light' | 'heavy'
  /** It is offered where the thing is that it is done to, and not in the menu. */
  isPlaced?: true
}

const known: Offer[] = [
  {
    words: 'user.cancel-deletion',
    action: 'user.cancel-deletion',
    icon: ArchiveRestore,
    group: 'account',
    hiddenBy: 'not-scheduled',
  },
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
    weight: 'light',
  },
  {
    words: 'user.unblock',
    action: 'user.unblock',
    icon: CircleCheck,
    group: 'signIn',
    isFor: ({ isBlocked }) => isBlocked,
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
  {
    words: 'user.change-email',
    action: 'user.change-email',
    icon: AtSign,
    group: 'account',
  },
  { words: 'user.link', action: 'user.link', icon: Link, group: 'account' },
  {
    words: 'user.create-password-link',
    action: 'user.create-password-link',
    params: { validForHours: 24 },
    icon: Link2,
    group: 'signIn',
  },
  {
    words: 'user.create-recovery-code',
    action: 'user.create-recovery-code',
    icon: LifeBuoy,
    group: 'signIn',
    isPlaced: true,
  },
  { words: 'user.set-password', action: 'user.set-password', icon: LockKeyhole, group: 'signIn' },
  {
    words: 'user.lift-brute-force-block',
    action: 'user.lift-brute-force-block',
    icon: ShieldOff,
    group: 'signIn',
    weight: 'light',
    isPlaced: true,
  },
  {
    words: 'user.revoke-session',
    action: 'user.revoke-session',
    icon: LogOut,
    group: 'signIn',
    weight: 'light',
    isPlaced: true,
  },
  {
    words: 'user.revoke-refresh-token',
    action: 'user.revoke-refresh-token',
    icon: LogOut,
    group: 'signIn',
    weight: 'light',
    isPlaced: true,
  },
  { words: 'user.add-to-organizations', action: 'user.add-to-organizations', icon: Building2, group: 'access' },
  {
    words: 'user.remove-from-organizations',
    action: 'user.remove-from-organizations',
    icon: CircleMinus,
    group: 'access',
    isPlaced: true,
  },
  { words: 'user.assign-permissions', action: 'user.assign-permissions', icon: ListPlus, group: 'access' },
  { words: 'user.remove-permissions', action: 'user.remove-permissions', icon: ListMinus, group: 'access' },
  { words: 'user.unlink', action: 'user.unlink', icon: Unlink, group: 'account', isPlaced: true },
  {
    words: 'user.reveal-idp-tokens',
    action: 'user.reveal-idp-tokens',
    icon: Eye,
    group: 'account',
    isPlaced: true,
  },
  { words: 'user.reset-mfa', action: 'user.reset-mfa', icon: ShieldOff, group: 'danger' },
  {
    words: 'user.contain',
    action: 'user.contain',
    params: { resetPassword: false, resetMfa: false },
    icon: Siren,
    group: 'danger',
  },
  {
    words: 'user.schedule-deletion',
    action: 'user.schedule-deletion',
    icon: CalendarClock,
    group: 'danger',
    hiddenBy: 'already-scheduled',
  },
  { words: 'user.delete', action: 'user.delete', icon: Trash2, group: 'danger', weight: 'heavy' },
  { words: 'user.restore', action: 'user.restore', icon: ArchiveRestore, group: 'account', weight: 'light' },
  { words: 'user.purge', action: 'user.purge', icon: Trash2, group: 'danger' },
]

/** An action of which nothing more is known is offered as it is, once it has texts. */
const plain = (name: string): Offer => ({ words: name, action: name, icon: Wand2, group: 'more' })

export const offersOf = (action: string): Offer[] => {
  const found = known.filter((offer) => offer.action === action)
  return found.length > 0 ? found : [plain(action)]
}

export const offerNamed = (words: string): Offer => known.find((offer) => offer.words === words) ?? plain(words)

import type { TimelineKind } from '@rollcall/contracts/admin-api'
import {
  AtSign,
  CircleEllipsis,
  KeyRound,
  LogIn,
  LogOut,
  Mail,
  Pencil,
  ShieldAlert,
  Smartphone,
  Ticket,
  UserCog,
  UserRound,
} from '@lucide/vue'
import type { Component } from 'vue'

export const timelineIcons: Record<TimelineKind, Component> = {
  'sign-in': LogIn,
  'failed-sign-in': LogIn,
  'sign-out': LogOut,
  token: Ticket,
  account: UserRound,
  password: KeyRound,
  contact: AtSign,
  factor: Smartphone,
  protection: ShieldAlert,
  change: Pencil,
  message: Mail,
  other: CircleEllipsis,
  staff: UserCog,
}

/** In the order they are offered. The contract’s own list would bring all of its schemas along. */
export const timelineKinds = Object.keys(timelineIcons) as TimelineKind[]

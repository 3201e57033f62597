import type { Permission } from '@rollcall/contracts/admin-api'
import { KeyRound, PencilLine } from '@lucide/vue'
import type { Component } from 'vue'
import { paramsForms } from '../actions/forms.ts'
import { offerGroups, offerNamed } from '../actions/offers.ts'
import ManyOrganizationsForm from './forms/ManyOrganizationsForm.vue'
import ManyRolesForm from './forms/ManyRolesForm.vue'
import MetadataForm from './forms/MetadataForm.vue'
import PermissionsForm from './forms/PermissionsForm.vue'

/** An action that is done to many. */
export interface ManyOffer {
  /** Its texts, under `jobs.actions` in the locale. */
  words: string
  action: string
  params?: unknown
  form?: Component | undefined
  /** Besides the parameters, what the form has to know. */
  formProps?: Record<string, unknown>
  icon: Component
  group: (typeof offerGroups)[number]
}

/** As a job is asked for it. */
export interface ChosenAction {
  action: string
  params: Record<string, unknown>
}

interface Known {
  words: string
  needs: Permission
  form?: Component | undefined
  formProps?: Record<string, unknown>
  icon?: Component
  group?: ManyOffer['group']
  /** For those in the recycle bin, whom the tenant does not have. */
  isForBin?: true
}

const known: readonly Known[] = [
  { words: 'user.resend-verification', needs: 'update:users' },
  { words: 'user.verify-email', needs: 'update:users' },
  { words: 'user.unverify-email', needs: 'update:users' },
  { words: 'user.edit', needs: 'update:users', form: MetadataForm, icon: PencilLine, group: 'account' },
  { words: 'user.cancel-deletion', needs: 'delete:users' },
  { words: 'user.send-password-reset', needs: 'update:users' },
  { words: 'user.end-sessions', needs: 'update:users', form: paramsForms['user.end-sessions'] },
  { words: 'user.unblock', needs: 'update:users' },
  { words: 'user.lift-brute-force-block', needs: 'update:users' },
  { words: 'user.assign-roles', needs: 'manage:roles', form: ManyRolesForm },
  { words: 'user.remove-roles', needs: 'manage:roles', form: ManyRolesForm },
  {
    words: 'user.add-to-organizations',
    needs: 'manage:organizations',
    form: ManyOrganizationsForm,
    formProps: { isAdding: true },
  },
  {
    words: 'user.remove-from-organizations',
    needs: 'manage:organizations',
    form: ManyOrganizationsForm,
    formProps: { isAdding: false },
  },
  { words: 'user.assign-permissions', needs: 'manage:roles', form: PermissionsForm, icon: KeyRound, group: 'access' },
  { words: 'user.remove-permissions', needs: 'manage:roles', form: PermissionsForm },
  { words: 'user.block', needs: 'update:users', form: paramsForms['user.block'] },
  { words: 'user.contain', needs: 'update:users', form: paramsForms['user.contain'] },
  { words: 'user.reset-mfa', needs: 'manage:credentials' },
  { words: 'user.schedule-deletion', needs: 'delete:users' },
  { words: 'user.delete', needs: 'delete:users' },
  { words: 'user.restore', needs: 'restore:users', isForBin: true },
  { words: 'user.purge', needs: 'purge:users', isForBin: true },
]

function offerOf({ words, form, formProps, icon, group }: Known): ManyOffer {
  const one = offerNamed(words)
  return {
    words,
    action: one.action,
    params: one.params ?? (form ? undefined : {}),
    form,
    ...(formProps && { formProps }),
    icon: icon ?? one.icon,
    group: group ?? one.group,
  }
}

/** What somebody may do to many; whether to users or to those in the recycle bin. */
export function manyOffers(may: (permission: Permission) => boolean, isForBin = false): ManyOffer[] {
  if (!may('manage:jobs')) return []
  return known.filter((one) => (one.isForBin ?? false) === isForBin && may(one.needs)).map(offerOf)
}

/** As they are chosen from, what destroys last. */
export const inGroups = (offers: readonly ManyOffer[]) =>
  offerGroups
    .map((group) => ({ group, offers: offers.filter((offer) => offer.group === group) }))
    .filter((one) => one.offers.length > 0)

/** By what a job does. Its undoing may do what nobody asks for by itself. */
export function manyOfferOf(action: string, params: Record<string, unknown>): ManyOffer {
  const isUnverifying = action === 'user.verify-email' && params.isVerified === false
  const words = isUnverifying ? 'user.unverify-email' : action
  return offerOf(known.find((one) => one.words === words) ?? { words, needs: 'manage:jobs' })
}

import type { Component } from 'vue'
import AddToOrganizationsForm from './forms/AddToOrganizationsForm.vue'
import AssignRolesForm from './forms/AssignRolesForm.vue'
import ChangeEmailForm from './forms/ChangeEmailForm.vue'
import ContainForm from './forms/ContainForm.vue'
import LinkForm from './forms/LinkForm.vue'
import RemoveRolesForm from './forms/RemoveRolesForm.vue'
import RevokeTokensForm from './forms/RevokeTokensForm.vue'
import SetPasswordForm from './forms/SetPasswordForm.vue'

/** What asks for the parameters of an action: `modelValue` is what they are, undefined while something is missing; `user` is whom it is about. */
export const paramsForms: Readonly<Record<string, Component | undefined>> = {
  'user.assign-roles': AssignRolesForm,
  'user.remove-roles': RemoveRolesForm,
  'user.block': RevokeTokensForm,
  'user.end-sessions': RevokeTokensForm,
  'user.contain': ContainForm,
  'user.set-password': SetPasswordForm,
  'user.change-email': ChangeEmailForm,
  'user.add-to-organizations': AddToOrganizationsForm,
  'user.link': LinkForm,
}

/** What of the parameters nobody needs to know who only says what they would do. */
export const secretParams: Readonly<Record<string, readonly string[] | undefined>> = {
  'user.set-password': ['password'],
}

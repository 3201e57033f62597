import type { Component } from 'vue'
import AddToOrganizationsForm from './forms/AddToOrganizationsForm.vue'
import AssignPermissionsForm from './forms/AssignPermissionsForm.vue'
import AssignRolesForm from './forms/AssignRolesForm.vue'
import ChangeEmailForm from './forms/ChangeEmailForm.vue'
import ContainForm from './forms/ContainForm.vue'
import CreateUserForm from './forms/CreateUserForm.vue'
import InviteForm from './forms/InviteForm.vue'
import LinkForm from './forms/LinkForm.vue'
import RemovePermissionsForm from './forms/RemovePermissionsForm.vue'
import RemoveRolesForm from './forms/RemoveRolesForm.vue'
import RevokeTokensForm from './forms/RevokeTokensForm.vue'
import SetPasswordForm from './forms/SetPasswordForm.vue'

/** What asks for the parameters of an action: `modelValue` is what they are, undefined while something is missing; `user` is whom it is about. */
export const paramsForms: Readonly<Record<string, Component | undefined>> = {
  'user.create': CreateUserForm,
  'user.invite': InviteForm,
  'user.assign-permissions': AssignPermissionsForm,
  'user.remove-permissions': RemovePermissionsForm,
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
  'user.create': ['password'],
  'user.set-password': ['password'],
}

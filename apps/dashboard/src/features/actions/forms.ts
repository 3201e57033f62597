import type { Component } from 'vue'
import AssignRolesForm from './forms/AssignRolesForm.vue'
import RemoveRolesForm from './forms/RemoveRolesForm.vue'
import RevokeTokensForm from './forms/RevokeTokensForm.vue'

/** What asks for the parameters of an action: `modelValue` is what they are, undefined while something is missing; `user` is whom it is about. */
export const paramsForms: Readonly<Record<string, Component | undefined>> = {
  'user.assign-roles': AssignRolesForm,
  'user.remove-roles': RemoveRolesForm,
  'user.block': RevokeTokensForm,
  'user.end-sessions': RevokeTokensForm,
}

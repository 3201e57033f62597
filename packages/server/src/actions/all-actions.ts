import type { Action } from './define-action.ts'
import { assignRoles } from './user/assign-roles.ts'
import { blockUser } from './user/block-user.ts'
import { cancelDeletion } from './user/cancel-deletion.ts'
import { deleteUser } from './user/delete-user.ts'
import { editUser } from './user/edit-user.ts'
import { endSessions } from './user/end-sessions.ts'
import { purgeUser } from './user/purge-user.ts'
import { removeRoles } from './user/remove-roles.ts'
import { resendVerification } from './user/resend-verification.ts'
import { restoreUser } from './user/restore-user.ts'
import { scheduleDeletion } from './user/schedule-deletion.ts'
import { sendPasswordReset } from './user/send-password-reset.ts'
import { unblockUser } from './user/unblock-user.ts'
import { verifyEmail } from './user/verify-email.ts'

/** Everything that can be done to a user. What is not in this list cannot be done. */
export const allActions: readonly Action[] = [
  blockUser,
  unblockUser,
  editUser,
  verifyEmail,
  endSessions,
  sendPasswordReset,
  resendVerification,
  assignRoles,
  removeRoles,
  scheduleDeletion,
  cancelDeletion,
  deleteUser,
  restoreUser,
  purgeUser,
]

export const actionNames: readonly string[] = allActions.map(({ name }) => name)

export function findAction(name: string): Action | undefined {
  return allActions.find((action) => action.name === name)
}

import type { Action } from './define-action.ts'
import { addToOrganizations } from './user/add-to-organizations.ts'
import { assignPermissions } from './user/assign-permissions.ts'
import { assignRoles } from './user/assign-roles.ts'
import { blockUser } from './user/block-user.ts'
import { cancelDeletion } from './user/cancel-deletion.ts'
import { changeEmail } from './user/change-email.ts'
import { containUser } from './user/contain.ts'
import { createPasswordLink } from './user/create-password-link.ts'
import { createRecoveryCode } from './user/create-recovery-code.ts'
import { createUser } from './user/create-user.ts'
import { deleteUser } from './user/delete-user.ts'
import { editUser } from './user/edit-user.ts'
import { endSessions } from './user/end-sessions.ts'
import { inviteUser } from './user/invite.ts'
import { liftBruteForceBlock } from './user/lift-brute-force-block.ts'
import { linkUser } from './user/link.ts'
import { purgeUser } from './user/purge-user.ts'
import { removeFromOrganizations } from './user/remove-from-organizations.ts'
import { removePermissions } from './user/remove-permissions.ts'
import { removeRoles } from './user/remove-roles.ts'
import { resendVerification } from './user/resend-verification.ts'
import { resetMfa } from './user/reset-mfa.ts'
import { restoreUser } from './user/restore-user.ts'
import { revealIdpTokens } from './user/reveal-idp-tokens.ts'
import { revokeRefreshToken } from './user/revoke-refresh-token.ts'
import { revokeSession } from './user/revoke-session.ts'
import { scheduleDeletion } from './user/schedule-deletion.ts'
import { sendPasswordReset } from './user/send-password-reset.ts'
import { setPassword } from './user/set-password.ts'
import { unblockUser } from './user/unblock-user.ts'
import { unlinkUser } from './user/unlink.ts'
import { verifyEmail } from './user/verify-email.ts'

/** Everything that can be done to a user. What is not in this list cannot be done. */
export const allActions: readonly Action[] = [
  createUser,
  inviteUser,
  blockUser,
  unblockUser,
  editUser,
  verifyEmail,
  changeEmail,
  endSessions,
  revokeSession,
  revokeRefreshToken,
  sendPasswordReset,
  createPasswordLink,
  createRecoveryCode,
  setPassword,
  resendVerification,
  resetMfa,
  liftBruteForceBlock,
  containUser,
  assignRoles,
  removeRoles,
  assignPermissions,
  removePermissions,
  addToOrganizations,
  removeFromOrganizations,
  linkUser,
  unlinkUser,
  revealIdpTokens,
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

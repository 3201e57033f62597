import type { CleanUp } from '@rollcall/contracts/admin-api'

/** What the server has the clean-up page count. */
export const cleanUp: CleanUp = {
  segments: [
    { name: 'never-signed-in', filter: 'last_login:never created_at:<now-30d', action: 'user.schedule-deletion' },
    {
      name: 'unverified',
      filter: '_exists_:email email_verified:false created_at:<now-30d blocked:false',
      action: 'user.block',
    },
    { name: 'not-seen', filter: 'last_login:<now-1y blocked:false', action: 'user.block' },
    { name: 'duplicates', filter: 'email_used_elsewhere:true last_login:never', action: 'user.schedule-deletion' },
    { name: 'blocked', filter: 'blocked:true updated_at:<now-180d', action: 'user.schedule-deletion' },
    { name: 'disposable', filter: 'email.domain:mailinator.com blocked:false', action: 'user.block' },
  ],
}

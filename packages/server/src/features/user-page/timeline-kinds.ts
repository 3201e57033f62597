import type { TimelineKind } from '@rollcall/contracts/admin-api'

/** What the tenant's log tells; `staff` is of the audit log. */
export type TenantKind = Exclude<TimelineKind, 'staff'>

const codes = (text: string) => text.split(' ')

/** Auth0's codes (Auth0, "Log Event Type Codes") by what they tell of somebody; every other code is `other`. */
export const typesOfKind: Record<Exclude<TenantKind, 'other'>, readonly string[]> = {
  'sign-in': codes(
    's scoa sepft sepotpft seotpft seoobft sercft sepkoobft sepkotpft sepkrcft sens sede secte ciba_exchange_succeeded',
  ),
  'failed-sign-in': codes(
    'f fp fu fc fcoa fepft fepotpft feotpft feoobft fercft fens fede fecte ciba_exchange_failed ciba_start_failed',
  ),
  'sign-out': codes(
    'slo flo universal_logout_succeeded universal_logout_failed oidc_backchannel_logout_succeeded oidc_backchannel_logout_failed federated_logout_failed',
  ),
  token: codes('seacft feacft sertft fertft ferrt srrt ssa fsa seccft feccft sd fd seta feta'),
  account: codes('ss fs sui fui sdu fdu si fi organization_member_added directory_sync_completed sscim'),
  password: codes('scp fcp scpr fcpr fcph pwd_leak reset_pwd_leak signup_pwd_leak'),
  contact: codes('sce fce scu fcu scpn fcpn sv fv svr fvr gd_auth_email_verification gd_auth_fail_email_verification'),
  factor: codes(
    'mfar gd_auth_succeed gd_auth_failed gd_auth_rejected gd_enrollment_complete gd_unenroll gd_update_device_account gd_start_auth gd_start_enroll gd_start_enroll_failed gd_recovery_succeed gd_recovery_failed gd_recovery_rate_limit_exceed gd_otp_rate_limit_exceed gd_webauthn_challenge_failed gd_webauthn_enrollment_failed passkey_challenge_started passkey_challenge_failed my_account_authentication_method_succeeded my_account_authentication_method_failed too_many_records',
  ),
  protection: codes('limit_wc limit_mu limit_sul limit_delegation ublkdu pla'),
  change: codes('sapi fapi mgmt_api_read wum'),
  message: codes('cls cs fn wn gd_send_email gd_send_sms gd_send_sms_failure gd_send_voice gd_send_voice_failure gd_send_pn gd_send_pn_failure gd_send_email_verification gd_send_email_verification_failure'), // prettier-ignore
}

const kindOfType = new Map(
  Object.entries(typesOfKind).flatMap(([kind, types]) => types.map((type) => [type, kind as TenantKind] as const)),
)

export const kindOf = (type: string): TenantKind => kindOfType.get(type) ?? 'other'

/** What to ask the log for. */
export const typesWanted = (kind: TenantKind | undefined) =>
  kind === undefined
    ? undefined
    : kind === 'other'
      ? { areNot: Object.values(typesOfKind).flat() }
      : { are: typesOfKind[kind] }

/** Codes that tell of a failure without beginning as one. */
const failures = new Set(['ferrt', 'pwd_leak', 'reset_pwd_leak', 'signup_pwd_leak', 'limit_wc', 'limit_mu', 'limit_sul', 'limit_delegation', 'too_many_records', 'gd_auth_rejected']) // prettier-ignore

/** Auth0's codes for failures begin with f, or say so in a word. */
export const hasFailed = (type: string): boolean =>
  failures.has(type) || /^f[a-z]*$/.test(type) || /_(failed|failure|fail_\w+|exceed)$/.test(type)

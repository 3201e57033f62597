import type { JsonObject, JsonValue } from '../schema.ts'

/** Settings that a tenant has once. A GET gives what was never set its first value, from Auth0's recorded answers. */
export interface Singleton {
  path: string
  read: string
  update: string
  verb: 'patch' | 'put'
  initial: JsonValue
  /** Holds credentials: kept sealed. */
  isSealed?: boolean
}

const guardian = { read: 'read:guardian_factors', update: 'update:guardian_factors', verb: 'put' } as const
const shield = { read: 'read:attack_protection', update: 'update:attack_protection', verb: 'patch' } as const
const flag = (value: boolean): JsonObject => ({ enabled: value })

export const singletons: Singleton[] = [
  { path: '/branding', read: 'read:branding', update: 'update:branding', verb: 'patch', initial: { colors: { primary: '#3b4cca', page_background: '#f4f5f7' } } },
  { path: '/prompts', read: 'read:prompts', update: 'update:prompts', verb: 'patch', initial: { universal_login_experience: 'new', identifier_first: false, webauthn_platform_first_factor: false } },
  { path: '/guardian/policies', read: 'read:mfa_policies', update: 'update:mfa_policies', verb: 'put', initial: [] },
  { path: '/guardian/factors/phone/message-types', ...guardian, initial: { message_types: [] } },
  { path: '/guardian/factors/phone/selected-provider', ...guardian, initial: { provider: 'auth0' } },
  { path: '/guardian/factors/sms/providers/twilio', ...guardian, initial: {}, isSealed: true },
  { path: '/guardian/factors/sms/selected-provider', ...guardian, initial: { provider: 'auth0' } },
  { path: '/guardian/factors/sms/templates', ...guardian, initial: {} },
  { path: '/guardian/factors/push-notification/providers/sns', ...guardian, initial: {}, isSealed: true },
  { path: '/guardian/factors/push-notification/providers/apns', ...guardian, initial: {}, isSealed: true },
  { path: '/guardian/factors/push-notification/providers/fcm', ...guardian, initial: {}, isSealed: true },
  { path: '/guardian/factors/push-notification/providers/fcmv1', ...guardian, initial: {}, isSealed: true },
  { path: '/guardian/factors/push-notification/selected-provider', ...guardian, initial: { provider: 'guardian' } },
  { path: '/guardian/factors/duo/settings', ...guardian, initial: {}, isSealed: true },
  { path: '/guardian/factors/webauthn-roaming/settings', ...guardian, initial: { userVerification: 'discouraged', overrideRelyingParty: false } },
  { path: '/guardian/factors/webauthn-platform/settings', ...guardian, initial: { overrideRelyingParty: false } },
  { path: '/attack-protection/brute-force-protection', ...shield, initial: { ...flag(true), shields: ['block', 'user_notification'], mode: 'count_per_identifier_and_ip', allowlist: [], max_attempts: 10 } },
  { path: '/attack-protection/suspicious-ip-throttling', ...shield, initial: { ...flag(true), shields: ['admin_notification', 'block'], allowlist: [], stage: { 'pre-login': { max_attempts: 100, rate: 864_000 }, 'pre-user-registration': { max_attempts: 50, rate: 1200 }, 'pre-custom-token-exchange': { max_attempts: 10, rate: 600_000 } } } },
  { path: '/attack-protection/breached-password-detection', ...shield, initial: { ...flag(false), shields: [], admin_notification_frequency: [], method: 'standard', stage: { 'pre-user-registration': { shields: [] }, 'pre-change-password': { shields: [] } } } },
  { path: '/attack-protection/bot-detection', ...shield, initial: { challenge_password_policy: 'never', challenge_passwordless_policy: 'never', challenge_password_reset_policy: 'never', allowlist: [], bot_detection_level: 'medium', monitoring_mode_enabled: false } },
  // Providers that are not set are left out: an export that holds them empty could not be imported again.
  { path: '/attack-protection/captcha', ...shield, initial: { active_provider_id: 'auth_challenge', simple_captcha: {}, auth_challenge: { fail_open: false } } },
  { path: '/risk-assessments/settings', ...shield, initial: flag(false) },
  { path: '/risk-assessments/settings/new-device', ...shield, initial: { remember_for: 30 } },
  { path: '/supplemental-signals', ...shield, initial: { akamai_enabled: false } },
] // prettier-ignore

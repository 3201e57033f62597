import { factorKinds, type UserFactors } from '@rollcall/contracts/admin-api'
import type { ManagementAuthenticationMethod, ManagementEnrollment } from '@rollcall/contracts/management-api'
import { attemptPart } from './attempt-part.ts'
import type { OfUserDeps } from './deps.ts'
import { isoOrNull } from './present-sign-ins.ts'

type Factor = UserFactors['factors'][number]

/**
 * Second factors and passkeys: authentication methods, and enrolments from before the tenant had those. Which kind an enrolment is of, and when
 * it was used, the methods say better, so one that is there as a method is not repeated.
 * @throws NotFound `user-not-found`
 */
export async function listFactors({ tenant }: OfUserDeps, userId: string): Promise<UserFactors> {
  const [methods, enrollments] = await Promise.all([
    tenant.ofUser.authenticationMethods(userId),
    attemptPart(tenant.ofUser.enrollments(userId)),
  ])
  const isMethod = ({ id }: ManagementEnrollment) =>
    methods.some((method) => method.id === id || method.id.endsWith(`|${id}`))
  return {
    factors: [
      ...methods.filter(({ type }) => type !== 'password').map(presentMethod),
      ...(enrollments.value ?? []).filter((enrollment) => !isMethod(enrollment)).map(presentEnrollment),
    ],
  }
}

const presentMethod = (method: ManagementAuthenticationMethod): Factor => ({
  factorId: method.id,
  kind: kindOf(method.type),
  name: method.name || null,
  hint: method.phone_number || method.email || null,
  isConfirmed: method.confirmed ?? true,
  enrolledAt: isoOrNull(method.enrolled_at ?? method.created_at),
  lastUsedAt: isoOrNull(method.last_auth_at),
})

const presentEnrollment = (enrollment: ManagementEnrollment): Factor => ({
  factorId: enrollment.id,
  kind: kindOf(enrollment.auth_method ?? ''),
  name: enrollment.name || null,
  hint: enrollment.phone_number || null,
  isConfirmed: enrollment.status !== 'pending',
  enrolledAt: isoOrNull(enrollment.enrolled_at),
  lastUsedAt: isoOrNull(enrollment.last_auth),
})

/** The tenant's words for one kind, where it has several. */
const synonyms: Record<string, Factor['kind']> = {
  authenticator: 'totp',
  guardian: 'push',
  'push-notification': 'push',
  sms: 'phone',
  'email-verification': 'email',
}

const kindOf = (type: string): Factor['kind'] =>
  factorKinds.find((kind) => kind === type) ?? (Object.hasOwn(synonyms, type) ? synonyms[type] : undefined) ?? 'other'

import type { Remark } from './define-action.ts'

/** What is surprising about Auth0, said before it surprises somebody. */
export const tokensLive: Remark = {
  code: 'access-tokens-live-on',
  message:
    'Access tokens that applications hold already are good until they expire: 24 hours at most, unless an API allows longer.',
}

export const resetLiftsBlock: Remark = {
  code: 'reset-lifts-block',
  message: 'A password reset made through the Management API lifts the block.',
}

/** To whoever would change by Rollcall what they sign in with themself. */
export const notYourOwn: Remark = {
  code: 'not-your-own-credentials',
  message: 'What you sign in with yourself is for you to change where you sign in, or for somebody else: whoever has got hold of your session must not lock you out.', // prettier-ignore
}

export const noPassword: Remark = { code: 'no-password', message: 'They sign in without a password of the tenant’s.' }

export const sessionsStay: Remark = {
  code: 'sessions-stay',
  message: 'Whoever is signed in as them stays signed in: end their sessions as well, if that is not to be.',
}

export const sessionsOutOfReach: Remark = {
  code: 'sessions-out-of-reach',
  message: 'Open sessions stay open: the tenant does not let Rollcall see or end them (scopes read:sessions, delete:sessions).', // prettier-ignore
}

export const notInRecycleBin: Remark = {
  code: 'not-in-recycle-bin',
  message: 'Nothing of them is in the recycle bin.',
}

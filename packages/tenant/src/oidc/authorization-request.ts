import { z } from 'zod'

/** What an /authorize request asked for, once it was found good; kept with the sign-in pages and with the code. */
export const AuthorizationRequest = z.object({
  clientId: z.string(),
  /** Empty for a device that waits elsewhere. */
  redirectUri: z.string(),
  /** Then the code's exchange must repeat it (RFC 6749 §4.1.3). */
  isRedirectUriGiven: z.boolean().default(true),
  responseType: z.enum(['code', 'id_token', 'code id_token', 'token', 'id_token token', 'token id_token']),
  responseMode: z.enum(['query', 'fragment', 'form_post', 'web_message']),
  scope: z.string(),
  audience: z.string().optional(),
  state: z.string().optional(),
  nonce: z.string().optional(),
  codeChallenge: z.string().optional(),
  codeChallengeMethod: z.enum(['S256', 'plain']).optional(),
  prompt: z.enum(['none', 'login', 'consent', 'select_account']).optional(),
  maxAge: z.number().optional(),
  loginHint: z.string().optional(),
  screenHint: z.string().optional(),
  connection: z.string().optional(),
  /** The organization's id, whichever way it was named. */
  organization: z.string().optional(),
  /** The ticket of an invitation. */
  invitation: z.string().optional(),
  acrValues: z.string().optional(),
  dpopThumbprint: z.string().optional(),
  /** A device's code, hashed, in base64url: the answer goes to the device (RFC 8628). */
  deviceCode: z.string().optional(),
})
export type AuthorizationRequest = z.infer<typeof AuthorizationRequest>

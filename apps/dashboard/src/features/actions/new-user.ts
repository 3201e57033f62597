/** Who somebody new is, as far as a form asks. */
export interface NewUserProfile {
  connection: string
  email?: string
  username?: string
  phoneNumber?: string
  name?: string
}

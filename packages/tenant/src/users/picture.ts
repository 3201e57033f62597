/** Where our own pictures are: stored without the tenant's address, which changes with its port. */
export const avatarPath = '/avatars/'

/** A picture's address as it is now. @param origin the tenant's canonical one */
export function pictureUrl(origin: string, picture: string | null): string | null {
  return picture?.startsWith(avatarPath) ? `${origin}${picture}` : picture
}

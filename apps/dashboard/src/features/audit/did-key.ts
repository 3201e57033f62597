/** Under which the texts say what an action of that name has done: `user.block` is “Blocked”. */
export const didKey = (action: string): string => `actions.${action}.did`

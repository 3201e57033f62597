/** Whether PostgreSQL's text can hold it: no NUL, no half of a surrogate pair. Nothing that we made holds either. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

import { UserEdit } from '@rollcall/contracts/admin-api'
import { useI18n } from 'vue-i18n'

export interface EditFault {
  /** `name`, or `appMetadata` and then the key. */
  path: string[]
  text: string
}

/** What the API would refuse of an edit, by the very schema it refuses by. */
export function useEditFaults() {
  const { t, n } = useI18n()
  return (edit: UserEdit): EditFault[] =>
    (UserEdit.safeParse(edit).error?.issues ?? []).map((issue) => {
      const path = issue.path.map(String)
      if (issue.code === 'too_big') return { path, text: t('edit.faults.tooLong', { most: n(Number(issue.maximum)) }) }
      if (issue.code === 'invalid_format' && issue.format === 'url') return { path, text: t('edit.faults.url') }
      // A key is refused for what is wrong with it as a key.
      if (issue.code === 'invalid_key') return { path, text: issue.issues.map(({ message }) => message).join(' ') }
      return { path, text: issue.message }
    })
}

import { useI18n } from 'vue-i18n'

/** Of a machine-to-machine application; a user's id has a `|`. */
const programId = /^([^|]+)@clients$/

/** What whoever did something is called, where nothing better is known than their id. */
export function useActorText() {
  const { t } = useI18n()
  return (id: string, name?: string | null): string => {
    const [, clientId] = programId.exec(id) ?? []
    return name ?? (clientId === undefined ? id : t('program', { id: clientId }))
  }
}

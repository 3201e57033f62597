import type { CustomField } from '@rollcall/contracts/admin-api'
import { computed, shallowRef } from 'vue'
import type { ownValueText } from './own-value-text.ts'

/** The fields of metadata that have names of the team's own, as far as whoever is signed in may see them. */
export const ownFields = shallowRef<readonly CustomField[]>([])

const byPath = computed(() => new Map(ownFields.value.map((field) => [field.path, field])))
export const ownFieldAt = (path: string): CustomField | undefined => byPath.value.get(path)

/** As the filter language is told of them. */
export const ownPaths = computed(() => new Map(ownFields.value.map(({ name, path }) => [name, path])))

/** How their values are said. It is fetched apart: most lists have no such column. */
export const ownText = shallowRef<typeof ownValueText>()
export async function loadOwnText(): Promise<void> {
  if (ownFields.value.length > 0) ownText.value = (await import('./own-value-text.ts')).ownValueText
}

import type { DashboardConfig } from '@rollcall/contracts/admin-api'
import type { InjectionKey } from 'vue'
import { inject } from 'vue'

export const dashboardConfigKey: InjectionKey<DashboardConfig> = Symbol('dashboard config')

/** What a component needs and a parent must have provided. */
export function injected<Value>(key: InjectionKey<Value>): Value {
  const value = inject(key)
  if (value === undefined) throw new Error(`${String(key.description)} was not provided.`)
  return value
}

import { onScopeDispose, shallowRef } from 'vue'
import type { InjectionKey, ShallowRef } from 'vue'
import { injected } from '../injection.ts'

/** What a page can be told to do from elsewhere; the command palette offers those of the page that is open. */
export type CommandName = 'export' | 'refresh' | 'saveView' | 'addFilter'
export type Commands = ShallowRef<Partial<Record<CommandName, () => unknown>>>

export const commandsKey: InjectionKey<Commands> = Symbol('commands')
export const createCommands = (): Commands => shallowRef({})

/** Offers a command for as long as the component is there. */
export function useCommand(name: CommandName, run: () => unknown): void {
  const commands = injected(commandsKey)
  commands.value = { ...commands.value, [name]: run }
  onScopeDispose(() => {
    if (commands.value[name] !== run) return
    const { [name]: _gone, ...others } = commands.value
    commands.value = others
  })
}

import {
  Bookmark,
  ChartColumn,
  Copy,
  Download,
  Filter,
  ListFilter,
  LogOut,
  MailPlus,
  Monitor,
  Moon,
  RefreshCw,
  Save,
  ScrollText,
  Sun,
  Trash2,
  Upload,
  UserPlus,
  UsersRound,
} from '@lucide/vue'
import type { Component } from 'vue'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { ApiClient } from '../../api/api-client.ts'
import { injected } from '../../injection.ts'
import { commandsKey } from '../../shell/commands.ts'
import type { CommandName } from '../../shell/commands.ts'
import { sessionKey } from '../../shell/useSession.ts'
import { useTheme } from '../../shell/useTheme.ts'
import { toast } from '../../ui/toasts.ts'
import { useNewUser } from '../actions/useNewUser.ts'
import { addressOf, readyMadeViews } from '../views/list-question.ts'
import { useViews } from '../views/useViews.ts'
import type { PaletteEntry } from './palette-entries.ts'

const commandIcons: Record<CommandName, Component> = {
  refresh: RefreshCw,
  addFilter: Filter,
  saveView: Save,
  export: Download,
}
const themeIcons = { light: Sun, dark: Moon, system: Monitor }

/** All there is to open and to do but users, of which there are too many. */
export function useEntries(api: ApiClient) {
  const { t } = useI18n()
  const router = useRouter()
  const commands = injected(commandsKey)
  const { may, signOut } = injected(sessionKey)
  const { choose } = useTheme()
  const { views } = useViews(api)
  const askForNew = useNewUser()

  const copyLink = async () => {
    try {
      await navigator.clipboard.writeText(window.location.href)
      toast(t('palette.linkCopied'))
    } catch {
      toast(t('copyFailed'))
    }
  }
  const command = (name: string, icon: Component, run: () => unknown): PaletteEntry => ({
    id: `command ${name}`,
    group: 'commands',
    label: t(`palette.commands.${name}`),
    icon,
    run,
  })

  return computed<PaletteEntry[]>(() => [
    ...readyMadeViews.map(({ name, filter }) => ({
      id: `segment ${name}`,
      group: 'views' as const,
      label: t(`views.${name}`),
      icon: ListFilter,
      run: () => router.push(addressOf({ filter })),
    })),
    ...views.value.map((view) => ({
      id: `view ${view.id}`,
      group: 'views' as const,
      label: view.name,
      icon: Bookmark,
      run: () => router.push(addressOf(view)),
    })),
    {
      id: 'page users',
      group: 'pages',
      label: t('shell.users'),
      icon: UsersRound,
      run: () => router.push({ name: 'users' }),
    },
    {
      id: 'page insights',
      group: 'pages',
      label: t('shell.insights'),
      icon: ChartColumn,
      run: () => router.push({ name: 'insights' }),
    },
    {
      id: 'page recycle-bin',
      group: 'pages',
      label: t('shell.recycleBin'),
      icon: Trash2,
      run: () => router.push({ name: 'recycle-bin' }),
    },
    ...(may('read:audit')
      ? [
          {
            id: 'page audit',
            group: 'pages' as const,
            label: t('shell.audit'),
            icon: ScrollText,
            run: () => router.push({ name: 'audit' }),
          },
        ]
      : []),
    ...(Object.keys(commandIcons) as CommandName[]).flatMap((name) => {
      const run = commands.value[name]
      return run ? [command(name, commandIcons[name], run)] : []
    }),
    ...(may('create:users')
      ? [
          command('invite', MailPlus, () => askForNew('user.invite')),
          command('newUser', UserPlus, () => askForNew('user.create')),
        ]
      : []),
    ...(may('create:users') && may('manage:jobs')
      ? [command('import', Upload, () => router.push({ name: 'new-import' }))]
      : []),
    command('copyLink', Copy, copyLink),
    ...(['light', 'dark', 'system'] as const).map((theme) => command(theme, themeIcons[theme], () => choose(theme))),
    command('signOut', LogOut, signOut),
  ])
}

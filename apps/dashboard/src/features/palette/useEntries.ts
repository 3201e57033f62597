import {
  Bookmark,
  BrushCleaning,
  ChartColumn,
  Copy,
  Download,
  Filter,
  ListChecks,
  ListFilter,
  ListPlus,
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
import { pages } from '../../shell/pages.ts'
import type { PageName } from '../../shell/pages.ts'
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
const pageIcons: Record<PageName, Component> = {
  users: UsersRound,
  jobs: ListChecks,
  'clean-up': BrushCleaning,
  insights: ChartColumn,
  'recycle-bin': Trash2,
  audit: ScrollText,
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
    ...pages
      .filter(({ needs }) => !needs || may(needs))
      .map(({ name }) => ({
        id: `page ${name}`,
        group: 'pages' as const,
        label: t(`shell.${name}`),
        icon: pageIcons[name],
        run: () => router.push({ name }),
      })),
    ...(may('manage:jobs')
      ? [
          {
            id: 'page new-job',
            group: 'pages' as const,
            label: t('jobs.new.title'),
            icon: ListPlus,
            run: () => router.push({ name: 'new-job' }),
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

// Navigation, the choice of the community, theme and sign-out, around the page.
import { AppShell, Burger, Button, Group, NativeSelect, Text, useMantineColorScheme } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { ApiError } from '../api/client'
import { useLive } from '../live/live'
import { ErrorNote } from '../parts/notes'
import { useCommunity, useGo } from '../parts/links'
import { signOut } from '../session/api'
import { useSession } from '../session/session'
import { text } from '../text'
import { remember, remembered, useCommunities } from './communities'
import { PageLoading } from './fallbacks'
import { Navigation } from './Navigation'

const SignIn = lazy(() => import('../session/SignIn'))

export function Shell() {
  const { session, loading, failed, retry } = useSession()
  if (loading) return <PageLoading />
  if (session === null && failed !== null) return <ErrorNote error={failed} retry={retry} />
  if (session === null)
    return (
      <Suspense fallback={<PageLoading />}>
        <SignIn />
      </Suspense>
    )
  return <Inside />
}

function Inside() {
  const [open, menu] = useDisclosure(false)
  const communities = useCommunities()
  const named = useCommunity()
  const go = useGo()
  const path = useLocation({ select: (location) => location.pathname })
  const main = useRef<HTMLElement>(null)
  const all = communities.data?.data ?? []
  const community = named !== '' ? named : (all.find((one) => one.id === remembered())?.id ?? all[0]?.id ?? '')
  useLive(community)
  useEffect(() => {
    if (named !== '') remember(named)
  }, [named])
  const was = useRef(path)
  useEffect(() => {
    if (was.current === path) return
    was.current = path
    menu.close()
    // A new page: readers and the keyboard begin at its top.
    main.current?.focus({ preventScroll: true })
  }, [path, menu])
  // The link that was followed is out of sight then, so the keyboard goes on in the page.
  const away = () => {
    menu.close()
    main.current?.focus({ preventScroll: true })
  }
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'md', collapsed: { mobile: !open } }}
      padding="md"
    >
      <a
        className="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault()
          main.current?.focus()
        }}
      >
        {text.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger
            opened={open}
            onClick={menu.toggle}
            hiddenFrom="md"
            size="sm"
            aria-label={text.nav.open}
            aria-expanded={open}
          />
          <Text fw={700} visibleFrom="xs">
            {text.product}
          </Text>
          <NativeSelect
            aria-label={text.nav.community}
            data={[
              ...(community === '' ? [{ value: '', label: text.nav.chooseCommunity }] : []),
              ...all.map((one) => ({ value: one.id, label: one.name })),
            ]}
            value={community}
            onChange={(event) =>
              event.currentTarget.value !== '' &&
              go(
                /^\/c\/[^/]+/.test(path)
                  ? keepPage(path, event.currentTarget.value)
                  : `/c/${event.currentTarget.value}`,
              )
            }
            maw={280}
            className="grow"
          />
          <Group gap="xs" ml="auto" wrap="nowrap">
            <Theme />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar
        p="xs"
        style={{ overflowY: 'auto' }}
        className={open ? undefined : 'put-away'}
        aria-label={text.nav.label}
      >
        <Navigation community={community} path={path} onGo={away} />
        <Leave />
      </AppShell.Navbar>
      <AppShell.Main ref={main} id="content" tabIndex={-1} style={{ outline: 'none' }}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  )
}

/** The same list in another community; one thing of a community is not in another. */
function keepPage(path: string, community: string): string {
  const list = /^\/c\/[^/]+\/([^/]+)/.exec(path)?.[1]
  return list === undefined ? `/c/${community}` : `/c/${community}/${list}`
}

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const
const SIGN = { auto: '◐', light: '☀', dark: '☾' } as const

function Theme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const label = text.nav.theme(text.nav.themes[colorScheme])
  return (
    <Button
      variant="default"
      size="xs"
      onClick={() => setColorScheme(NEXT[colorScheme])}
      aria-label={label}
      title={label}
    >
      {SIGN[colorScheme]}
    </Button>
  )
}

function Leave() {
  const { session, end } = useSession()
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<unknown>(null)
  // Who is told that they are out must be out: the cookie goes on until the broker has heard of it.
  const leave = async () => {
    setBusy(true)
    setFailed(null)
    try {
      await signOut()
      end()
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 401) end()
      else setFailed(thrown)
    } finally {
      setBusy(false)
    }
  }
  if (session === null) return null
  return (
    <Group gap="xs" p="xs" mt="md">
      <Text size="sm" className="soft">
        {text.session.signedInAs(session.user.name, text.settings.roles[session.user.role])}
      </Text>
      <Button size="xs" variant="default" loading={busy} onClick={() => void leave()}>
        {text.session.signOut}
      </Button>
      {failed !== null && <Text size="sm">{text.session.stillIn}</Text>}
      <ErrorNote error={failed} />
    </Group>
  )
}

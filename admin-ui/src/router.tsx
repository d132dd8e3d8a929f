// Every page and its path. Pages are loaded when they are first opened.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from '@tanstack/react-router'
import { PageFailed, PageLoading, PageMissing } from './shell/fallbacks'
import { parseSearch, stringifySearch } from './parts/links'
import { Root } from './shell/Root'
import { Shell } from './shell/Shell'
import { Start } from './shell/Start'

const root = createRootRoute({ component: Root, notFoundComponent: PageMissing })
const first = createRoute({
  getParentRoute: () => root,
  path: '/first',
  component: lazyRouteComponent(() => import('./session/First'), 'default'),
})
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell })
const start = createRoute({ getParentRoute: () => shell, path: '/', component: Start })

type Pages = Record<string, () => Promise<Record<string, unknown>>>

const pages: Pages = {
  '/communities': () => import('./communities/Communities'),
  '/carriers': () => import('./carriers/Carriers'),
  '/pool-files': () => import('./poolfiles/PoolFiles'),
  '/keys': () => import('./keys/Keys'),
  '/audit': () => import('./audit/Audit'),
  '/settings': () => import('./settings/Settings'),
  '/c/$community': () => import('./overview/Overview'),
  '/c/$community/policy': () => import('./communities/Policy'),
  '/c/$community/members': () => import('./members/Members'),
  '/c/$community/members/$member': () => import('./members/Member'),
  '/c/$community/pools': () => import('./pools/Pools'),
  '/c/$community/swaps': () => import('./pools/Swaps'),
  '/c/$community/swaps/$swap': () => import('./pools/Swap'),
  '/c/$community/messages': () => import('./messages/Messages'),
  '/c/$community/messages/$message': () => import('./messages/Message'),
  '/c/$community/calls': () => import('./calls/Calls'),
  '/c/$community/calls/$call': () => import('./calls/Call'),
  '/c/$community/explain': () => import('./explain/Explain'),
  '/c/$community/quarantine': () => import('./quarantine/Quarantine'),
  '/c/$community/imports': () => import('./imports/Imports'),
  '/c/$community/imports/$import': () => import('./imports/Import'),
  '/c/$community/campaigns': () => import('./campaigns/Campaigns'),
  '/c/$community/desk': () => import('./desk/Desk'),
  '/c/$community/releases': () => import('./releases/Releases'),
  '/c/$community/opt-ins': () => import('./optins/OptIns'),
  '/c/$community/opt-outs': () => import('./optouts/OptOuts'),
  '/c/$community/callbacks': () => import('./callbacks/Callbacks'),
  '/c/$community/deliveries': () => import('./callbacks/Deliveries'),
  '/c/$community/deliveries/$delivery': () => import('./callbacks/Delivery'),
  '/c/$community/planner': () => import('./planner/Planner'),
  '/c/$community/assignments': () => import('./assignments/Assignments'),
  '/c/$community/hubs': () => import('./hubs/Hubs'),
  '/c/$community/phones': () => import('./phones/Phones'),
}

export const paths = Object.keys(pages)

const children = Object.entries(pages).map(([path, load]) =>
  createRoute({ getParentRoute: () => shell, path, component: lazyRouteComponent(load, 'default') }),
)

const tree = root.addChildren([first, shell.addChildren([start, ...children])])

export function makeRouter(history: RouterHistory) {
  return createRouter({
    routeTree: tree,
    history,
    parseSearch,
    stringifySearch,
    defaultErrorComponent: PageFailed,
    defaultPendingComponent: PageLoading,
    defaultPreload: 'intent',
    // What was begun for one community or member is not to be done to another.
    defaultRemountDeps: ({ params }) => params,
    scrollRestoration: true,
  })
}

export type AppRouter = ReturnType<typeof makeRouter>

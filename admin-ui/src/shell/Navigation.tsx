import { Go } from '../parts/links'
import { useMay } from '../session/session'
import { text } from '../text'

const { nav } = text
type Entry = [string, string]
/** What the API shows to owners alone, and what is of no use to who only reads. */
const OWNERS = ['/keys', '/audit']
const NOT_VIEWERS = /^\/pool-files$|\/(explain|phones)$/
const of = (community: string): [string, Entry[]][] => {
  const c = `/c/${community}`
  const inside: [string, Entry[]][] = [
    [
      nav.groups.watch,
      [
        [c, nav.overview],
        [`${c}/explain`, nav.explain],
        [`${c}/phones`, nav.phones],
      ],
    ],
    [
      nav.groups.people,
      [
        [`${c}/members`, nav.members],
        [`${c}/assignments`, nav.assignments],
        [`${c}/hubs`, nav.hubs],
        [`${c}/imports`, nav.imports],
        [`${c}/opt-ins`, nav.optIns],
        [`${c}/opt-outs`, nav.optOuts],
        [`${c}/policy`, text.communities.policy],
      ],
    ],
    [
      nav.groups.numbers,
      [
        [`${c}/pools`, nav.pools],
        [`${c}/campaigns`, nav.campaigns],
        [`${c}/desk`, nav.desk],
        [`${c}/releases`, nav.releases],
        [`${c}/swaps`, nav.swaps],
        [`${c}/planner`, nav.planner],
      ],
    ],
    [
      nav.groups.traffic,
      [
        [`${c}/messages`, nav.messages],
        [`${c}/calls`, nav.calls],
        [`${c}/quarantine`, nav.quarantine],
      ],
    ],
    [
      nav.groups.apps,
      [
        [`${c}/callbacks`, nav.callbacks],
        [`${c}/deliveries`, nav.deliveries],
      ],
    ],
  ]
  return [
    ...(community === '' ? [] : inside),
    [
      nav.groups.broker,
      [
        ['/communities', nav.communities],
        ['/carriers', nav.carriers],
        ['/pool-files', nav.poolFiles],
        ['/keys', nav.keys],
        ['/audit', nav.audit],
        ['/settings', nav.settings],
      ],
    ],
  ]
}

export function Navigation({ community, path, onGo }: { community: string; path: string; onGo: () => void }) {
  const may = useMay()
  const here = (to: string) => path === to || (path.startsWith(`${to}/`) && !/^\/c\/[^/]+$/.test(to))
  return (
    <>
      {of(community).map(([group, entries]) => (
        <div key={group}>
          <div className="navgroup">{group}</div>
          {entries
            .filter(([to]) => (may.own || !OWNERS.includes(to)) && (may.change || !NOT_VIEWERS.test(to)))
            .map(([to, label]) => (
              <Go key={to} to={to} className="nav" current={here(to)} onClick={onGo}>
                {label}
              </Go>
            ))}
        </div>
      ))}
    </>
  )
}

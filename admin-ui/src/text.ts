// All text of the pages, in one place. test/catalogue.test.ts holds that there is none elsewhere.
import { broker } from './text/broker'
import { numbers } from './text/numbers'
import { people } from './text/people'
import { shell } from './text/shell'
import { traffic } from './text/traffic'

export const text = { ...shell, ...people, ...numbers, ...traffic, ...broker } as const

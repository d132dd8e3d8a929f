// The routes of sign-in, people and the audit log.
import { raw, type Page, type Schema } from '../api/client'

export type Role = Schema['AdminRole']
export type Session = Schema['Session']
export type User = Schema['AdminUser']
export type AuditEntry = Schema['AuditEntry']
/** The shortest password that the broker takes. */
export const LEAST_PASSWORD = 10

/** Follows a one-time link: somebody new says a name, somebody who chooses a new password may have to say a code. */
export const first = (token: string, chosen: { name?: string; password: string; totp?: string }) =>
  raw<Session>('POST', '/v1/session/first', { token, ...chosen })
export const signIn = (name: string, password: string, totp?: string) =>
  raw<Session>('POST', '/v1/session', totp === undefined || totp === '' ? { name, password } : { name, password, totp })
export const current = () => raw<Session>('GET', '/v1/session')
/** Whether people sign in at a provider too, and the words of the button. */
export const provider = () => raw<Schema['ProviderDoor']>('GET', '/v1/session/oidc')
/** Where the browser goes for it. */
export const PROVIDER_START = '/v1/session/oidc/start'
export const signOut = () => raw<void>('DELETE', '/v1/session')
export const changePassword = (password: string, new_password: string) =>
  raw<void>('POST', '/v1/session/password', { password, new_password })
export const beginTotp = (password: string) => raw<Schema['TotpSecret']>('POST', '/v1/session/totp', { password })
export const confirmTotp = (totp: string) => raw<void>('POST', '/v1/session/totp/confirm', { totp })
export const removeTotp = (password: string) => raw<void>('POST', '/v1/session/totp/remove', { password })

const query = (asked: Record<string, string | number | null | undefined>): string => {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`
}

export type Paging = { limit?: number; cursor?: string }
export const users = (paging: Paging) => raw<Page<User>>('GET', `/v1/admin_users${query(paging)}`)
/** Invites somebody: the answer holds the link at which they choose their password, this once. */
export const addUser = (user: Schema['NewAdminUser']) =>
  raw<Schema['AdminUserWithLink']>('POST', '/v1/admin_users', user)
export const editUser = (id: string, edit: Schema['AdminUserEdit']) =>
  raw<User>('PATCH', `/v1/admin_users/${encodeURIComponent(id)}`, edit)
/** A link at which they choose a new password, this once. */
export const resetUser = (id: string, remove_totp: boolean) =>
  raw<Schema['AdminUserWithLink']>('POST', `/v1/admin_users/${encodeURIComponent(id)}/reset`, { remove_totp })
export const removeUser = (id: string) => raw<void>('DELETE', `/v1/admin_users/${encodeURIComponent(id)}`)
export const auditLog = (paging: Paging) => raw<Page<AuditEntry>>('GET', `/v1/audit_log${query(paging)}`)

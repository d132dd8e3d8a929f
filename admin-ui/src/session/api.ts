// The routes of sign-in, people and the audit log, typed by hand until the document holds them.
import { raw, type Page } from '../api/client'

export type Role = 'owner' | 'operator' | 'viewer'
export type SessionUser = { id: string; name: string; role: Role; communities: string[] | null; totp: boolean }
export type Session = { user: SessionUser; csrf: string; may_reveal: boolean; expires_at: string }
export type User = SessionUser & { invited: boolean; provider: string | null; disabled: boolean; created_at: string; signed_in_at: string | null }
export type AuditEntry = { id: string; at: string; user: string | null; name: string; what: string; on: string; address: string; status: number }
/** The shortest password that the broker takes. */
export const LEAST_PASSWORD = 10

export const first = (token: string, name: string, password: string) =>
  raw<Session>('POST', '/v1/session/first', { token, name, password })
export const signIn = (name: string, password: string, totp?: string) =>
  raw<Session>('POST', '/v1/session', totp === undefined || totp === '' ? { name, password } : { name, password, totp })
export const current = () => raw<Session>('GET', '/v1/session')
/** Whether people sign in at a provider too, and the words of the button. */
export const provider = () => raw<{ enabled: boolean; name: string | null }>('GET', '/v1/session/oidc')
/** Where the browser goes for it. */
export const PROVIDER_START = '/v1/session/oidc/start'
export const signOut = () => raw<void>('DELETE', '/v1/session')
export const changePassword = (password: string, new_password: string) => raw<void>('POST', '/v1/session/password', { password, new_password })
export const beginTotp = () => raw<{ secret: string; uri: string }>('POST', '/v1/session/totp')
export const confirmTotp = (totp: string) => raw<void>('POST', '/v1/session/totp/confirm', { totp })
export const removeTotp = (password: string) => raw<void>('POST', '/v1/session/totp/remove', { password })

const query = (asked: Record<string, string | number | null | undefined>): string => {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`
}

export type Paging = { limit?: number; cursor?: string }
export const users = (paging: Paging) => raw<Page<User>>('GET', `/v1/admin_users${query(paging)}`)
/** Invites somebody: the answer holds the link at which they choose their password, this once. */
export const addUser = (user: { name: string; role: Role; communities: string[] | null }) => raw<User & { link: string }>('POST', '/v1/admin_users', user)
export const editUser = (id: string, edit: { role?: Role; disabled?: boolean }) => raw<User>('PATCH', `/v1/admin_users/${encodeURIComponent(id)}`, edit)
export const removeUser = (id: string) => raw<void>('DELETE', `/v1/admin_users/${encodeURIComponent(id)}`)
export const auditLog = (paging: Paging) => raw<Page<AuditEntry>>('GET', `/v1/audit_log${query(paging)}`)

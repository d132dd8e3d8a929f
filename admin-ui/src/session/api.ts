// The routes of sign-in, people and the audit log, typed by hand until the document holds them.
import { raw, type Page } from '../api/client'

export type Role = 'owner' | 'operator' | 'viewer'
export type User = { id: string; name: string; role: Role; communities?: string[] | null; totp?: boolean; created_at?: string; last_seen_at?: string | null }
export type Session = { user: User; csrf: string; may_reveal: boolean; expires_at: string }
export type AuditEntry = {
  id: string
  at: string
  user?: string | null
  user_name?: string | null
  key?: string | null
  action: string
  target?: string | null
  community?: string | null
  detail?: string | null
  address?: string | null
}

export const first = (token: string, name: string, password: string) =>
  raw<Session>('POST', '/v1/session/first', { token, name, password })
export const signIn = (name: string, password: string, totp?: string) =>
  raw<Session>('POST', '/v1/session', totp === undefined || totp === '' ? { name, password } : { name, password, totp })
export const current = () => raw<Session>('GET', '/v1/session')
export const signOut = () => raw<void>('DELETE', '/v1/session')
export const changePassword = (was: string, next: string) =>
  raw<void>('POST', '/v1/session/password', { old_password: was, new_password: next })

const query = (asked: Record<string, string | number | null | undefined>): string => {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`
}

export type Paging = { limit?: number; cursor?: string }
export const users = (paging: Paging) => raw<Page<User>>('GET', `/v1/admin_users${query(paging)}`)
export const addUser = (user: { name: string; password: string; role: Role; communities?: string[] }) =>
  raw<User>('POST', '/v1/admin_users', user)
export const removeUser = (id: string) => raw<void>('DELETE', `/v1/admin_users/${encodeURIComponent(id)}`)
export const auditLog = (paging: Paging & { community?: string }) =>
  raw<Page<AuditEntry>>('GET', `/v1/audit_log${query(paging)}`)

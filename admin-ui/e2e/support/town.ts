// A community made by the API, for stories that are about something else than making one.
import { expect } from '@playwright/test'
import type { Broker } from './broker'

type Made = { id: string }
export type Contact = { id: string; contact: string; number: string; mirror_number: string }
export type Person = { id: string; phone: string }
export type Received = { from: string; text: string; at: string }

/** Fictional numbers: pool numbers begin at 0101, phones at 0151. */
export const poolNumber = (n: number) => `+141555501${String(n).padStart(2, '0')}`
export const phoneOf = (n: number) => `+141555501${50 + n}`

export class Town {
  private constructor(
    readonly broker: Broker,
    readonly id: string,
    readonly numbers: string[],
  ) {}

  /** A community with so many pool numbers. */
  static async make(
    broker: Broker,
    { name = 'Town', numbers = 3, policy = {} }: { name?: string; numbers?: number; policy?: object } = {},
  ): Promise<Town> {
    const community = await broker.must<Made>('POST', '/v1/communities', { name, policy })
    const town = new Town(
      broker,
      community.id,
      Array.from({ length: numbers }, (_, n) => poolNumber(n + 1)),
    )
    const pool = await town.must<Made>('POST', '/pools', { name: 'main' })
    for (const number of town.numbers)
      await town.must('POST', '/numbers', { pool: pool.id, number, carrier: 'loopback' })
    return town
  }

  private people = 0

  /** The address of a page of this community. */
  page(rest = ''): string {
    return `/admin/#/c/${this.id}${rest}`
  }

  must<Data>(method: string, path: string, body?: unknown): Promise<Data> {
    return this.broker.must<Data>(method, `/v1/communities/${this.id}${path}`, body)
  }

  async member(name: string): Promise<Person> {
    this.people += 1
    const phone = phoneOf(this.people)
    const { id } = await this.must<Made>('POST', '/members', { name, phone })
    return { id, phone }
  }

  async members<const Names extends readonly string[]>(...names: Names): Promise<{ [One in keyof Names]: Person }> {
    const made: Person[] = []
    for (const name of names) made.push(await this.member(name))
    return made as { [One in keyof Names]: Person }
  }

  pair(member: Person, contact: Person): Promise<Contact> {
    return this.must<Contact>('POST', `/members/${member.id}/contacts`, { contact: contact.id })
  }

  release(member: Person, contact: Person): Promise<void> {
    return this.must('DELETE', `/members/${member.id}/contacts/${contact.id}`)
  }

  /** From a virtual phone. */
  async text(phone: string, to: string, text: string): Promise<void> {
    await this.broker.must('POST', `/v1/loopback/phones/${phone}/texts`, { to, text })
  }

  /** What a virtual phone has received, once it holds this text. */
  async arrived(phone: string, text: string): Promise<Received[]> {
    const inbox = async () =>
      (await this.broker.must<{ data: Received[] }>('GET', `/v1/loopback/phones/${phone}/texts`)).data
    await expect
      .poll(async () => (await inbox()).map((one) => one.text), { message: `${phone} receives` })
      .toContain(text)
    return inbox()
  }
}

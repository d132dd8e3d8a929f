// An app's endpoint: takes callbacks down, and answers as it is told to.
import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Hit = { headers: IncomingHttpHeaders; body: string }

export class Receiver {
  readonly hits: Hit[] = []
  /** What it answers from now on. */
  status = 200
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer()
    const receiver = new Receiver(server)
    server.on('request', (asked, answer) => {
      const parts: Buffer[] = []
      asked.on('data', (part: Buffer) => parts.push(part))
      asked.on('end', () => {
        receiver.hits.push({ headers: asked.headers, body: Buffer.concat(parts).toString() })
        answer.writeHead(receiver.status).end(receiver.status === 200 ? 'taken' : 'not today')
      })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/callbacks`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((done) => this.server.close(done))
  }
}

/** Whether a callback is signed with this secret, by the rules of Standard Webhooks. */
export function isSigned({ headers, body }: Hit, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const made = createHmac('sha256', key)
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    .digest('base64')
  return String(headers['webhook-signature']).split(' ').includes(`v1,${made}`)
}

// The telephone network behind a trunk, as far as a call's picture needs it: the first phone that rings answers, the
// second is busy.
import { createSocket, type Socket } from 'node:dgram'

export class Softphone {
  private rung = 0
  private constructor(
    private readonly socket: Socket,
    private readonly ip: string,
  ) {}

  static async start(ip: string): Promise<Softphone> {
    const socket = createSocket('udp4')
    const phone = new Softphone(socket, ip)
    socket.on('message', (packet, from) =>
      phone.take(packet.toString(), (answer) => socket.send(answer, from.port, from.address)),
    )
    await new Promise<void>((done) => socket.bind(5070, ip, done))
    return phone
  }

  private take(asked: string, send: (answer: string) => void): void {
    const [first = '', ...lines] = (asked.split('\r\n\r\n')[0] ?? '').split('\r\n')
    const method = first.split(' ')[0]
    const header = (name: RegExp) => lines.filter((line) => name.test(line))
    if (method === 'ACK' || method?.startsWith('SIP/')) return
    const tagged = header(/^(To|t)\s*:/i).map((line) => (/;tag=/.test(line) ? line : `${line};tag=story${this.rung}`))
    const answer = (status: string, body = '') =>
      send(
        [
          `SIP/2.0 ${status}`,
          ...header(/^(Via|v|From|f|Call-ID|i|CSeq)\s*:/i),
          ...tagged,
          `Contact: <sip:phone@${this.ip}:5070>`,
          ...(body === '' ? [] : ['Content-Type: application/sdp']),
          `Content-Length: ${body.length}`,
          '',
          body,
        ].join('\r\n'),
      )
    if (method !== 'INVITE') return answer('200 OK')
    this.rung += 1
    answer('180 Ringing')
    if (this.rung > 1) return answer('486 Busy Here')
    answer(
      '200 OK',
      [
        'v=0',
        `o=- 1 1 IN IP4 ${this.ip}`,
        's=-',
        `c=IN IP4 ${this.ip}`,
        't=0 0',
        'm=audio 40000 RTP/AVP 0',
        'a=rtpmap:0 PCMU/8000',
        '',
      ].join('\r\n'),
    )
  }

  async stop(): Promise<void> {
    await new Promise<void>((done) => this.socket.close(() => done()))
  }
}

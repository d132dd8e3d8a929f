// An SMSC made with npm `smpp`. Commands come in on stdin, one JSON object a line:
// {"id": 1, "cmd": "submits", ...}; each is answered on stdout by {"id": 1, "value": ...} or
// {"id": 1, "error": "..."}. Ends with its stdin.
'use strict';

const readline = require('readline');
const smpp = require('smpp');

const options = JSON.parse(process.argv[2]);

const submits = []; // every submit_sm, in order of arrival
const raw = []; // the bytes of every PDU received, as hex
const sessions = new Set(); // bound ones
const binds = []; // every bind tried
const throttle = { count: 0, status: smpp.ESME_RTHROTTLED };
let answerDelay = 0;
let receipts = { stat: 'DELIVRD', err: '000', delay_ms: 0 }; // null: none
let refuseBinds = 0;
let nextMessageId = 1;
let nextReference = 1;

// The library parses from the stream; the bytes are written down on their way.
smpp.PDU.fromStream = function (stream, length) {
  const rest = stream.read(length - 4);
  if (!rest) return false;
  const head = Buffer.alloc(4);
  head.writeUInt32BE(length, 0);
  const bytes = Buffer.concat([head, rest]);
  raw.push(bytes.toString('hex'));
  const pdu = new smpp.PDU(bytes);
  Object.defineProperty(pdu, 'bytes', { value: bytes });
  return pdu;
};

// Where the library hands out decoded text, the bytes of the text are wanted too.
function textBytes(pdu) {
  const bytes = pdu.bytes;
  let at = 16;
  const cstring = () => { at = bytes.indexOf(0, at) + 1; };
  cstring(); // service_type
  at += 2; cstring(); // source
  at += 2; cstring(); // destination
  at += 3; // esm_class, protocol_id, priority_flag
  cstring(); cstring(); // schedule_delivery_time, validity_period
  at += 4; // registered_delivery, replace_if_present, data_coding, sm_default_msg_id
  const length = bytes[at];
  let text = bytes.subarray(at + 1, at + 1 + length);
  for (let tlv = at + 1 + length; tlv + 4 <= bytes.length; tlv += 4 + bytes.readUInt16BE(tlv + 2)) {
    if (bytes.readUInt16BE(tlv) === 0x0424) {
      text = bytes.subarray(tlv + 4, tlv + 4 + bytes.readUInt16BE(tlv + 2));
    }
  }
  return text;
}

function address(number, ton) {
  return (ton === 1 ? '+' : '') + number;
}

function decode(bytes, coding) {
  if ((coding & 0x0f) === 8) return smpp.encodings.UCS2.decode(bytes);
  if ((coding & 0x0f) === 3) return smpp.encodings.LATIN1.decode(bytes);
  return smpp.encodings.ASCII.decode(bytes);
}

// True when the part can be read by itself: no half of a surrogate pair or of an escape pair.
function readsAlone(bytes, coding) {
  if ((coding & 0x0f) === 8) {
    return bytes.length % 2 === 0 && decode(bytes, coding).isWellFormed?.() !== false &&
      !/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/.test(decode(bytes, coding));
  }
  return bytes.length === 0 || (coding & 0x0f) !== 0 || bytes[bytes.length - 1] !== 0x1b;
}

function record(session, pdu) {
  let body = textBytes(pdu);
  let part = { ref: null, total: 1, part: 1 };
  let udh = Buffer.alloc(0);
  if (pdu.esm_class & 0x40) {
    udh = body.subarray(0, body[0] + 1);
    body = body.subarray(body[0] + 1);
    for (let at = 1; at + 1 < udh.length; at += 2 + udh[at + 1]) {
      if (udh[at] === 0x00) part = { ref: udh[at + 2], total: udh[at + 3], part: udh[at + 4] };
      if (udh[at] === 0x08) part = { ref: udh.readUInt16BE(at + 2), total: udh[at + 4], part: udh[at + 5] };
    }
  } else if (pdu.sar_msg_ref_num !== undefined) {
    part = { ref: pdu.sar_msg_ref_num, total: pdu.sar_total_segments, part: pdu.sar_segment_seqnum };
  }
  const submit = {
    from: address(pdu.source_addr, pdu.source_addr_ton),
    to: address(pdu.destination_addr, pdu.dest_addr_ton),
    text: decode(body, pdu.data_coding),
    reads_alone: readsAlone(body, pdu.data_coding),
    body: body.toString('hex'),
    udh: udh.toString('hex'),
    ref: part.ref,
    total: part.total,
    part: part.part,
    data_coding: pdu.data_coding,
    esm_class: pdu.esm_class,
    registered_delivery: pdu.registered_delivery,
    validity_period: pdu.validity_period ? String(pdu.validity_period) : '',
    system_id: session.systemId,
    message_id: null,
    status: 0,
    at_ms: Date.now(),
    raw: pdu.bytes.toString('hex'),
  };
  submits.push(submit);
  return submit;
}

// Whole texts out of the accepted submits, in the order in which their last part came.
function texts() {
  const open = new Map();
  const whole = [];
  for (const submit of submits) {
    if (submit.status !== 0) continue;
    const key = [submit.from, submit.to, submit.ref, submit.total].join(' ');
    const parts = open.get(key) || new Map();
    parts.set(submit.part, submit);
    open.set(key, parts);
    if (parts.size < submit.total) continue;
    open.delete(key);
    const ordered = [...parts.values()].sort((a, b) => a.part - b.part);
    whole.push({
      from: submit.from,
      to: submit.to,
      text: decode(Buffer.concat(ordered.map((part) => Buffer.from(part.body, 'hex'))), submit.data_coding),
      parts: ordered.length,
      reads_alone: ordered.every((part) => part.reads_alone),
      message_ids: ordered.map((part) => part.message_id),
    });
  }
  return whole;
}

function stamp(date) {
  return date.toISOString().replace(/[-:TZ.]/g, '').slice(2, 12);
}

function receiverFor(systemId) {
  const able = [...sessions].filter((s) => s.bindKind !== 'bind_transmitter' && (!systemId || s.systemId === systemId));
  return able[able.length - 1];
}

// Sends one deliver_sm and resolves with the status of its answer.
function push(session, fields) {
  return new Promise((resolve, reject) => {
    if (!session) return reject(new Error('no receiver is bound'));
    const lost = () => reject(new Error('the link was lost'));
    session.once('close', lost);
    session.deliver_sm(fields, (answer) => {
      session.off('close', lost);
      resolve(answer.command_status);
    });
  });
}

function receiptText(submit, stat, err) {
  const text = submit.text.slice(0, 20).replace(/[^\x20-\x7e]/g, '.');
  const delivered = stat === 'DELIVRD' ? '001' : '000';
  const now = stamp(new Date());
  return `id:${submit.message_id} sub:001 dlvrd:${delivered} submit date:${now} done date:${now} ` +
    `stat:${stat} err:${err} text:${text}`;
}

const STATES = { ENROUTE: 1, DELIVRD: 2, EXPIRED: 3, DELETED: 4, UNDELIV: 5, ACCEPTD: 6, UNKNOWN: 7, REJECTD: 8 };

function sendReceipt(submit, stat, err) {
  const [source, sourceTon] = [submit.to.replace('+', ''), submit.to.startsWith('+') ? 1 : 0];
  const [dest, destTon] = [submit.from.replace('+', ''), submit.from.startsWith('+') ? 1 : 0];
  return push(receiverFor(submit.system_id), {
    source_addr: source, source_addr_ton: sourceTon, source_addr_npi: 1,
    destination_addr: dest, dest_addr_ton: destTon, dest_addr_npi: 1,
    esm_class: 4, data_coding: 0,
    short_message: { message: receiptText(submit, stat, err) },
    receipted_message_id: submit.message_id,
    message_state: STATES[stat],
  });
}

function split(text, coding) {
  const size = (c) => coding === 8 ? c.length : smpp.encodings.ASCII.encode(c).length;
  const total = [...text].reduce((sum, c) => sum + size(c), 0);
  if (total <= (coding === 8 ? 70 : 160)) return [text];
  const room = coding === 8 ? 67 : 153;
  const parts = [''];
  let used = 0;
  for (const c of text) {
    if (used + size(c) > room) { parts.push(''); used = 0; }
    parts[parts.length - 1] += c;
    used += size(c);
  }
  return parts;
}

async function deliver(o) {
  const coding = o.data_coding ?? (smpp.encodings.ASCII.match(o.text) ? 0 : 8);
  const encode = (text) => coding === 8 ? smpp.encodings.UCS2.encode(text) : smpp.encodings.ASCII.encode(text);
  const pieces = o.method === 'payload' ? [o.text] : split(o.text, coding);
  const ref = o.ref ?? (nextReference++ & 0xff);
  const base = {
    source_addr: o.from.replace('+', ''), source_addr_ton: o.from.startsWith('+') ? 1 : 0, source_addr_npi: 1,
    destination_addr: o.to.replace('+', ''), dest_addr_ton: o.to.startsWith('+') ? 1 : 0, dest_addr_npi: 1,
    esm_class: 0, data_coding: coding, ...(o.fields || {}),
  };
  let parts = pieces.map((piece, index) => {
    const bytes = encode(piece);
    if (o.method === 'payload') return { ...base, short_message: Buffer.alloc(0), message_payload: bytes };
    if (pieces.length === 1) return { ...base, short_message: bytes };
    if (o.method === 'sar') {
      return { ...base, short_message: bytes, sar_msg_ref_num: ref, sar_total_segments: pieces.length, sar_segment_seqnum: index + 1 };
    }
    const udh = Buffer.from([5, 0, 3, ref, pieces.length, index + 1]);
    return { ...base, esm_class: base.esm_class | 0x40, short_message: Buffer.concat([udh, bytes]) };
  });
  if (o.order) parts = o.order.map((index) => parts[index]);
  const session = receiverFor(o.system_id);
  const statuses = [];
  for (const part of parts) statuses.push(await push(session, part));
  return { statuses, parts: pieces.length };
}

const commands = {
  submits: () => submits,
  texts: () => texts(),
  count: () => submits.filter((submit) => submit.status === 0).length,
  raw: () => raw,
  binds: () => binds,
  bound: () => [...sessions].map((session) => session.systemId),
  deliver,
  async raw_deliver(o) {
    const fields = { ...o.fields };
    for (const key of ['short_message', 'message_payload']) {
      if (fields[key] !== undefined) fields[key] = Buffer.from(fields[key], 'hex');
    }
    return push(receiverFor(o.system_id), fields);
  },
  // Bytes as they are, right or wrong.
  write(o) {
    const session = receiverFor(o.system_id);
    if (!session) throw new Error('no receiver is bound');
    session.socket.write(Buffer.from(o.hex, 'hex'));
    return null;
  },
  async receipt(o) {
    const submit = submits.find((s) => s.message_id === o.message_id);
    if (!submit) throw new Error(`no submit with the id ${o.message_id}`);
    return sendReceipt(submit, o.stat, o.err);
  },
  receipts(o) { receipts = o.receipts; return null; },
  fail_next(o) { throttle.count = o.count; throttle.status = o.status; return null; },
  delay_answers(o) { answerDelay = o.ms; return null; },
  refuse_binds(o) { refuseBinds = o.status; return null; },
  close_links() {
    const count = sessions.size;
    for (const session of sessions) session.destroy();
    return count;
  },
  forget() { submits.length = 0; raw.length = 0; return null; },
};

function bind(kind, session, pdu) {
  session.pause();
  let status = 0;
  if (refuseBinds) status = refuseBinds;
  else if (pdu.system_id !== options.system_id) status = smpp.ESME_RINVSYSID;
  else if (pdu.password !== options.password) status = smpp.ESME_RINVPASWD;
  binds.push({ kind, system_id: pdu.system_id, status });
  session.send(pdu.response(status ? { command_status: status } : { system_id: 'smsc' }));
  if (status) return session.close();
  session.systemId = pdu.system_id;
  session.bindKind = kind;
  sessions.add(session);
  session.resume();
}

function submitted(session, pdu) {
  if (!sessions.has(session)) return session.send(pdu.response({ command_status: smpp.ESME_RINVBNDSTS }));
  const submit = record(session, pdu);
  let status = 0;
  if (throttle.count > 0) { throttle.count -= 1; status = throttle.status; }
  submit.status = status;
  if (!status) submit.message_id = `smsc-${nextMessageId++}`;
  const answer = () => {
    if (session.closed) return;
    session.send(pdu.response(status ? { command_status: status } : { message_id: submit.message_id }));
    const asked = submit.registered_delivery & 0x03;
    const wanted = receipts && !status && (asked === 1 || (asked === 2 && receipts.stat !== 'DELIVRD'));
    if (wanted) {
      const { stat, err, delay_ms } = receipts;
      setTimeout(() => sendReceipt(submit, stat, err).catch((error) => console.error(`receipt: ${error.message}`)), delay_ms || 0);
    }
  };
  if (answerDelay) setTimeout(answer, answerDelay); else answer();
}

const server = smpp.createServer({}, (session) => {
  for (const kind of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) {
    session.on(kind, (pdu) => bind(kind, session, pdu));
  }
  session.on('submit_sm', (pdu) => submitted(session, pdu));
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('unknown', (pdu) => session.send(pdu.response()));
  session.on('close', () => sessions.delete(session));
  session.on('error', (error) => { console.error(`session: ${error.message}`); session.destroy(); });
});
server.on('error', (error) => { console.error(`server: ${error.message}`); process.exit(1); });

const lines = readline.createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));

server.listen(options.port, '127.0.0.1', () => {
  lines.on('line', async (line) => {
    const command = JSON.parse(line);
    let answer;
    try {
      const value = await commands[command.cmd](command);
      answer = { id: command.id, value: value === undefined ? null : value };
    } catch (error) {
      answer = { id: command.id, error: error.message };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  });
});

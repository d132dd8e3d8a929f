"""A phone made with PyPI `smpplib`: binds to an SMPP server as an account, sends and receives texts.

Commands come in on stdin, one JSON object a line: {"id": 1, "cmd": "send", ...}; each is answered on
stdout by {"id": 1, "value": ...} or {"id": 1, "error": ...}. Ends with its stdin.
"""

import json
import os
import re
import select
import sys
import time

import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm


def answer(ident, value=None, error=None):
    line = {"id": ident, "error": error} if error is not None else {"id": ident, "value": value}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def number(address, ton):
    text = (address or b"").decode("ascii", "replace")
    return "+" + text if ton == smpplib.consts.SMPP_TON_INTL else text


def plain(text):
    ton = smpplib.consts.SMPP_TON_INTL if text.startswith("+") else smpplib.consts.SMPP_TON_UNK
    return text.lstrip("+"), ton


def gsm_decode(data):
    table = smpplib.gsm.GSM_CHARACTER_TABLE
    out, escaped = [], False
    for byte in data:
        if escaped:
            out.append(table[128 + byte] if byte < 128 else "?")
            escaped = False
        elif byte == 0x1B:
            escaped = True
        else:
            out.append(table[byte] if byte < 128 else "?")
    return "".join(out)


def decode(data, coding):
    if coding & 0x0F == smpplib.consts.SMPP_ENCODING_ISO10646:
        return data.decode("utf-16-be", "replace")
    if coding & 0x0F == smpplib.consts.SMPP_ENCODING_ISO88591:
        return data.decode("iso-8859-1")
    return gsm_decode(data)


class Phone:
    def __init__(self):
        self.client = None
        self.received = []  # every text part and receipt, as it came
        self.texts = []  # whole texts
        self.receipts = []
        self.open_parts = {}
        self.waiting = {}  # sequence number -> (command id, index)
        self.sends = {}  # command id -> list of answers
        self.raw = []
        self.link_lost = None

    # Commands

    def bind(self, command):
        client = smpplib.client.Client(command["host"], command["port"], timeout=10, allow_unknown_opt_params=True)
        read_exact = client._recv_exact

        def recv_exact(size):
            data = read_exact(size)
            self.raw.append(data.hex())
            return data

        client._recv_exact = recv_exact
        client.set_message_received_handler(self.on_deliver)
        client.set_message_sent_handler(self.on_answer)
        client.set_error_pdu_handler(lambda pdu: None)
        client.connect()
        try:
            getattr(client, "bind_" + command.get("mode", "transceiver"))(
                system_id=command["system_id"], password=command["password"]
            )
        except smpplib.exceptions.PDUError as error:
            client.disconnect()
            raise Refused({"status": int(error.args[1]), "reason": error.args[0]})
        self.client = client
        self.link_lost = None
        return None

    def send(self, command):
        source, source_ton = plain(command["from"])
        dest, dest_ton = plain(command["to"])
        if "hex" in command:
            parts, coding, esm_class = [bytes.fromhex(command["hex"])], command["data_coding"], command["esm_class"]
        else:
            parts, coding, esm_class = smpplib.gsm.make_parts(command["text"])
        ident = command["id"]
        self.sends[ident] = [None] * len(parts)
        for index, part in enumerate(parts):
            pdu = self.client.send_message(
                source_addr_ton=source_ton,
                source_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
                source_addr=source,
                dest_addr_ton=dest_ton,
                dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
                destination_addr=dest,
                short_message=part,
                data_coding=coding,
                esm_class=esm_class,
                registered_delivery=bool(command.get("receipt")),
            )
            self.waiting[pdu.sequence] = (ident, index)

    def unbind(self, command):
        self.client.unbind()
        self.client.disconnect()
        self.client = None

    # What comes over the link

    def on_answer(self, pdu):
        ident, index = self.waiting.pop(pdu.sequence, (None, None))
        if ident is None:
            return
        message_id = getattr(pdu, "message_id", None)
        answers = self.sends[ident]
        answers[index] = {
            "status": int(pdu.status),
            "message_id": message_id.decode("ascii", "replace") if message_id else None,
        }
        if all(answers):
            answer(ident, self.sends.pop(ident))

    def on_deliver(self, pdu):
        source = number(pdu.source_addr, pdu.source_addr_ton)
        dest = number(pdu.destination_addr, pdu.dest_addr_ton)
        data = pdu.short_message or getattr(pdu, "message_payload", None) or b""
        self.received.append(
            {
                "from": source,
                "to": dest,
                "hex": data.hex(),
                "esm_class": pdu.esm_class,
                "data_coding": pdu.data_coding,
            }
        )
        if pdu.esm_class & 0x3C == 0x04:
            text = data.decode("latin-1")
            field = lambda name: (re.search(name + r":(\S*)", text) or [None, None])[1]
            receipted = getattr(pdu, "receipted_message_id", None)
            self.receipts.append(
                {
                    "from": source,
                    "to": dest,
                    "message_id": field("id"),
                    "receipted_message_id": receipted.decode("ascii", "replace") if receipted else None,
                    "stat": field("stat"),
                    "err": field("err"),
                    "text": text,
                }
            )
            return
        ref, total, part = None, 1, 1
        if pdu.esm_class & 0x40:
            header, data = data[1 : data[0] + 1], data[data[0] + 1 :]
            while len(header) >= 2:
                kind, value = header[0], header[2 : 2 + header[1]]
                if kind == 0x00:
                    ref, total, part = value[0], value[1], value[2]
                elif kind == 0x08:
                    ref, total, part = value[0] << 8 | value[1], value[2], value[3]
                header = header[2 + header[1] :]
        elif getattr(pdu, "sar_total_segments", None):
            ref, total, part = pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum
        key = (source, dest, ref, total)
        parts = self.open_parts.setdefault(key, {})
        parts[part] = data
        if len(parts) == total:
            del self.open_parts[key]
            whole = b"".join(parts[index] for index in sorted(parts))
            self.texts.append({"from": source, "to": dest, "text": decode(whole, pdu.data_coding)})

    # The loop

    def do(self, command):
        name = command["cmd"]
        if name in ("texts", "receipts", "received", "raw", "link_lost"):
            return answer(command["id"], getattr(self, name))
        try:
            if name == "send":
                return self.send(command)  # answered when every part is
            answer(command["id"], {"bind": self.bind, "unbind": self.unbind}[name](command))
        except Refused as refused:
            answer(command["id"], error=refused.args[0])
        except Exception as error:  # the test shall see whatever it is
            self.sends.pop(command["id"], None)
            answer(command["id"], error="{}: {}".format(type(error).__name__, error))

    def lose_link(self, error):
        self.link_lost = "{}: {}".format(type(error).__name__, error)
        self.client.disconnect()
        self.client = None
        for ident in list(self.sends):
            del self.sends[ident]
            answer(ident, error="the link was lost: " + self.link_lost)
        self.waiting.clear()

    def run(self):
        pending, stdin = b"", sys.stdin.fileno()
        while True:
            link = [self.client._socket] if self.client else []
            readable, _, _ = select.select([stdin] + link, [], [], 1)
            if link and link[0] in readable:
                try:
                    self.client.read_once(auto_send_enquire_link=False)
                except Exception as error:
                    self.lose_link(error)
            if stdin in readable:
                chunk = os.read(stdin, 65536)
                if not chunk:
                    return
                *lines, pending = (pending + chunk).split(b"\n")
                for line in lines:
                    self.do(json.loads(line))


class Refused(Exception):
    pass


Phone().run()

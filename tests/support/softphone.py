"""A soft-phone made with PyPI `pjsua2-python`: calls, is called, plays a tone and records what it hears.

Commands come in on stdin, one JSON object a line: {"id": 1, "cmd": "call", ...}; each is answered on
stdout by {"id": 1, "value": ...} or {"id": 1, "error": ...}. Ends with its stdin.

The library runs in one thread with an event loop of our own, and without a sound card.
"""

import json
import math
import os
import re
import select
import struct
import sys
import time
import traceback
import wave

# The library writes to stdout before it can be told not to.
OUT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import pjsua2 as pj  # noqa: E402

RATE = 8000
# What a command returns that will be answered by itself.
LATER = object()


def answer(ident, value=None, error=None):
    line = {"id": ident, "error": error} if error is not None else {"id": ident, "value": value}
    OUT.write(json.dumps(line) + "\n")
    OUT.flush()


def tone(path, hz):
    """One second of a sine, which loops without a click for whole frequencies."""
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        samples = (int(9000 * math.sin(2 * math.pi * hz * n / RATE)) for n in range(RATE))
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


def header(message, name):
    """The values of a header, folded lines joined; compact forms of those that are asked for."""
    short = {"from": "f", "to": "t", "contact": "m", "call-id": "i", "supported": "k"}.get(name.lower())
    names = name if short is None else name + "|" + short
    head = re.sub(r"\r?\n[ \t]+", " ", message.split("\r\n\r\n", 1)[0])
    return re.findall(r"(?im)^(?:" + names + r")[ \t]*:[ \t]*(.*?)[ \t]*\r?$", head)


def told(handler):
    """The library says nothing of what is raised in a handler."""

    def handle(self, prm):
        try:
            handler(self, prm)
        except Exception:
            traceback.print_exc()

    return handle


class Call(pj.Call):
    """One call, however it began."""

    def __init__(self, phone, account, ident=pj.PJSUA_INVALID_ID, inbound=False):
        pj.Call.__init__(self, account, ident)
        self.phone, self.inbound = phone, inbound
        self.key = len(phone.calls)
        self.invite, self.events, self.digits, self.messages = None, [], [], []
        self.state, self.status, self.reason = "new", 0, ""
        self.recorder, self.recording, self.recordings = None, None, 0
        self.media, self.quality, self.ended_by_peer = None, None, False
        phone.calls.append(self)

    def note(self, what):
        self.events.append([round(time.monotonic() - self.phone.began, 3), what])

    @told
    def onCallState(self, prm):
        info = self.getInfo()
        names = {
            pj.PJSIP_INV_STATE_CALLING: "calling",
            pj.PJSIP_INV_STATE_INCOMING: "incoming",
            pj.PJSIP_INV_STATE_EARLY: "early",
            pj.PJSIP_INV_STATE_CONNECTING: "connecting",
            pj.PJSIP_INV_STATE_CONFIRMED: "confirmed",
            pj.PJSIP_INV_STATE_DISCONNECTED: "ended",
        }
        self.state = names.get(info.state, str(info.state))
        self.status, self.reason = info.lastStatusCode, info.lastReason
        self.note("{} {}".format(self.state, info.lastStatusCode))
        # The answer that ends a call is told of here and nowhere else.
        self.hear(prm.e)
        if self.state == "ended":
            self.stop_recording()

    @told
    def onCallTsxState(self, prm):
        self.hear(prm.e)

    def hear(self, event):
        if event.type != pj.PJSIP_EVENT_TSX_STATE or event.body.tsxState.type != pj.PJSIP_EVENT_RX_MSG:
            return
        message = event.body.tsxState.src.rdata.wholeMsg
        if message not in self.messages:
            self.messages.append(message)

    @told
    def onCallMediaState(self, prm):
        # The list belongs to the information, which must outlive it.
        info = self.getInfo()
        for index, media in enumerate(info.media):
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            names = {
                pj.PJSUA_CALL_MEDIA_ACTIVE: "active",
                pj.PJSUA_CALL_MEDIA_LOCAL_HOLD: "held",
                pj.PJSUA_CALL_MEDIA_REMOTE_HOLD: "remote_hold",
                pj.PJSUA_CALL_MEDIA_ERROR: "error",
                pj.PJSUA_CALL_MEDIA_NONE: "none",
            }
            self.media = names.get(media.status, str(media.status))
            self.note("media " + self.media)
            if self.media in ("active", "remote_hold"):
                sound = self.getAudioMedia(index)
                if self.phone.player:
                    self.phone.player.startTransmit(sound)
                if self.recorder is None:
                    self.start_recording()
                sound.startTransmit(self.recorder)

    @told
    def onDtmfDigit(self, prm):
        info = prm.method == pj.PJSUA_DTMF_METHOD_SIP_INFO
        self.digits.append([prm.digit, "info" if info else "rtp"])

    def start_recording(self):
        self.recordings += 1
        self.recording = os.path.abspath("heard-{}-{}.wav".format(self.key, self.recordings))
        self.recorder = pj.AudioMediaRecorder()
        self.recorder.createRecorder(self.recording)

    def stop_recording(self):
        path, self.recorder, self.recording = self.recording, None, None
        return path

    def next_recording(self):
        """Closes what was recorded so far, goes on with a new file, and returns the old one's path."""
        path = self.stop_recording()
        self.start_recording()
        info = self.getInfo()
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and self.media in ("active", "remote_hold"):
                self.getAudioMedia(index).startTransmit(self.recorder)
        return path

    def view(self):
        seen = self.invite or ""
        one = lambda name: (header(seen, name) or [None])[0]
        remote = None
        if self.state != "ended" and self.isActive():
            info = self.getInfo()
            remote = info.remoteContact
        return {
            "call": self.key,
            "inbound": self.inbound,
            "state": self.state,
            "status": self.status,
            "reason": self.reason,
            "media": self.media,
            "events": self.events,
            "digits": self.digits,
            "request_uri": (re.match(r"INVITE (\S+)", seen) or [None, None])[1],
            "from": one("From"),
            "to": one("To"),
            "contact": one("Contact"),
            "p_asserted_identity": one("P-Asserted-Identity"),
            "remote_party_id": one("Remote-Party-ID"),
            "remote_contact": remote,
            "invite": self.invite,
            "messages": self.messages,
        }


class Account(pj.Account):
    def __init__(self, phone):
        pj.Account.__init__(self)
        self.phone = phone

    @told
    def onIncomingCall(self, prm):
        call = Call(self.phone, self, prm.callId, inbound=True)
        call.invite = prm.rdata.wholeMsg
        call.messages.append(call.invite)
        call.state = "incoming"
        call.note("incoming")
        self.phone.incoming(call)


class Phone:
    def __init__(self, settings):
        self.began = time.monotonic()
        self.settings = settings
        self.calls, self.accounts, self.due = [], {}, []
        self.answering = {"ring": True, "then": "wait"}
        ep = pj.EpConfig()
        ep.uaConfig.threadCnt = 0
        ep.uaConfig.mainThreadOnly = True
        ep.uaConfig.maxCalls = 30
        ep.uaConfig.userAgent = settings.get("user_agent", "softphone")
        ep.logConfig.level = 4
        ep.logConfig.consoleLevel = 0
        ep.logConfig.filename = os.path.abspath("softphone.log")
        ep.medConfig.clockRate = ep.medConfig.sndClockRate = RATE
        ep.medConfig.noVad = True
        ep.medConfig.ecTailLen = 0
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        self.endpoint.libInit(ep)
        transport = pj.TransportConfig()
        transport.port = settings["port"]
        transport.boundAddress = settings["address"]
        kinds = {"udp": pj.PJSIP_TRANSPORT_UDP, "tcp": pj.PJSIP_TRANSPORT_TCP, "tls": pj.PJSIP_TRANSPORT_TLS}
        if settings["transport"] == "tls":
            # It shows its certificate as a server, and accepts those of its authority alone as a client.
            tls = transport.tlsConfig
            tls.CaListFile, tls.certFile, tls.privKeyFile = (
                settings["tls"][name] for name in ("ca", "certificate", "key")
            )
            tls.verifyServer = True
        self.transport = self.endpoint.transportCreate(kinds[settings["transport"]], transport)
        self.endpoint.libStart()
        self.endpoint.audDevManager().setNullDev()
        codecs = settings.get("codecs", ["PCMU", "PCMA"])
        for codec in self.endpoint.codecEnum2():
            name = codec.codecId.split("/")[0]
            level = 200 - codecs.index(name) if name in codecs and "/8000/" in codec.codecId else 0
            self.endpoint.codecSetPriority(codec.codecId, level)
        self.player = None
        if settings.get("tone"):
            tone("tone.wav", settings["tone"])
            self.player = pj.AudioMediaPlayer()
            self.player.createPlayer("tone.wav", 0)
        self.account(settings.get("number") or "phone", "")

    def account(self, user, name, credentials=None):
        """The account that shows itself so; made when it is first used."""
        key = (user, name, str(credentials))
        if key in self.accounts:
            return self.accounts[key]
        settings, config = self.settings, pj.AccountConfig()
        host = "{}:{}".format(settings["address"], settings["port"])
        # Of several addresses of loopback the library would name the first.
        by = "" if settings["transport"] == "udp" else ";transport=" + settings["transport"]
        config.sipConfig.contactForced = "<sip:{}@{}{}>".format(user, host, by)
        config.sipConfig.transportId = self.transport
        config.idUri = '{}<sip:{}@{}>'.format('"{}" '.format(name) if name else "", user, host)
        config.mediaConfig.transportConfig.boundAddress = settings["address"]
        config.mediaConfig.transportConfig.port = settings.get("media_port", 4000)
        config.mediaConfig.transportConfig.portRange = 100
        config.mediaConfig.streamKaEnabled = False
        modes = {"off": pj.PJSUA_100REL_NOT_USED, "optional": pj.PJSUA_100REL_OPTIONAL,
                 "required": pj.PJSUA_100REL_MANDATORY}
        config.callConfig.prackUse = modes[settings.get("reliable", "optional")]
        config.natConfig.contactRewriteUse = 0
        config.natConfig.viaRewriteUse = 0
        config.natConfig.sdpNatRewriteUse = 0
        if credentials:
            config.sipConfig.authCreds.append(
                pj.AuthCredInfo("digest", "*", credentials[0], 0, credentials[1])
            )
        account = Account(self)
        account.create(config, not self.accounts)
        self.accounts[key] = account
        return account

    # Being called

    def incoming(self, call):
        plan = self.answering
        if plan.get("ring"):
            self.after(0, lambda: self.reply(call, plan.get("progress", 180)))
        if plan["then"] != "wait":
            code = plan.get("code", 200)
            self.after(plan.get("after_ms", 0), lambda: self.reply(call, code, plan.get("reason", "")))

    def after(self, ms, act):
        self.due.append((time.monotonic() + ms / 1000, act))

    def reply(self, call, code, reason=""):
        if call.state == "ended":
            return
        prm = pj.CallOpParam()
        prm.statusCode, prm.reason = code, reason
        if code >= 300:
            call.hangup(prm)
        else:
            call.answer(prm)

    # Commands

    def do_answering(self, command):
        self.answering = command["plan"]

    def do_call(self, command):
        account = self.account(
            command["user"], command.get("name") or "", command.get("credentials")
        )
        call = Call(self, account)
        prm = pj.CallOpParam(True)
        prm.opt.audioCount, prm.opt.videoCount = 1, 0
        for name, value in command.get("headers", []):
            extra = pj.SipHeader()
            extra.hName, extra.hValue = name, value
            prm.txOption.headers.append(extra)
        call.makeCall(command["uri"], prm)
        return call.key

    def do_calls(self, command):
        return [call.view() for call in self.calls]

    def do_answer(self, command):
        self.reply(self.calls[command["call"]], command.get("code", 200), command.get("reason", ""))

    def do_hang_up(self, command):
        prm = pj.CallOpParam()
        self.calls[command["call"]].hangup(prm)

    def do_hold(self, command):
        self.calls[command["call"]].setHold(pj.CallOpParam(True))

    def do_resume(self, command):
        prm = pj.CallOpParam(True)
        prm.opt.flag = pj.PJSUA_CALL_UNHOLD
        self.calls[command["call"]].reinvite(prm)

    def do_update(self, command):
        self.calls[command["call"]].update(pj.CallOpParam(True))

    def do_transfer(self, command):
        self.calls[command["call"]].xfer(command["uri"], pj.CallOpParam(True))

    def do_dial(self, command):
        prm = pj.CallSendDtmfParam()
        prm.method = {"rtp": pj.PJSUA_DTMF_METHOD_RFC2833, "info": pj.PJSUA_DTMF_METHOD_SIP_INFO}[
            command["by"]
        ]
        prm.duration = 120
        prm.digits = command["digits"]
        self.calls[command["call"]].sendDtmf(prm)

    def do_recorded(self, command):
        """What was heard since the last time, as a file that is complete."""
        call = self.calls[command["call"]]
        if call.state != "ended":
            path = call.next_recording()
        else:
            path = os.path.abspath("heard-{}-{}.wav".format(call.key, call.recordings))
        self.answer_when_written(command["id"], path, time.monotonic() + 5)
        return LATER

    def answer_when_written(self, ident, path, deadline):
        """The library closes a file some time after it is told to, and then writes its length."""
        if path is None or not os.path.exists(path):
            return answer(ident, None)
        with open(path, "rb") as file:
            length = file.read(44)[40:44]
        if any(length) or time.monotonic() > deadline:
            return answer(ident, path)
        self.after(20, lambda: self.answer_when_written(ident, path, deadline))

    # The loop

    def do(self, command):
        try:
            value = getattr(self, "do_" + command["cmd"])(command)
            if value is not LATER:
                answer(command["id"], value)
        except pj.Error as error:
            answer(command["id"], error=error.info())
        except Exception as error:  # the test shall see whatever it is
            answer(command["id"], error="{}: {}".format(type(error).__name__, error))

    def run(self):
        pending, stdin = b"", sys.stdin.fileno()
        while True:
            self.endpoint.libHandleEvents(5)
            now = time.monotonic()
            ready = [act for at, act in self.due if at <= now]
            self.due = [entry for entry in self.due if entry[0] > now]
            for act in ready:
                try:
                    act()
                except pj.Error as error:
                    sys.stderr.write(error.info() + "\n")
            readable, _, _ = select.select([stdin], [], [], 0)
            if readable:
                chunk = os.read(stdin, 65536)
                if not chunk:
                    # The library's own ending waits for peers; the process's end frees everything.
                    os._exit(0)
                *lines, pending = (pending + chunk).split(b"\n")
                for line in lines:
                    self.do(json.loads(line))


if __name__ == "__main__":
    phone = Phone(json.loads(sys.argv[1]))
    answer(0, "ready")
    phone.run()

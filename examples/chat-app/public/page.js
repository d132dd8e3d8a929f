// The page: contacts, one conversation, and what happens meanwhile.

const at = (id) => document.getElementById(id);

/** What a status says to people; one of a lower rank never takes the place of a higher one. */
const STATUSES = {
  sending: { rank: 0, words: "Sending …" },
  accepted: { rank: 1, words: "Accepted" },
  queued: { rank: 2, words: "Waiting for the carrier" },
  sent: { rank: 3, words: "Sent" },
  delivered: { rank: 5, words: "✓ Delivered" },
};
const bad = (words) => ({ rank: 4, bad: true, words });
const statusOf = ({ status, reason }) =>
  STATUSES[status] ?? bad(`Not delivered${reason ? `: ${reason.replaceAll("_", " ")}` : ""}`);

let me;
let current;
/** The messages of the open conversation by id, or by the key that they were sent with; each with its item. */
let messages = new Map();
/** Statuses that came before their message. */
const early = new Map();
const unread = new Map();

async function ask(path, options) {
  const answer = await fetch(path, options);
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw Object.assign(new Error(body.detail ?? "The chat app does not answer."), { status: answer.status });
  }
  return body;
}

// --- the conversation ------------------------------------------------------------------------------

function draw(entry) {
  const { item, message } = entry;
  const mine = message.from === me.id;
  const status = statusOf(message);
  const sentAt = new Date(message.accepted_at);
  item.classList.toggle("mine", mine);
  item.classList.toggle("bad", mine && Boolean(status.bad || message.error));
  item.dataset.status = message.status;
  item.querySelector(".who").textContent = mine ? "You:" : `${current.name}:`;
  item.querySelector(".text").textContent = message.text;
  item.querySelector("time").dateTime = message.accepted_at;
  item.querySelector("time").textContent = sentAt.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  item.querySelector(".status").textContent = mine ? (message.error ?? status.words) : "";
  item.querySelector(".again").hidden = !message.mayPass;
}

/** Does something to the log, and stays at its end if that is where it stood. */
function keepingEnd(change) {
  const log = at("log");
  const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  change();
  if (wasAtEnd) {
    log.scrollTop = log.scrollHeight;
  }
}

let height = 0;
new ResizeObserver(() => {
  const log = at("log");
  // Where it stood before it became lower, say by a keyboard on the screen.
  if (log.scrollHeight - log.scrollTop - height < 80) {
    log.scrollTop = log.scrollHeight;
  }
  height = log.clientHeight;
}).observe(at("log"));

function show(message) {
  const key = message.key && messages.has(message.key) ? message.key : message.id;
  let entry = messages.get(key) ?? messages.get(message.id);
  const isNew = !entry;
  if (isNew) {
    const item = at("message").content.firstElementChild.cloneNode(true);
    entry = { item, message };
    item.querySelector(".again").addEventListener("click", () => post(entry));
  }
  // A status may have come by callback before the answer to the sending.
  const known = [entry.message, early.get(message.id)].filter(Boolean);
  entry.message = known.reduce(newer, message);
  entry.message.key = message.key ?? entry.message.key;
  messages.delete(key);
  messages.set(message.id ?? message.key, entry);
  keepingEnd(() => {
    draw(entry);
    if (isNew) {
      at("messages").append(entry.item);
    }
  });
}

/** The message with the later of two statuses. */
function newer(message, other) {
  const isLater = statusOf(other).rank > statusOf(message).rank && !other.error;
  return isLater ? { ...message, status: other.status, reason: other.reason } : { ...message };
}

function changed(change) {
  early.set(change.id, early.has(change.id) ? newer(early.get(change.id), change) : change);
  const entry = messages.get(change.id);
  if (entry) {
    entry.message = newer(entry.message, change);
    keepingEnd(() => draw(entry));
  }
}

async function open(contact) {
  current = contact;
  unread.delete(contact.id);
  drawContacts();
  at("title").textContent = contact.name;
  document.title = `${contact.name} – Chat`;
  at("text").setAttribute("aria-label", `Text to ${contact.name}`);
  const found = await ask(`/api/messages?contact=${encodeURIComponent(contact.id)}`);
  if (current !== contact) {
    return;
  }
  // What could not be sent yet stays at the end.
  const waiting = [...messages.values()].filter(({ message }) => !message.id && message.to === contact.id);
  messages = new Map();
  at("messages").replaceChildren();
  found.forEach(show);
  waiting.forEach(({ message }) => show(message));
}

// --- contacts --------------------------------------------------------------------------------------

function drawContacts() {
  const items = me.contacts.map((contact) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-current", String(contact === current));
    const initial = Object.assign(document.createElement("span"), { className: "initial" });
    initial.textContent = contact.name.slice(0, 1);
    initial.ariaHidden = "true";
    button.append(initial, contact.name);
    const count = unread.get(contact.id);
    if (count) {
      const badge = Object.assign(document.createElement("span"), { className: "unread" });
      badge.textContent = `${count} new`;
      button.append(badge);
    }
    button.addEventListener("click", () => open(contact).catch(say));
    const item = document.createElement("li");
    item.append(button);
    return item;
  });
  at("contacts").replaceChildren(...items);
}

// --- sending ---------------------------------------------------------------------------------------

async function post(entry) {
  const { key, to, text } = entry.message;
  entry.message = { ...entry.message, status: "sending", error: undefined, mayPass: false };
  draw(entry);
  try {
    // The same key at every try: the text is sent once, also where only the answer was lost.
    const body = JSON.stringify({ to, text, key });
    const options = { method: "POST", headers: { "content-type": "application/json" }, body };
    const sent = await ask("/api/messages", options);
    if (messages.has(key) || messages.has(sent.id)) {
      show(sent);
    }
  } catch (error) {
    // Only the answer was lost, if the text is known by its id meanwhile.
    if (!entry.message.id) {
      const mayPass = !error.status || [409, 429].includes(error.status) || error.status >= 500;
      const words = error.status ? error.message : "the chat app cannot be reached";
      entry.message = { ...entry.message, status: "failed", error: `Not sent: ${words}`, mayPass };
      keepingEnd(() => draw(entry));
    }
  }
}

function submit() {
  const text = at("text").value.trim();
  if (!text || !current) {
    return;
  }
  at("text").value = "";
  const key = crypto.randomUUID();
  at("log").scrollTop = at("log").scrollHeight;
  show({ key, from: me.id, to: current.id, text, status: "sending", accepted_at: new Date().toISOString() });
  void post(messages.get(key));
}

at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
at("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});

// --- what happens meanwhile ------------------------------------------------------------------------

function say(error) {
  at("connection").textContent = typeof error === "string" ? error : error.message;
}

function listen() {
  const stream = new EventSource("/api/stream");
  // At the first connection, and after an interruption: what was missed is read anew.
  stream.addEventListener("open", () => {
    say("Connected");
    open(current ?? me.contacts[0]).catch(say);
  });
  stream.addEventListener("error", () => say("Connecting …"));
  stream.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    const other = message.from === me.id ? message.to : message.from;
    if (other === current?.id) {
      show(message);
    } else if (message.from !== me.id) {
      unread.set(other, (unread.get(other) ?? 0) + 1);
      drawContacts();
    }
  });
  stream.addEventListener("status", ({ data }) => changed(JSON.parse(data)));
}

try {
  me = await ask("/api/me");
  at("me").textContent = me.name;
  if (me.contacts.length > 0) {
    listen();
  } else {
    say("There are no contacts yet");
  }
} catch (error) {
  say(error);
}

import type { components } from "./schema.js";

type Message = components["schemas"]["Message"];
type Contact = components["schemas"]["Contact"];

interface Happened<Type extends string, Data> {
  /** The same for each try of a callback: what has this id was dealt with already, or was not. */
  id: string;
  type: Type;
  timestamp: string;
  community: string;
  data: Data;
}

/** What happened: the body of a callback, and the data of an item of the event stream. More kinds may come. */
export type PartylineEvent =
  | Happened<"message.received", { message: Message }>
  | Happened<
      "message.status",
      { message: Pick<Message, "id" | "from" | "to" | "status" | "reason" | "detail" | "updated_at"> }
    >
  | Happened<"assignment.created" | "assignment.released", { contact: Contact }>
  | Happened<
      "opt_out.changed",
      { member: string | null; contact: string | null; all: boolean; opted_out: boolean }
    >
  | Happened<"quarantine.held", { message: Message }>
  | Happened<"stranger.not_connected", { stranger: { message: string; to: string; code: string; detail: string } }>
  | Happened<"endpoint.test", { endpoint: string; text: string }>;

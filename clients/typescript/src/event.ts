/** What the broker tells and asks, as the API's document has it. */

import type { components } from "./schema.js";

/** What happened: the body of a callback, and the data of an item of the event stream. More kinds may come. */
export type PartylineEvent = components["schemas"]["Event"];

/** What an app is asked, if its endpoint wants to be: the body of a callback whose answer counts. */
export type PartylineQuestion = components["schemas"]["Question"];

/** What the answer to a question of this type may be. */
export type PartylineAnswer<Type extends PartylineQuestion["type"]> = {
  "message.intercept": components["schemas"]["MessageInterceptAnswer"];
  "stranger.unknown": components["schemas"]["StrangerUnknownAnswer"];
  "stranger.calling": components["schemas"]["StrangerCallingAnswer"];
}[Type];

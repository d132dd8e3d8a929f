// Whether a phone is a member's.
import { api, ask } from '../api/client'

export const taken =
  (community: string) =>
  async (phone: string): Promise<boolean> => {
    const query = { phone, limit: 1 }
    return (
      (await ask(api.GET('/v1/communities/{community}/members', { params: { path: { community }, query } }))).data
        .length > 0
    )
  }

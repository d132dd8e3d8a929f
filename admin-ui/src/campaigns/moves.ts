// Which numbers change when a campaign is to be that of the chosen ones: only those that differ.
type Named = { id: string; campaign?: string | null }

export function moves(
  numbers: Named[],
  campaign: string,
  chosen: string[],
): { number: string; campaign: string | null }[] {
  return numbers.flatMap((one) => {
    const is = one.campaign === campaign
    const should = chosen.includes(one.id)
    return is === should ? [] : [{ number: one.id, campaign: should ? campaign : null }]
  })
}

// All of the policy as JSON. What is typed is kept as a draft until it is saved.
import { Button, JsonInput, Stack } from '@mantine/core'
import { useState } from 'react'
import { sentence, type Schema, type Tagged } from '../api/client'
import { useDraft } from '../parts/drafts'
import { changed } from '../parts/form'
import { useSay } from '../parts/notes'
import { text } from '../text'
import { type Community, type Values } from './fields'
import { MovedOn, useSave, type PolicyProps } from './save'

const t = text.communities
const policyOf = (community: Community) => community.policy as Values
const written = (values: Values) => JSON.stringify(values, null, 2)

export function PolicyJson({ latest, readOnly }: PolicyProps) {
  const save = useSave()
  const say = useSay()
  const [draft, setDraft] = useDraft<{ seen: Tagged<Community>; typed: string }>(`policy json ${latest.data.id}`)
  const [wrong, setWrong] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const seen = draft?.seen ?? latest
  const typed = draft?.typed ?? written(policyOf(latest.data))
  const edit = (next: string) => setDraft(next === written(policyOf(seen.data)) ? undefined : { seen, typed: next })
  const go = async () => {
    let all: Values
    let policy: Values
    try {
      all = JSON.parse(typed) as Values
      policy = changed(policyOf(seen.data), all)
    } catch (thrown) {
      return setWrong(text.errors.badJson(thrown instanceof Error ? thrown.message : ''))
    }
    if (Object.keys(policy).length === 0) return say(t.nothing)
    setBusy(true)
    setWrong(null)
    try {
      await save(seen, { policy: policy as Schema['PolicyPatch'] }, all, policyOf)
      setDraft(undefined)
    } catch (thrown) {
      if (thrown instanceof MovedOn) setDraft({ seen: thrown.fresh, typed: written(thrown.values) })
      setWrong(sentence(thrown))
    }
    setBusy(false)
  }
  return (
    <Stack align="stretch">
      <JsonInput
        label={t.jsonLabel}
        description={t.jsonHelp}
        value={typed}
        onChange={edit}
        error={wrong}
        autosize
        minRows={12}
        maxRows={32}
        // What is being sent is what stands here.
        readOnly={readOnly || busy}
        spellCheck={false}
      />
      {!readOnly && (
        <div>
          <Button loading={busy} onClick={() => void go()}>
            {text.form.save}
          </Button>
        </div>
      )}
    </Stack>
  )
}

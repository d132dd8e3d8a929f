import { Loader } from '@mantine/core'
import { sentence } from '../api/client'
import { Go } from '../parts/links'
import { Empty, ErrorNote } from '../parts/notes'
import { text } from '../text'

export const PageLoading = () => <Loader m="md" aria-label={text.loading} />

export function PageFailed({ error }: { error: unknown }) {
  return (
    <Empty action={<Go to="/">{text.errors.home}</Go>}>
      {text.errors.page}
      <ErrorNote error={new Error(sentence(error))} retry={() => location.reload()} />
    </Empty>
  )
}

export const PageMissing = () => <Empty action={<Go to="/">{text.errors.home}</Go>}>{text.errors.notFound}</Empty>

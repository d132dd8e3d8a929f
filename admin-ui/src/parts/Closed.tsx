// A page on which a viewer can do nothing: it is not offered to them, and says so where its address is opened.
import { text } from '../text'
import { Empty, Page } from './notes'

export const Closed = ({ title }: { title: string }) => (
  <Page title={title}>
    <Empty>{text.session.closed}</Empty>
  </Page>
)

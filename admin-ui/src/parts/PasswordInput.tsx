// A password's field that tells readers, too, that what is in it is wrong; Mantine's own only says why, and names its eye in English.
import { PasswordInput as Field, type PasswordInputProps } from '@mantine/core'
import { text } from '../text'

const eye = { 'aria-label': text.session.eye }

export const PasswordInput = (props: PasswordInputProps) => (
  <Field aria-invalid={props.error ? true : undefined} visibilityToggleButtonProps={eye} {...props} />
)

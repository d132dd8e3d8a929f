// A password's field that tells readers, too, that what is in it is wrong; Mantine's own only says why.
import { PasswordInput as Field, type PasswordInputProps } from '@mantine/core'

export const PasswordInput = (props: PasswordInputProps) => (
  <Field aria-invalid={props.error ? true : undefined} {...props} />
)

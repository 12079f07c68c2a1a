import { Alert, ColorInput, ColorPicker, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { useAppearancePreview } from '@/features/shell/appearance.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { contrastWithWhite, enough, hexOf, rgbOf } from './colours.ts'
import { ImageField } from './image-field.tsx'

interface FormProps {
  organization: string
  /** What the form begins with: for a new one, the look in force. */
  from: Omit<Schema<'Appearance'>, 'canonical'>
  /** The one that is changed; absent: a new one. */
  appearance?: Schema<'Appearance'>
  close: (appearance?: Schema<'Appearance'>) => void
}

const absolute = (address: string) => (address === '' ? '' : new URL(address, window.location.href).href)

export function AppearanceForm({ organization, from, appearance, close }: FormProps) {
  const { t } = useTranslation(['appearances', 'common'])
  const form = useForm({
    initialValues: valuesOf(from),
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim() === '' || name.length > 50 ? t('wrong.text') : null),
      display_name: (name) => (name.trim() === '' || name.length > 50 ? t('wrong.text') : null),
      tab_title: (title) => (title.trim() === '' || title.length > 50 ? t('wrong.text') : null),
      footer: (footer) => (footer.length > 1000 ? t('wrong.footer') : null),
      colour: (colour) => (rgbOf(colour) ? null : t('wrong.colour')),
      logo: (logo) => (logo === '' ? t('wrong.image') : null),
      favicon: (favicon) => (favicon === '' ? t('wrong.image') : null),
    },
  })
  const { colour, display_name, tab_title, footer, logo, favicon } = form.values
  const color = rgbOf(colour)
  // The whole page wears what is being drawn; leaving takes it off.
  useAppearancePreview(
    useMemo(() => {
      const rgb = rgbOf(colour)
      return { display_name, tab_title, footer, favicon, ...(logo ? { logo } : {}), ...(rgb ? { color: rgb } : {}) }
    }, [colour, display_name, tab_title, footer, logo, favicon]),
  )
  const outcome = {
    stale: ['listAppearances', 'getActiveAppearance', 'getAppearance'] as const,
    onSuccess: ({ data }: { data: Schema<'Appearance'> }) => {
      tell(t(appearance ? 'form.saved' : 'form.created', { name: data.name }))
      close(data)
    },
    onError: (problem: Parameters<typeof showProblem>[1]) => showProblem(form, problem),
  }
  const create = useChange('createAppearance', outcome)
  const update = useChange('updateAppearance', outcome)
  const submit = ({ colour: chosen, ...rest }: typeof form.values) => {
    const rgb = rgbOf(chosen)
    if (!rgb) return
    const body = { ...rest, color: rgb }
    const path = { organization_canonical: organization }
    if (!appearance) return create.mutate({ path, body })
    const { canonical, is_active = false } = appearance
    update.mutate({ path: { ...path, appearance_canonical: canonical }, body: { ...body, canonical, is_active } })
  }
  const contrast = color ? contrastWithWhite(color) : enough
  return (
    <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))}>
      <Stack>
        <Alert color="blue">{t('form.preview')}</Alert>
        <TextInput label={t('form.name')} description={t('form.nameHint')} required {...form.getInputProps('name')} />
        <ColorInput
          label={t('form.colour')}
          description={t('form.colourHint')}
          format="hex"
          required
          // Its own picker has sliders without names: the one below has them.
          withPicker={false}
          eyeDropperButtonProps={{ 'aria-label': t('form.eyeDropper') }}
          {...form.getInputProps('colour')}
        />
        <ColorPicker
          format="hex"
          saturationLabel={t('form.saturation')}
          hueLabel={t('form.hue')}
          swatchesPerRow={8}
          swatches={['#1c9797', '#2563eb', '#7c3aed', '#c026d3', '#dc2626', '#ea580c', '#15803d', '#334155']}
          value={colour}
          onChange={(next) => form.setFieldValue('colour', next)}
        />
        {color && contrast < enough && (
          <Alert color="yellow" role="status">
            {t('form.contrast', { contrast: contrast.toFixed(1) })}
          </Alert>
        )}
        <TextInput label={t('form.displayName')} description={t('form.displayNameHint')} required {...form.getInputProps('display_name')} />
        <TextInput label={t('form.tabTitle')} required {...form.getInputProps('tab_title')} />
        <ImageField
          label={t('form.logo')}
          description={t('form.logoHint')}
          value={logo}
          onChange={(address) => form.setFieldValue('logo', address)}
          error={form.errors['logo'] as string | undefined}
        />
        <ImageField
          label={t('form.favicon')}
          description={t('form.faviconHint')}
          value={favicon}
          onChange={(address) => form.setFieldValue('favicon', address)}
          error={form.errors['favicon'] as string | undefined}
        />
        <Textarea label={t('form.footer')} description={t('form.footerHint')} autosize minRows={1} {...form.getInputProps('footer')} />
        <ProblemAlert problem={create.error ?? update.error} />
        <FormButtons close={close} verb={t('common:actions.save')} busy={create.isPending || update.isPending} />
      </Stack>
    </form>
  )
}

const valuesOf = ({ name, color, display_name, tab_title, footer, logo, favicon }: FormProps['from']) => ({
  name,
  colour: hexOf(color),
  display_name,
  tab_title,
  footer,
  logo: absolute(logo),
  favicon: absolute(favicon),
})

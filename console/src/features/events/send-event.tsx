import { ActionIcon, Button, Fieldset, Group, Modal, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import { focusFirst } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { type Severity, severities } from './events-search.ts'

const kinds = ['Custom', 'Monitoring'] as const

let lastId = 0
const newTag = () => {
  lastId += 1
  return { id: lastId, key: '', value: '' }
}

/** An event of somebody's own, as pipelines and monitoring send them. */
export function SendEvent({ organization, opened, close }: { organization: string; opened: boolean; close: () => void }) {
  const { t } = useTranslation('events')
  return (
    <Modal opened={opened} onClose={close} size="lg" title={t('send.title')}>
      <SendForm organization={organization} close={close} />
    </Modal>
  )
}

function SendForm({ organization, close }: { organization: string; close: () => void }) {
  const { t } = useTranslation('events')
  const form = useForm({
    initialValues: {
      title: '',
      message: '',
      severity: 'info' as Severity,
      type: 'Custom' as (typeof kinds)[number],
      color: '',
      icon: '',
      tags: [newTag()],
    },
    validateInputOnChange: true,
    validate: {
      title: (text) => (text.trim() === '' ? t('send.needed') : null),
      message: (text) => (text.trim() === '' ? t('send.needed') : null),
      color: (text) => (text !== '' && !/^[a-z]{3,20}$/.test(text) ? t('send.wrongColour') : null),
      icon: (text) => (text !== '' && text.length < 3 ? t('send.wrongIcon') : null),
      tags: {
        key: (key, { tags }, path) => (key === '' && tags[Number(path.split('.')[1])]?.value !== '' ? t('send.needed') : null),
        value: (value) => (/^[\w\-+=.:/@ ]{0,254}$/.test(value) ? null : t('send.wrongValue')),
      },
    },
  })
  const send = useChange('sendEvent', {
    stale: ['getEvents', 'getEventsTags'],
    onSuccess: () => {
      tell(t('send.sent'))
      close()
    },
    onError: ({ fields }) => form.setErrors(fields),
  })
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(
        ({ color, icon, tags, ...values }) =>
          send.mutate({
            path: { organization_canonical: organization },
            body: {
              ...values,
              tags: tags.filter(({ key }) => key !== '').map(({ key, value }) => ({ key, value })),
              ...(color ? { color } : {}),
              ...(icon ? { icon } : {}),
            },
          }),
        (errors) => focusFirst(form, errors),
      )}
    >
      <Stack>
        <TextInput label={t('send.eventTitle')} required data-autofocus {...form.getInputProps('title')} />
        <Textarea label={t('send.message')} required autosize minRows={2} {...form.getInputProps('message')} />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Select
            label={t('filters.severity')}
            data={severities.map((severity) => ({ value: severity, label: t(`severities.${severity}`) }))}
            allowDeselect={false}
            {...form.getInputProps('severity')}
          />
          <Select
            label={t('filters.type')}
            data={kinds.map((kind) => ({ value: kind, label: t(`types.${kind}`) }))}
            allowDeselect={false}
            {...form.getInputProps('type')}
          />
          <TextInput label={t('send.colour')} placeholder="red" {...form.getInputProps('color')} />
          <TextInput label={t('send.icon')} placeholder="fa-info-circle" {...form.getInputProps('icon')} />
        </SimpleGrid>
        <Fieldset legend={t('details.tags')}>
          <Stack gap="xs">
            {form.values.tags.map(({ id }, place) => (
              <Group key={id} gap="xs" align="end" wrap="wrap">
                <TextInput
                  label={t('send.key', { number: place + 1 })}
                  style={{ flex: '1 1 120px' }}
                  {...form.getInputProps(`tags.${place}.key`)}
                />
                <TextInput
                  label={t('send.value', { number: place + 1 })}
                  style={{ flex: '1 1 120px' }}
                  {...form.getInputProps(`tags.${place}.value`)}
                />
                <ActionIcon
                  variant="subtle"
                  color="red"
                  size="lg"
                  aria-label={t('send.removeTag', { number: place + 1 })}
                  onClick={() => form.removeListItem('tags', place)}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Group>
            ))}
            <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => form.insertListItem('tags', newTag())}>
              {t('send.addTag')}
            </Button>
          </Stack>
        </Fieldset>
        <ProblemAlert problem={send.error} />
        <FormButtons close={close} verb={t('send.verb')} busy={send.isPending} />
      </Stack>
    </form>
  )
}

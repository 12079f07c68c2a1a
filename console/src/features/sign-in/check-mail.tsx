/** “Read your mail”, with the way to another one. The answer is the same for addresses that nobody has. */

import { Button, Group, Stack, Text } from '@mantine/core'
import { IconMail } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import { LinkTo } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { Frame } from './frame.tsx'

export function CheckMail({ title, sentence, email }: { title: string; sentence: string; email: string }) {
  const { t } = useTranslation('sign-in')
  const again = useChange('emailVerificationResend', { onSuccess: () => tell(t('verify.sent', { email })) })
  return (
    <Frame title={title} aside={<LinkTo to="/login">{t('verify.signIn')}</LinkTo>}>
      <Stack>
        <Group wrap="nowrap" align="start">
          <IconMail aria-hidden />
          <Text style={{ overflowWrap: 'anywhere', minWidth: 0 }}>{sentence}</Text>
        </Group>
        <ProblemAlert problem={again.error} />
        <Button variant="default" loading={again.isPending} onClick={() => again.mutate({ body: { email } })}>
          {t('verify.again')}
        </Button>
      </Stack>
    </Frame>
  )
}

/** Which organization the page is about, and the way to another one. */
import { Button, Combobox, ScrollArea, Text, useCombobox } from '@mantine/core'
import { IconPlus, IconSelector } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { searchTree, treeOf } from './organization-tree.ts'
import { useOrganizations } from './organizations.ts'
import classes from './shell.module.css'

const founding = '+'

export function Switcher({ organization }: { organization: string }) {
  const { t } = useTranslation('shell')
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption()
      combobox.focusTarget()
      setText('')
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  })
  const organizations = useOrganizations()
  const branches = useMemo(() => treeOf(organizations), [organizations])
  const found = useMemo(() => searchTree(branches, text), [branches, text])
  // Until the organizations have come, what the address says.
  const current = organizations.find(({ canonical }) => canonical === organization)?.name ?? organization
  const go = (value: string) => {
    combobox.closeDropdown()
    void (value === founding
      ? navigate({ to: '/organizations/+new' })
      : navigate({ to: '/organizations/$organization', params: { organization: value } }))
  }
  return (
    <Combobox store={combobox} onOptionSubmit={go} width={300} position="bottom-start" withinPortal>
      <Combobox.Target targetType="button">
        <Button
          variant="default"
          size="compact-md"
          className={classes.switcher}
          rightSection={<IconSelector size={16} aria-hidden />}
          onClick={() => combobox.toggleDropdown()}
          aria-label={current ? `${t('switcher.label')}: ${current}` : t('switcher.choose')}
        >
          {current || t('switcher.choose')}
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            combobox.selectFirstOption()
          }}
          placeholder={t('switcher.search')}
          aria-label={t('switcher.search')}
        />
        <Combobox.Options aria-label={t('switcher.label')}>
          <ScrollArea.Autosize mah={320} type="auto">
            {found.length === 0 && <Combobox.Empty>{t('switcher.none')}</Combobox.Empty>}
            {found.map(({ organization: { canonical, name }, depth }) => (
              <Combobox.Option key={canonical} value={canonical} active={canonical === organization} ps={12 + depth * 18}>
                <Text component="span" size="sm" fw={canonical === organization ? 650 : 400} className={classes.tree}>
                  {name}
                </Text>
              </Combobox.Option>
            ))}
            <Combobox.Option value={founding}>
              <Text component="span" size="sm">
                <IconPlus size={14} aria-hidden /> {t('switcher.create')}
              </Text>
            </Combobox.Option>
          </ScrollArea.Autosize>
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}

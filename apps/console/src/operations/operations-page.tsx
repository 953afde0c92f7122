import './operations.css';
import { Button, Skeleton, Stack, Tabs } from '@mantine/core';
import { IconActivity, IconCoins, IconKey, IconLock } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMe } from '../api/use-me.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { CreditsTab } from './credits-tab.tsx';
import { KeysTab } from './keys-tab.tsx';
import { NowTab } from './now-tab.tsx';
import { operationsTabs } from './operations-search.ts';

/** How the whole system is, and what an operator can do about it. */
export function OperationsPage() {
  const me = useMe();
  if (!me) return <Skeleton h={480} radius="lg" />;
  if (me.role !== 'admin')
    return (
      <>
        <PageTitle title="Operations" about="For those who run this system." />
        <EmptyState icon={IconLock} title="This page is for operators">
          Your key makes pictures; it does not see other people’s. Ask whoever gave it to you when you need to look in here.
          <br />
          <Button component={Link} to="/" mt="md">
            Back to the playground
          </Button>
        </EmptyState>
      </>
    );
  return <ForOperators />;
}

function ForOperators() {
  const navigate = useNavigate();
  const { tab = 'now' } = useSearch({ from: '/operations' });
  const open = (next: string | null) => {
    const chosen = operationsTabs.find((each) => each === next);
    void navigate({ to: '/operations', search: chosen && chosen !== 'now' ? { tab: chosen } : {}, replace: true });
  };
  return (
    <>
      <PageTitle title="Operations" about="How the system is, for whoever runs it." />
      <Tabs value={tab} onChange={open} keepMounted={false}>
        <Tabs.List mb="md" aria-label="Operations">
          <Tabs.Tab value="now" leftSection={<IconActivity size={16} />}>
            Right now
          </Tabs.Tab>
          <Tabs.Tab value="keys" leftSection={<IconKey size={16} />}>
            API keys
          </Tabs.Tab>
          <Tabs.Tab value="credits" leftSection={<IconCoins size={16} />}>
            Credits
          </Tabs.Tab>
        </Tabs.List>
        {operationsTabs.map((each) => (
          <Tabs.Panel key={each} value={each}>
            <Stack gap="md">{panels[each]}</Stack>
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

const panels = { now: <NowTab />, keys: <KeysTab />, credits: <CreditsTab /> };

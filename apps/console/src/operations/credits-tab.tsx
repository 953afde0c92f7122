import { Alert, Badge, Button, Group, NumberInput, SimpleGrid, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCircleCheck, IconScale } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { failureText } from '../api/failure-text.ts';
import { type Answers, useTRPC } from '../api/trpc.ts';
import { Failure } from '../components/failure.tsx';
import { creditsText } from '../components/figures.ts';
import { Section } from '../components/section.tsx';
import { StatCard } from '../components/stat-card.tsx';
import { agoText } from './age-text.ts';
import { FiguresTable } from './figures-table.tsx';
import { faultsOf } from './ledger-faults.ts';

/** Balances, what adds to them, and whether the books are right. */
export function CreditsTab() {
  const [user, setUser] = useState('');
  const [asked, setAsked] = useState('');
  const show = (name: string) => {
    setUser(name);
    setAsked(name);
  };
  return (
    <>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Section title="Somebody’s balance">
          <form
            onSubmit={(event) => {
              event.preventDefault();
              setAsked(user.trim());
            }}
          >
            <Group align="flex-end" mb="md">
              <TextInput
                label="User"
                placeholder="By name"
                flex={1}
                value={user}
                onChange={(event) => setUser(event.currentTarget.value)}
              />
              <Button type="submit" variant="default" disabled={user.trim() === ''}>
                Look up
              </Button>
            </Group>
          </form>
          {asked === '' ? (
            <Text size="sm" c="dimmed">
              A name, as it stands among the API keys.
            </Text>
          ) : (
            <Balance user={asked} />
          )}
        </Section>
        <Section title="Grant credits">
          <Grant onGranted={show} />
        </Section>
      </SimpleGrid>
      <Ledger />
    </>
  );
}

function Balance({ user }: { user: string }) {
  const trpc = useTRPC();
  const balance = useQuery(trpc.admin.credits.balance.queryOptions({ user }));
  const history = useQuery(trpc.admin.credits.history.queryOptions({ user, limit: 10 }));
  if (balance.isError) return <Failure error={balance.error} onRetry={() => void balance.refetch()} />;
  const { data } = balance;
  return (
    <Stack gap="md">
      <SimpleGrid cols={2}>
        <StatCard
          label="Available"
          value={data && (data.available === null ? 'Unlimited' : creditsText(data.available))}
          hint={data?.daily && `${creditsText(data.daily.spent)} of ${creditsText(data.daily.cap)} today`}
        />
        <StatCard label="Held" value={data && creditsText(data.held)} hint="for what is under way" />
      </SimpleGrid>
      {history.data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing has moved yet.
        </Text>
      )}
      {history.data && history.data.items.length > 0 && (
        <FiguresTable label="Transfers" columns={['What', 'When', 'Change']} left={[0]}>
          {history.data.items.map(({ id, kind, change, note, created_at }) => (
            <Table.Tr key={id}>
              <Table.Th scope="row" fw={500}>
                {kind}
                {note && (
                  <Text size="xs" c="dimmed" component="span" display="block">
                    {note}
                  </Text>
                )}
              </Table.Th>
              <Table.Td ta="right">{agoText(created_at, new Date())}</Table.Td>
              <Table.Td ta="right">{creditsText(change)}</Table.Td>
            </Table.Tr>
          ))}
        </FiguresTable>
      )}
    </Stack>
  );
}

function Grant({ onGranted }: { onGranted: (user: string) => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [form, setForm] = useState({ user: '', amount: 10, note: '' });
  // The same until something was granted: sent twice over a bad line it is still one grant.
  const key = useRef(crypto.randomUUID());
  const change = (part: Partial<typeof form>) => {
    key.current = crypto.randomUUID();
    setForm({ ...form, ...part });
  };
  const grant = useMutation(
    trpc.admin.credits.grant.mutationOptions({
      retry: 2,
      onSuccess: ({ amount }) => {
        notifications.show({ color: 'teal', message: `${form.user} has ${creditsText(amount)} more.` });
        key.current = crypto.randomUUID();
        void queries.invalidateQueries({ queryKey: trpc.admin.credits.pathKey() });
        onGranted(form.user.trim());
      },
    }),
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        grant.mutate({
          user: form.user.trim(),
          amount: form.amount,
          idempotency_key: key.current,
          ...(form.note.trim() && { note: form.note.trim() }),
        });
      }}
    >
      <Stack>
        <Group align="flex-end" grow>
          <TextInput
            label="To"
            placeholder="By name"
            required
            value={form.user}
            onChange={(event) => change({ user: event.currentTarget.value })}
          />
          <NumberInput
            label="Credits"
            required
            min={0.000001}
            decimalScale={6}
            thousandSeparator=","
            value={form.amount}
            onChange={(amount) => change({ amount: Number(amount) })}
          />
        </Group>
        <TextInput label="Note" maxLength={500} value={form.note} onChange={(event) => change({ note: event.currentTarget.value })} />
        {grant.isError && (
          <Alert color="red" variant="light" role="alert">
            {failureText(grant.error)}
          </Alert>
        )}
        <Button type="submit" loading={grant.isPending} disabled={form.user.trim() === '' || !(form.amount > 0)}>
          Grant
        </Button>
      </Stack>
    </form>
  );
}

/** Looks at every transfer, and so only when it is asked to. */
function Ledger() {
  const trpc = useTRPC();
  const check = useQuery({ ...trpc.admin.ledger.check.queryOptions(), enabled: false });
  return (
    <Section
      title="Ledger"
      about="Holds every balance and every generation against every transfer. It reads the whole ledger."
      actions={
        <Button variant="default" leftSection={<IconScale size={16} />} loading={check.isFetching} onClick={() => void check.refetch()}>
          Check it
        </Button>
      }
    >
      {check.isError && <Failure error={check.error} onRetry={() => void check.refetch()} />}
      {check.isFetching && !check.data && <Skeleton h={60} radius="md" />}
      {check.data && <Report report={check.data} />}
    </Section>
  );
}

function Report({ report }: { report: Answers['admin']['ledger']['check'] }) {
  const faults = faultsOf(report);
  if (faults.length === 0)
    return (
      <Alert color="teal" variant="light" icon={<IconCircleCheck size={20} />} role="status">
        {report.transfers.toLocaleString('en')} transfers, and everything is as it must be.
      </Alert>
    );
  return (
    <Stack gap="sm" role="status">
      {faults.map(({ name, findings }) => (
        <Alert key={name} color="red" variant="light" title={name}>
          {findings.map(({ subject, detail }) => (
            <Text key={subject + detail} size="sm">
              <Badge size="sm" variant="default" tt="none" mr={6}>
                {subject}
              </Badge>
              {detail}
            </Text>
          ))}
        </Alert>
      ))}
    </Stack>
  );
}

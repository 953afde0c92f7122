import { Badge, Button, Group, Skeleton, Switch, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { failureText } from '../api/failure-text.ts';
import { type Answers, useTRPC } from '../api/trpc.ts';
import { confirmLoss } from '../components/confirm-loss.tsx';
import { Failure } from '../components/failure.tsx';
import { Section } from '../components/section.tsx';
import { agoText } from './age-text.ts';
import { FiguresTable } from './figures-table.tsx';
import { NewKey } from './new-key.tsx';

type Key = Answers['admin']['keys']['list']['keys'][number];

/** Who may call, and with what rights. */
export function KeysTab() {
  const trpc = useTRPC();
  const [creating, setCreating] = useState(false);
  const [withRevoked, setWithRevoked] = useState(false);
  const list = useQuery(trpc.admin.keys.list.queryOptions({}));
  const keys = list.data?.keys.filter(({ revoked_at }) => withRevoked || revoked_at === null);
  return (
    <Section
      title="API keys"
      about="Newest first. A key is shown once, when it is made."
      actions={
        <Group gap="md">
          <Switch label="Revoked ones too" checked={withRevoked} onChange={(event) => setWithRevoked(event.currentTarget.checked)} />
          <Button size="sm" leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
            New key
          </Button>
        </Group>
      }
    >
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton h={200} radius="md" />}
      {keys?.length === 0 && (
        <Text size="sm" c="dimmed">
          There are no keys yet.
        </Text>
      )}
      {keys && keys.length > 0 && (
        <FiguresTable label="API keys" columns={['Name', 'User', 'Rights', 'Made', 'Last used', 'Change']} left={[0, 1, 2]}>
          {keys.map((key) => (
            <KeyRow key={key.id} apiKey={key} />
          ))}
        </FiguresTable>
      )}
      <NewKey opened={creating} onClose={() => setCreating(false)} />
    </Section>
  );
}

function KeyRow({ apiKey: { id, name, user, role, scopes, created_at, last_used_at, revoked_at } }: { apiKey: Key }) {
  const now = new Date();
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        {name}
        <Text size="xs" c="dimmed" component="span" display="block">
          {id}
        </Text>
      </Table.Th>
      <Table.Td>
        {user.replace(/^key:/, '')}
        {role === 'admin' && (
          <Badge size="sm" variant="light" ml={6}>
            admin
          </Badge>
        )}
      </Table.Td>
      <Table.Td>{scopes.join(', ')}</Table.Td>
      <Table.Td ta="right">{agoText(created_at, now)}</Table.Td>
      <Table.Td ta="right">{last_used_at ? agoText(last_used_at, now) : 'never'}</Table.Td>
      <Table.Td ta="right">{revoked_at ? `revoked ${agoText(revoked_at, now)}` : <Revoke id={id} name={name} />}</Table.Td>
    </Table.Tr>
  );
}

function Revoke({ id, name }: { id: string; name: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const revoke = useMutation(
    trpc.admin.keys.revoke.mutationOptions({
      onSuccess: () => notifications.show({ color: 'teal', message: `“${name}” is revoked.` }),
      onError: (error) => notifications.show({ color: 'red', message: failureText(error) }),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.admin.keys.pathKey() }),
    }),
  );
  const confirm = () =>
    confirmLoss({
      title: `Revoke “${name}”?`,
      consequence: 'Whoever calls with it is refused within five seconds. This cannot be undone.',
      action: 'Revoke',
      onConfirm: () => revoke.mutate({ id }),
    });
  return (
    <Button size="compact-sm" variant="subtle" color="red" loading={revoke.isPending} onClick={confirm} aria-label={`Revoke ${name}`}>
      Revoke
    </Button>
  );
}

import { Skeleton, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../api/trpc.ts';
import { Failure } from '../components/failure.tsx';
import { Section } from '../components/section.tsx';
import { agoText } from './age-text.ts';
import { FiguresTable } from './figures-table.tsx';

const refreshMs = 5_000;

/** Receivers of webhooks, of anybody, that do not take what is sent to them. */
export function FailingWebhooks() {
  const trpc = useTRPC();
  const { data, isError, error, refetch } = useQuery({
    ...trpc.admin.webhooks.failing.queryOptions(),
    refetchInterval: refreshMs,
    staleTime: 0,
  });
  return (
    <Section title="Webhooks that fail">
      {isError && !data && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !isError && <Skeleton h={60} radius="md" />}
      {data?.endpoints.length === 0 && <Text size="sm">None. Whoever asked to be told is told.</Text>}
      {data && data.endpoints.length > 0 && (
        <FiguresTable label="Webhooks that fail" columns={['Receiver', 'User', 'Failures in a row', 'Since', 'Waiting']} left={[0, 1]}>
          {data.endpoints.map(({ id, host, user, failures, failing_since, disabled_reason, pending }) => (
            <Table.Tr key={id}>
              <Table.Th scope="row" fw={500}>
                {host}
                {disabled_reason && (
                  <Text size="xs" c="dimmed" component="span" display="block">
                    switched off: {disabled_reason}
                  </Text>
                )}
              </Table.Th>
              <Table.Td>{user.replace(/^key:/, '')}</Table.Td>
              <Table.Td ta="right">{failures}</Table.Td>
              <Table.Td ta="right">{failing_since ? agoText(failing_since, new Date()) : '–'}</Table.Td>
              <Table.Td ta="right">{pending}</Table.Td>
            </Table.Tr>
          ))}
        </FiguresTable>
      )}
    </Section>
  );
}

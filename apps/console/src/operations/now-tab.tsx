import { SimpleGrid, Skeleton, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Answers, useTRPC } from '../api/trpc.ts';
import { Failure } from '../components/failure.tsx';
import { Section } from '../components/section.tsx';
import { StatCard } from '../components/stat-card.tsx';
import { ageText } from './age-text.ts';
import { EnginesSections } from './engines-sections.tsx';
import { FailingWebhooks } from './failing-webhooks.tsx';
import { FiguresTable } from './figures-table.tsx';
import { Troubled } from './troubled.tsx';

/** How often what is shown is asked for again while the page is visible. */
const refreshMs = 3_000;

type Watch = Answers['admin']['operations']['watch'];

/** Queues, engines, services and failures, live. */
export function NowTab() {
  const trpc = useTRPC();
  const watch = useQuery({ ...trpc.admin.operations.watch.queryOptions(), refetchInterval: refreshMs, staleTime: 0 });
  if (watch.isError && !watch.data) return <Failure error={watch.error} onRetry={() => void watch.refetch()} />;
  return (
    <>
      <Totals watch={watch.data} isLost={watch.isError} />
      <EnginesSections />
      <Queues watch={watch.data} />
      <Troubled troubled={watch.data?.troubled} />
      <FailingWebhooks />
    </>
  );
}

function Totals({ watch, isLost }: { watch: Watch | undefined; isLost: boolean }) {
  const sum = (of: 'waiting' | 'running') => watch?.queues.reduce((total, queue) => total + queue[of], 0);
  const failed = watch?.troubled.filter(({ status }) => status === 'failed').length;
  return (
    <>
      <Text size="sm" c="dimmed" className="live" data-lost={isLost || undefined} role="status">
        {isLost ? 'The gateway does not answer; these are the last figures.' : `Live, every ${refreshMs / 1000} seconds`}
      </Text>
      <SimpleGrid cols={{ base: 2, lg: 4 }} spacing="md">
        <StatCard label="Waiting" value={sum('waiting')?.toLocaleString('en')} hint="generations nobody has begun" />
        <StatCard label="Running" value={sum('running')?.toLocaleString('en')} hint="generations under way" />
        <StatCard
          label="Undelivered"
          value={watch?.outbox.waiting.toLocaleString('en')}
          hint={watch?.outbox.waiting ? `the oldest for ${ageText(watch.outbox.oldest_seconds)}` : 'the outbox is empty'}
        />
        <StatCard
          label="Failed"
          value={failed === undefined ? undefined : `${failed}${failed === 50 ? '+' : ''}`}
          hint="within the last six hours"
        />
      </SimpleGrid>
    </>
  );
}

function Queues({ watch }: { watch: Watch | undefined }) {
  return (
    <Section title="Queues">
      {watch ? (
        <FiguresTable label="Queues" columns={['Provider', 'Waiting', 'Held back', 'Running', 'Oldest']}>
          {watch.queues.map(({ provider, waiting, held_back, running, oldest_seconds }) => (
            <Table.Tr key={provider}>
              <Table.Th scope="row" fw={500}>
                {provider}
              </Table.Th>
              {[waiting, held_back, running].map((count, index) => (
                <Table.Td key={['waiting', 'held', 'running'][index]} ta="right">
                  {count.toLocaleString('en')}
                </Table.Td>
              ))}
              <Table.Td ta="right">{waiting + running > 0 ? ageText(oldest_seconds) : '–'}</Table.Td>
            </Table.Tr>
          ))}
        </FiguresTable>
      ) : (
        <Skeleton h={140} radius="md" />
      )}
    </Section>
  );
}

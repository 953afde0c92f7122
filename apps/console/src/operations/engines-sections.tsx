import { Badge, Group, SimpleGrid, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Answers, useTRPC } from '../api/trpc.ts';
import { engineNames } from '../components/engine-names.ts';
import { Failure } from '../components/failure.tsx';
import { percentText, secondsText } from '../components/figures.ts';
import { Section } from '../components/section.tsx';
import { ageText, agoText } from './age-text.ts';
import { FiguresTable } from './figures-table.tsx';

type Engines = Answers['admin']['engines']['list'];
type Engine = Engines['engines'][number];

const refreshMs = 5_000;
const stateColors = { up: 'teal', down: 'red', off: 'gray', unknown: 'gray' } as const;
const stateTexts = { up: 'up', down: 'down', off: 'off', unknown: 'silent so far' } as const;
const breakerColors = { closed: 'teal', open: 'red', 'half-open': 'orange' } as const;

/** Every engine with its breakers, and the processes behind them. */
export function EnginesSections() {
  const trpc = useTRPC();
  const { data, isError, error, refetch } = useQuery({
    ...trpc.admin.engines.list.queryOptions(),
    refetchInterval: refreshMs,
    staleTime: 0,
  });
  if (isError && !data) return <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <Section title="Engines" about="Calls of the last five minutes, by each process that made them.">
        {data ? (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm">
            {data.engines.map((engine) => (
              <EngineCard key={engine.engine} engine={engine} />
            ))}
          </SimpleGrid>
        ) : (
          <Skeleton h={250} radius="md" />
        )}
      </Section>
      <Section title="Services">{data ? <Services services={data.services} /> : <Skeleton h={140} radius="md" />}</Section>
    </>
  );
}

function EngineCard({ engine: { engine, provider, state, reason, processes } }: { engine: Engine }) {
  return (
    <div className="engine" data-state={state}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Title order={3} size="h6">
            {engineNames[engine]}
          </Title>
          <Text size="xs" c="dimmed">
            {provider}
          </Text>
        </div>
        <Badge variant="light" color={stateColors[state]}>
          {stateTexts[state]}
        </Badge>
      </Group>
      {reason && <Text size="sm">{reason}</Text>}
      <Stack gap={2} mt={6}>
        {processes.length === 0 && (
          <Text size="xs" c="dimmed">
            Not called yet
          </Text>
        )}
        {processes.map(({ instance, breaker, calls, success_rate, p50_seconds, p95_seconds }) => (
          <Group key={instance} gap="xs" justify="space-between">
            <Badge
              size="sm"
              variant="dot"
              color={breakerColors[breaker as keyof typeof breakerColors] ?? 'gray'}
              title={`Breaker of ${instance}`}
            >
              breaker {breaker}
            </Badge>
            <Text size="xs" className="figures">
              {calls} {calls === 1 ? 'call' : 'calls'} · {percentText(success_rate)}
              {p50_seconds !== null && ` · ${secondsText(p50_seconds)}`}
              {p95_seconds !== null && ` / ${secondsText(p95_seconds)}`}
            </Text>
          </Group>
        ))}
      </Stack>
    </div>
  );
}

function Services({ services }: { services: Engines['services'] }) {
  if (services.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No service has been heard of.
      </Text>
    );
  const now = new Date();
  return (
    <FiguresTable label="Services" columns={['Service', 'State', 'Key', 'Running', 'Started', 'Heard', 'Version']} left={[0, 1, 2]}>
      {services.map(({ provider, instance, version, started_at, age_ms, key, concurrency, running, alive }) => (
        <Table.Tr key={instance}>
          <Table.Th scope="row" fw={500}>
            {provider}
            <Text size="xs" c="dimmed" component="span" display="block">
              {instance}
            </Text>
          </Table.Th>
          <Table.Td>
            <Badge size="sm" variant="light" color={alive ? 'teal' : 'red'}>
              {alive ? 'alive' : 'silent'}
            </Badge>
          </Table.Td>
          <Table.Td>{key}</Table.Td>
          <Table.Td ta="right">
            {running} of {concurrency}
          </Table.Td>
          <Table.Td ta="right">{agoText(started_at, now)}</Table.Td>
          <Table.Td ta="right">{age_ms < 1_000 ? 'now' : `${ageText(age_ms / 1000)} ago`}</Table.Td>
          <Table.Td ta="right">{version}</Table.Td>
        </Table.Tr>
      ))}
    </FiguresTable>
  );
}

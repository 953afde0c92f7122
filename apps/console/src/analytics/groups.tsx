import type { EngineId } from '@imagegen/core/engines/engine';
import { SimpleGrid, Skeleton } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type Answers, useTRPC } from '../api/trpc.ts';
import { engineNames } from '../components/engine-names.ts';
import { Failure } from '../components/failure.tsx';
import { creditsText, percentText, secondsText } from '../components/figures.ts';
import { Section } from '../components/section.tsx';
import { Adoption } from './adoption.tsx';
import { BarTable } from './bar-table.tsx';

type Combinations = Answers['data']['analytics']['popular_lora_combinations'];
type Asked = { date_from: string; scope?: 'own' | 'all' };

/** The same time by engine, by door and by LoRA. */
export function Groups({ asked, combinations }: { asked: Asked; combinations: Combinations | undefined }) {
  const trpc = useTRPC();
  const keep = { placeholderData: keepPreviousData };
  const engines = useQuery({ ...trpc.data.analytics.queryOptions({ ...asked, group_by: 'engine' }), ...keep });
  const doors = useQuery({ ...trpc.data.analytics.queryOptions({ ...asked, group_by: 'api' }), ...keep });
  const loras = useQuery({ ...trpc.data.analytics.queryOptions({ ...asked, group_by: 'lora' }), ...keep });
  const catalogue = useQuery({ ...trpc.loras.list.queryOptions({ limit: 100 }), staleTime: 300_000 });
  const nameOf = (id: number) => catalogue.data?.loras.find((lora) => lora.id === id)?.name ?? `LoRA ${id}`;
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" mt="md">
      <Section title="By engine">
        <Answer query={engines}>
          {({ groups }) => (
            <BarTable
              label="Engines"
              columns={['Engine', 'Generations', 'Success', 'Credits', 'Half within']}
              empty="No engine was used."
              rows={groups.map(({ key, generations, success_rate, credits_used, p50_time }) => ({
                key,
                name: engineNames[key as EngineId] ?? key,
                value: generations,
                figures: [
                  generations.toLocaleString('en'),
                  percentText(success_rate),
                  creditsText(credits_used).replace(' cr', ''),
                  p50_time === null ? '–' : secondsText(p50_time / 1000),
                ],
              }))}
            />
          )}
        </Answer>
      </Section>
      <Section title="From v1 to v2">
        <Answer query={doors}>{({ adoption, groups }) => <Adoption adoption={adoption} doors={groups} />}</Answer>
      </Section>
      <Section title="LoRAs">
        <Answer query={loras}>
          {({ groups }) => (
            <BarTable
              label="LoRAs"
              columns={['LoRA', 'Generations', 'Success']}
              empty="No LoRA was used."
              rows={groups.slice(0, 10).map(({ key, generations, success_rate }) => ({
                key,
                name: nameOf(Number(key)),
                value: generations,
                figures: [generations.toLocaleString('en'), percentText(success_rate)],
              }))}
            />
          )}
        </Answer>
      </Section>
      <Section title="Popular combinations of LoRAs">
        {combinations ? (
          <BarTable
            label="Combinations"
            columns={['Combination', 'Generations', 'Success']}
            empty="No LoRAs were used together."
            rows={combinations.map(({ lora_ids, generations, success_rate }) => ({
              key: lora_ids.join('+'),
              name: lora_ids.map(nameOf).join(' + '),
              value: generations,
              figures: [generations.toLocaleString('en'), percentText(success_rate)],
            }))}
          />
        ) : (
          <Skeleton h={220} radius="md" />
        )}
      </Section>
    </SimpleGrid>
  );
}

type Query<Data> = { data: Data | undefined; error: unknown; isError: boolean; refetch: () => unknown };

function Answer<Data>({
  query: { data, error, isError, refetch },
  children,
}: {
  query: Query<Data>;
  children: (data: Data) => React.ReactNode;
}) {
  if (isError) return <Failure error={error} onRetry={() => void refetch()} />;
  return data === undefined ? <Skeleton h={220} radius="md" /> : children(data);
}
